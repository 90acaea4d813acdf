import { Fault } from '../../base/fault.js';
import type { GuestRegistry, RegistryValue } from '../guest/program.js';
import { matchingNames } from '../guest/name-pattern.js';
import { userEnvironment } from '../guest/user-environment.js';
import { Environment } from '../guest/windows/environment.js';
import { recordRegistry } from '../guest/windows/registry.js';
import type { WorldCall } from '../world-call.js';
import type { Admitted, GuestAccess } from './guest-access.js';

/** A key of the registry. */
export interface RegistryKeyView {
  /** As the caller wrote it, with the names below. */
  readonly path: string;
  /** Empty where it was given none. */
  readonly classType: string;
  readonly lastWritten: Date;
  /** Why one cannot look into it. */
  readonly fault?: Fault;
}

/**
 * The registry of a Windows guest in the name of one user: `HKCU` is the user's own. Key paths look like
 * `HKLM\\Software\\Vendor`, and names ignore case.
 *
 * Every call throws what `GuestAccess` throws, and Fault `guest-os-unsupported` on POSIX, `registry-key-invalid` for a
 * missing or bad key, `guest-permission` where the user may not look or change anything.
 */
export class GuestRegistrySession {
  readonly #access: GuestAccess;

  constructor(access: GuestAccess) {
    this.#access = access;
  }

  /**
   * The keys below a key.
   * @param options.isRecursive with all below these, parents first. One that the user may not look into has a fault.
   * @param options.matchPattern regular expression for the last name of a key; absent or empty: all.
   * @throws Fault `invalid-argument` for a pattern that is none.
   */
  keys(
    path: string,
    options: { readonly isRecursive: boolean; readonly matchPattern?: string },
    call: WorldCall,
  ): Promise<readonly RegistryKeyView[]> {
    return this.#access.read('guest.registry.keys', call, (admitted) => {
      const registry = this.#registry(admitted);
      const found: { readonly name: string; readonly view: RegistryKeyView }[] = [];
      const visit = (parent: string, names: readonly string[]): void => {
        for (const name of names) {
          const below = `${parent}\\${name}`;
          const seen = look(registry, below);
          found.push({ name, view: seen.view });
          if (options.isRecursive) visit(below, seen.names);
        }
      };
      const top = path.replace(/\\+$/u, '');
      visit(top, registry.keys(top));
      return wanted(found, options.matchPattern).map(({ view }) => view);
    });
  }

  /**
   * Makes a key, and those above it.
   * @throws Fault `registry-key-exists`, `registry-parent-volatile`.
   */
  createKey(
    path: string,
    options: { readonly isVolatile: boolean; readonly classType?: string },
    call: WorldCall,
  ): Promise<void> {
    return this.#access.change('guest.registry.createKey', call, (admitted) =>
      this.#registry(admitted).createKey(path, options),
    );
  }

  /** @throws Fault `registry-key-has-subkeys`. */
  deleteKey(path: string, options: { readonly isRecursive: boolean }, call: WorldCall): Promise<void> {
    return this.#access.change('guest.registry.deleteKey', call, (admitted) =>
      this.#registry(admitted).deleteKey(path, { recursive: options.isRecursive }),
    );
  }

  /**
   * The values of a key; the default value has the empty name.
   * @param options.expandStrings put the user's variables in the place of `%NAME%` in a `REG_EXPAND_SZ`.
   * @param options.matchPattern regular expression for the name; absent or empty: all.
   * @throws Fault `invalid-argument` for a pattern that is none.
   */
  values(
    path: string,
    options: { readonly expandStrings: boolean; readonly matchPattern?: string },
    call: WorldCall,
  ): Promise<readonly RegistryValue[]> {
    return this.#access.read('guest.registry.values', call, (admitted) => {
      const values = wanted(this.#registry(admitted).values(path), options.matchPattern);
      if (!options.expandStrings) return values;
      const environment = new Environment(userEnvironment(admitted.record.guest, admitted.user, {}));
      return values.map((value) =>
        value.type === 'REG_EXPAND_SZ' ? { ...value, data: environment.expand(value.data) } : value,
      );
    });
  }

  /**
   * Sets a value, and makes the key where it is missing, unless it must be there.
   * @throws Fault `invalid-argument` for a number out of range.
   */
  setValue(
    path: string,
    value: RegistryValue,
    options: { readonly isKeyRequired: boolean },
    call: WorldCall,
  ): Promise<void> {
    return this.#access.change('guest.registry.setValue', call, (admitted) => {
      const registry = this.#registry(admitted);
      if (options.isKeyRequired) registry.key(path);
      registry.setValue(path, value);
    });
  }

  /** @throws Fault `registry-value-not-found`. */
  deleteValue(path: string, name: string, call: WorldCall): Promise<void> {
    return this.#access.change('guest.registry.deleteValue', call, (admitted) =>
      this.#registry(admitted).deleteValue(path, name),
    );
  }

  #registry({ record, user }: Admitted): GuestRegistry {
    const { registry } = record.guest;
    if (registry !== null) return recordRegistry(registry, { user, nowMs: () => this.#access.scope.clock.now() });
    throw new Fault('guest-os-unsupported', `The guest of '${record.name}' is no Windows, so it has no registry.`);
  }
}

/** Those whose name the pattern finds itself in. */
function wanted<T extends { readonly name: string }>(found: readonly T[], pattern: string = ''): readonly T[] {
  if (pattern === '') return found;
  const names = matchingNames(
    pattern,
    found.map(({ name }) => name),
  );
  if (names === undefined) throw new Fault('invalid-argument', `'${pattern}' is no regular expression to search with.`);
  return found.filter(({ name }) => names.has(name));
}

function look(
  registry: GuestRegistry,
  path: string,
): { readonly view: RegistryKeyView; readonly names: readonly string[] } {
  try {
    const { classType, writtenMs } = registry.key(path);
    return { view: { path, classType, lastWritten: new Date(writtenMs) }, names: registry.keys(path) };
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'guest-permission') throw error;
    return { view: { path, classType: '', lastWritten: new Date(0), fault: error }, names: [] };
  }
}

import type { GuestRegistryOps, RegistryKey, RegistryValue } from '../../backends/backend.js';
import { Fault } from '../../base/fault.js';
import type { CallOptions } from './call-options.js';
import type { GuestCalls } from './guest-calls.js';

/** How keys are listed and deleted. */
export interface RegistryTreeOptions extends CallOptions {
  /** With all keys below. */
  readonly isRecursive?: boolean;
}

/**
 * The registry of a Windows guest in the name of one user. Paths look like `HKLM\Software\Vendor`, and names ignore case.
 * Every call of a POSIX guest fails with `VIX_E_OP_NOT_SUPPORTED_ON_GUEST`.
 */
export class GuestRegistry {
  readonly #calls: GuestCalls;

  constructor(calls: GuestCalls) {
    this.#calls = calls;
  }

  /** Keys below a key. @throws VixError. */
  async *keys(path: string, options: RegistryTreeOptions = {}): AsyncGenerator<RegistryKey> {
    const { isRecursive = false } = options;
    yield* await this.#calls.request('guest.registry.keys', options, (call) =>
      this.#ops().keys(path, { isRecursive }, call),
    );
  }

  /** Values of a key; the default value has the empty name. @throws VixError. */
  async *values(
    path: string,
    options: CallOptions & { readonly expandStrings?: boolean } = {},
  ): AsyncGenerator<RegistryValue> {
    const { expandStrings = false } = options;
    yield* await this.#calls.request('guest.registry.values', options, (call) =>
      this.#ops().values(path, { expandStrings }, call),
    );
  }

  /** @throws VixError `VIX_E_REG_KEY_ALREADY_EXISTS`. */
  createKey(path: string, options: CallOptions & { readonly isVolatile?: boolean } = {}): Promise<void> {
    const { isVolatile = false } = options;
    return this.#calls.request('guest.registry.createKey', options, (call) =>
      this.#ops().createKey(path, { isVolatile }, call),
    );
  }

  /** @throws VixError `VIX_E_REG_KEY_HAS_SUBKEYS` unless it is recursive. */
  deleteKey(path: string, options: RegistryTreeOptions = {}): Promise<void> {
    const { isRecursive = false } = options;
    return this.#calls.request('guest.registry.deleteKey', options, (call) =>
      this.#ops().deleteKey(path, { isRecursive }, call),
    );
  }

  /** Sets a value of a key that is there. @throws VixError. */
  setValue(path: string, value: RegistryValue, options: CallOptions = {}): Promise<void> {
    return this.#calls.request('guest.registry.setValue', options, (call) =>
      this.#ops().setValue(path, value, { isKeyRequired: true }, call),
    );
  }

  /** @throws VixError `VIX_E_REG_VALUE_NOT_FOUND`. */
  deleteValue(path: string, name: string, options: CallOptions = {}): Promise<void> {
    return this.#calls.request('guest.registry.deleteValue', options, (call) =>
      this.#ops().deleteValue(path, name, call),
    );
  }

  #ops(): GuestRegistryOps {
    const { family, registry } = this.#calls.ops;
    if (family === 'posix') throw new Fault('guest-os-unsupported', 'the guest is no Windows, so it has no registry');
    if (registry === undefined) throw new Fault('not-supported', 'this host does not offer the registry of guests');
    return registry;
  }
}

import { Fault } from '../../../base/fault.js';
import { untilAborted } from '../../../base/until-aborted.js';
import type { CallSignal, VsphereConnection } from '../connection.js';
import type { KnownProperties } from '../properties.js';
import type { Ref } from '../soap/values.js';

/** The guest managers of a server. Older servers lack some, and simulators even more. */
export interface GuestManagerRefs {
  readonly authManager: Ref<'GuestAuthManager'> | undefined;
  readonly fileManager: Ref<'GuestFileManager'>;
  readonly processManager: Ref<'GuestProcessManager'>;
  readonly aliasManager: Ref<'GuestAliasManager'> | undefined;
  readonly guestWindowsRegistryManager: Ref<'GuestWindowsRegistryManager'> | undefined;
  readonly customizationManager: Ref<'VirtualMachineGuestCustomizationManager'> | undefined;
}

/** The types of the guest managers. */
export type GuestManagerType = NonNullable<GuestManagerRefs[keyof GuestManagerRefs]>['type'];

/** The guest managers of one connection, found once: their names differ between vCenter and ESXi. */
export class GuestManagers {
  readonly #connection: VsphereConnection;
  #finding: Promise<GuestManagerRefs> | undefined;
  #found: GuestManagerRefs | undefined;

  constructor(connection: VsphereConnection) {
    this.#connection = connection;
  }

  /** @throws Fault `not-supported` where the server has no guest operations; VimError, HttpFailure. */
  async all(call: CallSignal): Promise<GuestManagerRefs> {
    if (this.#found !== undefined) return this.#found;
    // Whoever asks first asks for all, so it does not end the question when it gives up.
    const finding = (this.#finding ??= this.#find({ signal: new AbortController().signal })
      .then((found) => (this.#found = found))
      .finally(() => (this.#finding = undefined)));
    return untilAborted(() => finding, call.signal);
  }

  /** The manager of a type. @throws as `all`. */
  async ofType(type: GuestManagerType, call: CallSignal): Promise<Ref> {
    const found = Object.values(await this.all(call)).find((manager: Ref | undefined) => manager?.type === type);
    if (found !== undefined) return found as Ref;
    throw new Fault('not-supported', `${this.#connection.about.fullName} has guest operations, but no ${type}.`);
  }

  async #find(call: CallSignal): Promise<GuestManagerRefs> {
    const { content, about } = this.#connection;
    const manager = content.guestOperationsManager;
    if (manager === undefined) throw new Fault('not-supported', `${about.fullName} has no guest operations.`);
    const paths = [
      'authManager',
      'fileManager',
      'processManager',
      'aliasManager',
      'guestWindowsRegistryManager',
    ] as const;
    const properties = await this.#connection.properties(manager, paths, call);
    const found = <Path extends (typeof paths)[number]>(path: Path): KnownProperties[Path] => {
      const ref = properties.get(path);
      if (ref !== undefined) return ref;
      throw new Fault('not-supported', `${about.fullName} has guest operations, but no ${path}.`);
    };
    return {
      authManager: properties.get('authManager'),
      fileManager: found('fileManager'),
      processManager: found('processManager'),
      aliasManager: properties.get('aliasManager'),
      guestWindowsRegistryManager: properties.get('guestWindowsRegistryManager'),
      customizationManager: content.guestCustomizationManager,
    };
  }
}

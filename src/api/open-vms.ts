import type { VmLink } from '../backends/backend.js';

/** What stands for an open virtual machine. */
interface OpenVm {
  readonly payload: { readonly link: VmLink };
}

/**
 * The open virtual machines of one host handle, so that opening one twice gives one handle. A key may change, but only that
 * of a machine with a UUID, which it keeps: so machines are looked up by that, and by the key where there is none.
 */
export class OpenVms<Vm extends OpenVm> {
  readonly #byIdentity = new Map<string, Set<Vm>>();
  /** What each was added under: a machine that is deleted has no UUID any more. */
  readonly #identities = new Map<Vm, string>();

  add(vm: Vm): void {
    const identity = identityOf(vm.payload.link);
    this.#identities.set(vm, identity);
    const alike = this.#byIdentity.get(identity);
    if (alike === undefined) this.#byIdentity.set(identity, new Set([vm]));
    else alike.add(vm);
  }

  delete(vm: Vm): void {
    const identity = this.#identities.get(vm);
    if (identity === undefined) return;
    this.#identities.delete(vm);
    const alike = this.#byIdentity.get(identity);
    alike?.delete(vm);
    if (alike?.size === 0) this.#byIdentity.delete(identity);
  }

  /** The one with the key of the link, as far as the keys are known. */
  find(link: VmLink): Vm | undefined {
    for (const vm of this.#alike(link)) if (vm.payload.link.key === link.key) return vm;
    return undefined;
  }

  /** Links of those that have another key than the link, but may be the same machine all the same. */
  doubtful(link: VmLink): readonly VmLink[] {
    if (link.uuid === undefined) return [];
    const links = [...this.#alike(link)].map(({ payload }) => payload.link);
    return links.filter(({ key, uuid }) => uuid === link.uuid && key !== link.key);
  }

  #alike(link: VmLink): Iterable<Vm> {
    return this.#byIdentity.get(identityOf(link)) ?? [];
  }
}

function identityOf({ uuid, key }: VmLink): string {
  return uuid === undefined ? `key ${key}` : `uuid ${uuid}`;
}

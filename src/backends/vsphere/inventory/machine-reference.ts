import { Fault } from '../../../base/fault.js';
import type { CallSignal } from '../connection.js';
import { isVimError } from '../errors/vim-error.js';
import { isRef, refKey } from '../soap/values.js';
import type { MachineRef } from './find-machine.js';

/**
 * The reference of a machine that somebody holds on to. A machine that is taken out of the inventory and registered anew
 * has another reference after that, while what it was opened by still leads to it.
 */
export class MachineReference {
  #current: MachineRef;
  #find: ((call: CallSignal) => Promise<MachineRef>) | undefined;

  /** @param find looks for the machine by what it was opened by; absent for one that is known by its reference alone. */
  constructor(ref: MachineRef, find?: (call: CallSignal) => Promise<MachineRef>) {
    this.#current = ref;
    this.#find = find;
  }

  /** The reference that was good the last time. */
  get current(): MachineRef {
    return this.#current;
  }

  /** The machine is deleted: what is found in its place from now on is another one. */
  retire(): void {
    this.#find = undefined;
  }

  /**
   * Makes a request. When the server does not know the machine by its reference, which says that the request did nothing,
   * the machine is looked for, and the request made once more.
   *
   * @param request one request alone, or reading: it is made from its start again.
   * @throws what the request does; Fault of a search that ends with anything but that there is no such machine.
   */
  async use<T>(request: (ref: MachineRef) => Promise<T>, call: CallSignal): Promise<T> {
    const ref = this.#current;
    try {
      return await request(ref);
    } catch (error) {
      if (!isGone(error, ref) || !(await this.#isFoundAgain(ref, call))) throw error;
      return request(this.#current);
    }
  }

  /** Whether there is another reference than the one that the server does not know any more. */
  async #isFoundAgain(gone: MachineRef, call: CallSignal): Promise<boolean> {
    // Another request may have found it meanwhile.
    if (refKey(this.#current) !== refKey(gone)) return true;
    let found: MachineRef | undefined;
    try {
      found = await this.#find?.(call);
    } catch (error) {
      if (error instanceof Fault && error.kind === 'vm-not-found') return false;
      throw error;
    }
    // Deleted while it was looked for, it has no other.
    if (found === undefined || this.#find === undefined) return false;
    this.#current = found;
    return refKey(found) !== refKey(gone);
  }
}

/** Whether the server does not know the machine under this reference. */
function isGone(error: unknown, ref: MachineRef): boolean {
  if (!isVimError(error, 'ManagedObjectNotFound')) return false;
  const { obj } = error.fault;
  return isRef(obj) && refKey(obj) === refKey(ref);
}

import { Fault } from '../../../base/fault.js';
import type { CallSignal } from '../connection.js';
import { isVimError } from '../errors/vim-error.js';
import { isRef, refKey } from '../soap/values.js';
import type { FoundMachine, MachineRef } from './find-machine.js';

/** What leads to a machine again when its reference has changed. */
export interface MachinePlace {
  /** What it was opened by. */
  readonly location: string;
  /** Tells it from another machine that has taken its place; undefined where the server does not tell. */
  readonly uuid: string | undefined;
  /** Looks at what is at the place now. */
  readonly find: (call: CallSignal) => Promise<Pick<FoundMachine, 'ref' | 'uuid'>>;
}

/**
 * The reference of a machine that somebody holds on to. A machine that is taken out of the inventory and registered anew
 * has another reference after that, while what it was opened by still leads to it. What is there with another UUID is
 * another machine, and nothing is asked of it.
 */
export class MachineReference {
  #current: MachineRef;
  #place: MachinePlace | undefined;

  /** @param place absent for a machine that is known by its reference alone. */
  constructor(ref: MachineRef, place?: MachinePlace) {
    this.#current = ref;
    this.#place = place;
  }

  /** The reference that was good the last time. */
  get current(): MachineRef {
    return this.#current;
  }

  /** The UUID that it had when it was opened; undefined also after its deletion. */
  get uuid(): string | undefined {
    return this.#place?.uuid;
  }

  /** The machine is deleted: what is found in its place from now on is another one. */
  retire(): void {
    this.#place = undefined;
  }

  /**
   * Makes a request. When the server does not know the machine by its reference, which says that the request did nothing,
   * the machine is looked for, and the request made again; so, too, when that happens again while the request waits.
   *
   * @param request one request alone, or what begins under a reference only what can begin anew under the next: it is made
   *   from its start again.
   * @throws what the request does; Fault `vm-not-found` when another machine has taken its place; Fault of a search that
   *   ends with anything but that there is no machine.
   */
  async use<T>(request: (ref: MachineRef) => Promise<T>, call: CallSignal): Promise<T> {
    for (;;) {
      const ref = this.#current;
      try {
        return await request(ref);
      } catch (error) {
        if (!isGone(error, ref) || !(await this.#isFoundAgain(ref, call))) throw error;
      }
    }
  }

  /** Whether there is another reference than the one that the server does not know any more. */
  async #isFoundAgain(gone: MachineRef, call: CallSignal): Promise<boolean> {
    // Another request may have found it meanwhile.
    if (refKey(this.#current) !== refKey(gone)) return true;
    const place = this.#place;
    const found = await place?.find(call).catch((error: unknown) => {
      if (error instanceof Fault && error.kind === 'vm-not-found') return undefined;
      throw error;
    });
    // Deleted while it was looked for, it has no other.
    if (place === undefined || found === undefined || this.#place === undefined) return false;
    if (refKey(found.ref) === refKey(gone)) return false;
    if (found.uuid === undefined || found.uuid !== place.uuid) throw replaced(place);
    this.#current = found.ref;
    return true;
  }
}

function replaced({ location }: MachinePlace): Fault {
  const message = `The machine that was opened by ${location} is gone, and what is there now has another UUID, or none. Open that, to work with it.`;
  return new Fault('vm-not-found', message);
}

/** Whether the server does not know the machine under this reference. */
function isGone(error: unknown, ref: MachineRef): boolean {
  if (!isVimError(error, 'ManagedObjectNotFound')) return false;
  const { obj } = error.fault;
  return isRef(obj) && refKey(obj) === refKey(ref);
}

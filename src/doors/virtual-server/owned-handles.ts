import type { VixHandle } from '../../vix/types.js';
import type { DoorVix } from '../door-calls.js';

/**
 * The references that the states of a door have, one each. Scripts close nothing, they only let go of it: the reference of
 * a state goes when the state does.
 */
export class OwnedHandles {
  readonly #vix: DoorVix;
  readonly #forgotten: FinalizationRegistry<VixHandle>;

  constructor(vix: DoorVix) {
    this.#vix = vix;
    this.#forgotten = new FinalizationRegistry((handle) => vix.Vix_ReleaseHandle(handle));
  }

  /** A new state takes the reference that its maker has. */
  own(state: object, handle: VixHandle): void {
    this.#forgotten.register(state, handle, state);
  }

  /** Gives the reference of a state back before the state goes. */
  giveBack(state: object, handle: VixHandle): void {
    if (this.#forgotten.unregister(state)) this.#vix.Vix_ReleaseHandle(handle);
  }
}

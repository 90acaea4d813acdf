/**
 * How the events of one connection reach the program: at once, or, in the single-threaded mode of VIX up to 1.10, only
 * while the program pumps.
 */
export interface EventChannel {
  /** Runs the action now, or when the program next pumps. Actions keep their order. */
  post(action: () => void): void;
  /** Runs what is pending. */
  pump(): void;
  /** While somebody waits for a job of this connection, actions run at once. */
  beginWait(): void;
  endWait(): void;
}

/** Runs every action at once. */
export const immediateChannel: EventChannel = {
  post: (action) => action(),
  pump: () => undefined,
  beginWait: () => undefined,
  endWait: () => undefined,
};

/** Keeps actions until they are pumped, or until somebody waits. */
export class PumpChannel implements EventChannel {
  readonly #pending: (() => void)[] = [];
  /** Whether a host handle stands for the connection yet, so that pumping that handle reaches it. */
  isAttached = false;
  #waits = 0;
  #isPumping = false;

  post(action: () => void): void {
    this.#pending.push(action);
    if (this.#waits > 0) this.pump();
  }

  pump(): void {
    // A callback that pumps finds the rest delivered by the pump that called it.
    if (this.#isPumping) return;
    this.#isPumping = true;
    for (let action = this.#pending.shift(); action !== undefined; action = this.#pending.shift()) action();
    this.#isPumping = false;
  }

  beginWait(): void {
    this.#waits += 1;
    this.pump();
  }

  endWait(): void {
    this.#waits -= 1;
  }
}

/**
 * How the events of one connection reach the program: at once, or, in the single-threaded mode of VIX up to 1.10, only
 * while the program pumps.
 */
export interface EventChannel {
  /** Whether `post` does nothing but run the action: a caller may save the closure then. */
  readonly isImmediate: boolean;
  /** Runs the action now, or when the program next pumps. Actions keep their order. */
  post(action: () => void): void;
  /** Runs what is pending. */
  pump(): void;
  /** Nobody will pump any more: runs what is pending, and from now on every action at once. */
  close(): void;
  /** While somebody waits for a job of this connection, actions run at once. */
  beginWait(): void;
  endWait(): void;
}

/** Runs every action at once. */
export const immediateChannel: EventChannel = {
  isImmediate: true,
  post: (action) => action(),
  pump: () => undefined,
  close: () => undefined,
  beginWait: () => undefined,
  endWait: () => undefined,
};

/** Keeps actions until they are pumped, or until somebody waits. */
export class PumpChannel implements EventChannel {
  /** Whether the program knows a host handle for the connection, so that pumping that handle reaches it. */
  isAttached = false;
  readonly isImmediate = false;
  readonly #pending: (() => void)[] = [];
  readonly #unpumped: Set<PumpChannel>;
  #waits = 0;
  #isPumping = false;
  #isClosed = false;

  /** @param unpumped set that the channel is in as long as it has something pending. */
  constructor(unpumped: Set<PumpChannel>) {
    this.#unpumped = unpumped;
  }

  post(action: () => void): void {
    this.#pending.push(action);
    this.#unpumped.add(this);
    if (this.#waits > 0 || this.#isClosed) this.pump();
  }

  close(): void {
    this.#isClosed = true;
    this.pump();
  }

  pump(): void {
    // A callback that pumps finds the rest delivered by the pump that called it.
    if (this.#isPumping) return;
    this.#isPumping = true;
    for (let action = this.#pending.shift(); action !== undefined; action = this.#pending.shift()) action();
    this.#isPumping = false;
    this.#unpumped.delete(this);
  }

  beginWait(): void {
    this.#waits += 1;
    this.pump();
  }

  endWait(): void {
    this.#waits -= 1;
  }
}

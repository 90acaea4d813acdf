const messagesAt = 0;
const beatsAt = 1;
const exitAt = 2;
const words = 3;

/** An exit code is kept with this added, so that 0 says that there is none. */
const exitOffset = 1000;

/**
 * The memory that a program and its engine share: how the engine wakes the program, shows that it lives, and tells
 * that it has ended, all of which must work while the program's thread is blocked.
 */
export class EngineMemory {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /** How many messages the engine has sent; it only ever changes, and wraps around. */
  get messages(): number {
    return Atomics.load(this.#words, messagesAt);
  }

  /** Says that a message was sent. The message must be in the port before. */
  announce(): void {
    Atomics.add(this.#words, messagesAt, 1);
    Atomics.notify(this.#words, messagesAt);
  }

  /**
   * Blocks the thread until a message was sent after the count was read.
   *
   * @param seen the count as read before the port was last found empty, so that no message can be missed.
   * @returns false when the time passed without one.
   */
  waitForMessage(seen: number, timeoutMs: number): boolean {
    return Atomics.wait(this.#words, messagesAt, seen, timeoutMs) !== 'timed-out';
  }

  /** Heartbeats so far. */
  get beats(): number {
    return Atomics.load(this.#words, beatsAt);
  }

  /** One heartbeat of the engine. */
  beat(): void {
    Atomics.add(this.#words, beatsAt, 1);
  }

  /** Exit code of the engine's thread; undefined while it runs. */
  get exitCode(): number | undefined {
    const word = Atomics.load(this.#words, exitAt);
    return word === 0 ? undefined : word - exitOffset;
  }

  /** Says that the engine's thread ends. */
  end(exitCode: number): void {
    Atomics.store(this.#words, exitAt, exitCode + exitOffset);
    this.announce();
  }
}

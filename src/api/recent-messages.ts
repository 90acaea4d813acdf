/** Messages that are kept: more than a program asks for, few enough to forget about. */
const keptMessages = 1000;

/** Why calls on handles failed, for the handles that failed last. A number need not be a live handle. */
export class RecentMessages {
  readonly #messages = new Map<number, string>();

  /** Keeps the message of the last failure on a handle. */
  keep(handle: number, message: string): void {
    // Taken out first, so that the order is that of the failures.
    this.#messages.delete(handle);
    this.#messages.set(handle, message);
    if (this.#messages.size <= keptMessages) return;
    for (const oldest of this.#messages.keys()) {
      this.#messages.delete(oldest);
      return;
    }
  }

  /** Message of the last failure on a handle; empty when there was none, or too many since. */
  of(handle: number): string {
    return this.#messages.get(handle) ?? '';
  }
}

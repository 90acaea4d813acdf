/** Tells those who watch one machine of its changes, at a cost that does not grow with the watchers of others. */
export class VmChanges {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** Calls the listeners of one machine. */
  emit(id: string): void {
    for (const listener of this.#listeners.get(id) ?? []) listener();
  }

  /** @returns how to stop. */
  on(id: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id);
    };
  }
}

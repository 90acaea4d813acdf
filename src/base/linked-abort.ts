import { setMaxListeners } from 'node:events';

/**
 * An abort controller that also follows other signals. `AbortSignal.any` would do, but on Node 20 what it makes hangs on
 * to a long-lived source for as long as that lives.
 */
export class LinkedAbort {
  readonly #own = new AbortController();
  readonly #release: () => void;

  /** @param sources an absent one never aborts. */
  constructor(...sources: readonly (AbortSignal | undefined)[]) {
    const links = sources.flatMap((source) => {
      if (source === undefined) return [];
      // However many pieces of work follow one signal, each of them leaves it: that is no leak to warn of.
      setMaxListeners(0, source);
      const follow = (): void => this.#own.abort(source.reason);
      if (source.aborted) follow();
      else source.addEventListener('abort', follow, { once: true });
      return [() => source.removeEventListener('abort', follow)];
    });
    this.#release = () => {
      for (const unlink of links) unlink();
    };
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  abort(reason: unknown): void {
    this.#own.abort(reason);
  }

  /** Follows no more; to be called when the work is done. */
  release(): void {
    this.#release();
  }
}

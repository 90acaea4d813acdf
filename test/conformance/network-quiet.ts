import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** Turns of a millisecond after which a request counts as one that waits for the clock. */
const longestTurns = 200;

interface RequestEvent {
  readonly request: { readonly body?: unknown };
}

/**
 * Knows whether requests are under way in this process. A fake clock that moved on meanwhile would make the network of
 * the machine seem slow. Requests that wait for changes are left out: they end when something happens.
 */
export class NetworkQuiet {
  readonly #underWay = new Set<object>();
  readonly #create = (event: unknown): void => {
    const { request } = event as RequestEvent;
    const isWait = Buffer.isBuffer(request.body) && request.body.includes('<WaitForUpdatesEx');
    if (!isWait) this.#underWay.add(request);
  };
  readonly #end = (event: unknown): void => void this.#underWay.delete((event as RequestEvent).request);

  readonly #createDownload = (event: unknown): void => void this.#underWay.add(event as object);
  readonly #endDownload = (event: unknown): void => void this.#underWay.delete(event as object);

  constructor() {
    subscribe('revix:download:start', this.#createDownload);
    subscribe('revix:download:end', this.#endDownload);
    subscribe('undici:request:create', this.#create);
    subscribe('undici:request:trailers', this.#end);
    subscribe('undici:request:error', this.#end);
  }

  /** Waits until nothing is under way, but not for what seems to wait for the clock itself. */
  async wait(): Promise<void> {
    for (let turn = 0; this.#underWay.size > 0 && turn < longestTurns; turn += 1) {
      await new Promise((resolve) => {
        setTimeout(resolve, 1);
      });
    }
    if (this.#underWay.size > 0) this.#underWay.clear();
  }

  close(): void {
    unsubscribe('revix:download:start', this.#createDownload);
    unsubscribe('revix:download:end', this.#endDownload);
    unsubscribe('undici:request:create', this.#create);
    unsubscribe('undici:request:trailers', this.#end);
    unsubscribe('undici:request:error', this.#end);
  }
}

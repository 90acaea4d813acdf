import { Believed } from '../../base/believed.js';
import type { Clock } from '../../base/clock.js';
import type { Datacenter } from './inventory/datacenter.js';
import type { ServiceContent } from './vim/generated/types.js';

/** How long a server is believed: it may be upgraded, or another one come in its place. */
const believedMs = 60_000;

/** What a server is, as it told before a login. */
export interface KnownServer {
  /** Of the API, as agreed on with it. */
  readonly version: string;
  readonly content: ServiceContent;
}

/** What one server has told a short while ago, kept beyond the connections to it: the next one need not ask again. */
export class ServerMemory {
  readonly server: Believed<KnownServer>;
  readonly #clock: Clock;
  readonly #datacenters = new Map<string, Believed<readonly Datacenter[]>>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.server = new Believed(clock, believedMs);
  }

  /** The datacentres that a user was shown: others may be shown others. */
  datacentersOf(userName: string): Believed<readonly Datacenter[]> {
    let datacenters = this.#datacenters.get(userName);
    if (datacenters === undefined) {
      datacenters = new Believed(this.#clock, believedMs);
      this.#datacenters.set(userName, datacenters);
    }
    return datacenters;
  }

  /** Takes what a server tells that was not known, or is another one now. */
  meet(server: KnownServer): void {
    this.server.tell(server);
    for (const datacenters of this.#datacenters.values()) datacenters.forget();
  }
}

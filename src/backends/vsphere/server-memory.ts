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
  /** Which server it was that told last. */
  #identity: string | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.server = new Believed(clock, believedMs);
  }

  /** The datacentres that a user was shown: others may be shown others. */
  datacentersOf(userName: string): Believed<readonly Datacenter[]> {
    let datacenters = this.#datacenters.get(userName);
    if (datacenters === undefined) {
      for (const [other, { value }] of this.#datacenters) if (value === undefined) this.#datacenters.delete(other);
      datacenters = new Believed(this.#clock, believedMs);
      this.#datacenters.set(userName, datacenters);
    }
    return datacenters;
  }

  /** Takes what a server tells. Of another one than before, nothing is known. */
  meet(server: KnownServer): void {
    this.server.ask()(server);
    const { instanceUuid = '', fullName } = server.content.about;
    const identity = `${instanceUuid} ${fullName}`;
    if (this.#identity === identity) return;
    this.#identity = identity;
    for (const datacenters of this.#datacenters.values()) datacenters.forget();
  }
}

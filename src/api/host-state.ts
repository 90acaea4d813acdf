import type { HostLink } from '../backends/backend.js';
import type { PathMap } from '../backends/path-map.js';
import type { HandleEntry, HandlePayload } from '../handles/handle-table.js';
import type { EventChannel } from '../jobs/event-channel.js';
import type { VmState } from './vm-state.js';

/** What a host handle stands for: one connection. */
export class HostState implements HandlePayload {
  /** Open VMs by their identity, so that opening one twice gives one handle. */
  readonly vms = new Map<string, HandleEntry<'vm', VmState>>();
  readonly #ended = new AbortController();

  constructor(
    readonly link: HostLink,
    /** `VIX_SERVICEPROVIDER_*` that the program asked for. */
    readonly hostType: number,
    readonly paths: PathMap,
    readonly channel: EventChannel,
    readonly onEnd: () => void,
  ) {}

  /** Aborted when the connection ends: for reads that belong to no job. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  onDestroy(): void {
    this.#ended.abort();
    this.onEnd();
  }
}

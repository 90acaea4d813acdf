import type { CallContext, HostLink, SnapshotNode, SnapshotTree, VmLink } from '../backends/backend.js';
import type { PathMap } from '../backends/path-map.js';
import type { GuestSession } from '../guest/guest-session.js';
import type { HandleEntry, HandlePayload } from '../handles/handle-table.js';
import type { EventChannel } from '../jobs/event-channel.js';
import { Lane } from '../jobs/lane.js';

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

/** What a VM handle stands for. */
export class VmState implements HandlePayload {
  /** Snapshots with a live handle, by id, so that each has one handle. */
  readonly snapshots = new Map<string, HandleEntry<'snapshot', SnapshotState>>();
  readonly lane = new Lane();
  /** The guest login: belongs to the handle, and goes with it. */
  session: GuestSession | undefined = undefined;

  constructor(
    readonly host: HandleEntry<'host', HostState>,
    readonly link: VmLink,
    /** Path as the program gave it. */
    readonly location: string,
    readonly onEnd: (vm: VmState) => void,
  ) {}

  onDestroy(): void {
    this.session = undefined;
    this.onEnd(this);
  }

  /** Runs one guest request when no other work on this virtual machine is under way. */
  readonly turn = <T>(request: () => Promise<T>, signal: AbortSignal): Promise<T> =>
    this.lane.run(() => untilAborted(request, signal));
}

/** Runs a request; an abort ends the wait for it even when it never answers, so that the lane is free again. */
function untilAborted<T>(request: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    void request()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** What a snapshot handle stands for. */
export class SnapshotState implements HandlePayload {
  constructor(
    readonly vm: HandleEntry<'vm', VmState>,
    readonly id: string,
    readonly onEnd: (snapshot: SnapshotState) => void,
  ) {}

  onDestroy(): void {
    this.onEnd(this);
  }

  /** The snapshot as it is now. @returns undefined when it is gone. */
  async find(call: CallContext): Promise<FoundSnapshot | undefined> {
    return findSnapshot(await this.vm.payload.link.snapshots.tree(call), this.id);
  }
}

/** A snapshot in its tree. */
export interface FoundSnapshot {
  readonly node: SnapshotNode;
  readonly parent: SnapshotNode | null;
}

function findSnapshot(tree: SnapshotTree, id: string): FoundSnapshot | undefined {
  const open: FoundSnapshot[] = tree.roots.map((node) => ({ node, parent: null }));
  for (let found = open.pop(); found !== undefined; found = open.pop()) {
    if (found.node.id === id) return found;
    const parent = found.node;
    open.push(...parent.children.map((node) => ({ node, parent })));
  }
  return undefined;
}

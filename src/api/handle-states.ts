import { setMaxListeners } from 'node:events';
import { Fault } from '../base/fault.js';
import type { CallContext, HostLink, SnapshotNode, SnapshotTree, VmLink } from '../backends/backend.js';
import { untilAborted } from '../base/until-aborted.js';
import type { PathMap } from '../backends/path-map.js';
import type { GuestSession } from '../guest/guest-session.js';
import type { VmPrograms } from '../guest/vm-programs.js';
import type { HandleEntry, HandlePayload } from '../handles/handle-table.js';
import type { EventChannel } from '../jobs/event-channel.js';
import { VixFailure } from '../errors/vix-failure.js';
import { VIX_E_SNAPSHOT_NOTFOUND } from '../vix/names.js';
import { Lane } from '../jobs/lane.js';
import { OpenVms } from './open-vms.js';

/** What a host handle stands for: one connection. */
export class HostState implements HandlePayload {
  /** Open VMs. */
  readonly vms = new OpenVms<HandleEntry<'vm', VmState>>();
  readonly #ended = new AbortController();
  readonly #tidying = new Set<Promise<unknown>>();
  #ending: Promise<void> | undefined = undefined;

  constructor(
    readonly link: HostLink,
    /** `VIX_SERVICEPROVIDER_*` that the program asked for. */
    readonly hostType: number,
    readonly paths: PathMap,
    readonly channel: EventChannel,
    readonly onEnd: (tidied: Promise<unknown>) => Promise<void>,
  ) {
    // As many reads may be under way as the program likes.
    setMaxListeners(0, this.#ended.signal);
  }

  /**
   * Lets work that tidies up in a guest end before the connection is closed. It must end soon after the abort.
   * @returns the work.
   */
  tidy<T>(work: Promise<T>): Promise<T> {
    const settled = work.catch(() => undefined).finally(() => this.#tidying.delete(settled));
    this.#tidying.add(settled);
    return work;
  }

  /** Resolves when the session has ended; absent while it goes on. */
  get ending(): Promise<void> | undefined {
    return this.#ending;
  }

  /** Aborted when the connection ends: for reads that belong to no job. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  onDestroy(): void {
    this.#ended.abort(new Fault('cancelled', 'the host was disconnected'));
    this.#ending = this.onEnd(Promise.all(this.#tidying));
  }
}

/** What a VM handle stands for. */
export class VmState implements HandlePayload {
  /** Snapshots with a live handle, by id, so that each has one handle. */
  readonly snapshots = new Map<string, HandleEntry<'snapshot', SnapshotState>>();
  readonly lane = new Lane();
  readonly #ended = new AbortController();
  /** The guest login: belongs to the handle, and goes with it. */
  session: GuestSession | undefined = undefined;
  /** Programs that are waited for, in this login and others; absent before the first login. */
  programs: VmPrograms | undefined = undefined;

  constructor(
    readonly host: HandleEntry<'host', HostState>,
    readonly link: VmLink,
    /** Path as the program gave it. */
    readonly location: string,
    readonly onEnd: (vm: VmState) => void,
  ) {
    // As many may follow the machine as the program likes.
    setMaxListeners(0, this.#ended.signal);
  }

  /** Aborted when the handle ends. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  onDestroy(): void {
    this.#ended.abort(new Fault('cancelled', 'the virtual machine was closed'));
    this.session = undefined;
    this.onEnd(this);
  }

  /** Runs one guest request when no other work on this virtual machine is under way. An abort also ends the wait for that. */
  readonly turn = <T>(request: () => Promise<T>, signal: AbortSignal): Promise<T> =>
    untilAborted(() => this.lane.run(() => untilAborted(request, signal)), signal);
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

  /** The snapshot as it is now. @throws VixFailure `VIX_E_SNAPSHOT_NOTFOUND` when it is gone. */
  async find(call: CallContext): Promise<FoundSnapshot> {
    const found = findSnapshot(await this.vm.payload.link.snapshots.tree(call), this.id);
    if (found !== undefined) return found;
    const message = 'the snapshot was removed; look for another with VixVM_GetRootSnapshot or VixVM_GetNamedSnapshot';
    throw new VixFailure(VIX_E_SNAPSHOT_NOTFOUND, message);
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

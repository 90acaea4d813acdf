import type { Capability } from '../backends/capabilities.js';
import { Fault } from '../base/fault.js';
import { VixFailure } from '../errors/vix-failure.js';
import type { PropertyList } from '../handles/property-list.js';
import type { GuestSession } from '../guest/guest-session.js';
import type { VixEventProc } from '../jobs/job-events.js';
import type { EventChannel } from '../jobs/event-channel.js';
import type { Lane, LaneUse } from '../jobs/lane.js';
import type { JobContext } from '../jobs/job.js';
import type { JobOptions } from '../jobs/job-runner.js';
import { VIX_E_INVALID_ARG, VIX_E_INVALID_HANDLE } from '../vix/names.js';
import type { VixHandle } from '../vix/types.js';
import { handleFailure } from './call-failure.js';
import type { HostEntry, VixRuntime, VmEntry } from './vix-runtime.js';

/** What a program may put into the callback slot of a function: nothing can be said as null or as C's 0. */
export type VixCallback = VixEventProc | null | 0;

/** A property list parameter: `VIX_INVALID_HANDLE`, also as a plain 0, where there is none. */
export type VixListHandle = VixHandle | 0;

/** The tail that every asynchronous function has in common. */
export interface JobTail {
  readonly call: string;
  readonly callback: VixCallback;
  readonly clientData: unknown;
}

/** A job whose callback slot holds whatever the program put there. */
export type JobStart = Omit<JobOptions, 'callback'> & { readonly callback: VixCallback };

/** What stands in a callback slot; null when there is nothing, said as null, undefined or 0. */
function callbackIn(slot: VixCallback): VixEventProc | null {
  return typeof slot === 'function' ? slot : null;
}

/** Whether a callback slot holds what cannot be called, and is not one of the ways to say nothing. */
function isBadSlot(slot: VixCallback): boolean {
  return typeof slot !== 'function' && slot !== null && slot !== undefined && slot !== 0;
}

/** Starts a job; one with anything uncallable in the callback slot fails. */
export function startJob(runtime: VixRuntime, job: JobStart): VixHandle {
  if (isBadSlot(job.callback)) return startFailed(runtime, job, badCallback());
  return runtime.runner.start({ ...job, callback: callbackIn(job.callback) });
}

function badCallback(): VixFailure {
  return new VixFailure(VIX_E_INVALID_ARG, 'parameter callbackProc must be a function, or null for none');
}

/** Starts a job that fails: the way in which every error found beforehand reaches the program. */
function startFailed(runtime: VixRuntime, job: Omit<JobStart, 'work'>, error: unknown): VixHandle {
  return runtime.runner.start({
    call: job.call,
    callback: callbackIn(job.callback),
    clientData: job.clientData,
    owner: job.owner,
    uses: job.uses,
    channel: job.channel,
    target: job.target,
    // Nothing to wait for: whatever the lane, the failure comes at once.
    work: () => {
      throw error;
    },
  });
}

/** @throws Fault `not-supported`, or what the connection knows better, unless it offers the capability. */
export function requireCapability(host: HostEntry, capability: Capability): void {
  if (!host.payload.link.capabilities.has(capability)) throw notOffered(host, capability);
}

function notOffered(host: HostEntry, capability: Capability): Fault {
  const { link } = host.payload;
  const { product } = link.about;
  return (
    link.whyMissing?.(capability) ??
    new Fault('not-supported', `${product} does not offer this (capability ${capability})`)
  );
}

/** Options of a job that works on a host. */
export interface HostWork {
  readonly capability?: Capability;
  readonly work: (host: HostEntry, context: JobContext) => Promise<void> | void;
}

/** Starts a job on a host handle. */
export function startHostJob(runtime: VixRuntime, handle: VixHandle, tail: JobTail, options: HostWork): VixHandle {
  const host = runtime.table.lookup(handle, 'host');
  if (typeof host === 'number') {
    return startFailed(runtime, tail, handleFailure(runtime, 'hostHandle', handle, host));
  }
  const { capability } = options;
  return startJob(runtime, {
    call: tail.call,
    callback: tail.callback,
    clientData: tail.clientData,
    owner: host,
    uses: host,
    channel: host.payload.channel,
    target: host.payload.link.about.product,
    work: (context) => {
      if (capability !== undefined) requireCapability(host, capability);
      return options.work(host, context);
    },
  });
}

/** Options of a job that works on a virtual machine. */
export interface VmWork {
  readonly capability?: Capability | undefined;
  /** How the job as a whole takes the lane of the virtual machine; absent: it does not. */
  readonly lane?: LaneUse | undefined;
  readonly work: (vm: VmEntry, context: JobContext) => Promise<void> | void;
}

/**
 * A job on a virtual machine, as the runner takes it. A record without closures: programs start these by the thousand,
 * and making what they are made of is most of what a short one costs.
 */
class VmJob implements JobOptions {
  readonly uses: VmEntry;
  readonly call: string;
  readonly callback: VixEventProc | null;
  readonly clientData: unknown;
  readonly laneUse: LaneUse | undefined;
  readonly #work: VmWork['work'];

  constructor(vm: VmEntry, tail: JobTail, options: VmWork) {
    this.uses = vm;
    this.call = tail.call;
    this.callback = callbackIn(tail.callback);
    this.clientData = tail.clientData;
    this.laneUse = options.lane;
    this.#work = options.work;
  }

  get owner(): HostEntry {
    return this.uses.payload.host;
  }

  get channel(): EventChannel {
    return this.owner.payload.channel;
  }

  get target(): string {
    return this.uses.payload.location;
  }

  get lane(): Lane | undefined {
    return this.laneUse === undefined ? undefined : this.uses.payload.lane;
  }

  work(context: JobContext): Promise<void> | void {
    return this.#work(this.uses, context);
  }
}

/** Starts a job on a VM handle. */
export function startVmJob(runtime: VixRuntime, handle: VixHandle, tail: JobTail, options: VmWork): VixHandle {
  const vm = runtime.table.lookup(handle, 'vm');
  if (typeof vm === 'number') return startFailed(runtime, tail, handleFailure(runtime, 'vmHandle', handle, vm));
  const job = new VmJob(vm, tail, options);
  if (isBadSlot(tail.callback)) return startFailed(runtime, job, badCallback());
  const { capability } = options;
  // What is not offered is said at once, without waiting for other work to end.
  if (capability !== undefined && !vm.payload.host.payload.link.capabilities.has(capability)) {
    return startFailed(runtime, job, notOffered(vm.payload.host, capability));
  }
  return runtime.runner.start(job);
}

/**
 * Starts a job that needs a guest login.
 *
 * @param capability what the job needs; whoever offers it offers the guest as well.
 */
export function startGuestJob(
  runtime: VixRuntime,
  handle: VixHandle,
  tail: JobTail,
  work: (session: GuestSession, context: JobContext, vm: VmEntry) => Promise<void>,
  capability: Capability = 'guest',
): VixHandle {
  return startVmJob(runtime, handle, tail, {
    capability,
    work: (vm, context) => {
      const session = requireLogin(vm);
      return session.knowing(context, () => work(session, context, vm));
    },
  });
}

/** The guest login of a VM handle. @throws Fault `guest-not-logged-in`. */
export function requireLogin(vm: VmEntry): GuestSession {
  const { session } = vm.payload;
  if (session !== undefined) return session;
  const message = 'nobody is logged in to the guest through this handle; call VixVM_LoginInGuest first';
  throw new Fault('guest-not-logged-in', message);
}

/** Gives the property list of a call; undefined where there was none. @throws VixFailure for a handle that was no list. */
export type TakenList = () => PropertyList | undefined;

const noList: TakenList = () => undefined;

/** Takes a property list parameter as it is at the call: the program may release the list before the job begins. */
export function takenList(runtime: VixRuntime, handle: unknown): TakenList {
  if (handle === 0 || handle === null || handle === undefined) return noList;
  const found = typeof handle === 'number' ? runtime.table.lookup(handle, 'propertyList') : VIX_E_INVALID_HANDLE;
  if (typeof found !== 'number') return () => found.payload.list;
  const failure = handleFailure(runtime, 'propertyListHandle', handle, found);
  return () => {
    throw failure;
  };
}

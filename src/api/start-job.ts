import type { Capability } from '../backends/capabilities.js';
import { Fault } from '../base/fault.js';
import { VixFailure } from '../errors/vix-failure.js';
import type { GuestSession } from '../guest/guest-session.js';
import type { VixEventProc } from '../jobs/job-events.js';
import type { LaneUse } from '../jobs/lane.js';
import type { JobContext, JobOptions } from '../jobs/job-runner.js';
import { errorText } from '../vix/lookup.js';
import { VIX_E_INVALID_ARG, VIX_E_INVALID_HANDLE } from '../vix/names.js';
import type { VixError, VixHandle } from '../vix/types.js';
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

function isCallable(job: JobStart): job is JobStart & JobOptions {
  return job.callback === null || typeof job.callback === 'function';
}

/** Starts a job. Nothing in the callback slot may be said as null, undefined or 0; anything else fails the job. */
export function startJob(runtime: VixRuntime, job: JobStart): VixHandle {
  if (isCallable(job)) return runtime.runner.start(job);
  if (job.callback === undefined || job.callback === 0) return runtime.runner.start({ ...job, callback: null });
  const message = 'parameter callbackProc must be a function, or null for none';
  // Where the good call would have worked, but at once.
  return startFailed(runtime, { ...job, lane: undefined }, new VixFailure(VIX_E_INVALID_ARG, message));
}

/** Starts a job that fails: the way in which every error found beforehand reaches the program. */
function startFailed(runtime: VixRuntime, job: Omit<JobStart, 'work'>, error: unknown): VixHandle {
  return startJob(runtime, {
    ...job,
    callback: typeof job.callback === 'function' ? job.callback : null,
    work: () => {
      throw error;
    },
  });
}

/** A handle parameter that names no object of the kind that the function works on. */
function handleFailure(runtime: VixRuntime, name: string, handle: unknown, code: VixError): VixFailure {
  const entry = typeof handle === 'number' ? runtime.table.find(handle) : undefined;
  const is =
    entry === undefined
      ? 'which is no live handle: it was never given out, was released, or its host was disconnected'
      : `which is a ${entry.kind} handle made by ${entry.call}`;
  return new VixFailure(code, `parameter ${name} is ${String(handle)}, ${is}`);
}

/** A failure that is told by its code alone. */
export function plainFailure(code: VixError): VixFailure {
  return new VixFailure(code, errorText(code));
}

/** @throws Fault `not-supported` unless the connection offers the capability. */
export function requireCapability(host: HostEntry, capability: Capability): void {
  const { link } = host.payload;
  if (link.capabilities.has(capability)) return;
  throw new Fault('not-supported', `${link.about.product} does not offer this (capability ${capability})`);
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

/** Starts a job on a VM handle. */
export function startVmJob(runtime: VixRuntime, handle: VixHandle, tail: JobTail, options: VmWork): VixHandle {
  const vm = runtime.table.lookup(handle, 'vm');
  if (typeof vm === 'number') return startFailed(runtime, tail, handleFailure(runtime, 'vmHandle', handle, vm));
  const { host } = vm.payload;
  const { capability } = options;
  return startJob(runtime, {
    call: tail.call,
    callback: tail.callback,
    clientData: tail.clientData,
    owner: host,
    uses: vm,
    channel: host.payload.channel,
    target: vm.payload.location,
    // What is not offered is said at once, without waiting for other work to end.
    lane: options.lane !== undefined && isOffered(host, capability) ? vm.payload.lane : undefined,
    laneUse: options.lane,
    work: (context) => {
      if (capability !== undefined) requireCapability(host, capability);
      return options.work(vm, context);
    },
  });
}

function isOffered(host: HostEntry, capability: Capability | undefined): boolean {
  return capability === undefined || host.payload.link.capabilities.has(capability);
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
    work: (vm, context) => work(requireLogin(vm), context, vm),
  });
}

/** The guest login of a VM handle. @throws Fault `guest-not-logged-in`. */
export function requireLogin(vm: VmEntry): GuestSession {
  const { session } = vm.payload;
  if (session !== undefined) return session;
  const message = 'nobody is logged in to the guest through this handle; call VixVM_LoginInGuest first';
  throw new Fault('guest-not-logged-in', message);
}

/** Checks a property list parameter. @throws VixFailure for a handle that is not `VIX_INVALID_HANDLE` and no list. */
export function checkPropertyList(runtime: VixRuntime, handle: unknown): void {
  if (handle === 0 || handle === null || handle === undefined) return;
  const found = typeof handle === 'number' ? runtime.table.lookup(handle, 'propertyList') : VIX_E_INVALID_HANDLE;
  if (typeof found === 'number') throw handleFailure(runtime, 'propertyListHandle', handle, found);
}

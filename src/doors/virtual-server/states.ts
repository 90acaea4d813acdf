import { Vix_Out } from '../../api/vix-out.js';
import { VIX_INVALID_HANDLE } from '../../vix/names.js';
import type { VixError, VixHandle } from '../../vix/types.js';
import type { DoorVix } from '../door-calls.js';
import { VirtualServerError } from './hresults.js';
import type { OwnedHandles } from './owned-handles.js';
import { RunningTasks } from './running-tasks.js';

/** What to connect to, as `VixHost_Connect` takes it. */
export interface VirtualServerHost {
  /** `VIX_SERVICEPROVIDER_*`. */
  readonly hostType: number;
  readonly hostName?: string | null;
  readonly userName?: string | null;
  readonly password?: string | null;
}

/** What a `VMVirtualServer` stands for: a host, connected at first use. */
export class ServerState {
  readonly vix: DoorVix;
  readonly target: VirtualServerHost;
  /** The job that connects. */
  connecting: VixHandle = VIX_INVALID_HANDLE;
  host: VixHandle = VIX_INVALID_HANDLE;
  readonly tasks: RunningTasks<TaskState>;

  /** @param pause lets some milliseconds pass: returns a promise, or blocks. */
  constructor(
    vix: DoorVix,
    readonly owned: OwnedHandles,
    target: VirtualServerHost,
    readonly pause: (ms: number) => unknown,
  ) {
    this.vix = vix;
    this.target = target;
    this.tasks = new RunningTasks((task) => task.end() !== undefined);
  }
}

/** What an `IVMVirtualMachine` stands for. It takes the reference to its handle. */
export class MachineState {
  constructor(
    readonly server: ServerState,
    readonly handle: VixHandle,
    /** Path of its file. */
    readonly path: string,
  ) {
    server.owned.own(this, handle);
  }
}

/** What an `IVMGuestOS` stands for. */
export class GuestState {
  constructor(readonly machine: MachineState) {}
}

/** What an `IVMNetworkAdapter` stands for. */
export class NetworkAdapterState {
  constructor(
    readonly machine: MachineState,
    /** Its place among the cards when it was asked for. */
    readonly index: number,
    /** What it is known by; empty while it has none. */
    readonly mac: string,
  ) {}
}

/** What an `IVMVirtualNetwork` stands for. */
export class NetworkState {
  constructor(
    readonly server: ServerState,
    readonly name: string,
  ) {}
}

/** How a task has ended. */
export interface TaskEnd {
  readonly error: VixError;
  readonly message: string;
  readonly progress: number;
}

/** What an `IVMTask` stands for. It takes the reference to its job. */
export class TaskState {
  #end: TaskEnd | undefined;

  constructor(
    readonly server: ServerState,
    readonly job: VixHandle,
    readonly description: string,
  ) {
    server.owned.own(this, job);
  }

  /**
   * How the task has ended; undefined while it goes on. It gives its job back as soon as the end is seen: no object of a
   * script that blocks is ever collected while it runs.
   */
  end(): TaskEnd | undefined {
    const { vix, owned } = this.server;
    const isDone = Vix_Out(false);
    if (this.#end === undefined) vix.VixJob_CheckCompletion(this.job, isDone);
    if (isDone.value) {
      this.#end = {
        error: vix.VixJob_GetError(this.job),
        message: vix.Revix_GetJobMessage(this.job),
        progress: vix.Revix_GetJobProgress(this.job),
      };
      owned.giveBack(this, this.job);
    }
    return this.#end;
  }
}

/** Several objects, as they were when the collection was asked for. */
export class CollectionState<Item> {
  constructor(readonly items: readonly Item[]) {}
}

/** @throws VirtualServerError where an argument does not stand for such a state. */
export function requireState(value: unknown, type: abstract new (...args: never[]) => unknown, what: string): void {
  if (value === null || value === undefined) throw new VirtualServerError('E_POINTER', `give ${what}`);
  if (!(value instanceof type)) throw new VirtualServerError('E_INVALIDARG', `what was given is not ${what}`);
}

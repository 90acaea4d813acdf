import type { Clock } from '../base/clock.js';
import type { WorldCall } from '../world/world-call.js';
import { managed, type ManagedKind } from './managed-object.js';
import type { ObjectRegistry } from './object-registry.js';
import { refKey, type Ref } from './ref.js';
import type { Session } from './sessions.js';
import { localized, VimFault } from './vim-fault.js';
import { asVimFault } from './world-faults.js';

/** Which method a task carries out, on what, and for whom. */
export interface TaskSpec {
  /** As on the wire, like `PowerOnVM_Task`. */
  readonly method: string;
  readonly entity: Ref;
  readonly entityName: string;
  readonly session: Session;
  /** Whether CancelTask ends it. */
  readonly isCancelable?: boolean;
}

export type TaskState = 'queued' | 'running' | 'success' | 'error';

/** How long a task that has ended can still be asked for, ms. */
const rememberedMs = 10 * 60_000;

/** Work that goes on after the method which began it has answered. */
export class Task {
  readonly ref: Ref<'Task'>;
  /** Counts the tasks of an endpoint from 1. */
  readonly number: number;
  readonly spec: TaskSpec;
  readonly queuedMs: number;
  startedMs: number | undefined;
  endedMs: number | undefined;
  state: TaskState = 'queued';
  /** 0 to 100. */
  progress: number | undefined;
  isCancelled = false;
  result: unknown;
  error: VimFault | undefined;
  readonly #cancelling = new AbortController();

  constructor(number: number, spec: TaskSpec, nowMs: number) {
    this.ref = { type: 'Task', value: `task-${number}` };
    this.number = number;
    this.spec = spec;
    this.queuedMs = nowMs;
  }

  /** Aborted by CancelTask. */
  get cancelled(): AbortSignal {
    return this.#cancelling.signal;
  }

  get hasEnded(): boolean {
    return this.endedMs !== undefined;
  }

  /** @throws VimFault `NotSupported`, `InvalidState`. */
  cancel(): void {
    if (this.hasEnded) throw new VimFault({ $type: 'InvalidState' }, 'The task has ended already.');
    if (this.spec.isCancelable !== true)
      throw new VimFault({ $type: 'NotSupported' }, 'This task cannot be cancelled.');
    this.isCancelled = true;
    this.#cancelling.abort(new VimFault({ $type: 'RequestCanceled' }, 'The task was cancelled.'));
  }
}

const taskKind: ManagedKind<Task> = {
  type: 'Task',
  properties: { info: (task) => taskInfo(task) },
  methods: {
    CancelTask: { privilege: null, run: (task) => task.cancel() },
  },
};

/** The tasks of one endpoint: those that run, and for a while those that have ended. */
export class Tasks {
  readonly #clock: Clock;
  readonly #objects: ObjectRegistry;
  readonly #closed: AbortSignal;
  readonly #listeners = new Set<(task: Task) => void>();
  /** In the order of their start. */
  readonly #tasks = new Map<string, Task>();
  readonly #byEntity = new Map<string, Set<Task>>();
  #count = 0;

  /** @param closed ends the work of all tasks. */
  constructor(clock: Clock, objects: ObjectRegistry, closed: AbortSignal) {
    this.#clock = clock;
    this.#closed = closed;
    this.#objects = objects;
  }

  /**
   * Starts work as a task, and answers with its reference at once. What the work returns or throws becomes the task's
   * result or error.
   */
  start(spec: TaskSpec, work: (call: WorldCall) => Promise<unknown>): Ref<'Task'> {
    this.#forgetOld();
    const task = new Task((this.#count += 1), spec, this.#clock.now());
    this.#tasks.set(task.ref.value, task);
    const entityKey = refKey(spec.entity);
    this.#byEntity.set(entityKey, (this.#byEntity.get(entityKey) ?? new Set()).add(task));
    this.#objects.add(managed(task.ref, taskKind, task));
    this.#tell(task);
    // On a later turn, so that whoever asks at once sees the task as queued.
    setImmediate(() => void this.#run(task, work));
    return task.ref;
  }

  list(): readonly Task[] {
    this.#forgetOld();
    return [...this.#tasks.values()];
  }

  /** Tasks that concern an object, in the order of their start. */
  ofEntity(entity: Ref): readonly Task[] {
    this.#forgetOld();
    return [...(this.#byEntity.get(refKey(entity)) ?? [])];
  }

  byRef(ref: Ref): Task | undefined {
    return this.#tasks.get(ref.value);
  }

  /** Calls the listener at each change of state of a task. @returns how to stop. */
  onChange(listener: (task: Task) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async #run(task: Task, work: (call: WorldCall) => Promise<unknown>): Promise<void> {
    task.startedMs = this.#clock.now();
    task.state = 'running';
    this.#tell(task);
    try {
      task.result = await work({
        signal: AbortSignal.any([task.cancelled, this.#closed]),
        progress: (fraction) => {
          task.progress = Math.round(fraction * 100);
          this.#objects.changed({ ref: task.ref, kind: 'modify' });
        },
      });
      task.state = 'success';
    } catch (error) {
      task.error = asVimFault(error);
      task.state = 'error';
    }
    task.endedMs = this.#clock.now();
    this.#tell(task);
  }

  #tell(task: Task): void {
    this.#objects.changed({ ref: task.ref, kind: 'modify' });
    for (const listener of this.#listeners) listener(task);
  }

  #forgetOld(): void {
    const oldestMs = this.#clock.now() - rememberedMs;
    for (const task of this.#tasks.values()) {
      // Tasks lie in the order of their start, and none ends before that.
      if (task.queuedMs > oldestMs) break;
      if (task.endedMs === undefined || task.endedMs > oldestMs) continue;
      this.#tasks.delete(task.ref.value);
      const entityKey = refKey(task.spec.entity);
      const ofEntity = this.#byEntity.get(entityKey);
      ofEntity?.delete(task);
      if (ofEntity?.size === 0) this.#byEntity.delete(entityKey);
      this.#objects.remove(task.ref);
    }
  }
}

/** The task's present state as TaskInfo. */
export function taskInfo(task: Task): Readonly<Record<string, unknown>> {
  const { ref, spec } = task;
  return {
    $type: 'TaskInfo',
    key: ref.value,
    task: ref,
    name: spec.method,
    descriptionId: descriptionId(spec),
    entity: spec.entity,
    entityName: spec.entityName,
    state: task.state,
    cancelled: task.isCancelled,
    cancelable: spec.isCancelable ?? false,
    ...(task.error === undefined ? {} : { error: localized(task.error) }),
    ...(task.result === undefined ? {} : { result: task.result }),
    ...(task.progress === undefined || task.hasEnded ? {} : { progress: task.progress }),
    reason: { $type: 'TaskReasonUser', userName: spec.session.userName },
    queueTime: new Date(task.queuedMs),
    ...(task.startedMs === undefined ? {} : { startTime: new Date(task.startedMs) }),
    ...(task.endedMs === undefined ? {} : { completeTime: new Date(task.endedMs) }),
    eventChainId: task.number,
  };
}

/** Names under which lists of tasks show a method, where these do not follow from the method's own. */
const shownNames: Readonly<Record<string, string>> = {
  ReconfigVM_Task: 'reconfigure',
  RegisterVM_Task: 'registerVm',
  UpgradeVM_Task: 'upgradeVirtualHardware',
};

function descriptionId({ method, entity }: TaskSpec): string {
  const plain = method.replace(/(?:VM)?_Task$/u, '');
  return `${entity.type}.${shownNames[method] ?? plain.charAt(0).toLowerCase() + plain.slice(1)}`;
}

import type { TaskFilterSpec, TaskInfo } from '../../backends/vsphere/vim/generated/types.js';
import type { Endpoint } from '../endpoint.js';
import { managed, vimMethods, type ManagedKind } from '../managed-object.js';
import { taskInfo, type Task } from '../tasks.js';
import { isInScope } from './entity-scope.js';
import { addCollector, historyMethods, type HistoryTarget } from './history-collector.js';

/** How long an ended task counts as recent, ms. */
const recentMs = 10 * 60_000;

const timesOf = {
  queuedTime: (task: Task) => task.queuedMs,
  startedTime: (task: Task) => task.startedMs,
  completedTime: (task: Task) => task.endedMs,
} as const;

function passes(endpoint: Endpoint, task: Task, filter: TaskFilterSpec): boolean {
  const { entity, time, userName, state = [], eventChainId = [] } = filter;
  if (state.length > 0 && !state.includes(task.state)) return false;
  if (eventChainId.length > 0 && !eventChainId.includes(task.number)) return false;
  if (userName !== undefined && !(userName.userList ?? []).includes(task.spec.session.userName)) return false;
  if (time !== undefined) {
    const at = timesOf[time.timeType as keyof typeof timesOf](task);
    if (at === undefined) return false;
    if (time.beginTime !== undefined && at < time.beginTime.getTime()) return false;
    if (time.endTime !== undefined && at > time.endTime.getTime()) return false;
  }
  return entity === undefined || isInScope(endpoint, [task.spec.entity], entity.entity, entity.recursion);
}

/** Task infos are made at one place and checked by the codec. */
function asInfos(tasks: readonly Task[]): readonly TaskInfo[] {
  return tasks.map((task) => taskInfo(task) as unknown as TaskInfo);
}

const collectorKind: ManagedKind<HistoryTarget<Task>> = {
  type: 'TaskHistoryCollector',
  properties: {
    filter: ({ collector }) => collector.filter,
    latestPage: ({ collector }) => collector.latestPage.map(taskInfo),
  },
  methods: {
    ...historyMethods<Task>(),
    ...vimMethods<HistoryTarget<Task>>({
      ReadNextTasks: ({ collector }, { args }) => asInfos(collector.readNext(args.maxCount)),
      ReadPreviousTasks: ({ collector }, { args }) => asInfos(collector.readPrevious(args.maxCount)),
    }),
  },
};

const taskManagerKind: ManagedKind<Endpoint> = {
  type: 'TaskManager',
  properties: {
    description: () => ({
      methodInfo: [],
      state: ['queued', 'running', 'success', 'error'].map((key) => ({ key, label: key, summary: key })),
      reason: [],
    }),
    maxCollector: () => 1000,
    recentTask: ({ tasks, clock }) =>
      tasks
        .list()
        .filter(({ endedMs }) => endedMs === undefined || endedMs > clock.now() - recentMs)
        .map(({ ref }) => ref),
  },
  methods: vimMethods<Endpoint>({
    CreateCollectorForTasks: (endpoint, { args, session }) => {
      const { filter } = args;
      const items = () => endpoint.tasks.list().filter((task) => passes(endpoint, task, filter));
      const ref = addCollector(endpoint, session, collectorKind, { $type: 'TaskFilterSpec', ...filter }, items);
      return { type: 'TaskHistoryCollector', value: ref.value };
    },
  }),
};

/** Puts the task manager into an endpoint. */
export function addTaskManager(endpoint: Endpoint): void {
  const value = endpoint.kind === 'esx' ? 'ha-taskmgr' : 'TaskManager';
  const manager = managed({ type: 'TaskManager', value }, taskManagerKind, endpoint);
  endpoint.addManager('taskManager', manager);
  endpoint.tasks.onChange((task) => {
    endpoint.objects.changed({ ref: manager.ref, kind: 'modify' });
    endpoint.objects.changed({ ref: task.spec.entity, kind: 'modify' });
    for (const session of endpoint.sessions.list()) endpoint.objectsOf(session).changedType('TaskHistoryCollector');
  });
}

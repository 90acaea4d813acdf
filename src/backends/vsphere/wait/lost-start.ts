import { type Clock, sleep } from '../../../base/clock.js';
import { propertiesOf } from '../properties.js';
import type { Session } from '../session/session.js';
import { refKey, type Ref } from '../soap/values.js';
import { retrieveAll } from './retrieve-all.js';

/** A call that may have started a task, and whose answer was lost. */
export interface LostStart {
  readonly method: string;
  /** What the task works on. */
  readonly entity: Ref;
  /** When the call was made, by `Clock.monotonic`. */
  readonly sentMs: number;
}

/** Pauses between looks: what was sent a moment ago may not be a task yet. */
const pausesMs = [250, 500, 1000, 2000];

/** How much before the call the task may seem to be queued: times on the wire are often whole seconds. */
const slackMs = 1000;

const serviceInstance: Ref<'ServiceInstance'> = { type: 'ServiceInstance', value: 'ServiceInstance' };

/**
 * Looks among the recent tasks of the server for the one that a call has started. Only a task of the same method and
 * user on the same object counts, queued since the call, and only if there is no other such.
 *
 * @param isKnown whether a task is somebody's already, who got his answer.
 * @returns undefined when none is to be seen, so that nobody knows whether the call was carried out.
 * @throws what `Session.call` throws.
 */
export async function findStarted(
  session: Session,
  clock: Clock,
  start: LostStart,
  isKnown: (task: Ref<'Task'>) => boolean,
): Promise<Ref<'Task'> | undefined> {
  for (const pauseMs of [0, ...pausesMs]) {
    if (pauseMs > 0) await sleep(clock, pauseMs);
    const found = (await startedSince(session, clock, start)).filter((task) => !isKnown(task));
    if (found.length > 0) return found.length === 1 ? found[0] : undefined;
  }
  return undefined;
}

async function startedSince(session: Session, clock: Clock, start: LostStart): Promise<readonly Ref<'Task'>[]> {
  const { taskManager } = session.content;
  if (taskManager === undefined) return [];
  // The two clocks need not agree; only how long ago the call was made counts.
  const serverNow = await session.call(serviceInstance, 'CurrentTime', {});
  const earliestMs = serverNow.getTime() - (clock.monotonic() - start.sentMs) - slackMs;
  const recent = { $type: 'TraversalSpec' as const, type: 'TaskManager', path: 'recentTask' };
  const objects = await retrieveAll(session, {
    propSet: [{ type: 'Task', pathSet: ['info.name', 'info.entity', 'info.reason', 'info.queueTime'] }],
    objectSet: [{ obj: taskManager, skip: true, selectSet: [recent] }],
    reportMissingObjectsInResults: true,
  });
  return objects.flatMap((object) => {
    const task = propertiesOf(object);
    const [entity, reason, queued] = [task.get('info.entity'), task.get('info.reason'), task.get('info.queueTime')];
    const isOurs =
      task.get('info.name') === start.method &&
      entity !== undefined &&
      refKey(entity) === refKey(start.entity) &&
      reason?.$type === 'TaskReasonUser' &&
      reason.userName === session.userName &&
      queued !== undefined &&
      queued.getTime() >= earliestMs;
    return isOurs ? [object.obj as Ref<'Task'>] : [];
  });
}

import { resolve } from 'node:path';
import { threadId } from 'node:worker_threads';
import { RealClock, type Clock } from '../base/clock.js';
import { rowsPerTimeline, Timeline, type TraceEvent } from '../base/timeline.js';
import { openTraceFile } from './trace-file.js';

/** Timelines that one thread can have before their rows meet those of the next thread. */
const timelinesPerThread = 100;

/** How many timelines this thread has had: those that share a file must not share rows. */
let timelines = 0;

/**
 * Makes a timeline.
 *
 * @param to path of a file, or what takes each event.
 * @param clock of what is drawn.
 * @param onFailure told once, when the file cannot be written to any more.
 * @throws Fault `file-access` when the file cannot be opened.
 */
export function timelineTo(
  to: string | ((event: TraceEvent) => void),
  clock: Clock,
  onFailure: (error: unknown) => void,
): Timeline {
  const write = typeof to === 'function' ? to : openTraceFile(resolve(to), onFailure);
  const place = threadId * timelinesPerThread + (timelines % timelinesPerThread);
  timelines += 1;
  return new Timeline({ write, now: timeOf(clock), pid: process.pid, rowsBefore: place * rowsPerTimeline });
}

/** The machine's own time finer than a clock tells it: a call of the mock host takes less than a millisecond. */
function timeOf(clock: Clock): () => number {
  if (!(clock instanceof RealClock)) return () => clock.now() * 1000;
  return () => Math.round((performance.timeOrigin + performance.now()) * 1000);
}

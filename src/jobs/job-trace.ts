import { isThenable } from '../base/is-thenable.js';
import type { Span, Timeline } from '../base/timeline.js';
import { constantName, errorName } from '../vix/lookup.js';
import { VIX_OK } from '../vix/names.js';
import type { Job } from './job.js';
import { asKindOf, type VixEventProc } from './job-events.js';

/** Draws jobs, their callbacks and the waits for them. */
export class JobTrace {
  readonly #timeline: Timeline;
  readonly #spans = new WeakMap<Job, Span>();

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  started(job: Job): void {
    const details = { job: job.handle, target: job.target === '' ? undefined : job.target };
    this.#spans.set(job, this.#timeline.begin('job', job.call, details));
    this.#timeline.own(job.signal, job.handle);
  }

  /** The job waits for its turn at its virtual machine. */
  queued(job: Job): void {
    this.#spans.get(job)?.part('waits for its turn');
  }

  /** The job is at work. */
  working(job: Job): void {
    this.#spans.get(job)?.part('works');
  }

  finished(job: Job): void {
    this.#spans.get(job)?.end({ error: errorName(job.failure?.code ?? VIX_OK) });
    this.#spans.delete(job);
  }

  /** Somebody waits for the job. */
  wait(job: Job): Span {
    return this.#timeline.begin('wait', 'VixJob_Wait', { job: job.handle, for: job.call });
  }

  /** A callback that is drawn whenever it is called. */
  callback(callback: VixEventProc, job: Job): VixEventProc {
    return asKindOf(callback, (handle, eventType, info, clientData) => {
      const span = this.#timeline.begin('callback', constantName('eventTypes', eventType), {
        job: handle,
        of: job.call,
      });
      const end = (): void => span.end();
      try {
        const outcome = callback(handle, eventType, info, clientData);
        if (isThenable(outcome)) outcome.then(end, end);
        else end();
        return outcome;
      } catch (error) {
        end();
        throw error;
      }
    });
  }
}

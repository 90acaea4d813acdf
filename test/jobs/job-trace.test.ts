import { expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { Fault } from '../../src/base/fault.js';
import { Timeline, type TraceEvent } from '../../src/base/timeline.js';
import { firmCallback } from '../../src/jobs/job-events.js';
import { JobTrace } from '../../src/jobs/job-trace.js';
import { Lane } from '../../src/jobs/lane.js';
import { VIX_OK } from '../../src/vix/names.js';
import { gate } from '../fixtures/gate.js';
import { HeldWork, RunnerRig } from '../fixtures/runner-rig.js';
import { spansOf, type TracedSpan } from '../trace/trace-rig.js';

/** A runner whose jobs are drawn. Time goes on by one microsecond with each event. */
function traced() {
  const events: TraceEvent[] = [];
  const timeline = new Timeline({
    write: (event) => events.push(event),
    now: () => events.length,
    pid: 1,
    rowsBefore: 0,
  });
  const trace = new JobTrace(timeline);
  return { rig: new RunnerRig(undefined, trace), trace, timeline, spans: () => spansOf(events) };
}

/** What a span shows, without its times. */
const shown = ({ kind, name, within, args, end }: TracedSpan) => ({
  kind,
  name,
  within,
  args,
  isOver: end !== undefined,
});

it('draws a job from its start to its end, with its target and its error', async () => {
  const { rig, spans } = traced();
  const failing = rig.start({ target: '/a.vmx', work: () => Promise.reject(new Fault('file-not-found', 'gone')) });
  const held = new HeldWork();
  const running = rig.start({ work: held.work });
  await rig.wait(failing);
  await settle();
  expect(spans().map(shown)).toEqual([
    {
      kind: 'job',
      name: 'VixVM_Test',
      within: undefined,
      args: { job: failing.handle, target: '/a.vmx', error: 'VIX_E_FILE_NOT_FOUND' },
      isOver: true,
    },
    { kind: 'job', name: 'VixVM_Test', within: undefined, args: { job: running.handle }, isOver: false },
    { kind: 'job', name: 'works', within: 'VixVM_Test', args: {}, isOver: true },
    { kind: 'job', name: 'works', within: 'VixVM_Test', args: {}, isOver: false },
  ]);
  held.succeed();
  await rig.wait(running);
  expect(spans().map(({ args }) => args['error'])).toEqual(['VIX_E_FILE_NOT_FOUND', 'VIX_OK', undefined, undefined]);
});

it('tells the wait for a turn in a lane from the work', async () => {
  const { rig, spans } = traced();
  const lane = new Lane();
  const held = new HeldWork();
  rig.start({ lane, work: held.work });
  const second = rig.start({ lane, work: () => undefined });
  await settle();
  const partsOf = (row: number): string[] =>
    spans().flatMap((span) => (span.row === row && span.within !== undefined ? [span.name] : []));
  const [firstRow = 0, secondRow = 0] = spans()
    .filter(({ name }) => name === 'VixVM_Test')
    .map(({ row }) => row);
  expect([partsOf(firstRow), partsOf(secondRow)]).toEqual([['waits for its turn', 'works'], ['waits for its turn']]);
  held.succeed();
  await rig.wait(second);
  expect(partsOf(secondRow)).toEqual(['waits for its turn', 'works']);
});

it('knows the job that something with its signal is done for', async () => {
  const { rig, timeline } = traced();
  const held = new HeldWork();
  const job = rig.start({ work: held.work });
  await settle();
  expect(timeline.ownerOf(held.context?.signal)).toBe(job.handle);
  expect(timeline.ownerOf(new AbortController().signal)).toBeUndefined();
  held.succeed();
  await rig.wait(job);
});

it('draws a wait until it is ended', () => {
  const { rig, trace, spans } = traced();
  const job = rig.start({ work: () => undefined });
  const span = trace.wait(job);
  const waits = () => spans().filter(({ kind }) => kind === 'wait');
  expect(waits().map(shown)).toEqual([
    {
      kind: 'wait',
      name: 'VixJob_Wait',
      within: undefined,
      args: { job: job.handle, for: 'VixVM_Test' },
      isOver: false,
    },
  ]);
  span.end();
  expect(waits().map(shown)).toMatchObject([{ isOver: true }]);
});

it('draws a callback of each kind until it has ended, and changes nothing of it', async () => {
  const { rig, spans } = traced();
  const [promised, awaited] = [gate(), gate()];
  const seen: unknown[] = [];
  const callbacks = [
    (...args: unknown[]) => void seen.push(args),
    () => {
      throw new Error('thrown');
    },
    firmCallback(() => promised.opened),
    async () => await awaited.opened,
  ];
  const jobs = callbacks.map((callback) => rig.start({ work: () => undefined, callback, clientData: 'data' }));
  await settle();
  const drawn = () =>
    spans()
      .filter(({ kind }) => kind === 'callback')
      .map(({ name, args, end }) => [name, args['of'], args['job'], end !== undefined]);
  const lines = (...ended: boolean[]) =>
    jobs.map(({ handle }, n) => ['VIX_EVENTTYPE_JOB_COMPLETED', 'VixVM_Test', handle, ended[n]]);
  expect(drawn()).toEqual(lines(true, true, false, false));
  expect(seen).toEqual([[jobs[0]?.handle, 2, 0, 'data']]);
  expect(rig.callbackErrors.map(String)).toEqual(['Error: thrown']);

  promised.open();
  await settle();
  expect(drawn()).toEqual(lines(true, true, true, false));
  awaited.fail(new Error('rejected'));
  await settle();
  expect(drawn()).toEqual(lines(true, true, true, true));
  expect(rig.callbackErrors.map(String)).toEqual(['Error: thrown', 'Error: rejected']);
});

it('leaves a firm callback firm: who begins to wait does not let go of it', async () => {
  const { rig } = traced();
  const firm = gate();
  const held = new HeldWork();
  const job = rig.start({ work: held.work, callback: firmCallback(() => firm.opened) });
  await settle();
  held.context?.progress(0.5);
  const waited = rig.wait(job);
  held.succeed();
  await settle();
  expect(job.isDone).toBe(false);
  firm.open();
  expect(await waited).toBe(VIX_OK);
});

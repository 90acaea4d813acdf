import assert from 'node:assert/strict';
import { Vix_Out } from '../../api/vix-out.js';
import {
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_HOSTOPTION_USE_EVENT_PUMP,
  VIX_OK,
  VIX_PROPERTY_NONE,
  VIX_PUMPEVENTOPTION_NONE,
} from '../../vix/names.js';
import type { VixHandle } from '../../vix/types.js';
import type { Bench } from '../bench.js';
import { caseGroup } from '../conformance-case.js';
import { elapse } from '../settle.js';

const pumped = VIX_HOSTOPTION_USE_EVENT_PUMP;

/** Lets so much time go by that a job which needs no pump would be done. */
async function longEnough(bench: Bench): Promise<void> {
  for (let time = 0; time < 5; time += 1) await elapse(bench.target);
}

function isDone(bench: Bench, job: VixHandle): boolean {
  const done = Vix_Out(false);
  bench.equal(bench.vix.VixJob_CheckCompletion(job, done), VIX_OK);
  return done.value;
}

export const pumpCases = caseGroup('event pump', { roles: ['off'], changesNothing: true }, [
  {
    title: 'on a pumped connection, callbacks run inside the pump and nowhere else',
    async run(bench) {
      const { vix } = bench;
      const host = await bench.connect(pumped);
      let isPumping = false;
      const seen: boolean[] = [];
      const onEvent = (_job: VixHandle, type: number): void => {
        if (type === VIX_EVENTTYPE_JOB_COMPLETED) seen.push(isPumping);
      };
      const job = bench.keep(vix.VixVM_Open(host, bench.vm('off').location, onEvent, null));
      await longEnough(bench);
      assert.deepEqual(seen, []);
      assert.equal(isDone(bench, job), false, 'nothing progresses without the pump');
      await bench.until('the pump delivered the event', async () => {
        isPumping = true;
        vix.Vix_PumpEvents(host, VIX_PUMPEVENTOPTION_NONE);
        isPumping = false;
        return seen.length > 0;
      });
      assert.deepEqual(seen, [true]);
      assert.equal(isDone(bench, job), true);
    },
  },
  {
    title: 'the pump of one connection is not that of another',
    async run(bench) {
      const { vix } = bench;
      const host = await bench.connect(pumped);
      const other = await bench.connect(pumped);
      const job = bench.keep(vix.VixVM_Open(host, bench.vm('off').location, null, null));
      await longEnough(bench);
      vix.Vix_PumpEvents(other, VIX_PUMPEVENTOPTION_NONE);
      assert.equal(isDone(bench, job), false);
      vix.Vix_PumpEvents(host, VIX_PUMPEVENTOPTION_NONE);
      assert.equal(isDone(bench, job), true);
    },
  },
  {
    title: 'somebody who waits pumps',
    async run(bench) {
      const { vix } = bench;
      const host = await bench.connect(pumped);
      const job = bench.keep(vix.VixVM_Open(host, bench.vm('off').location, null, null));
      bench.equal(await bench.settle(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)), VIX_OK);
    },
  },
  {
    title: 'without the option the pump does nothing and nothing needs it',
    async run(bench) {
      const { vix } = bench;
      const job = bench.keep(vix.VixVM_Open(bench.host, bench.vm('off').location, null, null));
      vix.Vix_PumpEvents(bench.host, VIX_PUMPEVENTOPTION_NONE);
      assert.equal(isDone(bench, job), false);
      await bench.until('the job is done', async () => isDone(bench, job));
    },
  },
]);

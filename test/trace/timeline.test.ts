import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.js';
import { Timeline, type Span, type TraceEvent } from '../../src/base/timeline.js';
import { spansOf } from './trace-rig.js';

function timeline(): { readonly drawn: Timeline; readonly events: TraceEvent[] } {
  const events: TraceEvent[] = [];
  let now = 0;
  const parts = { write: (event: TraceEvent) => void events.push(event), now: () => (now += 1), pid: 1, rowsBefore: 0 };
  return { drawn: new Timeline(parts), events };
}

const step = fc.oneof(
  fc.record({ do: fc.constant('begin' as const), kind: fc.constantFrom('job' as const, 'http' as const) }),
  fc.record({ do: fc.constantFrom('part' as const, 'end' as const), which: fc.nat(20) }),
);

it('keeps each row in order, whatever begins and ends', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { drawn, events } = timeline();
      const open: Span[] = [];
      let most = 0;
      for (const each of steps) {
        if (each.do === 'begin') open.push(drawn.begin(each.kind, 'span'));
        else if (each.do === 'part') open[each.which]?.part('part');
        else for (const span of open.splice(each.which, 1)) span.end();
        most = Math.max(most, open.length);
      }
      const whole = spansOf(events).filter(({ name }) => name === 'span');
      expect(whole.length).toBe(steps.filter((each) => each.do === 'begin').length);
      expect(whole.filter(({ end }) => end === undefined).length).toBe(open.length);
      expect(new Set(whole.map(({ row }) => row)).size).toBeLessThanOrEqual(2 * Math.max(1, most));
    }),
  );
});

it('shows nothing of a text that holds a secret', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 3 }), fc.string(), fc.string(), (secret, before, after) => {
      fc.pre(!'***'.includes(secret) && !'thread_name http 1 path'.includes(secret));
      const { drawn, events } = timeline();
      drawn.hide(new Secret(secret));
      drawn
        .begin('http', `${before}${secret}${after}`, { path: `${before}${secret}` })
        .end({ path: `${secret}${after}` });
      const texts = events.flatMap(({ name, args }) => [name, ...Object.values(args)]);
      expect(texts.filter((text) => String(text).includes(secret))).toEqual([]);
    }),
  );
});

it('tells what a failed span failed with, and not its message', async () => {
  const { drawn, events } = timeline();
  const failing = drawn.draw('http', 'GET /', {}, () => Promise.reject(new TypeError('the password is swordfish')));
  await expect(failing).rejects.toThrow('swordfish');
  expect(spansOf(events)[0]?.args).toEqual({ error: 'TypeError' });
});

import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { LinkedAbort } from '../../src/base/linked-abort.js';

describe('a linked abort', () => {
  it('follows each of its sources, with the reason', () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const linked = new LinkedAbort(one.signal, undefined, other.signal);
    expect(linked.signal.aborted).toBe(false);
    other.abort('other');
    one.abort('one');
    expect(linked.signal.reason).toBe('other');
  });

  it('is aborted from the start by a source that is', () => {
    expect(new LinkedAbort(AbortSignal.abort('early')).signal.reason).toBe('early');
  });

  it('leaves its sources alone', () => {
    const source = new AbortController();
    const linked = new LinkedAbort(source.signal);
    linked.abort('own');
    expect([linked.signal.reason, source.signal.aborted]).toEqual(['own', false]);
  });

  it('holds on to nothing after its release', () => {
    const source = new AbortController();
    const linked = new LinkedAbort(source.signal);
    linked.release();
    expect(getEventListeners(source.signal, 'abort')).toEqual([]);
    source.abort();
    expect(linked.signal.aborted).toBe(false);
  });
});

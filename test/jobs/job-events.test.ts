import { describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { immediateChannel, PumpChannel } from '../../src/jobs/event-channel.js';
import { JobEvents } from '../../src/jobs/job-events.js';
import type { VixHandle } from '../../src/vix/types.js';
import { gate } from '../fixtures/gate.js';

describe('JobEvents', () => {
  const handle = 1 as VixHandle;
  const none = 0 as VixHandle;

  it('calls every listener of an event, and waits for the slowest', async () => {
    const errors: unknown[] = [];
    const events = new JobEvents((error) => errors.push(error), immediateChannel);
    const [slow, slower] = [gate(), gate()];
    const order: string[] = [];
    events.listen(handle, () => slow.opened, null);
    events.listen(handle, () => slower.opened, null);
    events.deliver(1, none, { afterDelivery: () => order.push('after') });
    events.deliver(2, none, {
      beforeDelivery: () => order.push('before 2'),
      afterDelivery: () => order.push('after 2'),
    });
    slow.open();
    await settle();
    expect(order).toEqual([]);
    slower.fail(new Error('x'));
    await settle();
    expect(order).toEqual(['after', 'before 2', 'after 2']);
    expect(errors.map(String)).toEqual(['Error: x', 'Error: x']);
  });

  it('waits for the slowest also when it was called first', async () => {
    const events = new JobEvents(() => undefined, immediateChannel);
    const [slower, slow] = [gate(), gate()];
    let hasEnded = false;
    events.listen(handle, () => slower.opened, null);
    events.listen(handle, () => slow.opened, null);
    events.deliver(1, none, { afterDelivery: () => (hasEnded = true) });
    slow.open();
    await settle();
    expect(hasEnded).toBe(false);
    slower.open();
    await settle();
    expect(hasEnded).toBe(true);
  });

  it('is free again after an async callback, for events that come later', async () => {
    const events = new JobEvents(() => undefined, immediateChannel);
    const order: string[] = [];
    const held = gate();
    events.listen(handle, (_, type) => (type === 1 ? held.opened : undefined), null);
    const deliver = (type: number): void =>
      events.deliver(type, none, { afterDelivery: () => order.push(`after ${type}`) });
    deliver(1);
    deliver(2);
    held.open();
    await settle();
    expect(order).toEqual(['after 1', 'after 2']);
    deliver(3);
    expect(order.at(-1)).toBe('after 3');
    deliver(1);
    await settle();
    deliver(4);
    expect(order.slice(-2)).toEqual(['after 1', 'after 4']);
  });

  it('waits for no callback any more once it is abandoned', async () => {
    const events = new JobEvents(() => undefined, immediateChannel);
    const order: string[] = [];
    const held = gate();
    events.listen(handle, () => held.opened, null);
    const deliver = (type: number): void =>
      events.deliver(type, none, { afterDelivery: () => order.push(`after ${type}`) });
    deliver(1);
    deliver(2);
    expect(order).toEqual([]);
    events.abandon();
    expect(order).toEqual(['after 1', 'after 2']);
    deliver(3);
    expect(order).toEqual(['after 1', 'after 2', 'after 3']);
    events.abandon();
    held.open();
    await settle();
    expect(order).toEqual(['after 1', 'after 2', 'after 3']);
  });

  it('can be abandoned when nothing is under way', () => {
    const events = new JobEvents(() => undefined, immediateChannel);
    const types: number[] = [];
    events.listen(handle, (_, type) => types.push(type), null);
    events.abandon();
    events.deliver(1, none, { afterDelivery: () => undefined });
    expect(types).toEqual([1]);
  });

  it('delivers what a listener posts after the event that it is called for', () => {
    const events = new JobEvents(() => undefined, immediateChannel);
    const order: string[] = [];
    events.listen(
      handle,
      (_, type) => {
        order.push(`in ${type}`);
        if (type === 1) events.deliver(2, none, { afterDelivery: () => order.push('after 2') });
        order.push(`out ${type}`);
      },
      null,
    );
    events.deliver(1, none, { afterDelivery: () => order.push('after 1') });
    expect(order).toEqual(['in 1', 'out 1', 'after 1', 'in 2', 'out 2', 'after 2']);
    events.deliver(3, none, { afterDelivery: () => order.push('after 3') });
    expect(order.slice(-3)).toEqual(['in 3', 'out 3', 'after 3']);
  });

  it('goes on after an async callback only when the channel is pumped', async () => {
    const channel = new PumpChannel(new Set());
    const events = new JobEvents(() => undefined, channel);
    const order: number[] = [];
    events.listen(handle, async (_, type) => order.push(type), null);
    channel.post(() => events.deliver(1, none, { afterDelivery: () => order.push(-1) }));
    channel.post(() => events.deliver(2, none, { afterDelivery: () => order.push(-2) }));
    channel.pump();
    await settle();
    expect(order).toEqual([1, -1]);
    channel.pump();
    await settle();
    expect(order).toEqual([1, -1, 2, -2]);
  });

  it('knows whether a listener is on the stack', async () => {
    const events = new JobEvents(() => undefined, immediateChannel);
    const seen: boolean[] = [];
    const held = gate();
    events.listen(
      handle,
      async () => {
        seen.push(events.isInsideCallback);
        await held.opened;
        seen.push(events.isInsideCallback);
      },
      null,
    );
    expect(events.isInsideCallback).toBe(false);
    events.deliver(1, none, { afterDelivery: () => seen.push(events.isInsideCallback) });
    expect(events.isInsideCallback).toBe(false);
    held.open();
    await settle();
    expect(seen).toEqual([true, false, false]);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { settle } from '../../../src/base/clock.js';
import { call, messageOf, fault, hard, oneVm, passing, bootDelayMs } from '../world-fixture.js';

const transitionMs = 20;

describe('power', () => {
  it('shows each transitional phase while the operation lasts', async () => {
    const { clock, vm } = await oneVm({}, { transitionMs });
    const phase = async (): Promise<string> => {
      const { power } = await vm.properties(call());
      return power.isOn ? `${power.phase}, and is on` : power.phase;
    };
    const seen: string[] = [await phase()];
    for (const start of [
      () => vm.power.on(hard, call()),
      () => vm.power.reset('hard', call()),
      () => vm.power.suspend('hard', call()),
      () => vm.power.on(hard, call()),
      () => vm.power.off('hard', call()),
    ]) {
      const work = start();
      await settle();
      seen.push(await phase());
      await passing(clock, work, transitionMs);
      seen.push(await phase());
    }
    expect(seen).toEqual([
      'off',
      'powering-on',
      'on, and is on',
      'resetting, and is on',
      'on, and is on',
      'suspending, and is on',
      'suspended',
      'resuming',
      'on, and is on',
      'powering-off, and is on',
      'off',
    ]);
  });

  it('keeps the outcome also where writing the beginning took longer than the change', async () => {
    const { clock, world, vm } = await oneVm({ power: 'on' }, { transitionMs: 10 });
    let changes = 0;
    const stop = world.onChange(() => {
      changes += 1;
      if (changes === 1) clock.set(50);
    });
    await vm.power.suspend('hard', call());
    stop();
    expect(changes).toBe(2);
    expect((await vm.record()).power.phase).toBe('suspended');
  });

  it('lasts until the change is over, also where a timer fires a moment before its time', async () => {
    const { clock, vm } = await oneVm({ power: 'on' }, { transitionMs });
    const after = clock.after.bind(clock);
    vi.spyOn(clock, 'after').mockImplementationOnce((delayMs, action) => after(delayMs - 1, action));
    const reset = vm.power.reset('hard', call()).then(async () => (await vm.record()).power.phase);
    expect(await passing(clock, reset, transitionMs)).toBe('on');
  });

  it('ends a change of power whose caller has gone, by time alone', async () => {
    const { clock, vm } = await oneVm({}, { transitionMs });
    const caller = new AbortController();
    const work = vm.power.on(hard, call(caller.signal));
    await settle();
    caller.abort(new Error('gone'));
    await expect(work).rejects.toThrow('gone');
    expect((await vm.properties(call())).power.phase).toBe('powering-on');
    const off = vm.power.off('hard', call());
    await passing(clock, off, 2 * transitionMs);
    expect((await vm.properties(call())).power.phase).toBe('off');
  });

  it('recovers from a phase in which a killed process left the machine', async () => {
    const { world, vm } = await oneVm();
    for (const [phase, after] of [
      ['powering-on', 'off'],
      ['powering-off', 'off'],
      ['suspending', 'suspended'],
      ['resuming', 'suspended'],
    ] as const) {
      await world.store.update(vm.id, ({ record }) => {
        record.power.phase = phase;
      });
      expect((await vm.properties(call())).power.phase).toBe(after);
      await vm.power.on(hard, call());
      await vm.power.off('hard', call());
    }
  });

  it('ends a transition at once that began in the future of the present clock', async () => {
    const { world, clock, vm } = await oneVm();
    await world.store.update(vm.id, ({ record }) => {
      record.power.phase = 'powering-on';
      record.power.transition = { startedAtMs: clock.now() + 1e9, endsAtMs: clock.now() + 2e9, endsPaused: false };
    });
    expect((await vm.properties(call())).power.phase).toBe('on');
  });

  it('refuses what does not fit the state', async () => {
    const { vm } = await oneVm();
    await expect(vm.power.off('hard', call())).rejects.toMatchObject(fault('vm-not-running'));
    await expect(vm.power.reset('hard', call())).rejects.toMatchObject(fault('vm-not-running'));
    await expect(vm.power.suspend('hard', call())).rejects.toMatchObject(fault('vm-not-running'));
    await expect(vm.power.pause(call())).rejects.toMatchObject(fault('vm-not-running'));
    await expect(vm.power.unpause(call())).rejects.toMatchObject(fault('vm-not-running'));
    await vm.power.on(hard, call());
    await expect(vm.power.on(hard, call())).rejects.toMatchObject(fault('vm-running'));
    await vm.power.suspend('hard', call());
    await expect(vm.power.off('hard', call())).rejects.toMatchObject(fault('vm-not-running'));
  });

  it('says why a machine that is on cannot be powered on, and what to do', async () => {
    const { vm } = await oneVm({ power: 'on' });
    expect(await messageOf(vm.power.on(hard, call()), 'vm-running')).toContain('is already on');
    await vm.power.pause(call());
    expect(await messageOf(vm.power.on(hard, call()), 'vm-running')).toContain('unpause it first');
  });

  it('lets soft operations through only when Tools and its scripts are up', async () => {
    const scriptsDelayMs = 100;
    const { clock, vm } = await oneVm({ tools: { bootDelayMs, scriptsDelayMs } });
    await vm.power.on(hard, call());
    await expect(vm.power.off('soft', call())).rejects.toMatchObject(fault('tools-not-running'));
    await clock.advance(bootDelayMs);
    await expect(vm.power.reset('soft', call())).rejects.toMatchObject(fault('tools-scripts-unavailable'));
    await clock.advance(scriptsDelayMs);
    await vm.power.pause(call());
    await expect(vm.power.off('soft', call())).rejects.toMatchObject(fault('tools-not-running'));
    await vm.power.unpause(call());
    await vm.power.off('soft', call());
  });

  it('stops the time of the guest while it is paused or suspended', async () => {
    const { clock, vm } = await oneVm();
    const tools = async (): Promise<boolean> => (await vm.properties(call())).power.areToolsRunning;
    await vm.power.on({ paused: true, showConsole: false }, call());
    expect((await vm.properties(call())).power).toMatchObject({ phase: 'on', isPaused: true });
    await clock.advance(10 * bootDelayMs);
    await vm.power.unpause(call());
    expect(await tools()).toBe(false);
    await clock.advance(bootDelayMs - 1);
    await vm.power.pause(call());
    await vm.power.suspend('hard', call());
    expect((await vm.properties(call())).power).toMatchObject({ phase: 'suspended', isPaused: false });
    await clock.advance(10 * bootDelayMs);
    await vm.power.on(hard, call());
    expect(await tools()).toBe(false);
    await clock.advance(1);
    expect(await tools()).toBe(true);
  });

  it.each([
    ['unsupported-guest', 'vm-unsupported-guest'],
    ['host-memory', 'vm-host-memory'],
    ['host-cpus', 'vm-host-cpus'],
  ] as const)('is refused by a host for %s', async (powerOnRefusal, kind) => {
    const { vm } = await oneVm({ powerOnRefusal });
    await expect(vm.power.on(hard, call())).rejects.toMatchObject(fault(kind));
    expect((await vm.properties(call())).power.phase).toBe('off');
  });

  it('does not run templates, read-only machines, or encrypted ones with a window', async () => {
    await expect((await oneVm({ isTemplate: true })).vm.power.on(hard, call())).rejects.toMatchObject(
      fault('vm-template'),
    );
    await expect((await oneVm({ isReadOnly: true })).vm.power.on(hard, call())).rejects.toMatchObject(
      fault('vm-read-only'),
    );
    const { vm } = await oneVm({ encryptionPassword: 'secret' });
    await expect(vm.power.on({ paused: false, showConsole: true }, call())).rejects.toMatchObject(
      fault('not-supported'),
    );
    await vm.power.on(hard, call());
  });
});

describe('a question at power-on', () => {
  const question = { questionAtPowerOn: 'Moved or copied?' };

  it('fails the power-on where nobody could answer, and blocks the machine', async () => {
    const { vm } = await oneVm(question);
    const message = await messageOf(vm.power.on(hard, call()), 'vm-question-pending');
    expect(message).toContain('Moved or copied?');
    expect(await vm.properties(call())).toMatchObject({
      power: { phase: 'powering-on', isBlockedByQuestion: true },
      question: 'Moved or copied?',
    });
    await expect(vm.power.on(hard, call())).rejects.toMatchObject(fault('vm-question-pending'));
    await expect(vm.power.reset('hard', call())).rejects.toMatchObject(fault('vm-question-pending'));
    await vm.power.off('hard', call());
    expect(await vm.properties(call())).toMatchObject({ power: { phase: 'off' }, question: null });
  });

  it('waits for the answer where a window is open, then goes on', async () => {
    const { clock, vm } = await oneVm(question, { transitionMs });
    const on = vm.power.on({ paused: false, showConsole: true }, call());
    await settle();
    await passing(clock, vm.questions.answer('I moved it', call()), transitionMs);
    await passing(clock, on, transitionMs);
    expect((await vm.properties(call())).power.phase).toBe('on');
    await passing(clock, vm.power.off('hard', call()), transitionMs);
    await passing(clock, vm.power.on(hard, call()), transitionMs);
  });

  it('gives the power-on up when the answer is to cancel, or the machine is powered off', async () => {
    for (const giveUp of ['answer', 'power-off']) {
      const { vm } = await oneVm(question, { questions: 'wait' });
      const on = vm.power.on(hard, call());
      await settle();
      if (giveUp === 'answer') await vm.questions.answer('Cancel', call());
      else await vm.power.off('hard', call());
      await expect(on).rejects.toMatchObject(fault('vm-cannot-power-on'));
      expect((await vm.properties(call())).power.phase).toBe('off');
    }
  });

  it('waits no longer than its caller does', async () => {
    const { vm } = await oneVm(question, { questions: 'wait' });
    const caller = new AbortController();
    const on = vm.power.on(hard, call(caller.signal));
    await settle();
    caller.abort(new Error('enough'));
    await expect(on).rejects.toThrow('enough');
    expect((await vm.questions.pending())?.choices).toHaveLength(3);
  });

  it('takes only its own answers', async () => {
    const { vm } = await oneVm(question);
    await expect(vm.questions.answer(undefined, call())).rejects.toMatchObject(fault('not-found'));
    await expect(vm.power.on(hard, call())).rejects.toMatchObject(fault('vm-question-pending'));
    await expect(vm.questions.answer('perhaps', call())).rejects.toMatchObject(fault('invalid-argument'));
    await expect(vm.questions.answer(7, call())).rejects.toMatchObject(fault('invalid-argument'));
  });
});

import { describe, expect, it } from 'vitest';
import { deepestSnapshotChain, mostSnapshots } from '../../../src/world/vm/snapshots.js';
import type { VirtualMachine } from '../../../src/world/vm/virtual-machine.js';
import { bootDelayMs, call, contentOf, fault, hard, oneVm, passing, session, textOf } from '../world-fixture.js';

function take(vm: VirtualMachine, name: string, includeMemory: boolean = false): Promise<string> {
  return vm.snapshots.create({ name, description: `about ${name}`, includeMemory }, call());
}

function revert(vm: VirtualMachine, id: string, suppressPowerOn: boolean = false): Promise<void> {
  return vm.snapshots.revert({ id, suppressPowerOn, showConsole: false }, call());
}

async function names(vm: VirtualMachine): Promise<unknown> {
  const { roots } = await vm.snapshots.tree(call());
  const below = (snapshots: typeof roots): unknown[] =>
    snapshots.map(({ name, children }) => (children.length === 0 ? name : [name, ...below(children)]));
  return below(roots);
}

describe('the tree of snapshots', () => {
  it('grows below the current snapshot, and branches after a revert', async () => {
    const { vm } = await oneVm();
    const first = await take(vm, 'first');
    await take(vm, 'second');
    await revert(vm, first);
    const other = await take(vm, 'second');
    expect(await names(vm)).toEqual([['first', 'second', 'second']]);
    const tree = await vm.snapshots.tree(call());
    expect(tree.currentId).toBe(other);
    expect(tree.roots[0]).toMatchObject({ id: first, description: 'about first', power: { phase: 'off' } });
  });

  it('moves children up on removal, or removes them too', async () => {
    const { vm } = await oneVm();
    await take(vm, 'a');
    const b = await take(vm, 'b');
    const c = await take(vm, 'c');
    await take(vm, 'd');
    await vm.snapshots.remove({ id: b, removeChildren: false }, call());
    expect(await names(vm)).toEqual([['a', ['c', 'd']]]);
    await vm.snapshots.remove({ id: c, removeChildren: true }, call());
    expect(await names(vm)).toEqual(['a']);
    const { roots, currentId } = await vm.snapshots.tree(call());
    expect(currentId).toBe(roots[0]?.id);
    await expect(revert(vm, c)).rejects.toMatchObject(fault('snapshot-not-found'));
    await expect(vm.snapshots.remove({ id: b, removeChildren: false }, call())).rejects.toMatchObject(
      fault('snapshot-not-found'),
    );
  });

  it('takes a name that must be the only one once, also when two ask at the same time', async () => {
    const { vm } = await oneVm();
    const options = { name: 'one', description: '', includeMemory: false, isUnique: true };
    const results = await Promise.allSettled([
      vm.snapshots.create(options, call()),
      vm.snapshots.create(options, call()),
    ]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: fault('snapshot-exists') });
    expect(await names(vm)).toEqual(['one']);
    // VIX itself takes equal names.
    await take(vm, 'one');
    expect(await names(vm)).toEqual([['one', 'one']]);
  });

  it('has limits of name, depth and number', async () => {
    const { vm, world } = await oneVm();
    await expect(take(vm, 'é'.repeat(41))).rejects.toMatchObject(fault('snapshot-name-too-long'));
    const root = await take(vm, 'é'.repeat(40));
    for (let depth = 1; depth < deepestSnapshotChain; depth += 1) await take(vm, `level ${depth}`);
    await expect(take(vm, 'one more')).rejects.toMatchObject(fault('snapshot-too-deep'));
    await revert(vm, root);
    await take(vm, 'beside');
    await world.store.update(vm.id, ({ record }) => {
      const [sample] = record.snapshots;
      if (sample === undefined) return;
      while (record.snapshots.length < mostSnapshots) {
        record.snapshots.push({ ...sample, id: `copy ${record.snapshots.length}` });
      }
    });
    await expect(take(vm, 'one more')).rejects.toMatchObject(fault('snapshot-too-many'));
  });

  it('refuses a second snapshot of a machine that has stayed suspended', async () => {
    const { clock, vm } = await oneVm({ power: 'suspended' });
    const first = await take(vm, 'first');
    await expect(take(vm, 'again')).rejects.toMatchObject(fault('snapshot-no-change'));
    await clock.advance(1000);
    await expect(take(vm, 'again')).rejects.toMatchObject(fault('snapshot-no-change'));
    await vm.power.on(hard, call());
    await clock.advance(1000);
    await vm.power.suspend('hard', call());
    await take(vm, 'second');
    await revert(vm, first);
    expect((await vm.properties(call())).power.phase).toBe('suspended');
    await expect(take(vm, 'again')).rejects.toMatchObject(fault('snapshot-no-change'));
  });
});

describe('reverting', () => {
  it('brings files, configuration and variables back, and leaves the machine off without memory', async () => {
    const { clock, vm } = await oneVm({ power: 'on' });
    const guest = session(vm);
    await guest.files.write('/tmp/kept', contentOf('before'), call());
    await vm.variables.writeGuestVariable('mark', 'set', call());
    const id = await take(vm, 'off');
    await guest.files.write('/tmp/kept', contentOf('after'), call());
    await guest.files.write('/tmp/new', contentOf('new'), call());
    await revert(vm, id);
    expect((await vm.properties(call())).power.phase).toBe('off');
    await vm.power.on(hard, call());
    await clock.advance(bootDelayMs);
    expect(await textOf((await guest.files.read('/tmp/kept', call())).chunks)).toBe('before');
    await expect(guest.files.stat('/tmp/new', call())).rejects.toMatchObject(fault('file-not-found'));
    expect(await vm.variables.readGuestVariable('mark', call())).toBe('');
  });

  it('with memory, the guest goes on where it stood: its processes, its variables, its uptime', async () => {
    const { clock, vm } = await oneVm({ power: 'on' }, { transitionMs: 20 });
    const guest = session(vm);
    await vm.variables.writeGuestVariable('mark', 'before', call());
    const pid = await guest.start({ path: '/bin/sleep', arguments: '10' }, call());
    await clock.advance(4000);
    const id = await take(vm, 'running', true);
    await vm.variables.writeGuestVariable('mark', 'after', call());
    const later = await guest.start({ path: '/bin/sleep', arguments: '1000' }, call());
    await clock.advance(60_000);
    expect((await guest.poll([pid], call())).get(pid)).toMatchObject({ state: 'exited', exitCode: 0 });
    const reverting = revert(vm, id);
    await clock.advance(1);
    expect((await vm.properties(call())).power.phase).toBe('resuming');
    await passing(clock, reverting, 19);
    expect((await vm.properties(call())).power).toMatchObject({ phase: 'on', areToolsRunning: true });
    expect(await vm.variables.readGuestVariable('mark', call())).toBe('before');
    await clock.advance(5000);
    const states = await guest.poll([pid, later], call());
    expect(states.get(pid)).toEqual({ state: 'running' });
    expect(states.get(later)).toEqual({ state: 'gone' });
    await clock.advance(1000);
    expect((await guest.poll([pid], call())).get(pid)).toMatchObject({ state: 'exited' });
  });

  it('with memory, the console shows what it showed', async () => {
    const { clock, vm } = await oneVm({ power: 'on' });
    const guest = session(vm);
    await guest.start({ path: '/bin/sleep', arguments: '10' }, call());
    const before = (await vm.record()).consoleLines;
    expect(before.at(-1)).toContain('/bin/sleep 10');
    const id = await take(vm, 'running', true);
    await guest.start({ path: '/bin/sleep', arguments: '20' }, call());
    await passing(clock, revert(vm, id));
    expect((await vm.record()).consoleLines).toEqual(before);
  });

  it('stays off where asked to, and ignores memory for a machine that is off', async () => {
    const { vm } = await oneVm({ power: 'on' });
    const running = await take(vm, 'running', true);
    await revert(vm, running, true);
    expect((await vm.properties(call())).power.phase).toBe('off');
    const off = await take(vm, 'off', true);
    expect((await vm.record()).snapshots.find(({ id }) => id === off)).toMatchObject({
      phase: 'off',
      hasMemory: false,
    });
  });

  it('ends the programs that ran, and keeps them listed where they ran at the snapshot', async () => {
    const { vm } = await oneVm({ power: 'on' });
    const guest = session(vm);
    const start = { path: '/bin/sh', arguments: '-c "while true; do sleep 1; done"' };
    const kept = await guest.start(start, call());
    const id = await take(vm, 'running', true);
    const lost = await guest.start(start, call());
    await revert(vm, id);
    const states = await guest.poll([kept, lost], call());
    expect([states.get(kept)?.state, states.get(lost)?.state]).toEqual(['running', 'gone']);
    await guest.kill(kept, call());
    expect((await guest.poll([kept], call())).get(kept)).toMatchObject({ state: 'exited' });
  });
});

describe('renaming a snapshot', () => {
  it('changes what is named and nothing else', async () => {
    const { vm } = await oneVm();
    const id = await take(vm, 'first');
    await vm.snapshots.rename(id, { name: 'base' }, call());
    await vm.snapshots.rename(id, { description: '' }, call());
    expect((await vm.snapshots.tree(call())).roots).toMatchObject([{ id, name: 'base', description: '' }]);
    const long = 'x'.repeat(81);
    await expect(vm.snapshots.rename(id, { name: long }, call())).rejects.toMatchObject(
      fault('snapshot-name-too-long'),
    );
    await expect(vm.snapshots.rename('none', {}, call())).rejects.toMatchObject(fault('snapshot-not-found'));
  });
});

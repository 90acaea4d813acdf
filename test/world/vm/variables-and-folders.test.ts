import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootDelayMs, call, fault, hard, oneVm } from '../world-fixture.js';

describe('guest variables', () => {
  it('last until power-off, and exist only while the machine runs', async () => {
    const { vm } = await oneVm({ config: { 'guestinfo.preset': 'from the file' } });
    await expect(vm.variables.readGuestVariable('a', call())).rejects.toMatchObject(fault('vm-not-running'));
    await expect(vm.variables.writeGuestVariable('a', '1', call())).rejects.toMatchObject(fault('vm-not-running'));
    await vm.power.on(hard, call());
    expect(await vm.variables.readGuestVariable('a', call())).toBe('');
    expect(await vm.variables.readGuestVariable('preset', call())).toBe('from the file');
    await vm.variables.writeGuestVariable('a', '1', call());
    await vm.power.reset('hard', call());
    expect(await vm.variables.readGuestVariable('a', call())).toBe('1');
    await vm.power.off('hard', call());
    await vm.power.on(hard, call());
    expect(await vm.variables.readGuestVariable('a', call())).toBe('');
  });

  it('tell the address of the guest while Tools runs', async () => {
    const { clock, vm } = await oneVm({ guest: { ipAddresses: ['192.0.2.7', '192.0.2.8'] } });
    await vm.power.on(hard, call());
    expect(await vm.variables.readGuestVariable('ip', call())).toBe('');
    await clock.advance(bootDelayMs);
    expect(await vm.variables.readGuestVariable('ip', call())).toBe('192.0.2.7');
  });

  it.each(['', 'a=b', 'a/b', '__proto__'])('cannot be named %j', async (name) => {
    const { vm } = await oneVm({ power: 'on' });
    await expect(vm.variables.writeGuestVariable(name, 'x', call())).rejects.toMatchObject(fault('invalid-argument'));
    await expect(vm.variables.readGuestVariable(name, call())).rejects.toMatchObject(fault('invalid-argument'));
  });

  it('have no values that JavaScript objects bring along', async () => {
    const { vm } = await oneVm({ power: 'on' });
    expect(await vm.variables.readGuestVariable('constructor', call())).toBe('');
    expect(await vm.variables.readConfig('toString', call())).toBe('');
  });
});

describe('configuration entries', () => {
  it('are read at any time, without case, and written until power-off', async () => {
    const { vm } = await oneVm({ memoryMb: 512, config: { 'svga.present': 'TRUE' } });
    const read = (name: string): Promise<string> => vm.variables.readConfig(name, call());
    expect([await read('SVGA.Present'), await read('displayName'), await read('memsize')]).toEqual([
      'TRUE',
      'vm',
      '512',
    ]);
    await expect(vm.variables.writeConfig('svga.present', 'FALSE', call())).rejects.toMatchObject(
      fault('vm-not-running'),
    );
    await vm.power.on(hard, call());
    await vm.variables.writeConfig('svga.present', 'FALSE', call());
    await vm.variables.writeConfig('SVGA.PRESENT', 'maybe', call());
    expect(await read('svga.present')).toBe('maybe');
    await vm.power.off('hard', call());
    expect(await read('svga.present')).toBe('TRUE');
    await expect(vm.variables.readConfig('a=b', call())).rejects.toMatchObject(fault('invalid-argument'));
  });
});

describe('shared folders', () => {
  let hostPath = '';

  beforeAll(async () => {
    hostPath = await mkdtemp(join(tmpdir(), 'revix-shared-'));
  });

  afterAll(async () => {
    await rm(hostPath, { recursive: true });
  });

  it('need Tools, and outlive a power cycle', async () => {
    const { clock, vm } = await oneVm();
    const folder = { name: 'share', hostPath, isWritable: true };
    await expect(vm.sharedFolders.add(folder, call())).rejects.toMatchObject(fault('vm-not-running'));
    await vm.power.on(hard, call());
    await expect(vm.sharedFolders.list(call())).rejects.toMatchObject(fault('tools-not-running'));
    await clock.advance(bootDelayMs);
    expect((await vm.properties(call())).sharedFoldersPath).toBeNull();
    await vm.sharedFolders.setEnabled(true, call());
    await vm.sharedFolders.add(folder, call());
    await vm.power.off('hard', call());
    expect((await vm.properties(call())).sharedFoldersPath).toBeNull();
    await vm.power.on(hard, call());
    await clock.advance(bootDelayMs);
    expect(await vm.sharedFolders.list(call())).toEqual([folder]);
    expect((await vm.properties(call())).sharedFoldersPath).toBe('/mnt/hgfs');
  });

  it('are named once, and lead to a directory that is there', async () => {
    const { vm } = await oneVm({ power: 'on', guestOs: 'windows9-64' });
    const folder = { name: 'share', hostPath, isWritable: false };
    await expect(vm.sharedFolders.update(folder, call())).rejects.toMatchObject(fault('not-found'));
    await expect(vm.sharedFolders.remove('share', call())).rejects.toMatchObject(fault('not-found'));
    await expect(vm.sharedFolders.add({ ...folder, hostPath: join(hostPath, 'no') }, call())).rejects.toMatchObject(
      fault('file-not-found'),
    );
    await expect(vm.sharedFolders.add({ ...folder, name: 'a/b' }, call())).rejects.toMatchObject(
      fault('invalid-argument'),
    );
    await vm.sharedFolders.add(folder, call());
    await expect(vm.sharedFolders.add(folder, call())).rejects.toMatchObject(fault('already-exists'));
    await expect(vm.sharedFolders.update({ ...folder, hostPath: join(hostPath, 'no') }, call())).rejects.toMatchObject(
      fault('file-not-found'),
    );
    await vm.sharedFolders.update({ ...folder, isWritable: true }, call());
    expect(await vm.sharedFolders.list(call())).toEqual([{ ...folder, isWritable: true }]);
    await vm.sharedFolders.setEnabled(true, call());
    expect((await vm.properties(call())).sharedFoldersPath).toBe('\\\\vmware-host\\Shared Folders');
    await vm.sharedFolders.remove('share', call());
    expect(await vm.sharedFolders.list(call())).toEqual([]);
  });
});

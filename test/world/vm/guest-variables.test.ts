import { describe, expect, it } from 'vitest';
import type { InventoryVm } from '../../../src/world/inventory/inventory-schema.js';
import { runIn } from '../run-in.js';
import { call, fault, hard, oneVm, session } from '../world-fixture.js';

const tools = '"C:\\Program Files\\VMware\\VMware Tools';

describe.each<[string, Partial<InventoryVm>, (command: string) => string]>([
  ['vmtoolsd on POSIX', {}, (command) => `vmtoolsd --cmd "${command}"`],
  ['vmware-rpctool', {}, (command) => `/usr/bin/vmware-rpctool '${command}'`],
  ['vmtoolsd on Windows', { guestOs: 'windows9-64' }, (command) => `${tools}\\vmtoolsd.exe" --cmd "${command}"`],
  ['rpctool', { guestOs: 'windows9-64' }, (command) => `${tools}\\rpctool.exe" "${command}"`],
])('guest variables by %s', (_name, vmOptions, line) => {
  const options = { power: 'on', config: { 'guestinfo.preset': 'from the file' }, ...vmOptions } as const;

  it('are those of the host', async () => {
    const fixture = await oneVm(options);
    const { vm } = fixture;
    await vm.variables.writeGuestVariable('role', 'db main', call());
    expect(await runIn(fixture, line('info-get guestinfo.role'))).toEqual({ exitCode: 0, output: 'db main\n' });
    expect(await runIn(fixture, line('info-get guestinfo.preset'))).toMatchObject({ output: 'from the file\n' });
    expect(await runIn(fixture, line('info-get guestinfo.ip'))).toMatchObject({ output: '10.0.0.1\n' });
    expect(await runIn(fixture, line('info-set guestinfo.state ready to go'))).toEqual({ exitCode: 0, output: '\n' });
    expect(await vm.variables.readGuestVariable('state', call())).toBe('ready to go');
    const id = await vm.snapshots.create({ name: 's', description: '', includeMemory: false }, call());
    await vm.snapshots.revert({ id, suppressPowerOn: false, showConsole: false }, call());
    await vm.power.on(hard, call());
    expect(await vm.variables.readGuestVariable('state', call())).toBe('');
  });

  it.each([
    ['info-get guestinfo.none', 'No value found'],
    ['info-get displayName', 'Permission denied'],
    ['info-set guestinfo.a/b x', 'Permission denied'],
    ['log hello', 'Unknown command'],
  ])('refuse %s', async (command, message) => {
    const fixture = await oneVm(options);
    expect(await runIn(fixture, line(command))).toEqual({ exitCode: 1, output: `${message}\n` });
  });
});

describe('guest variables in a program', () => {
  it('show what the program wrote at once, and what the host writes meanwhile', async () => {
    const fixture = await oneVm({ power: 'on' });
    const script =
      'vmware-rpctool "info-set guestinfo.asked 1"; vmware-rpctool "info-get guestinfo.asked"; ' +
      'until vmtoolsd --cmd "info-get guestinfo.answer" 2> /dev/null; do sleep 1; done';
    const running = runIn(fixture, script);
    const { vm, clock } = fixture;
    while ((await vm.variables.readGuestVariable('asked', call())) === '') {
      await clock.advance(10);
      await new Promise(setImmediate);
    }
    await vm.variables.writeGuestVariable('answer', '42', call());
    expect(await running).toEqual({ exitCode: 0, output: '\n1\n42\n' });
  });

  it('go with the power', async () => {
    const { vm } = await oneVm({ power: 'on' });
    await vm.power.off('hard', call());
    await expect(session(vm).validate(call())).rejects.toMatchObject(fault('vm-not-running'));
    await expect(vm.variables.readGuestVariable('x', call())).rejects.toMatchObject(fault('vm-not-running'));
  });

  it('come with the version of Tools', async () => {
    const fixture = await oneVm({ power: 'on', tools: { version: 11_333 } });
    expect(await runIn(fixture, 'vmware-toolbox-cmd -v; vmtoolsd -v')).toEqual({
      exitCode: 0,
      output: '11.2.5\nVMware Tools daemon, version 11.2.5\n',
    });
  });
});

import { expect, it, onTestFinished } from 'vitest';
import { Fault } from '../../../src/base/fault.js';
import { runAwaited } from '../../../src/doors/flow.js';
import type { IVMVirtualServer } from '../../../src/doors/virtual-server/index.js';
import { virtualServerLibrary } from '../../../src/doors/virtual-server/virtual-server-library.js';
import { VIX_SERVICEPROVIDER_VMWARE_WORKSTATION } from '../../../src/vix/names.js';
import { fakeVmLink, power } from '../../fixtures/fake-vm.js';
import { labPath, VixRig } from '../../fixtures/vix-rig.js';

interface Rig {
  readonly rig: VixRig;
  readonly server: IVMVirtualServer;
}

/** A door over machines whose every operation can be told to fail. */
function open(): Rig {
  const rig = new VixRig();
  onTestFinished(() => rig.vix.Revix_Close());
  rig.backend.add('/vms/other/other.vmx');
  const library = virtualServerLibrary<'awaited'>(rig.vix, {
    run: runAwaited,
    pause: () => undefined,
    canAssign: false,
  });
  const server = new library.VMVirtualServer({ hostType: VIX_SERVICEPROVIDER_VMWARE_WORKSTATION });
  return { rig, server };
}

/** The code and the text that a member fails with. */
async function failure(call: () => unknown): Promise<string> {
  try {
    await call();
    return 'S_OK';
  } catch (error) {
    const { code, message } = error as { readonly code: string; readonly message: string };
    return `${code}: ${message}`;
  }
}

function kinds(rig: VixRig): readonly string[] {
  return rig.vix.Revix_DumpHandles().map(({ kind }) => kind);
}

it('opens the machine of a name alone, however many there are', async () => {
  const { rig, server } = open();
  rig.lab.properties = { ...rig.lab.properties, name: 'Lab' };
  expect(await server.FindVirtualMachine('nobody')).toBeNull();
  expect(rig.control.of('openVm')).toHaveLength(0);
  expect(await server.FindVirtualMachine('LAB')).not.toBeNull();
  expect(
    [rig.control.of('findVms'), rig.control.of('openVm'), rig.control.of('properties')].map(({ length }) => length),
  ).toEqual([2, 1, 0]);
});

it('gives back what it had opened when a look of all fails', async () => {
  const { rig, server } = open();
  const first = (): unknown => fakeVmLink(rig.lab, rig.control);
  rig.control.once('openVm', first, new Fault('internal', 'closed today'));
  expect(await failure(() => server.VirtualMachines)).toMatch(/^DISP_E_EXCEPTION: .*closed today/);
  expect(rig.control.of('openVm')).toHaveLength(2);
  expect(kinds(rig)).toEqual(['host']);
});

/** A guest whose host can no longer log anybody out, from when a program was started. */
async function openGuest(start: () => unknown) {
  const { rig, server } = open();
  rig.lab.properties = { ...rig.lab.properties, name: 'lab', power: power('on', { areToolsRunning: true }) };
  const machine = await server.FindVirtualMachine('lab');
  if (machine === null) throw new Error(`there is no ${labPath}`);
  rig.control.once('guest.start', () => {
    rig.backend.capabilities.delete('guest');
    return start();
  });
  return { rig, guest: machine.GuestOS };
}

it('tells how a program failed, also where the logout after it fails too', async () => {
  const { rig, guest } = await openGuest(() => {
    throw new Fault('file-not-found', 'there is no such program');
  });
  const call = (): unknown => guest.ExecuteCommand('/bin/none', '', 'user', 'secret');
  expect(await failure(call)).toMatch(/^E_FILE_NOT_FOUND: .*there is no such program/);
  expect(rig.backend.capabilities.has('guest')).toBe(false);
  expect(kinds(rig)).toEqual(['host', 'vm']);
});

it('tells the exit code of a program, also where the logout after it fails', async () => {
  const startTime = new Date(0);
  const { rig, guest } = await openGuest(() => 7);
  rig.lab.guest.states.set(7, { state: 'exited', exitCode: 3, startTime, endTime: startTime });
  const ending = guest.ExecuteCommand('/bin/sh', '', 'user', 'secret');
  await rig.control.reached('guest.start');
  await rig.clock.advance(10_000);
  expect(await ending).toBe(3);
  expect(rig.backend.capabilities.has('guest')).toBe(false);
});

import { describe, expect, it } from 'vitest';
import type { VsphereConnection } from '../../../../src/backends/vsphere/connection.js';
import { VimError } from '../../../../src/backends/vsphere/errors/vim-error.js';
import type { Datacenters } from '../../../../src/backends/vsphere/inventory/datacenters.js';
import { MachineReference } from '../../../../src/backends/vsphere/inventory/machine-reference.js';
import { unregisterMachine } from '../../../../src/backends/vsphere/inventory/register-machine.js';
import { Machine } from '../../../../src/backends/vsphere/vm/machine.js';
import { VspherePower } from '../../../../src/backends/vsphere/vm/power.js';
import { VsphereSnapshots } from '../../../../src/backends/vsphere/vm/snapshots.js';
import { VsphereTools } from '../../../../src/backends/vsphere/vm/tools.js';
import { FakeClock } from '../../../../src/base/clock.js';
import { Fault } from '../../../../src/base/fault.js';
import { faultCode } from '../../../../src/errors/vix-failure.js';
import { callOn } from '../fake-connection.js';
import { toldFamily } from '../guest/told-family.js';

const call = callOn(new FakeClock());

/** A machine with these properties, whose tasks and waits end with this fault. */
function machineThat($type: string, properties: Readonly<Record<string, unknown>>): Machine {
  const fail = (): Promise<never> => Promise.reject(new VimError({ $type }, 'refused'));
  const connection = {
    clock: call.clock,
    settings: { questions: 'wait' },
    tasks: { runToEnd: fail, whileBusy: (_call: unknown, work: () => unknown) => work() },
    call: fail,
    waitForVm: fail,
    properties: async () => new Map(Object.entries({ 'runtime.powerState': 'poweredOn', ...properties })),
  } as unknown as VsphereConnection;
  const reference = new MachineReference({ type: 'VirtualMachine', value: 'vm-1' });
  return new Machine(connection, {} as Datacenters, reference, toldFamily(), '[ds] a/a.vmx');
}

const operations = {
  'power on': (machine: Machine) => new VspherePower(machine).on({ paused: false }, call),
  'power off': (machine: Machine) => new VspherePower(machine).off('hard', call),
  'take a snapshot': (machine: Machine) =>
    new VsphereSnapshots(machine).create({ name: 's', description: '', includeMemory: false }, call),
  unregister: (machine: Machine) => unregisterMachine(machine, call),
  'wait for Tools': (machine: Machine) => new VsphereTools(machine).waitUntilRunning(call),
} as const;

async function codeOf(work: Promise<unknown>): Promise<number> {
  const error = await work.catch((reason: unknown) => reason);
  if (error instanceof Fault) return faultCode(error);
  throw new Error('no fault', { cause: error });
}

describe('a fault that vSphere has for several causes', () => {
  it.each<[keyof typeof operations, string, Readonly<Record<string, unknown>>, number]>([
    ['power on', 'NotSupported', { 'config.template': true }, 4003],
    ['power on', 'NotSupported', { 'config.template': false }, 6],
    ['take a snapshot', 'NotSupported', { 'config.template': true }, 4003],
    ['power off', 'InvalidState', { 'runtime.connectionState': 'disconnected' }, 34],
    ['power off', 'InvalidState', { 'runtime.connectionState': 'connected' }, 1],
    ['power off', 'InvalidPowerState', { 'runtime.connectionState': 'disconnected' }, 3006],
    ['unregister', 'InvalidState', { 'runtime.connectionState': 'disconnected' }, 34],
    ['unregister', 'InvalidState', { 'runtime.connectionState': 'connected' }, 1],
    ['wait for Tools', 'Timedout', {}, 3000],
  ])('%s, %s, %o: %i', async (operation, type, properties, code) => {
    expect(await codeOf(operations[operation](machineThat(type, properties)))).toBe(code);
  });
});

import { describe, expect, it } from 'vitest';
import type { VmProperties } from '../../../../src/backends/backend.js';
import type { VsphereConnection } from '../../../../src/backends/vsphere/connection.js';
import type { Datacenters } from '../../../../src/backends/vsphere/inventory/datacenters.js';
import { MachineReference } from '../../../../src/backends/vsphere/inventory/machine-reference.js';
import { ref } from '../../../../src/backends/vsphere/soap/values.js';
import { Machine } from '../../../../src/backends/vsphere/vm/machine.js';
import { readProperties } from '../../../../src/backends/vsphere/vm/vm-properties.js';
import { FakeClock } from '../../../../src/base/clock.js';
import { callOn } from '../fake-connection.js';
import { toldFamily } from '../guest/told-family.js';

const vm = ref('VirtualMachine', 'vm-1');

/** What is read of a machine with these properties, on which a task runs. */
function readOf(properties: Readonly<Record<string, unknown>>, task = 'none'): Promise<VmProperties> {
  const propSet = (values: Readonly<Record<string, unknown>>) =>
    Object.entries(values).map(([name, val]) => ({ name, val }));
  const connection = {
    async *retrieve() {
      yield [
        { obj: vm, propSet: propSet(properties) },
        { obj: ref('Task', 'task-1'), propSet: propSet({ 'info.state': 'running', 'info.descriptionId': task }) },
      ];
    },
  } as unknown as VsphereConnection;
  const datacenters = { list: async () => [] } as unknown as Datacenters;
  const machine = new Machine(connection, datacenters, new MachineReference(vm), toldFamily(), '[ds] a/a.vmx');
  return readProperties(machine, vm, false, callOn(new FakeClock()));
}

describe('the properties of a machine', () => {
  it.each([
    ['poweredOn', 'none', 'on', true],
    ['poweredOn', 'VirtualMachine.powerOff', 'powering-off', true],
    ['poweredOn', 'VirtualMachine.suspend', 'suspending', true],
    ['poweredOn', 'VirtualMachine.reset', 'resetting', true],
    ['poweredOff', 'VirtualMachine.powerOff', 'powering-off', false],
    ['poweredOff', 'VirtualMachine.powerOn', 'powering-on', false],
    ['suspended', 'VirtualMachine.powerOn', 'resuming', false],
  ])('%s while the task %s runs: %s, and whether it is on: %s', async (powerState, task, phase, isOn) => {
    expect((await readOf({ 'runtime.powerState': powerState }, task)).power).toMatchObject({ phase, isOn });
  });

  it.each([true, false])('say by its capability whether it can have several snapshots: %s', async (supported) => {
    const { takesManySnapshots } = await readOf({ 'capability.multipleSnapshotsSupported': supported });
    expect(takesManySnapshots).toBe(supported);
  });
});

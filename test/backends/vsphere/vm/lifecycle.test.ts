import { describe, expect, it } from 'vitest';
import type { VsphereConnection } from '../../../../src/backends/vsphere/connection.js';
import { VimError } from '../../../../src/backends/vsphere/errors/vim-error.js';
import type { Datacenters } from '../../../../src/backends/vsphere/inventory/datacenters.js';
import type { MachineRef } from '../../../../src/backends/vsphere/inventory/find-machine.js';
import { MachineReference } from '../../../../src/backends/vsphere/inventory/machine-reference.js';
import { ref } from '../../../../src/backends/vsphere/soap/values.js';
import { VsphereLifecycle } from '../../../../src/backends/vsphere/vm/lifecycle.js';
import { Machine } from '../../../../src/backends/vsphere/vm/machine.js';
import { FakeClock } from '../../../../src/base/clock.js';
import { callOn } from '../fake-connection.js';
import { toldFamily } from '../guest/told-family.js';

const call = callOn(new FakeClock());
const [before, after] = [ref('VirtualMachine', 'vm-1'), ref('VirtualMachine', 'vm-2')];
const location = '[ds] a/a.vmx';

/** A machine that is registered anew, with its disks, right after they were taken out of it; and what is asked of it. */
function rig() {
  const asked: string[] = [];
  let known = before;
  const ask = ({ value }: MachineRef, what: string): void => {
    if (value !== known.value) throw new VimError({ $type: 'ManagedObjectNotFound', obj: before }, 'gone');
    asked.push(`${what} ${value}`);
  };
  const reference = new MachineReference(before, {
    location,
    uuid: 'uuid',
    find: async () => ({ ref: after, uuid: 'uuid' }),
  });
  const connection = {
    properties: async (of: MachineRef) => {
      ask(of, 'read');
      const device = [{ $type: 'VirtualDisk', key: 2000 }];
      return new Map<string, unknown>([
        ['runtime.powerState', 'poweredOff'],
        ['config.hardware.device', device],
      ]);
    },
    tasks: {
      run: async (of: MachineRef, method: string) => {
        ask(of, method);
        if (method !== 'ReconfigVM_Task' || known === after) return;
        known = after;
        // Somebody who watches it notices first.
        await reference.use(async (now) => ask(now, 'watch'), call);
      },
      // How other tasks of the machine are run.
      runToEnd: (start: () => Promise<unknown>) => start(),
      start: (of: MachineRef, method: string) => connection.tasks.run(of, method),
    },
  };
  const vsphere = connection as unknown as VsphereConnection;
  const machine = new Machine(vsphere, {} as Datacenters, reference, toldFamily(), location);
  return { lifecycle: new VsphereLifecycle(machine), asked };
}

describe('a machine that is registered anew while it is deleted without its disks', () => {
  it('is not deleted before its disks were taken out under that reference, too', async () => {
    const { lifecycle, asked } = rig();
    await lifecycle.delete({ keepDisks: true }, call);
    expect(asked).toEqual([
      'read vm-1',
      'ReconfigVM_Task vm-1',
      'watch vm-2',
      'read vm-2',
      'ReconfigVM_Task vm-2',
      'Destroy_Task vm-2',
    ]);
  });
});

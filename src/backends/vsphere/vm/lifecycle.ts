import { Fault, type FaultKind } from '../../../base/fault.js';
import type { CallContext, LifecycleOps } from '../../backend.js';
import { isVimError } from '../errors/vim-error.js';
import type { MachineRef } from '../inventory/find-machine.js';
import { cloneMachine } from './clone.js';
import type { Machine } from './machine.js';

/** What only a machine that is off lets be done with it. */
const needsOff: Readonly<Record<string, FaultKind>> = { InvalidPowerState: 'vm-running' };

/** Life and death of one machine. */
export class VsphereLifecycle implements LifecycleOps {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  delete(options: { readonly keepDisks: boolean }, call: CallContext): Promise<void> {
    const machine = this.#machine;
    return machine.run('deleting', needsOff, call, async () => {
      if (options.keepDisks) await machine.use((ref) => deleteWithoutDisks(machine, ref, call), call);
      else await machine.task('Destroy_Task', {}, call);
      machine.reference.retire();
    });
  }

  clone(
    options: { readonly snapshotId: string | null; readonly isLinked: boolean; readonly destination: string },
    call: CallContext,
  ): Promise<string> {
    const machine = this.#machine;
    const meanings = { ...needsOff, DuplicateName: 'file-exists', AlreadyExists: 'file-exists' } as const;
    return machine.run('cloning', meanings, call, () => cloneMachine(machine, options, call));
  }

  upgradeHardware(call: CallContext): Promise<void> {
    const machine = this.#machine;
    return machine.run('upgrading the hardware of', needsOff, call, async () => {
      try {
        await machine.task('UpgradeVM_Task', {}, call);
      } catch (error) {
        if (!isVimError(error, 'AlreadyUpgraded')) throw error;
      }
    });
  }
}

/**
 * Takes the disks out of a machine, so that its deletion leaves their files. With snapshots the server would delete
 * parts of the disks all the same, so those machines are refused.
 *
 * @param ref for all of it: under another one, which it may get meanwhile, the machine may have its disks back.
 */
async function deleteWithoutDisks(machine: Machine, ref: MachineRef, call: CallContext): Promise<void> {
  const { connection, label } = machine;
  const values = await connection.properties(ref, ['runtime.powerState', 'snapshot', 'config.hardware.device'], call);
  if (values.get('runtime.powerState') !== 'poweredOff') {
    throw new Fault('vm-running', `${label} is not off. Power it off, then delete it.`);
  }
  if (values.get('snapshot') !== undefined) {
    const message = `${label} has snapshots, whose parts of the disks would be lost. Remove them first, or delete the disks too.`;
    throw new Fault('not-supported', message);
  }
  const devices = values.get('config.hardware.device') ?? [];
  const disks = devices.filter((device) => device.$type === 'VirtualDisk');
  // Without a file operation the disk leaves the machine, and its file stays.
  const deviceChange = disks.map((device) => ({ operation: 'remove' as const, device }));
  if (disks.length > 0) await connection.tasks.run(ref, 'ReconfigVM_Task', { spec: { deviceChange } }, call);
  await connection.tasks.run(ref, 'Destroy_Task', {}, call);
}

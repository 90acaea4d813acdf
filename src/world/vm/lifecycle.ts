import { Fault } from '../../base/fault.js';
import { parseNewLocation, qualifiedLocation } from '../location.js';
import type { WorldCall } from '../world-call.js';
import { cloneRecord } from './clone.js';
import { isRunning } from './power.js';
import { addSnapshot, findSnapshot, requireRoomForSnapshot } from './snapshots.js';
import type { SnapshotRecord, VmRecord } from './vm-record.js';
import type { VmScope } from './vm-scope.js';

/** Newest version of virtual hardware that the world's hosts know. */
export const currentHardwareVersion = 21;

/** Birth, growth and end of one virtual machine. */
export class VmLifecycle {
  readonly #scope: VmScope;

  constructor(scope: VmScope) {
    this.#scope = scope;
  }

  /**
   * Deletes a machine that is off or suspended; linked clones of it can no longer run.
   * @throws Fault `vm-running`.
   */
  async delete(options: { readonly keepDisks: boolean }, call: WorldCall): Promise<void> {
    const scope = this.#scope;
    await scope.begin('lifecycle.delete', call);
    await scope.updateWhenSettled(call, ({ record }) => {
      if (record.power.phase !== 'off' && record.power.phase !== 'suspended') throw isRunning(record);
    });
    await scope.services.store.delete(scope.id, options);
  }

  /**
   * Clones the machine to another place; the clone is off. A linked clone hangs on a snapshot of this machine, which is
   * made first when none is named.
   * @param options.name its display name; absent: the name of its file.
   * @returns location of the clone, with its datacentre.
   * @throws Fault `vm-running`, `file-exists` when something is at the destination, `snapshot-not-found`,
   *   `invalid-argument`.
   */
  async clone(
    options: {
      readonly snapshotId: string | null;
      readonly isLinked: boolean;
      readonly destination: string;
      readonly name?: string;
    },
    call: WorldCall,
  ): Promise<string> {
    const scope = this.#scope;
    await scope.begin('lifecycle.clone', call);
    const destination = parseNewLocation(options.destination);
    const plan = await scope.updateWhenSettled(call, async ({ record }) => {
      const snapshot = options.snapshotId === null ? null : findSnapshot(record, options.snapshotId);
      requireClonable(record, snapshot, options.isLinked);
      const draft = cloneRecord({ record, snapshot, destination, name: options.name });
      await scope.services.requireFree(draft);
      if (!options.isLinked) return { clone: draft, image: snapshot?.id ?? 'current' };
      const hook = snapshot?.id ?? (await this.#snapshotForClone(record, draft.name));
      draft.linkedTo = { vmId: record.id, snapshotId: hook, parentLocation: qualifiedLocation(record) };
      return { clone: draft, image: hook };
    });
    const files = await scope.services.store.imageContents(scope.id, plan.image);
    call.progress(0.5);
    await scope.services.add(plan.clone, files);
    call.progress(1);
    return qualifiedLocation(plan.clone);
  }

  /** Does nothing when the hardware is current. @throws Fault `vm-running` unless the machine is off. */
  async upgradeHardware(call: WorldCall): Promise<void> {
    await this.#scope.begin('lifecycle.upgradeHardware', call);
    await this.#scope.updateWhenSettled(call, ({ record }) => {
      if (record.power.phase !== 'off') throw isRunning(record);
      record.hardwareVersion = Math.max(record.hardwareVersion, currentHardwareVersion);
    });
  }

  /** Makes the machine a template, which can be cloned and not run, or a machine again. @throws Fault `vm-running`. */
  async setTemplate(isTemplate: boolean, call: WorldCall): Promise<void> {
    await this.#scope.begin('lifecycle.setTemplate', call);
    await this.#scope.updateWhenSettled(call, ({ record }) => {
      if (record.power.phase !== 'off') throw isRunning(record);
      record.isTemplate = isTemplate;
    });
  }

  async #snapshotForClone(record: VmRecord, cloneName: string): Promise<string> {
    requireRoomForSnapshot(record, '');
    const description = `Made for the linked clone '${cloneName}'.`;
    // The name that VMware's Workstation gives it.
    const options = { name: 'Clone', description, includeMemory: false, isReplayable: false };
    return addSnapshot(this.#scope, record, options);
  }
}

/** A full clone copies disks that must stand still; a linked one needs a state of the disks that stays as it is. */
function requireClonable(record: VmRecord, snapshot: SnapshotRecord | null, isLinked: boolean): void {
  const { phase } = record.power;
  const isStill = phase === 'off' || (phase === 'suspended' && !isLinked);
  const hasStillState = isLinked && phase === 'on' && snapshot?.phase === 'off';
  if (isStill || hasStillState) return;
  const reason = isRunning(record);
  throw new Fault('vm-running', `${reason.message} Only then can it be cloned${isLinked ? ' with a link' : ''}.`, {
    retryable: reason.retryable,
  });
}

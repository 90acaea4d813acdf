import type { ManagedKind, ManagedObject } from '../managed-object.js';
import { managed } from '../managed-object.js';
import type { Endpoint } from '../endpoint.js';
import { entityProperties } from '../inventory/managed-entity.js';
import type { Ref } from '../ref.js';
import { VimFault } from '../vim-fault.js';
import { vmConfig } from './vm-config.js';
import { vmPowerMethods } from './vm-power-methods.js';
import { vmConsoleMethods } from './vm-console-methods.js';
import { vmLayout, vmLayoutEx, vmStorage } from './vm-layout.js';
import { vmLifecycleMethods } from './vm-lifecycle-methods.js';
import { vmMoveMethods } from './vm-move-methods.js';
import { vmSettingsMethods } from './vm-settings-methods.js';
import { vmSnapshotMethods } from './vm-snapshot-methods.js';
import { snapshotRef } from '../snapshot-ref.js';
import { snapshotInfo } from './vm-snapshots.js';
import { vmGuest, vmRuntime, vmSummary } from './vm-state.js';
import { changesAtMs, type VmView } from './vm-view.js';
import { placeOfLocation } from '../inventory/datastore-path.js';
import { heartbeatOf } from '../../world/vm/power-state.js';

/** What these machines can do; everything else of VirtualMachineCapability they cannot. */
const abilities: ReadonlySet<string> = new Set([
  'snapshotOperationsSupported',
  'multipleSnapshotsSupported',
  'snapshotConfigSupported',
  'poweredOffSnapshotsSupported',
  'memorySnapshotsSupported',
  'revertToSnapshotSupported',
  'toolsAutoUpdateSupported',
]);

function capability({ endpoint }: VmView): Readonly<Record<string, boolean>> {
  const fields = endpoint.schema.dataType('VirtualMachineCapability')?.fields ?? [];
  const flags = fields.filter(({ type, optional }) => type === 'xsd:boolean' && !optional);
  return Object.fromEntries(flags.map(({ name }) => [name, abilities.has(name)]));
}

const vmKind: ManagedKind<VmView> = {
  type: 'VirtualMachine',
  properties: {
    ...entityProperties<VmView>({
      ref: ({ ref }) => ref,
      name: ({ record }) => record.name,
      parent: ({ datacenter }) => datacenter.refs.vmFolder,
    }),
    capability,
    config: vmConfig,
    datastore: ({ datastore }) => [datastore.ref],
    guest: vmGuest,
    guestHeartbeatStatus: ({ record, nowMs }) => heartbeatOf(record, nowMs),
    layout: vmLayout,
    layoutEx: vmLayoutEx,
    network: ({ endpoint, datacenter, record }) =>
      [...new Set(record.guest.nics.map(({ network }) => network))].map(
        (name) => endpoint.inventory.network(datacenter, name).ref,
      ),
    resourceConfig: ({ ref }) => ({
      entity: ref,
      cpuAllocation: { reservation: 0, expandableReservation: false, limit: -1 },
      memoryAllocation: { reservation: 0, expandableReservation: false, limit: -1 },
    }),
    resourcePool: ({ record, datacenter }) => (record.isTemplate ? undefined : datacenter.refs.pool),
    rootSnapshot: ({ record, ref }) =>
      record.snapshots.filter(({ parentId }) => parentId === null).map(({ id }) => snapshotRef(ref, id)),
    runtime: vmRuntime,
    snapshot: snapshotInfo,
    storage: vmStorage,
    summary: vmSummary,
  },
  methods: {
    ...vmPowerMethods,
    ...vmSnapshotMethods,
    ...vmSettingsMethods,
    ...vmLifecycleMethods,
    ...vmMoveMethods,
    ...vmConsoleMethods,
  },
};

/** The machine behind a reference as it stands now; undefined when there is none. */
export async function viewOf(endpoint: Endpoint, ref: Ref): Promise<VmView | undefined> {
  const machine = endpoint.machines.byRef(ref);
  const datacenter = endpoint.inventory.datacenterOf(ref);
  if (machine?.ref === undefined || datacenter === undefined) return undefined;
  const datastore = datacenter.datastores.get(placeOfLocation(machine.location).datastore);
  if (datastore === undefined) return undefined;
  try {
    const vm = await endpoint.machines.open(ref);
    const { record, disks: guestDisks } = await vm.recordWithDisks();
    const nowMs = endpoint.clock.now();
    return { endpoint, machine, ref: machine.ref, datacenter, datastore, record, guestDisks, nowMs };
  } catch (error) {
    if (error instanceof VimFault) return undefined;
    throw error;
  }
}

/** The machine behind a reference as a managed object; undefined when there is none. */
export async function findVm(endpoint: Endpoint, ref: Ref): Promise<ManagedObject | undefined> {
  const view = await viewOf(endpoint, ref);
  return view === undefined ? undefined : managed(view.ref, vmKind, view, changesAtMs(view.record, view.nowMs));
}

import type { VirtualMachineConfigSpec } from '../../backends/vsphere/vim/generated/types.js';
import { adoptMachine } from '../../world/inventory/adopt-machine.js';
import { VmxDocument } from '../../world/store/vmx-file.js';
import { recordFromVmx } from '../../world/store/vmx-record.js';
import { stableId } from '../../world/vm/clone.js';
import { currentHardwareVersion } from '../../world/vm/lifecycle.js';
import type { VmRecord } from '../../world/vm/vm-record.js';
import type { WorldCall } from '../../world/world-call.js';
import { requireProvisioning } from '../datastores/datastore-state.js';
import type { Endpoint } from '../endpoint.js';
import type { Datacenter, Datastore } from '../inventory/datacenter.js';
import {
  formatDatastorePath,
  inFolder,
  nameIn,
  parseDatastorePath,
  type DatastorePath,
} from '../inventory/datastore-path.js';
import { plainName } from '../inventory/wire-name.js';
import type { Ref } from '../ref.js';
import type { Session } from '../sessions.js';
import { VimFault } from '../vim-fault.js';
import { applySpec, requireDevicePrivileges, settingsChange } from './config-spec.js';
import { vmxGuestOs } from './guest-ids.js';
import { orDeleted, placeForName, registeredRef } from './new-machine.js';
import type { VmView } from './vm-view.js';

/** A machine that is to be made. */
export interface NewMachine {
  readonly endpoint: Endpoint;
  readonly datacenter: Datacenter;
  readonly folder: Ref;
  readonly session: Session;
  readonly spec: VirtualMachineConfigSpec;
}

/**
 * Checks what can be checked before anything is made.
 * @returns makes the machine and registers it. Its guest is a fresh one of the system that the specification names.
 * @throws VimFault `InvalidName`, `InvalidVmConfig`, `InvalidDatastore`, `InvalidDatastoreState`, `NotSupported`, `NoPermission`.
 */
export function machineToCreate(machine: NewMachine): (call: WorldCall) => Promise<Ref<'VirtualMachine'>> {
  const { endpoint, datacenter, folder, session, spec } = machine;
  const { files, ...settings } = spec;
  const name = plainName(spec.name ?? '');
  if (name === '') throw new VimFault({ $type: 'InvalidName', name }, 'A new machine needs a name.');
  const { datastore, place } = placeOfSpec(datacenter, name, files?.vmPathName);
  const record = emptyRecord(datacenter, place, name, settings);
  const draft: VmView = {
    endpoint,
    machine: { id: record.id, datacenter: datacenter.name, location: record.location, ref: undefined },
    ref: { type: 'VirtualMachine', value: '' },
    datacenter,
    datastore,
    record,
    guestDisks: () => null,
    nowMs: endpoint.clock.now(),
  };
  const change = settingsChange(draft, settings, session, folder);
  requireDevicePrivileges(draft, settings, session, folder);
  return async (call) => {
    const { files: guestFiles } = adoptMachine(record);
    await endpoint.world.add(record, guestFiles);
    const vm = await endpoint.world.byId(record.id);
    await orDeleted(vm, call, async () => {
      // The world's registered machines are what clients see, so this comes when all is done.
      await applySpec(draft, settings, change, vm, call, { isNew: true });
      await endpoint.world.register(`[${datacenter.name}/${record.location.slice(1)}`);
    });
    return registeredRef(endpoint, record.id);
  };
}

/** Where the configuration is to lie. A path that names only a datastore or a folder is completed by the name. */
function placeOfSpec(
  datacenter: Datacenter,
  name: string,
  vmPathName: string | undefined,
): { readonly datastore: Datastore; readonly place: DatastorePath } {
  if (vmPathName === undefined) {
    const fault = { $type: 'InvalidVmConfig', property: 'config.files.vmPathName' };
    throw new VimFault(fault, "Say where the machine is to lie, as files.vmPathName: '[datastore1]'.");
  }
  const given = parseDatastorePath(vmPathName);
  const datastore = datacenter.datastores.get(given.datastore);
  if (datastore === undefined) {
    const fault = { $type: 'InvalidDatastore', name: given.datastore };
    throw new VimFault(fault, `The datacenter '${datacenter.shownName}' has no datastore '${given.datastore}'.`);
  }
  requireProvisioning(datastore);
  const usual = placeForName(datastore, name);
  if (given.path === '') return { datastore, place: usual };
  const isFile = given.path.toLowerCase().endsWith('.vmx');
  return { datastore, place: isFile ? given : { ...given, path: inFolder(given.path, nameIn(usual.path)) } };
}

/** The record of a machine without disks and network cards. */
function emptyRecord(
  datacenter: Datacenter,
  place: DatastorePath,
  name: string,
  { guestId, version }: VirtualMachineConfigSpec,
): VmRecord {
  const location = formatDatastorePath(place);
  const id = stableId('vm', datacenter.name, location);
  const origin = { id, datacenter: datacenter.name, location, fileName: location };
  const document = VmxDocument.empty();
  document.set('displayName', name);
  document.set('guestOS', guestId === undefined ? 'other' : vmxGuestOs(guestId));
  document.set('scsi0:0.present', 'FALSE');
  const { record } = adoptMachine({ ...recordFromVmx(document, origin), isRegistered: false });
  const [, asked = String(currentHardwareVersion)] = /^vmx-(\d{1,3})$/u.exec(version ?? '') ?? [];
  const hardwareVersion = Math.min(Number(asked), currentHardwareVersion);
  return { ...record, hardwareVersion, guest: { ...record.guest, nics: [] } };
}

import type {
  VirtualMachineCloneSpec,
  VirtualMachineRelocateSpec,
} from '../../backends/vsphere/vim/generated/types.js';
import { Fault } from '../../base/fault.js';
import { requireProvisioning } from '../datastores/datastore-state.js';
import type { Datacenter, Datastore } from '../inventory/datacenter.js';
import { locationsOfPlace } from '../inventory/datastore-path.js';
import { plainName } from '../inventory/wire-name.js';
import { vimMethods, type MethodRequest } from '../managed-object.js';
import type { Ref } from '../ref.js';
import { VimFault } from '../vim-fault.js';
import { applySpec, requireDevicePrivileges, settingsChange } from './config-spec.js';
import { orDeleted, placeForName, registeredRef } from './new-machine.js';
import { copyDisks, removeDisk, vmDisks } from './vm-disks.js';
import { vmEvent } from './vm-event.js';
import { snapshotOf } from '../snapshot-ref.js';
import { lendDisks } from './export-lease-kind.js';
import { vmTask, withVmFaults } from './vm-task.js';
import { powerState, type VmView } from './vm-view.js';

/** Birth, growth and end of a machine. */
export const vmLifecycleMethods = vimMethods<VmView>({
  CloneVM_Task: (view, request) => {
    const { session, args } = request;
    session.requirePrivilege('VirtualMachine.Provisioning.Clone', view.ref);
    return cloneMachine(view, request, args.folder, args.name, args.spec);
  },
  Destroy_Task: (view, request) => {
    const { session } = request;
    session.requirePrivilege('VirtualMachine.Inventory.Delete', view.ref);
    return vmTask(view, request, { method: 'Destroy_Task', wantedState: 'poweredOff' }, async (vm, call) => {
      const disks = vmDisks({ ...view, record: await vm.record() });
      // What was detached before is no part of the machine, so a machine without disks leaves all files.
      await vm.lifecycle.delete({ keepDisks: disks.length === 0 }, call);
      for (const disk of disks) removeDisk(view, disk);
      vmEvent(view, { type: 'VmRemovedEvent', message: `Removed ${view.record.name}`, session });
    });
  },
  UnregisterVM: async (view, { session }) => {
    const { endpoint, ref, machine, record } = view;
    const vm = await endpoint.machines.open(ref);
    await withVmFaults(vm, { object: ref, wantedState: 'poweredOff' }, async () => {
      await endpoint.world.unregister(qualified(machine.datacenter, machine.location));
      await endpoint.inventory.refresh(machine.id);
    });
    vmEvent(view, { type: 'VmRemovedEvent', message: `Unregistered ${record.name}`, session });
  },
  ExportVm: (view) => {
    const existingState = powerState(view.record);
    if (existingState === 'poweredOff') return lendDisks(view);
    const fault = { $type: 'InvalidPowerState', requestedState: 'poweredOff', existingState };
    throw new VimFault(fault, `'${view.record.name}' is ${existingState}; only a machine that is off is exported.`);
  },
  MarkAsTemplate: (view, { signal }) => setTemplate(view, true, signal),
  MarkAsVirtualMachine: (view, { signal }) => setTemplate(view, false, signal),
  UpgradeVM_Task: (view, request) => {
    const { session } = request;
    return vmTask(view, request, { method: 'UpgradeVM_Task', wantedState: 'poweredOff' }, async (vm, call) => {
      const { hardwareVersion } = await vm.record();
      await vm.lifecycle.upgradeHardware(call);
      if ((await vm.record()).hardwareVersion === hardwareVersion) {
        throw new VimFault({ $type: 'AlreadyUpgraded' }, `The hardware of '${view.record.name}' is current already.`);
      }
      const fields = { version: `vmx-${(await vm.record()).hardwareVersion}` };
      vmEvent(view, { type: 'VmUpgradeCompleteEvent', message: `Upgraded ${view.record.name}`, session, fields });
    });
  },
  MountToolsInstaller: async (view, { signal }) => {
    const vm = await view.endpoint.machines.open(view.ref);
    const call = { signal, progress: () => undefined };
    await withVmFaults(vm, { object: view.ref, wantedState: 'poweredOn' }, () =>
      vm.tools.install({ autoUpgrade: false, waitForEnd: false }, call),
    );
  },
  UnmountToolsInstaller: async (view, { signal }) => {
    const vm = await view.endpoint.machines.open(view.ref);
    await withVmFaults(vm, { object: view.ref, wantedState: 'poweredOn' }, () =>
      vm.tools.ejectInstaller({ signal, progress: () => undefined }),
    );
  },
  UpgradeTools_Task: (view, request) =>
    vmTask(view, request, { method: 'UpgradeTools_Task', wantedState: 'poweredOn' }, async (vm, call) => {
      const { version } = (await vm.record()).tools;
      await vm.tools.install({ autoUpgrade: true, waitForEnd: true }, call);
      if (version !== null && (await vm.record()).tools.version === version) {
        throw new VimFault({ $type: 'ToolsAlreadyUpgraded' }, `Tools on '${view.record.name}' is current already.`);
      }
    }),
});

/** The location of the world, with its datacentre where it lies in a datastore. */
function qualified(datacenter: string, location: string): string {
  return location.startsWith('[') ? `[${datacenter}/${location.slice(1)}` : location;
}

async function setTemplate(view: VmView, isTemplate: boolean, signal: AbortSignal): Promise<void> {
  const vm = await view.endpoint.machines.open(view.ref);
  await withVmFaults(vm, { object: view.ref, wantedState: 'poweredOff' }, () =>
    vm.lifecycle.setTemplate(isTemplate, { signal, progress: () => undefined }),
  );
}

function cloneMachine(
  view: VmView,
  request: Pick<MethodRequest, 'session'>,
  folder: Ref,
  wireName: string,
  spec: VirtualMachineCloneSpec,
): Ref<'Task'> {
  const { endpoint, ref, record } = view;
  const { session } = request;
  if (endpoint.kind === 'esx') {
    throw new VimFault({ $type: 'NotSupported' }, 'An ESXi does not clone machines; a vCenter does.');
  }
  const datacenter = endpoint.inventory.datacenterOf(folder);
  if (datacenter === undefined || folder.value !== datacenter.refs.vmFolder.value) throw invalid('folder');
  const name = plainName(wireName);
  if (name === '') throw new VimFault({ $type: 'InvalidName', name }, 'A clone needs a name.');
  if (spec.customization !== undefined) {
    throw new VimFault(
      { $type: 'NotSupported' },
      'The simulator does not customize clones; customize the clone itself.',
    );
  }
  const { config = {} } = spec;
  const change = settingsChange(view, config, session);
  requireDevicePrivileges(view, config, session);
  const datastore = cloneDatastore(view, datacenter, spec.location);
  const place = placeForName(datastore, name);
  const [destination = ''] = locationsOfPlace(datacenter.name, place);
  const snapshotId = spec.snapshot === undefined ? null : (snapshotOf(spec.snapshot)?.snapshotId ?? '');
  const isLinked = spec.location.diskMoveType === 'createNewChildDiskBacking';
  const options = { method: 'CloneVM_Task', wantedState: 'poweredOff', object: spec.snapshot ?? ref };
  return vmTask(view, request, options, async (vm, call) => {
    vmEvent(view, {
      type: 'VmBeingClonedEvent',
      message: `Cloning ${record.name} to ${name}`,
      session,
      fields: {
        destName: name,
        destFolder: { name: 'vm', folder: datacenter.refs.vmFolder },
        destHost: { name: datacenter.hostName, host: datacenter.refs.host },
      },
    });
    const location = await vm.lifecycle
      .clone({ snapshotId, isLinked, destination, name }, call)
      .catch((error: unknown) => {
        if (!(error instanceof Fault) || error.kind !== 'file-exists') throw error;
        const fault = { $type: 'DuplicateName', name, object: folder };
        throw new VimFault(fault, `The name '${name}' already exists.`, { cause: error });
      });
    const clone = await endpoint.world.find(location);
    await orDeleted(clone, call, async () => {
      const cloneView = async (): Promise<VmView> => ({ ...view, datacenter, datastore, record: await clone.record() });
      await copyDisks(view, await cloneView(), (entries) => clone.settings.change({ config: entries }, call));
      await applySpec(await cloneView(), config, change, clone, call);
    });
    if (spec.template) await clone.lifecycle.setTemplate(true, call);
    const cloneRef = await registeredRef(endpoint, clone.id);
    vmEvent(
      { ...view, ref: cloneRef, record: await clone.record(), datacenter },
      {
        type: 'VmClonedEvent',
        message: `${name} cloned from ${record.name}`,
        session,
        fields: { sourceVm: { name: record.name, vm: ref } },
      },
    );
    if (spec.powerOn) await clone.power.on({ paused: false, showConsole: false }, call);
    return cloneRef;
  });
}

function cloneDatastore(view: VmView, datacenter: Datacenter, { datastore }: VirtualMachineRelocateSpec): Datastore {
  const { inventory } = view.endpoint;
  const chosen =
    datastore === undefined ? datacenter.datastores.get(view.datastore.name) : inventory.datastoreOf(datastore);
  if (chosen === undefined || chosen.datacenter !== datacenter) throw invalid('spec.location.datastore');
  requireProvisioning(chosen);
  return chosen;
}

function invalid(invalidProperty: string): VimFault {
  return new VimFault(
    { $type: 'InvalidArgument', invalidProperty },
    `A specified parameter was not correct: ${invalidProperty}`,
  );
}

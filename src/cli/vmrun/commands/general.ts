import {
  VIX_CLONETYPE_FULL,
  VIX_CLONETYPE_LINKED,
  VIX_E_FILE_ALREADY_EXISTS,
  VIX_INSTALLTOOLS_MOUNT_TOOLS_INSTALLER,
  VIX_INVALID_HANDLE,
  VIX_POWERSTATE_POWERED_ON,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_NAME,
  VIX_PROPERTY_VM_POWER_STATE,
  VIX_PROPERTY_VM_TOOLS_STATE,
  VIX_TOOLSSTATE_NOT_INSTALLED,
  VIX_TOOLSSTATE_RUNNING,
  VIX_VMDELETE_DISK_FILES,
} from '../../../vix/names.js';
import type { VixHandle } from '../../../vix/types.js';
import { Vix_Out } from '../../../api/vix-out.js';
import { CommandFailure } from '../command-failure.js';
import { type Command, command, listText, silent } from '../command.js';
import { choice, option, text, vm } from '../parameters.js';
import type { Session } from '../session.js';
import { invalidSnapshotName, namedSnapshot } from './snapshot.js';

const registries = ['server1', 'server', 'ws-shared', 'esx', 'vc'] as const;

/** What `checkToolsState` says; Tools that is there but not up counts as installed while the machine is on. */
async function toolsWord(session: Session): Promise<'running' | 'installed' | 'unknown'> {
  const state = await session.property(session.vm, VIX_PROPERTY_VM_TOOLS_STATE);
  if (state === VIX_TOOLSSTATE_RUNNING) return 'running';
  if (state === VIX_TOOLSSTATE_NOT_INSTALLED) return 'unknown';
  const power = await session.property(session.vm, VIX_PROPERTY_VM_POWER_STATE);
  return (power & VIX_POWERSTATE_POWERED_ON) === 0 ? 'unknown' : 'installed';
}

/** Properties of a clone: its display name, where one is asked for. */
function cloneProperties(session: Session, name: string | undefined): VixHandle {
  if (name === undefined) return VIX_INVALID_HANDLE;
  const cell = Vix_Out<VixHandle>();
  const { vix } = session;
  session.expect(
    vix.VixPropertyList_AllocPropertyList(session.host, cell, VIX_PROPERTY_VM_NAME, name, VIX_PROPERTY_NONE),
    session.host,
  );
  return session.keep(cell.value);
}

/** The commands for hosts and whole machines. */
export const generalCommands: readonly Command[] = [
  command({
    name: 'list',
    section: 'general',
    parameters: [],
    summary: 'list the running VMs',
    result: { vms: ['string'] },
    run: async (session) => {
      const vms = await session.find('running');
      return { result: { vms }, text: listText('Total running VMs', vms) };
    },
  }),
  command({
    name: 'upgradevm',
    section: 'general',
    parameters: [vm],
    summary: 'upgrade the virtual hardware of a VM',
    hostTypes: ['ws', 'fusion', 'server', 'esx', 'vc'],
    run: async (session) => {
      await session.finish(session.vix.VixVM_UpgradeVirtualHardware(session.vm, 0, null, null));
      return silent;
    },
  }),
  command({
    name: 'installTools',
    section: 'general',
    parameters: [vm],
    summary: 'put the installer of Tools into a VM',
    limit: 'none',
    run: async (session) => {
      await session.finish(
        session.vix.VixVM_InstallTools(session.vm, VIX_INSTALLTOOLS_MOUNT_TOOLS_INSTALLER, null, null, null),
      );
      return silent;
    },
  }),
  command({
    name: 'checkToolsState',
    section: 'general',
    parameters: [vm],
    summary: 'tell the state of Tools: running, installed or unknown',
    result: { state: 'string' },
    hostTypes: ['ws', 'ws-shared', 'fusion', 'player', 'esx', 'vc'],
    run: async (session) => {
      const state = await toolsWord(session);
      return { result: { state }, text: `${state}\n` };
    },
  }),
  command({
    name: 'register',
    section: 'general',
    parameters: [vm],
    summary: 'put a VM into the inventory of the host',
    hostTypes: registries,
    opensVm: false,
    run: async (session, values) => {
      const path = session.around.vmPath(values.vm);
      await session.finish(session.vix.VixHost_RegisterVM(session.host, path, null, null));
      return silent;
    },
  }),
  command({
    name: 'unregister',
    section: 'general',
    parameters: [vm],
    summary: 'take a VM out of the inventory of the host',
    hostTypes: registries,
    opensVm: false,
    run: async (session, values) => {
      const path = session.around.vmPath(values.vm);
      await session.finish(session.vix.VixHost_UnregisterVM(session.host, path, null, null));
      return silent;
    },
  }),
  command({
    name: 'listRegisteredVM',
    section: 'general',
    parameters: [],
    summary: 'list the VMs of the inventory',
    result: { vms: ['string'] },
    hostTypes: registries,
    run: async (session) => {
      const vms = await session.find('registered');
      return { result: { vms }, text: listText('Total registered VMs', vms) };
    },
  }),
  command({
    name: 'deleteVM',
    section: 'general',
    parameters: [vm],
    summary: 'delete a VM with its disks',
    hostTypes: ['ws', 'fusion', 'player', 'server', 'esx', 'vc'],
    limit: 'power',
    run: async (session) => {
      await session.finish(session.vix.VixVM_Delete(session.vm, VIX_VMDELETE_DISK_FILES, null, null));
      return silent;
    },
  }),
  command({
    name: 'clone',
    section: 'general',
    parameters: [
      vm,
      text('destination', 'NEW-VMX-FILE', 'host-path'),
      choice('type', ['full', 'linked']),
      option('cloneName', '-cloneName'),
      option('snapshot', '-snapshot', true),
    ],
    summary: 'make a copy of a VM',
    hostTypes: ['ws', 'fusion', 'player'],
    limit: 'none',
    run: async (session, values) => {
      const { snapshot: name } = values;
      const snapshot =
        name === undefined ? VIX_INVALID_HANDLE : await namedSnapshot(session, name, invalidSnapshotName(name));
      const type = values.type === 'linked' ? VIX_CLONETYPE_LINKED : VIX_CLONETYPE_FULL;
      const destination = session.around.vmPath(values.destination);
      const properties = cloneProperties(session, values.cloneName);
      try {
        await session.finishWatched(values.destination, (callback) =>
          session.vix.VixVM_Clone(session.vm, snapshot, type, destination, 0, properties, callback, null),
        );
      } catch (error) {
        if (!(error instanceof CommandFailure) || error.code !== VIX_E_FILE_ALREADY_EXISTS) throw error;
        // Callers know a taken place by this text of VMware's.
        throw new CommandFailure(error.stage, error.code, error.message, 'One of the parameters was invalid');
      }
      return silent;
    },
  }),
];

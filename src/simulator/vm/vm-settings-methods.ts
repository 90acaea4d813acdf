import type { VirtualMachineConfigSpec } from '../../backends/vsphere/vim/generated/types.js';
import type { VmSettingsChange } from '../../world/vm/settings.js';
import type { VirtualMachine } from '../../world/vm/virtual-machine.js';
import type { WorldCall } from '../../world/world-call.js';
import { plainName } from '../inventory/wire-name.js';
import { vimMethods } from '../managed-object.js';
import type { Ref } from '../ref.js';
import type { Session } from '../sessions.js';
import { VimFault } from '../vim-fault.js';
import { devicePrivilege, planDevices } from './device-plan.js';
import { vmxGuestOs } from './guest-ids.js';
import { changeVersion } from './vm-config.js';
import { vmEvent } from './vm-event.js';
import { vmTask } from './vm-task.js';
import type { VmView } from './vm-view.js';

/** What a field of a VirtualMachineConfigSpec needs and does. Fields without a row cannot be changed here. */
interface SpecField {
  readonly privilege: string;
  apply(spec: VirtualMachineConfigSpec): VmSettingsChange;
}

const flagEntry = (key: string, value: boolean | undefined): VmSettingsChange => ({
  config: { [key]: value === true ? 'TRUE' : 'FALSE' },
});

const specFields: Readonly<Partial<Record<keyof VirtualMachineConfigSpec, SpecField>>> = {
  name: {
    privilege: 'VirtualMachine.Config.Rename',
    apply: ({ name = '' }) => ({ name: plainName(name) }),
  },
  annotation: {
    privilege: 'VirtualMachine.Config.Annotation',
    apply: ({ annotation = '' }) => ({ annotation }),
  },
  guestId: {
    privilege: 'VirtualMachine.Config.Settings',
    apply: ({ guestId = '' }) => ({ guestOs: vmxGuestOs(guestId) }),
  },
  numCPUs: {
    privilege: 'VirtualMachine.Config.CPUCount',
    apply: ({ numCPUs = 0 }) => ({ cpuCount: numCPUs }),
  },
  memoryMB: {
    privilege: 'VirtualMachine.Config.Memory',
    apply: ({ memoryMB = 0 }) => ({ memoryMb: memoryMB }),
  },
  cpuHotAddEnabled: {
    privilege: 'VirtualMachine.Config.CPUCount',
    apply: ({ cpuHotAddEnabled }) => flagEntry('vcpu.hotadd', cpuHotAddEnabled),
  },
  memoryHotAddEnabled: {
    privilege: 'VirtualMachine.Config.Memory',
    apply: ({ memoryHotAddEnabled }) => flagEntry('mem.hotadd', memoryHotAddEnabled),
  },
  extraConfig: {
    privilege: 'VirtualMachine.Config.AdvancedConfig',
    apply: ({ extraConfig = [] }) => ({
      config: Object.fromEntries(extraConfig.map(({ key, value }) => [key, String(value)])),
    }),
  },
};

/** Fields that say something about the request rather than about the machine, and devices, which are planned apart. */
const notSettings: ReadonlySet<string> = new Set(['$type', 'changeVersion', 'deviceChange']);

/**
 * The change of settings that a spec stands for, if the session may make it.
 * @throws VimFault `NotSupported` for fields that cannot be changed here, `NoPermission`.
 */
export function settingsChange(spec: VirtualMachineConfigSpec, session: Session, object: Ref): VmSettingsChange {
  const names = Object.entries(spec).flatMap(([name, value]) => {
    const isChange = !notSettings.has(name) && value !== undefined && !(Array.isArray(value) && value.length === 0);
    return isChange ? [name] : [];
  });
  const known: Readonly<Record<string, SpecField | undefined>> = specFields;
  const unknown = names.filter((name) => !Object.hasOwn(specFields, name));
  if (unknown.length > 0) {
    const message = `The simulator cannot change ${unknown.join(', ')}; it can change deviceChange, ${Object.keys(specFields).join(', ')}.`;
    throw new VimFault({ $type: 'NotSupported' }, message);
  }
  const changes = names.flatMap((name) => {
    const field = known[name];
    if (field === undefined) return [];
    session.requirePrivilege(field.privilege, object);
    return [field.apply(spec)];
  });
  const config = Object.assign({}, ...changes.map((change) => change.config));
  return { ...Object.assign({}, ...changes), ...(Object.keys(config).length === 0 ? {} : { config }) };
}

/** Reconfigures a machine and tells of it. */
async function reconfigure(
  view: VmView,
  session: Session,
  spec: VirtualMachineConfigSpec,
  change: VmSettingsChange,
  vm: VirtualMachine,
  call: WorldCall,
): Promise<void> {
  const { record } = view;
  const plan = await planDevices(view, spec.deviceChange ?? []);
  const undo = plan.prepare();
  try {
    await vm.settings.change({ ...change, config: { ...change.config, ...plan.config } }, call);
  } catch (error) {
    undo();
    throw error;
  }
  await plan.finish(vm, call);
  const { name = record.name } = change;
  if (name !== record.name) {
    const fields = { oldName: record.name, newName: name };
    vmEvent(view, {
      type: 'VmRenamedEvent',
      message: `Renamed ${record.name} from ${record.name} to ${name}`,
      session,
      fields,
    });
  }
  vmEvent(view, {
    type: 'VmReconfiguredEvent',
    message: `Reconfigured ${name}`,
    session,
    fields: { configSpec: { $type: 'VirtualMachineConfigSpec', ...spec } },
  });
}

/** What a machine is called and made of. */
export const vmSettingsMethods = vimMethods<VmView>({
  ReconfigVM_Task: (view, request) => {
    const { session, args } = request;
    const { spec } = args;
    const change = settingsChange(spec, session, view.ref);
    for (const device of spec.deviceChange ?? []) {
      session.requirePrivilege(devicePrivilege(view.endpoint.schema, device), view.ref);
    }
    const options = { method: 'ReconfigVM_Task', wantedState: 'poweredOff' };
    return vmTask(view, request, options, async (vm, call) => {
      const record = await vm.record();
      if (spec.changeVersion !== undefined && spec.changeVersion !== changeVersion({ ...view, record })) {
        throw new VimFault({ $type: 'ConcurrentAccess' }, `Somebody else has reconfigured '${record.name}' meanwhile.`);
      }
      await reconfigure({ ...view, record }, session, spec, change, vm, call);
    });
  },
  Rename_Task: (view, request) => {
    const { session, args } = request;
    const change = settingsChange({ name: args.newName }, session, view.ref);
    const options = { method: 'Rename_Task', subject: args.newName };
    return vmTask(view, request, options, (vm, call) =>
      reconfigure(view, session, { name: args.newName }, change, vm, call),
    );
  },
});

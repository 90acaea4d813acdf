import { isDeepStrictEqual } from 'node:util';
import type { ToolsConfigInfo, VirtualMachineConfigSpec } from '../../backends/vsphere/vim/generated/types.js';
import type { VmSettingsChange } from '../../world/vm/settings.js';
import { timeSyncEntry } from '../../world/vm/tools.js';
import type { VirtualMachine } from '../../world/vm/virtual-machine.js';
import type { WorldCall } from '../../world/world-call.js';
import { plainName } from '../inventory/wire-name.js';
import type { Ref } from '../ref.js';
import type { Session } from '../sessions.js';
import { VimFault } from '../vim-fault.js';
import { devicePrivilege, planDevices } from './device-plan.js';
import { vmxGuestOs } from './guest-ids.js';
import { vmConfig } from './vm-config.js';
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
  tools: {
    privilege: 'VirtualMachine.Config.Settings',
    apply: ({ tools = {} }) => flagEntry(timeSyncEntry, onlyTimeSync(tools)),
  },
  extraConfig: {
    privilege: 'VirtualMachine.Config.AdvancedConfig',
    apply: ({ extraConfig = [] }) => ({
      config: Object.fromEntries(extraConfig.map(({ key, value }) => [key, String(value)])),
    }),
  },
};

/** @throws VimFault `NotSupported` for what else a spec may say of Tools. */
function onlyTimeSync({ $type: _type, syncTimeWithHost, ...others }: ToolsConfigInfo): boolean | undefined {
  const names = Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (names.length === 0) return syncTimeWithHost;
  const message = `The simulator cannot change ${names.join(', ')} of tools; it can change syncTimeWithHost.`;
  throw new VimFault({ $type: 'NotSupported' }, message);
}

/** Fields that say something about the request rather than about the machine, and devices, which are planned apart. */
const notSettings: ReadonlySet<string> = new Set(['$type', 'changeVersion', 'deviceChange']);

/**
 * The change of settings that a spec stands for, if the session may make it. What is so already needs no change.
 * @throws VimFault `NotSupported` for fields that cannot be changed here, `NoPermission`.
 */
export function settingsChange(
  view: VmView,
  spec: VirtualMachineConfigSpec,
  session: Session,
  object: Ref = view.ref,
): VmSettingsChange {
  const names = Object.entries(spec).flatMap(([name, value]) => {
    const isChange = !notSettings.has(name) && value !== undefined && !(Array.isArray(value) && value.length === 0);
    return isChange ? [name] : [];
  });
  const known: Readonly<Record<string, SpecField | undefined>> = specFields;
  const values: Readonly<Record<string, unknown>> = { ...spec };
  const config = vmConfig(view);
  const shown: object = { ...config, ...config.hardware };
  const isSo = (name: string): boolean =>
    includes(Object.entries(shown).find(([key]) => key === name)?.[1], values[name]);
  const unknown = names.filter((name) => !Object.hasOwn(specFields, name) && !isSo(name));
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
  const entries = Object.assign({}, ...changes.map((change) => change.config));
  return { ...Object.assign({}, ...changes), ...(Object.keys(entries).length === 0 ? {} : { config: entries }) };
}

/** Whether a value has all that is wanted of it. */
function includes(value: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)) return isDeepStrictEqual(value, wanted);
  if (typeof value !== 'object' || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return Object.entries(wanted).every(
    ([name, part]) => name === '$type' || part === undefined || includes(fields[name], part),
  );
}

/** @throws VimFault `NoPermission` where the session may not change the devices of a spec. */
export function requireDevicePrivileges(
  { endpoint, ref }: Pick<VmView, 'endpoint' | 'ref'>,
  { deviceChange = [] }: VirtualMachineConfigSpec,
  session: Session,
  object: Ref = ref,
): void {
  for (const change of deviceChange) session.requirePrivilege(devicePrivilege(endpoint.schema, change), object);
}

/**
 * Makes a machine what a spec says, or leaves it as it is.
 * @param change of its settings.
 * @param options as for `planDevices`.
 */
export async function applySpec(
  view: VmView,
  spec: VirtualMachineConfigSpec,
  change: VmSettingsChange,
  vm: VirtualMachine,
  call: WorldCall,
  options?: { readonly isNew: true },
): Promise<void> {
  const plan = await planDevices(view, spec.deviceChange ?? [], options);
  const undo = plan.prepare();
  try {
    await vm.settings.change({ ...change, config: { ...change.config, ...plan.config } }, call);
  } catch (error) {
    undo();
    throw error;
  }
  await plan.finish(vm, call);
}

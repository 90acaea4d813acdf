import { VimError } from './errors/vim-error.js';
import type { DataObject, Ref } from './soap/values.js';
import type {
  GuestNicInfo,
  LocalizedMethodFault,
  ManagedEntityStatus,
  ObjectContent,
  OptionValue,
  TaskReason,
  ToolsConfigInfo,
  VirtualDevice,
  VirtualMachineConfigSummary,
  VirtualMachinePowerState,
  VirtualMachineQuestionInfo,
  VirtualMachineRecordReplayState,
  VirtualMachineSnapshotInfo,
  VirtualNicManagerNetConfig,
} from './vim/generated/types.js';

/** The properties of managed objects that Revix reads, by path, and what each holds. */
export interface KnownProperties {
  // entities of the inventory
  name: string;
  parent: Ref;
  network: readonly Ref[];
  datastore: readonly Ref<'Datastore'>[];
  // views
  view: readonly Ref[];
  // datacentres, hosts and what they make up
  vmFolder: Ref<'Folder'>;
  hostFolder: Ref<'Folder'>;
  resourcePool: Ref<'ResourcePool'>;
  'config.certificate': Uint8Array | readonly number[];
  'config.virtualNicManagerInfo.netConfig': readonly VirtualNicManagerNetConfig[];
  'runtime.inMaintenanceMode': boolean;
  'summary.config.sslThumbprint': string;
  // networks
  'config.distributedVirtualSwitch': Ref;
  'config.uplink': boolean;
  key: string;
  'summary.opaqueNetworkId': string;
  'summary.opaqueNetworkType': string;
  uuid: string;
  // the managers of guests
  authManager: Ref<'GuestAuthManager'>;
  fileManager: Ref<'GuestFileManager'>;
  processManager: Ref<'GuestProcessManager'>;
  aliasManager: Ref<'GuestAliasManager'>;
  guestWindowsRegistryManager: Ref<'GuestWindowsRegistryManager'>;
  // machines
  'capability.multipleSnapshotsSupported': boolean;
  'capability.toolsAutoUpdateSupported': boolean;
  'config.extraConfig': readonly OptionValue[];
  'config.hardware.device': readonly VirtualDevice[];
  'config.template': boolean;
  'config.tools': ToolsConfigInfo;
  'config.version': string;
  'guest.guestFullName': string;
  'guest.guestOperationsReady': boolean;
  'guest.guestFamily': string;
  'guest.guestState': string;
  'guest.guestStateChangeSupported': boolean;
  'guest.hostName': string;
  'guest.interactiveGuestOperationsReady': boolean;
  'guest.ipAddress': string;
  'guest.net': readonly GuestNicInfo[];
  'guest.toolsInstallType': string;
  'guest.toolsRunningStatus': string;
  'guest.toolsVersion': string;
  'guest.toolsVersionStatus2': string;
  guestHeartbeatStatus: ManagedEntityStatus;
  'runtime.bootTime': Date;
  'runtime.connectionState': string;
  'runtime.host': Ref<'HostSystem'>;
  'runtime.paused': boolean;
  'runtime.powerState': VirtualMachinePowerState;
  'runtime.question': VirtualMachineQuestionInfo;
  'runtime.recordReplayState': VirtualMachineRecordReplayState;
  'runtime.toolsInstallerMounted': boolean;
  snapshot: VirtualMachineSnapshotInfo;
  'summary.config': VirtualMachineConfigSummary;
  'summary.config.annotation': string;
  'summary.config.guestId': string;
  'summary.config.instanceUuid': string;
  'summary.config.memorySizeMB': number;
  'summary.config.numCpu': number;
  'summary.config.uuid': string;
  'summary.config.vmPathName': string;
  // tasks
  'info.cancelable': boolean;
  'info.descriptionId': string;
  'info.entity': Ref;
  'info.error': LocalizedMethodFault;
  'info.name': string;
  'info.progress': number;
  'info.queueTime': Date;
  'info.reason': TaskReason;
  'info.result': unknown;
  'info.state': string;
}

/** Path of a property that Revix reads. */
export type PropertyPath = keyof KnownProperties;

/** Properties of one object. What is unset, or may not be read, is missing. */
export interface Properties {
  get<Path extends PropertyPath>(path: Path): KnownProperties[Path] | undefined;
}

export const noProperties: Properties = new Map();

/** The properties in what the server tells of an object. The server, not this program, answers for their types. */
export function propertiesOf({ propSet = [] }: Pick<ObjectContent, 'propSet'>): Properties {
  return new Map(propSet.map(({ name, val }) => [name, val])) as Properties;
}

/**
 * The properties in what the server tells of an object, every one that was asked for and is set.
 * @throws VimError with the reason why one of them could not be read.
 */
export function allPropertiesOf(object: ObjectContent): Properties {
  const [missing] = object.missingSet ?? [];
  if (missing === undefined) return propertiesOf(object);
  const { fault, localizedMessage = '' } = missing.fault;
  throw new VimError(fault as DataObject, `${missing.path} cannot be read: ${localizedMessage || String(fault.$type)}`);
}

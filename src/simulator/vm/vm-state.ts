import type {
  GuestInfo,
  VirtualMachineQuestionInfo,
  VirtualMachineRuntimeInfo,
  VirtualMachineSummary,
} from '../../backends/vsphere/vim/generated/types.js';
import { guestReport } from '../../world/vm/guest-report.js';
import { currentToolsVersion, heartbeatOf, toolsStart } from '../../world/vm/power-state.js';
import { apiGuestId } from './guest-ids.js';
import { annotation, hardwareVersionName } from './vm-config.js';
import { vmDisks } from './vm-disks.js';
import { committedBytes } from './vm-layout.js';
import { powerState, vmPathName, type VmView } from './vm-view.js';

const recordReplayStates = { idle: 'inactive', recording: 'recording', replaying: 'replaying' } as const;

/** VirtualMachineRuntimeInfo. */
export function vmRuntime(view: VmView): VirtualMachineRuntimeInfo {
  const { record, datacenter } = view;
  const state = powerState(record);
  const { bootedAtMs, frozenAtMs } = record.power;
  return {
    $type: 'VirtualMachineRuntimeInfo',
    host: datacenter.refs.host,
    connectionState: 'connected',
    powerState: state,
    faultToleranceState: 'notConfigured',
    toolsInstallerMounted: record.tools.isInstallerMounted,
    ...(state === 'suspended' && frozenAtMs !== undefined ? { suspendTime: new Date(frozenAtMs) } : {}),
    ...(state === 'poweredOn' && bootedAtMs !== null ? { bootTime: new Date(bootedAtMs) } : {}),
    ...(record.question === null ? {} : { question: questionInfo(record.question) }),
    numMksConnections: 0,
    recordReplayState: recordReplayStates[record.recording.state],
    cleanPowerOff: true,
    onlineStandby: false,
    maxCpuUsage: record.cpuCount * 2400,
    maxMemoryUsage: record.memoryMb,
    consolidationNeeded: false,
    paused: record.power.isPaused,
    snapshotInBackground: false,
  };
}

function questionInfo({
  id,
  text,
  choices,
  defaultChoice,
}: NonNullable<VmView['record']['question']>): VirtualMachineQuestionInfo {
  return {
    id,
    text,
    choice: {
      $type: 'ChoiceOption',
      choiceInfo: choices.map((label, key) => ({
        $type: 'ElementDescription',
        label,
        summary: label,
        key: String(key),
      })),
      defaultIndex: defaultChoice,
    },
  };
}

/** How Tools does, in the words of each of the properties that tell it. */
function toolsWords({ record, nowMs }: VmView) {
  const { version } = record.tools;
  const isRunning = toolsStart(record, nowMs).state === 'running';
  const isCurrent = version !== null && version >= currentToolsVersion;
  return {
    toolsStatus:
      version === null ? 'toolsNotInstalled' : isRunning ? (isCurrent ? 'toolsOk' : 'toolsOld') : 'toolsNotRunning',
    toolsVersionStatus:
      version === null ? 'guestToolsNotInstalled' : isCurrent ? 'guestToolsCurrent' : 'guestToolsNeedUpgrade',
    toolsVersionStatus2:
      version === null ? 'guestToolsNotInstalled' : isCurrent ? 'guestToolsCurrent' : 'guestToolsSupportedOld',
    toolsRunningStatus: isRunning ? 'guestToolsRunning' : 'guestToolsNotRunning',
  } as const;
}

/** GuestInfo: what Tools tells, and whether guest operations would work. */
export function vmGuest(view: VmView): GuestInfo {
  const { record, nowMs } = view;
  const report = guestReport(record, nowMs);
  const isReady = report !== null;
  return {
    $type: 'GuestInfo',
    ...toolsWords(view),
    ...(record.tools.version === null
      ? {}
      : {
          toolsVersion: String(record.tools.version),
          toolsInstallType: record.guest.family === 'windows' ? 'guestToolsTypeMSI' : 'guestToolsTypeOpenVMTools',
        }),
    ...(report === null
      ? {}
      : {
          guestId: apiGuestId(record.guestOs),
          guestFamily: report.family === 'windows' ? 'windowsGuest' : 'linuxGuest',
          guestFullName: report.osName,
          hostName: report.domain === '' ? report.hostName : `${report.hostName}.${report.domain}`,
          ...(report.ipAddress === null ? {} : { ipAddress: report.ipAddress }),
          net: report.nics.map((nic, at) => ({
            $type: 'GuestNicInfo',
            network: nic.network,
            ipAddress: nic.addresses.map(({ address }) => address),
            macAddress: nic.mac,
            connected: nic.isConnected,
            deviceConfigId: 4000 + at,
            ipConfig: {
              ipAddress: nic.addresses.map(({ address, prefixLength }) => ({
                ipAddress: address,
                prefixLength,
                state: 'preferred',
              })),
            },
          })),
          ipStack: [
            {
              dnsConfig: {
                dhcp: report.nics.some(({ isDhcp }) => isDhcp),
                hostName: report.hostName,
                domainName: report.domain,
                ipAddress: report.dnsServers,
              },
            },
          ],
          screen: { width: 1024, height: 768 },
        }),
    // Worked out only for who asks: it takes a look at the files of the guest.
    get disk() {
      return guestDiskInfo(view);
    },
    guestState: isReady ? 'running' : 'notRunning',
    appHeartbeatStatus: 'appStatusGray',
    guestKernelCrashed: false,
    appState: 'none',
    guestOperationsReady: isReady,
    interactiveGuestOperationsReady: isReady && record.guest.consoleUser !== null,
    guestStateChangeSupported: isReady,
  };
}

function guestDiskInfo(view: VmView): GuestInfo['disk'] {
  const [first] = vmDisks(view);
  return view.guestDisks()?.map(({ path, capacityBytes, freeBytes, fileSystem }) => ({
    diskPath: path,
    capacity: capacityBytes,
    freeSpace: freeBytes,
    filesystemType: fileSystem,
    ...(first === undefined ? {} : { mappings: [{ key: first.key }] }),
  }));
}

/** VirtualMachineSummary. */
export function vmSummary(view: VmView): VirtualMachineSummary {
  const { record, nowMs, ref } = view;
  const report = guestReport(record, nowMs);
  const isOn = powerState(record) === 'poweredOn';
  const { bootedAtMs } = record.power;
  return {
    $type: 'VirtualMachineSummary',
    vm: ref,
    runtime: vmRuntime(view),
    guest: {
      ...toolsWords(view),
      ...(report === null
        ? {}
        : { guestId: apiGuestId(record.guestOs), guestFullName: report.osName, hostName: report.hostName }),
      ...(report === null || report.ipAddress === null ? {} : { ipAddress: report.ipAddress }),
    },
    config: {
      name: record.name,
      template: record.isTemplate,
      vmPathName: vmPathName(view),
      memorySizeMB: record.memoryMb,
      cpuReservation: 0,
      memoryReservation: 0,
      numCpu: record.cpuCount,
      numEthernetCards: record.guest.nics.length,
      numVirtualDisks: vmDisks(view).length,
      uuid: record.uuid,
      instanceUuid: record.instanceUuid,
      guestId: apiGuestId(record.guestOs),
      guestFullName: record.guest.osName,
      annotation: annotation(view),
      installBootRequired: false,
      hwVersion: hardwareVersionName(record),
    },
    storage: {
      committed: committedBytes(view),
      uncommitted: 0,
      unshared: committedBytes(view),
      timestamp: new Date(view.endpoint.startedMs),
    },
    quickStats: {
      overallCpuUsage: 0,
      overallCpuDemand: 0,
      guestMemoryUsage: 0,
      hostMemoryUsage: isOn ? record.memoryMb : 0,
      guestHeartbeatStatus: heartbeatOf(record, nowMs),
      distributedCpuEntitlement: 0,
      distributedMemoryEntitlement: 0,
      staticCpuEntitlement: 0,
      staticMemoryEntitlement: 0,
      privateMemory: 0,
      sharedMemory: 0,
      swappedMemory: 0,
      balloonedMemory: 0,
      consumedOverheadMemory: 0,
      uptimeSeconds: isOn && bootedAtMs !== null ? Math.max(0, Math.floor((nowMs - bootedAtMs) / 1000)) : 0,
    },
    overallStatus: 'green',
    customValue: [],
  };
}

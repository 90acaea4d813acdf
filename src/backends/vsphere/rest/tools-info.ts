import * as v from 'valibot';
import type { Properties } from '../properties.js';

/** Whether VMware Tools runs. `EXECUTING_SCRIPTS`: it runs the scripts of a change of power. */
export type ToolsRunState = 'NOT_RUNNING' | 'RUNNING' | 'EXECUTING_SCRIPTS';

/** Whether Tools is upgraded by hand only, or at a power cycle where it is out of date. */
export type ToolsUpgradePolicy = 'MANUAL' | 'UPGRADE_AT_POWER_CYCLE';

/** How the version in the guest stands to the one that the host brings. */
export type ToolsVersionStatus =
  | 'NOT_INSTALLED'
  | 'CURRENT'
  | 'UNMANAGED'
  | 'TOO_OLD_UNSUPPORTED'
  | 'SUPPORTED_OLD'
  | 'SUPPORTED_NEW'
  | 'TOO_NEW'
  | 'BLACKLISTED';

/** Where Tools came from: an installer of VMware (MSI, TAR), a package of VMware (OSP) or of the guest's own makers. */
export type ToolsInstallType = 'UNKNOWN' | 'MSI' | 'TAR' | 'OSP' | 'OPEN_VM_TOOLS';

/**
 * What vSphere knows of VMware Tools in a machine: the fields of `Tools.Info` of the REST API. What is not known is
 * missing. Newer servers may use words that the types do not list.
 */
export interface ToolsInfo {
  /** Whether Tools can be upgraded by vSphere. */
  readonly autoUpdateSupported: boolean;
  readonly runState: ToolsRunState;
  readonly upgradePolicy: ToolsUpgradePolicy;
  readonly versionStatus?: ToolsVersionStatus;
  readonly installType?: ToolsInstallType;
  /** For people; `versionNumber` is for programs. */
  readonly version?: string;
  /** See `toolsVersion`. */
  readonly versionNumber?: number;
  /** Attempts to install or upgrade Tools; missing before the first. */
  readonly installAttemptCount?: number;
  /** Why the last attempt failed, in the server's words. */
  readonly error?: string;
}

/** The parts of a version of Tools, such as 12.3.5 for the number 12389. */
export function toolsVersion(versionNumber: number): { major: number; minor: number; revision: number } {
  return {
    major: Math.floor(versionNumber / 1024),
    minor: Math.floor((versionNumber % 1024) / 32),
    revision: versionNumber % 32,
  };
}

// The words are not checked: a newer server may have more.
const wireSchema = v.object({
  auto_update_supported: v.boolean(),
  run_state: v.string(),
  upgrade_policy: v.string(),
  version_status: v.nullish(v.string()),
  install_type: v.nullish(v.string()),
  version: v.nullish(v.string()),
  version_number: v.nullish(v.number()),
  install_attempt_count: v.nullish(v.number()),
  error: v.nullish(v.unknown()),
});

/** Reads `Tools.Info` as the REST API gives it; undefined where it is something else. */
export function toolsInfoOfRest(body: unknown): ToolsInfo | undefined {
  const result = v.safeParse(wireSchema, body);
  if (!result.success) return undefined;
  const info = result.output;
  return withoutGaps({
    autoUpdateSupported: info.auto_update_supported,
    runState: info.run_state,
    upgradePolicy: info.upgrade_policy,
    versionStatus: info.version_status,
    installType: info.install_type,
    version: info.version,
    versionNumber: info.version_number,
    installAttemptCount: info.install_attempt_count,
    error: typeof info.error === 'string' || !info.error ? info.error : JSON.stringify(info.error),
  });
}

/** The properties that tell the same over SOAP, also of an ESXi host. */
export const toolsPaths = [
  'capability.toolsAutoUpdateSupported',
  'config.tools',
  'guest.toolsInstallType',
  'guest.toolsRunningStatus',
  'guest.toolsVersion',
  'guest.toolsVersionStatus2',
] as const;

const runStates: Readonly<Record<string, ToolsRunState>> = {
  guestToolsNotRunning: 'NOT_RUNNING',
  guestToolsRunning: 'RUNNING',
  guestToolsExecutingScripts: 'EXECUTING_SCRIPTS',
};

export const policiesOverSoap: Readonly<Record<ToolsUpgradePolicy, string>> = {
  MANUAL: 'manual',
  UPGRADE_AT_POWER_CYCLE: 'upgradeAtPowerCycle',
};

const versionStatuses: Readonly<Record<string, ToolsVersionStatus>> = {
  guestToolsNotInstalled: 'NOT_INSTALLED',
  guestToolsCurrent: 'CURRENT',
  guestToolsUnmanaged: 'UNMANAGED',
  guestToolsTooOld: 'TOO_OLD_UNSUPPORTED',
  guestToolsSupportedOld: 'SUPPORTED_OLD',
  // What vSphere said before it told old versions apart.
  guestToolsNeedUpgrade: 'SUPPORTED_OLD',
  guestToolsSupportedNew: 'SUPPORTED_NEW',
  guestToolsTooNew: 'TOO_NEW',
  guestToolsBlacklisted: 'BLACKLISTED',
};

const installTypes: Readonly<Record<string, ToolsInstallType>> = {
  guestToolsTypeUnknown: 'UNKNOWN',
  guestToolsTypeMSI: 'MSI',
  guestToolsTypeTar: 'TAR',
  guestToolsTypeOSP: 'OSP',
  guestToolsTypeOpenVMTools: 'OPEN_VM_TOOLS',
};

/** The same from the properties of `toolsPaths`. */
export function toolsInfoOfSoap(values: Properties): ToolsInfo {
  const tools = values.get('config.tools');
  const isAtPowerCycle = tools?.toolsUpgradePolicy === policiesOverSoap.UPGRADE_AT_POWER_CYCLE;
  const last = tools?.lastInstallInfo;
  const number = Number(values.get('guest.toolsVersion') ?? tools?.toolsVersion);
  const hasVersion = Number.isSafeInteger(number) && number > 0;
  const installType = values.get('guest.toolsInstallType') ?? tools?.toolsInstallType;
  return withoutGaps({
    autoUpdateSupported: values.get('capability.toolsAutoUpdateSupported') ?? false,
    runState: runStates[values.get('guest.toolsRunningStatus') ?? ''] ?? 'NOT_RUNNING',
    upgradePolicy: isAtPowerCycle ? 'UPGRADE_AT_POWER_CYCLE' : 'MANUAL',
    versionStatus: versionStatuses[values.get('guest.toolsVersionStatus2') ?? ''],
    installType: installType === undefined ? undefined : installTypes[installType],
    version: hasVersion ? String(number) : undefined,
    versionNumber: hasVersion ? number : undefined,
    installAttemptCount: last === undefined || last.counter === 0 ? undefined : last.counter,
    error: last?.fault === undefined ? undefined : (last.fault.localizedMessage ?? last.fault.fault.$type),
  });
}

/** The words are the server's, and newer ones may come; what is missing stays missing. */
function withoutGaps(info: Readonly<Record<keyof ToolsInfo, unknown>>): ToolsInfo {
  const known = Object.entries(info).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(known) as unknown as ToolsInfo;
}

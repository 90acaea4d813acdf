import type { GuestUserRecord, RegistryKeyRecord } from '../vm/vm-record.js';
import { windowsVersion } from './windows/version.js';

/** What the registry tells about a guest. */
export interface RegistryFacts {
  readonly hostName: string;
  readonly osName: string;
  readonly users: readonly Pick<GuestUserRecord, 'name' | 'id' | 'home'>[];
}

type Values = RegistryKeyRecord['values'];

/** The registry of a fresh Windows guest. The top keys are root keys by their full names. */
export function defaultRegistry(facts: RegistryFacts): RegistryKeyRecord {
  const root: RegistryKeyRecord = { values: {}, keys: {} };
  const version = windowsVersion(facts.osName);
  const [major = '10', minor = '0', build = ''] = version.split('.');
  const machine = 'HKEY_LOCAL_MACHINE';
  const currentVersion = `${machine}\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion`;
  const control = `${machine}\\SYSTEM\\CurrentControlSet\\Control`;
  const content: readonly (readonly [path: string, values: Values])[] = [
    [
      `${machine}\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion`,
      {
        ...text('ProductName', facts.osName),
        ...text('CurrentVersion', `${major === '10' ? 6 : major}.${major === '10' ? 3 : minor}`),
        ...text('CurrentBuild', build),
        ...text('CurrentBuildNumber', build),
        ...text('InstallationType', facts.osName.includes('Server') ? 'Server' : 'Client'),
        ...text('RegisteredOwner', facts.users[0]?.name ?? ''),
        ...text('SystemRoot', 'C:\\Windows'),
        CurrentMajorVersionNumber: { type: 'REG_DWORD', data: Number(major) },
        CurrentMinorVersionNumber: { type: 'REG_DWORD', data: Number(minor) },
      },
    ],
    [`${machine}\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon`, text('Shell', 'explorer.exe')],
    [
      currentVersion,
      { ...text('ProgramFilesDir', 'C:\\Program Files'), ...text('CommonFilesDir', 'C:\\Program Files\\Common Files') },
    ],
    [
      `${currentVersion}\\Run`,
      text('VMware User Process', '"C:\\Program Files\\VMware\\VMware Tools\\vmtoolsd.exe" -n vmusr'),
    ],
    [`${currentVersion}\\RunOnce`, {}],
    [
      `${currentVersion}\\Uninstall\\VMware Tools`,
      { ...text('DisplayName', 'VMware Tools'), ...text('Publisher', 'VMware, Inc.') },
    ],
    [`${machine}\\SOFTWARE\\Classes`, {}],
    [
      `${machine}\\SOFTWARE\\VMware, Inc.\\VMware Tools`,
      text('InstallPath', 'C:\\Program Files\\VMware\\VMware Tools\\'),
    ],
    [`${control}\\ComputerName\\ComputerName`, text('ComputerName', facts.hostName.toUpperCase())],
    [`${control}\\Session Manager\\Environment`, text('windir', 'C:\\Windows')],
    [`${machine}\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters`, text('Hostname', facts.hostName)],
    [
      `${machine}\\SYSTEM\\CurrentControlSet\\Services\\VMTools`,
      { ...text('DisplayName', 'VMware Tools'), Start: { type: 'REG_DWORD', data: 2 } },
    ],
    [`${machine}\\HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0`, text('Identifier', 'Intel64 Family 6')],
    ['HKEY_CURRENT_USER\\Environment', text('TEMP', '%USERPROFILE%\\AppData\\Local\\Temp')],
    ['HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Run', {}],
    ['HKEY_CLASSES_ROOT\\.txt', text('', 'txtfile')],
    ['HKEY_USERS\\.DEFAULT', {}],
    ['HKEY_CURRENT_CONFIG\\System', {}],
  ];
  for (const [path, values] of content) Object.assign(keyAt(root, path).values, values);
  return root;
}

function text(name: string, data: string): Values {
  return { [name]: { type: 'REG_SZ', data } };
}

function keyAt(root: RegistryKeyRecord, path: string): RegistryKeyRecord {
  let key = root;
  for (const name of path.split('\\')) key = key.keys[name] ??= { values: {}, keys: {} };
  return key;
}

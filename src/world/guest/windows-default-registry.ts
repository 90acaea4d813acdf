import type { GuestUserRecord, RegistryKeyRecord } from '../vm/vm-record.js';
import { userSid } from './windows/sid.js';
import { windowsVersion } from './windows/version.js';

/** What the registry tells about a guest. */
export interface RegistryFacts {
  readonly hostName: string;
  readonly osName: string;
  readonly users: readonly Pick<GuestUserRecord, 'name' | 'id' | 'home'>[];
}

type Keys = readonly (readonly [path: string, values: Values])[];
type Values = RegistryKeyRecord['values'];

/**
 * The registry of a fresh Windows guest.
 * @param timeMs when it was written, milliseconds since 1970.
 */
export function defaultRegistry(facts: RegistryFacts, timeMs: number): RegistryKeyRecord {
  const root: RegistryKeyRecord = { values: {}, keys: {}, writtenMs: timeMs };
  const version = windowsVersion(facts.osName);
  const [major = '10', minor = '0', build = ''] = version.split('.');
  const machine = 'HKEY_LOCAL_MACHINE';
  const currentVersion = `${machine}\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion`;
  const control = `${machine}\\SYSTEM\\CurrentControlSet\\Control`;
  const content: Keys = [
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
    [`${machine}\\SAM\\SAM`, {}],
    [`${machine}\\SECURITY\\Policy`, {}],
    [`${machine}\\SOFTWARE\\Classes\\.txt`, text('', 'txtfile')],
    [`${machine}\\SYSTEM\\CurrentControlSet\\Hardware Profiles\\Current\\System`, {}],
    ['HKEY_USERS\\.DEFAULT', {}],
    ...facts.users.flatMap((user) => userKeys(`HKEY_USERS\\${userSid(user)}`)),
  ];
  for (const [path, values] of content) Object.assign(keyAt(root, path).values, values);
  return root;
}

/** What every user has of the own. */
function userKeys(own: string): Keys {
  const temp: Values[string] = { type: 'REG_EXPAND_SZ', data: '%USERPROFILE%\\AppData\\Local\\Temp' };
  return [
    [`${own}\\Environment`, { TEMP: temp, TMP: temp }],
    [`${own}\\Software\\Microsoft\\Windows\\CurrentVersion\\Run`, {}],
  ];
}

function text(name: string, data: string): Values {
  return { [name]: { type: 'REG_SZ', data } };
}

function keyAt(root: RegistryKeyRecord, path: string): RegistryKeyRecord {
  let key = root;
  for (const name of path.split('\\')) key = key.keys[name] ??= { values: {}, keys: {} };
  return key;
}

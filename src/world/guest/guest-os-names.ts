import type { GuestFamily } from './guest-path.js';

const windowsIdentifier = /^(?:win|longhorn|whistler|vista)/iu;

/** Full names of Windows by the beginning of an identifier; the first that fits counts. */
const windowsNames: readonly (readonly [start: string, name: string])[] = [
  ['windows2022srvnext', 'Microsoft Windows Server 2025'],
  ['windows2019srvnext', 'Microsoft Windows Server 2022'],
  ['windows2022srv', 'Microsoft Windows Server 2022'],
  ['windows2019srv', 'Microsoft Windows Server 2019'],
  ['windows9srv', 'Microsoft Windows Server 2016'],
  ['windows8srv', 'Microsoft Windows Server 2012'],
  ['windows7srv', 'Microsoft Windows Server 2008 R2'],
  ['longhorn', 'Microsoft Windows Server 2008'],
  ['winlonghorn', 'Microsoft Windows Server 2008'],
  ['winnet', 'Microsoft Windows Server 2003'],
  ['windows12', 'Microsoft Windows 12'],
  ['windows11', 'Microsoft Windows 11 Pro'],
  ['windows9', 'Microsoft Windows 10 Pro'],
  ['windows8', 'Microsoft Windows 8 Pro'],
  ['windows7', 'Microsoft Windows 7 Professional'],
  ['winvista', 'Microsoft Windows Vista'],
  ['vista', 'Microsoft Windows Vista'],
  ['winxp', 'Microsoft Windows XP Professional'],
  ['whistler', 'Microsoft Windows XP Professional'],
  ['win2000', 'Microsoft Windows 2000'],
];

/** A distribution: the beginning of its identifiers, its name, and its version where the identifier names none. */
interface Distribution {
  readonly start: string;
  readonly name: string;
  readonly version: string;
  /** `ID` and `ID_LIKE` of `/etc/os-release`. */
  readonly id: string;
  readonly like?: string;
}

const distributions: readonly Distribution[] = [
  { start: 'ubuntu', name: 'Ubuntu', version: '22.04.4 LTS', id: 'ubuntu', like: 'debian' },
  { start: 'debian', name: 'Debian GNU/Linux', version: '12', id: 'debian' },
  { start: 'centos', name: 'CentOS Stream', version: '9', id: 'centos', like: 'rhel fedora' },
  { start: 'rhel', name: 'Red Hat Enterprise Linux', version: '9', id: 'rhel', like: 'fedora' },
  { start: 'rockylinux', name: 'Rocky Linux', version: '9', id: 'rocky', like: 'rhel centos fedora' },
  { start: 'almalinux', name: 'AlmaLinux', version: '9', id: 'almalinux', like: 'rhel centos fedora' },
  { start: 'oraclelinux', name: 'Oracle Linux Server', version: '9', id: 'ol', like: 'fedora' },
  { start: 'fedora', name: 'Fedora Linux', version: '40', id: 'fedora' },
  { start: 'sles', name: 'SUSE Linux Enterprise Server', version: '15', id: 'sles', like: 'suse' },
  { start: 'opensuse', name: 'openSUSE Leap', version: '15', id: 'opensuse-leap', like: 'suse opensuse' },
  { start: 'amazonlinux', name: 'Amazon Linux', version: '2', id: 'amzn', like: 'centos rhel fedora' },
  { start: 'vmware-photon', name: 'VMware Photon OS', version: '5', id: 'photon' },
  { start: 'vmwarephoton', name: 'VMware Photon OS', version: '5', id: 'photon' },
  { start: 'freebsd', name: 'FreeBSD', version: '14', id: 'freebsd' },
  { start: 'darwin', name: 'macOS', version: '', id: 'macos' },
];

/** Versions of macOS by the kernel that its identifiers name: `darwin22` is macOS 13. */
const darwinBeforeBigSur = 20;

/** Family of a guest operating system by its identifier, as in a `.vmx` file or in vSphere. */
export function familyOf(guestOs: string): GuestFamily {
  return windowsIdentifier.test(guestOs) ? 'windows' : 'posix';
}

/** Full name of a guest operating system by its identifier: `windows9-64`, `debian12_64Guest`. */
export function osNameOf(guestOs: string): string {
  const identifier = guestOs.toLowerCase();
  if (familyOf(guestOs) === 'windows') {
    // vSphere writes `windows9Server64Guest` for what a `.vmx` file calls `windows9srv-64`.
    const plain = identifier.replace('server', 'srv');
    return windowsNames.find(([start]) => plain.startsWith(start))?.[1] ?? 'Microsoft Windows';
  }
  const known = distributions.find(({ start }) => identifier.startsWith(start));
  if (known === undefined) return 'Linux';
  // What follows the name is the version, unless it is the number of bits.
  const [, digits = ''] = /^(\d+)/u.exec(identifier.slice(known.start.length)) ?? [];
  const named = digits === '64' || digits === '32' ? '' : digits;
  const version = known.id === 'macos' ? macVersion(named) : named === '' ? known.version : named;
  return `${known.name} ${version}`.trim();
}

function macVersion(darwin: string): string {
  if (darwin === '') return '';
  const major = Number(darwin);
  return major >= darwinBeforeBigSur ? String(major - darwinBeforeBigSur + 11) : `10.${major - 4}`;
}

/** Text of `/etc/os-release` in a guest of this name; undefined where such a system has none. */
export function osReleaseOf(osName: string): string | undefined {
  const known = distributions.find(({ name }) => osName.startsWith(name));
  if (known?.id === 'macos') return undefined;
  const name = known?.name ?? (osName.replace(/[\s\d.].*$/u, '') || 'Linux');
  const [version = ''] = /\d[\d.]*/u.exec(osName.slice(name.length)) ?? [];
  const [major = '', minor] = version.split('.');
  const rows: readonly (readonly [key: string, value: string])[] = [
    ['PRETTY_NAME', osName],
    ['NAME', name],
    ['VERSION', osName.slice(name.length).trim()],
    ['VERSION_ID', minor === undefined ? major : `${major}.${minor}`],
    ['ID', known?.id ?? name.toLowerCase().replace(/[^a-z0-9]+/gu, '-')],
    ['ID_LIKE', known?.like ?? ''],
  ];
  return rows.map(([key, value]) => (value === '' ? '' : `${key}="${value.replace(/["\\$`]/gu, '\\$&')}"\n`)).join('');
}

/** What `uname` says of the kernel of a guest of this name. */
export function kernelOf(osName: string): { readonly name: string; readonly release: string; readonly system: string } {
  const [version = ''] = /\d+/u.exec(osName) ?? [];
  if (osName.startsWith('macOS'))
    return { name: 'Darwin', release: `${Number(version || 13) + 9}.6.0`, system: 'Darwin' };
  if (osName.startsWith('FreeBSD'))
    return { name: 'FreeBSD', release: `${version || 14}.0-RELEASE`, system: 'FreeBSD' };
  return { name: 'Linux', release: '6.1.0-revix', system: 'GNU/Linux' };
}

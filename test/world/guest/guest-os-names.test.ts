import { describe, expect, it } from 'vitest';
import { familyOf, osNameOf } from '../../../src/world/guest/guest-os-names.js';
import { runIn } from '../run-in.js';
import { oneVm } from '../world-fixture.js';

describe('identifiers of guest operating systems', () => {
  it.each([
    ['ubuntu-64', 'Ubuntu 22.04.4 LTS'],
    ['ubuntu64Guest', 'Ubuntu 22.04.4 LTS'],
    ['debian12-64', 'Debian GNU/Linux 12'],
    ['debian11_64Guest', 'Debian GNU/Linux 11'],
    ['rhel8-64', 'Red Hat Enterprise Linux 8'],
    ['centos-64', 'CentOS Stream 9'],
    ['fedora64Guest', 'Fedora Linux 40'],
    ['darwin22-64', 'macOS 13'],
    ['darwin17-64', 'macOS 10.13'],
    ['darwin', 'macOS'],
    ['freebsd13-64', 'FreeBSD 13'],
    ['other5xlinux-64', 'Linux'],
    ['windows9-64', 'Microsoft Windows 10 Pro'],
    ['windows11_64Guest', 'Microsoft Windows 11 Pro'],
    ['windows9Server64Guest', 'Microsoft Windows Server 2016'],
    ['windows2019srvNext-64', 'Microsoft Windows Server 2022'],
    ['windows2019srv_64Guest', 'Microsoft Windows Server 2019'],
    ['windows8Server64Guest', 'Microsoft Windows Server 2012'],
    ['winNetStandardGuest', 'Microsoft Windows Server 2003'],
    ['longhorn-64', 'Microsoft Windows Server 2008'],
    ['windowsHyperVGuest', 'Microsoft Windows'],
  ])('%s is %s', (guestOs, name) => {
    expect(osNameOf(guestOs)).toBe(name);
    expect(familyOf(guestOs)).toBe(name.startsWith('Microsoft') ? 'windows' : 'posix');
  });
});

describe('what a guest says it is', () => {
  const posix = '. /etc/os-release; echo $ID $VERSION_ID $ID_LIKE; echo $PRETTY_NAME; uname -sro';

  it.each([
    ['ubuntu-64', 'ubuntu 22.04 debian\nUbuntu 22.04.4 LTS\nLinux 6.1.0-revix GNU/Linux\n'],
    ['rhel8-64', 'rhel 8 fedora\nRed Hat Enterprise Linux 8\nLinux 6.1.0-revix GNU/Linux\n'],
    ['other5xlinux-64', 'linux\nLinux\nLinux 6.1.0-revix GNU/Linux\n'],
    ['freebsd13-64', 'freebsd 13\nFreeBSD 13\nFreeBSD 13.0-RELEASE FreeBSD\n'],
  ])('is what its machine is configured for: %s', async (guestOs, output) => {
    expect(await runIn(await oneVm({ guestOs, power: 'on' }), posix)).toEqual({ exitCode: 0, output });
  });

  it('is so without a file where such a system has none', async () => {
    const fixture = await oneVm({ guestOs: 'darwin22-64', power: 'on' });
    expect(await runIn(fixture, 'ls /etc/os-release; uname -sr')).toEqual({
      exitCode: 0,
      output: "ls: cannot access '/etc/os-release': No such file or directory\nDarwin 22.6.0\n",
    });
  });

  it('goes by a name of the inventory, too', async () => {
    const fixture = await oneVm({ power: 'on', guest: { osName: 'Acme "Linux" 3.2.1 beta' } });
    expect(await runIn(fixture, posix)).toMatchObject({
      output: 'acme 3.2\nAcme "Linux" 3.2.1 beta\n'.concat('Linux 6.1.0-revix GNU/Linux\n'),
    });
  });

  it.each([
    ['windows2019srvNext-64', '10.0.20348', 'Microsoft Windows Server 2022'],
    ['windows9-64', '10.0.19045', 'Microsoft Windows 10 Pro'],
    ['windows7-64', '6.1.7601', 'Microsoft Windows 7 Professional'],
  ])('is what its machine is configured for: %s', async (guestOs, version, name) => {
    const line =
      'ver & systeminfo | findstr /b /c:"OS " & reg query "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion" /v ProductName';
    const { output } = await runIn(await oneVm({ guestOs, power: 'on' }), line);
    expect(output).toContain(`[Version ${version}`);
    expect(output).toMatch(new RegExp(`^OS Name: +${name}$`, 'mu'));
    expect(output).toContain(`OS Version:                ${version} `);
    expect(output).toContain(`ProductName    REG_SZ    ${name}\n`);
  });
});

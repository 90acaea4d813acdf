import type { GuestUserRecord } from '../../vm/vm-record.js';
import { groupIdOf, groupIds } from '../accounts.js';
import type { FileChange } from '../guest-files.js';
import { osReleaseOf } from '../guest-os-names.js';
import { programImage } from '../program-image.js';
import { TreeBuilder } from '../tree-builder.js';
import { posixCommandNames, posixSystemCommandNames } from './posix-command-names.js';

const openToAll = { mode: 0o1777 };
const executable = { mode: 0o755 };
const shells = ['sh', 'bash', 'dash'];

/** What a user account needs to be known for its files. */
export type TreeUser = Pick<GuestUserRecord, 'name' | 'id' | 'group' | 'home'>;

/**
 * The files of a fresh Linux guest: system directories, one executable for each command, accounts, homes.
 * @param timeMs creation time of everything, milliseconds since 1970.
 */
export function posixTree(
  {
    users,
    hostName,
    osName,
  }: { readonly users: readonly TreeUser[]; readonly hostName: string; readonly osName: string },
  timeMs = 0,
): readonly FileChange[] {
  const tree = new TreeBuilder({ owner: 'root', group: 'root' }, timeMs);
  for (const path of ['/', '/boot', '/dev', '/etc', '/home', '/media', '/mnt', '/opt', '/proc', '/run', '/srv']) {
    tree.directory(path);
  }
  for (const path of ['/usr', '/usr/bin', '/usr/sbin', '/usr/lib', '/usr/local', '/usr/local/bin', '/usr/share']) {
    tree.directory(path);
  }
  tree.link('/bin', 'usr/bin').link('/sbin', 'usr/sbin').link('/lib', 'usr/lib');
  tree.directory('/tmp', openToAll).directory('/root', { mode: 0o700 });
  tree.directory('/var').directory('/var/lib').directory('/var/log').directory('/var/run');
  tree.directory('/var/tmp', openToAll);
  for (const name of [...shells, ...posixCommandNames])
    tree.file(`/usr/bin/${name}`, programImage('posix', name), executable);
  for (const name of posixSystemCommandNames) tree.link(`/usr/sbin/${name}`, `../bin/${name}`);
  tree.file('/etc/passwd', passwd(users)).file('/etc/group', group(users));
  tree.file('/etc/hostname', `${hostName}\n`);
  tree.file('/etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${hostName}\n`);
  const release = osReleaseOf(osName);
  if (release !== undefined) tree.file('/usr/lib/os-release', release).link('/etc/os-release', '../usr/lib/os-release');
  tree.file('/etc/shells', '/bin/sh\n/bin/bash\n');
  tree.file('/var/log/messages', bootMessages(hostName, timeMs), { mode: 0o640 });
  for (const user of users) {
    if (user.home === '/root' || user.home === '/') continue;
    const ownership = { owner: user.name, group: user.group };
    tree.directory(user.home, { ...ownership, mode: 0o750 });
    tree.file(`${user.home}/.profile`, '# Read by login shells.\n', ownership);
  }
  return tree.changes;
}

function passwd(users: readonly TreeUser[]): string {
  const root = { name: 'root', id: 0, group: 'root', home: '/root' };
  const all = users.some(({ name }) => name === 'root') ? users : [root, ...users];
  return all
    .map(({ name, id, group: of, home }) => `${name}:x:${id}:${groupIdOf(users, of)}:${name}:${home}:/bin/sh\n`)
    .join('');
}

function group(users: readonly TreeUser[]): string {
  return [...groupIds(users)].map(([name, id]) => `${name}:x:${id}:\n`).join('');
}

function bootMessages(hostName: string, timeMs: number): string {
  const time = new Date(timeMs).toISOString();
  return ['systemd: Startup finished.', 'sshd: Server listening on port 22.', 'vmtoolsd: Plug-ins loaded.']
    .map((text) => `${time} ${hostName} ${text}\n`)
    .join('');
}

import type { FileChange } from './guest-files.js';
import type { TreeUser } from './posix/posix-tree.js';
import { programImage } from './program-image.js';
import { TreeBuilder } from './tree-builder.js';
import { waitingWindowsPrograms } from './waiting-programs.js';
import { toolsPrograms } from './windows/programs/tools.js';
import { windowsPrograms } from './windows/windows-programs.js';

/** Everybody may put things here, and each removes only the own ones. */
const openToAll = { mode: 0o1777 };

const toolsDirectory = 'C:\\Program Files\\VMware\\VMware Tools';

/** Programs that stand in `C:\Windows` too. */
const inWindowsItself = ['explorer.exe', 'notepad.exe', 'regedit.exe'];

const homeDirectories = [
  'Desktop',
  'Documents',
  'Downloads',
  'AppData',
  'AppData\\Roaming',
  'AppData\\Local',
  'AppData\\Local\\Temp',
];

/**
 * The files of a fresh Windows guest: system directories, one executable for each program, profiles of the users.
 * @param timeMs creation time of everything, milliseconds since 1970.
 */
export function windowsTree(users: readonly TreeUser[], hostName: string, timeMs = 0): readonly FileChange[] {
  const tree = new TreeBuilder({ owner: 'SYSTEM', group: 'SYSTEM' }, timeMs);
  tree.directory('C:\\', openToAll).directory('C:\\ProgramData', openToAll);
  for (const path of ['C:\\Program Files', 'C:\\Program Files (x86)', 'C:\\Program Files\\Common Files']) {
    tree.directory(path);
  }
  tree.directory('C:\\Program Files\\VMware').directory(toolsDirectory);
  for (const path of [
    '',
    '\\System32',
    '\\System32\\drivers',
    '\\System32\\drivers\\etc',
    '\\System32\\Wbem',
    '\\Logs',
  ]) {
    tree.directory(`C:\\Windows${path}`);
  }
  tree.directory('C:\\Windows\\Temp', openToAll);
  const names = [...new Set([...Object.keys(windowsPrograms), ...Object.keys(waitingWindowsPrograms)])];
  for (const name of names) tree.file(`C:\\Windows\\System32\\${name}`, programImage('windows', name));
  for (const name of inWindowsItself.filter((program) => names.includes(program))) {
    tree.file(`C:\\Windows\\${name}`, programImage('windows', name));
  }
  for (const name of Object.keys(toolsPrograms)) tree.file(`${toolsDirectory}\\${name}`, programImage('windows', name));
  tree.file('C:\\Windows\\System32\\drivers\\etc\\hosts', `127.0.0.1 localhost ${hostName}\r\n`);
  tree.file('C:\\Windows\\win.ini', '[fonts]\r\n[extensions]\r\n[files]\r\n');
  tree.directory('C:\\Users').directory('C:\\Users\\Public', openToAll);
  for (const user of users) {
    const ownership = { owner: user.name, group: user.group, mode: 0o700 };
    tree.directory(user.home, ownership);
    for (const name of homeDirectories) tree.directory(`${user.home}\\${name}`, ownership);
  }
  return tree.changes;
}

import { expect } from 'vitest';
import {
  addressOfOn,
  type CommandCase,
  failed,
  guest,
  noSleepInGuest,
  sleepInGuest,
  type Step,
} from './command-case.js';

/** The result of a guest program that has ended. */
function ended(exitCode: number): unknown {
  return { pid: expect.any(Number), exitCode };
}

/** Writes a picture of the screen of `on` and brings it into the guest as `/tmp/NAME`. */
function picture(name: string): readonly [Step, Step] {
  const json = { path: expect.stringMatching(/\.png$/), bytes: expect.any(Number) };
  return [
    { args: guest('captureScreen', 'on.vmx', `DIR/${name}`), json },
    { args: guest('CopyFileFromHostToGuest', 'on.vmx', `DIR/${name}`, `/tmp/${name}`) },
  ];
}

/** A script in the guest of `on` that ends well. */
function script(text: string): Step {
  return { args: guest('runScriptInGuest', 'on.vmx', '/bin/sh', text), json: ended(0) };
}

/** A case for each command that works inside the guest, by its name. */
export const guestCommandCases: Readonly<Record<string, CommandCase>> = {
  runProgramInGuest: [
    { args: guest('runProgramInGuest', 'on.vmx', '/bin/sh', '-c', 'echo one "two  three" > /tmp/out'), json: ended(0) },
    { args: guest('runProgramInGuest', 'on.vmx', '/bin/test', '-e', '/tmp/out'), json: ended(0) },
    {
      args: guest('runProgramInGuest', 'on.vmx', '/bin/test', '-e', '/tmp/none'),
      stdout: 'Guest program exited with non-zero exit code: 1\n',
      json: ended(1),
      status: 1,
    },
    {
      args: guest('runProgramInGuest', 'on.vmx', '-output', '/bin/sh', '-c', 'cat /tmp/out; echo no >&2; exit 3'),
      stdout: 'one two  three\n',
      stderr: 'no\nGuest program exited with non-zero exit code: 3\n',
      json: { pid: expect.any(Number), exitCode: 3, stdout: 'one two  three\n', stderr: 'no\n' },
      status: 3,
    },
    {
      args: guest('runProgramInGuest', 'win.vmx', 'C:\\Windows\\System32\\cmd.exe', '/c exit 7'),
      stdout: 'Guest program exited with non-zero exit code: 7\n',
      json: ended(7),
      status: 7,
    },
  ],
  runScriptInGuest: [
    {
      args: guest('runScriptInGuest', 'on.vmx', '/bin/sh', 'echo hello > /tmp/out\nexit 3'),
      stdout: 'Guest program exited with non-zero exit code: 3\n',
      json: ended(3),
      status: 3,
    },
    { args: guest('runScriptInGuest', 'on.vmx', '-activeWindow', '', 'test -e /tmp/out'), json: ended(0) },
    { args: guest('runScriptInGuest', 'on.vmx', '-noWait', 'exit 5'), json: { pid: expect.any(Number) } },
  ],
  fileExistsInGuest: [
    { args: guest('fileExistsInGuest', 'on.vmx', '/etc/passwd'), stdout: 'The file exists.\n', json: { exists: true } },
    {
      args: guest('fileExistsInGuest', 'on.vmx', '/etc/none'),
      stdout: 'The file does not exist.\n',
      json: { exists: false },
      status: failed,
    },
  ],
  directoryExistsInGuest: [
    {
      args: guest('directoryExistsInGuest', 'on.vmx', '/etc'),
      stdout: 'The directory exists.\n',
      json: { exists: true },
    },
    {
      args: guest('directoryExistsInGuest', 'on.vmx', '/etc/passwd'),
      stdout: 'The directory does not exist.\n',
      json: { exists: false },
      status: failed,
    },
  ],
  listProcessesInGuest: [
    {
      args: guest('listProcessesInGuest', 'on.vmx'),
      matches: /^Process list: \d+\npid=1, owner=root, cmd=\/sbin\/init\n/,
      json: {
        processes: expect.arrayContaining([{ pid: 1, owner: 'root', name: 'init', command: '/sbin/init' }]),
      },
    },
  ],
  killProcessInGuest: [
    sleepInGuest,
    { args: guest('killProcessInGuest', 'on.vmx', 'SLEEP') },
    noSleepInGuest,
    {
      args: guest('killProcessInGuest', 'on.vmx', 'many'),
      stdout: "Error: PID must be a whole number, not 'many'\n",
      status: failed,
    },
  ],
  deleteFileInGuest: [
    { args: guest('runScriptInGuest', 'on.vmx', '/bin/sh', 'echo x > /tmp/f'), json: ended(0) },
    { args: guest('deleteFileInGuest', 'on.vmx', '/tmp/f') },
    { args: guest('deleteFileInGuest', 'on.vmx', '/tmp/f'), stdout: 'Error: A file was not found\n', status: failed },
  ],
  createDirectoryInGuest: [
    { args: guest('createDirectoryInGuest', 'on.vmx', '/tmp/a dir') },
    {
      args: guest('directoryExistsInGuest', 'on.vmx', '/tmp/a dir'),
      stdout: 'The directory exists.\n',
      json: { exists: true },
    },
  ],
  deleteDirectoryInGuest: [
    { args: guest('createDirectoryInGuest', 'on.vmx', '/tmp/d') },
    { args: guest('deleteDirectoryInGuest', 'on.vmx', '/tmp/d') },
    {
      args: guest('directoryExistsInGuest', 'on.vmx', '/tmp/d'),
      stdout: 'The directory does not exist.\n',
      json: { exists: false },
      status: failed,
    },
  ],
  CreateTempfileInGuest: [
    {
      args: guest('createTempFileInGuest', 'on.vmx'),
      matches: /^\/tmp\/[^\n]+\n$/,
      json: { path: expect.stringMatching(/^\/tmp\/./) },
    },
  ],
  listDirectoryInGuest: [
    { args: guest('createDirectoryInGuest', 'on.vmx', '/tmp/d/e') },
    {
      args: guest('listDirectoryInGuest', 'on.vmx', '/tmp/d'),
      stdout: 'Directory list: 1\ne\n',
      json: { entries: [{ name: 'e', isDirectory: true, size: expect.any(Number) }] },
    },
  ],
  CopyFileFromHostToGuest: [
    { args: guest('CopyFileFromHostToGuest', 'on.vmx', 'DIR/file', '/tmp/copied') },
    { args: guest('fileExistsInGuest', 'on.vmx', '/tmp/copied'), stdout: 'The file exists.\n', json: { exists: true } },
    {
      args: guest('CopyFileFromHostToGuest', 'on.vmx', 'DIR/none', '/tmp/x'),
      stdout: 'Error: A file was not found\n',
      status: failed,
    },
    {
      args: guest('CopyFileFromHostToGuest', 'on.vmx', 'DIR/file', '/none/x'),
      stdout: 'Error: A file was not found\n',
      status: failed,
    },
    {
      args: guest('CopyFileFromHostToGuest', 'on.vmx', 'DIR/file', '/etc/x'),
      stdout: 'Error: You do not have access rights to this file\n',
      status: failed,
    },
  ],
  CopyFileFromGuestToHost: [
    { args: guest('copyfilefromguesttohost', 'on.vmx', '/etc/passwd', 'DIR/fetched') },
    { args: guest('copyFileFromHostToGuest', 'on.vmx', 'DIR/fetched', '/tmp/passwd') },
    {
      args: guest('runScriptInGuest', 'on.vmx', '/bin/sh', 'test "$(cat /etc/passwd)" = "$(cat /tmp/passwd)"'),
      json: ended(0),
    },
  ],
  renameFileInGuest: [
    { args: guest('runScriptInGuest', 'on.vmx', '/bin/sh', 'echo x > /tmp/f'), json: ended(0) },
    { args: guest('renameFileInGuest', 'on.vmx', '/tmp/f', '/tmp/g') },
    { args: guest('fileExistsInGuest', 'on.vmx', '/tmp/g'), stdout: 'The file exists.\n', json: { exists: true } },
  ],
  typeKeystrokesInGuest: [
    // The first step is what vSphere refuses. What is typed once more shows on the screen, and nothing else does.
    { args: ['typeKeystrokesInGuest', 'on.vmx', 'root'] },
    ...picture('before.png'),
    ...picture('same.png'),
    { args: ['typeKeystrokesInGuest', 'on.vmx', 'toor'] },
    ...picture('after.png'),
    script('cmp -s /tmp/before.png /tmp/same.png && ! cmp -s /tmp/before.png /tmp/after.png'),
    {
      args: ['typeKeystrokesInGuest', 'off.vmx', 'x'],
      stdout: 'Error: The virtual machine is not powered on: off.vmx\n',
      status: failed,
    },
  ],
  connectNamedDevice: [
    { args: ['disconnectNamedDevice', 'on.vmx', 'Ethernet0'] },
    { args: ['getGuestIPAddress', 'on.vmx'], stdout: 'Error: Unable to get the IP address\n', status: failed },
    { args: ['connectNamedDevice', 'on.vmx', 'ethernet0'] },
    addressOfOn,
  ],
  disconnectNamedDevice: [
    { args: ['disconnectNamedDevice', 'on.vmx', 'ethernet0'] },
    { args: ['getGuestIPAddress', 'on.vmx'], stdout: 'Error: Unable to get the IP address\n', status: failed },
    { args: ['disconnectNamedDevice', 'on.vmx', 'sound'], matches: /^Error: /, status: failed },
    {
      args: ['disconnectNamedDevice', 'off.vmx', 'ethernet0'],
      stdout: 'Error: The virtual machine is not powered on: off.vmx\n',
      status: failed,
    },
  ],
  captureScreen: [
    ...picture('screen.png'),
    script('test "$(head -c 4 /tmp/screen.png | tail -c 3)" = PNG'),
    {
      args: guest('captureScreen', 'on.vmx', 'DIR/none/screen.png'),
      stdout: 'Error: A file was not found\n',
      status: failed,
    },
  ],
  writeVariable: [
    { args: ['writeVariable', 'on.vmx', 'guestVar', 'name', 'a value'] },
    { args: ['readVariable', 'on.vmx', 'GUESTVAR', 'name'], stdout: 'a value\n', json: { value: 'a value' } },
    { args: ['writeVariable', 'on.vmx', 'runtimeConfig', 'some.entry', ''], isRefusedByVsphere: true },
    {
      args: ['-gu', 'root', '-gp', 'password', 'writeVariable', 'on.vmx', 'guestEnv', 'name', 'x'],
      isRefusedByVsphere: true,
    },
    { args: ['writeVariable', 'on.vmx', 'name'], stdout: 'Error: Missing argument: NAME VALUE\n', status: failed },
  ],
  readVariable: [
    { args: ['readVariable', 'on.vmx', 'runtimeConfig', 'displayName'], stdout: 'on\n', json: { value: 'on' } },
    { args: ['readVariable', 'on.vmx', 'unset'], stdout: '\n', json: { value: '' } },
    {
      args: guest('readVariable', 'on.vmx', 'guestEnv', 'HOME'),
      stdout: '/home/user\n',
      json: { value: '/home/user' },
    },
    {
      args: ['readVariable', 'on.vmx', 'guestEnv', 'HOME'],
      stdout: 'Error: Invalid user name or password for the guest OS\n',
      status: failed,
    },
  ],
  getGuestIPAddress: [addressOfOn],
};

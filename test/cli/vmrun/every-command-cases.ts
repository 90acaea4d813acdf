import { asUser } from './lab.js';

/**
 * One command line of a case; `NAME.vmx` stands for the path of a machine, `DIR` for a directory of this machine,
 * `SLEEP` for the number of the process that sleeps.
 */
export interface Step {
  readonly args: readonly string[];
  /** All that it prints; undefined where it is told by `matches`. By default nothing. */
  readonly stdout?: string;
  readonly matches?: RegExp;
  /** 0 by default. */
  readonly status?: number;
  /** Whether vSphere says that it does not support it, while it does support the command. */
  readonly isRefusedByVsphere?: true;
}

/** Command lines that show that a command does its work, in an order in which each finds what it needs. */
export type CommandCase = readonly Step[];

const failed = -1;
/** What a host says that cannot do it. */
export const notSupported = (args: readonly string[]): Step => ({
  args,
  stdout: 'Error: This host does not support the operation\n',
  status: failed,
});

function guest(...args: readonly string[]): readonly string[] {
  return [...asUser, ...args];
}

/** What vSphere does not offer: the first line of the case says so there. */
export const notOnVsphere: ReadonlySet<string> = new Set([
  'pause',
  'unpause',
  'listNetworkAdapters',
  'addNetworkAdapter',
  'setNetworkAdapter',
  'deleteNetworkAdapter',
  'listHostNetworks',
  'listPortForwardings',
  'setPortForwarding',
  'deletePortForwarding',
  'beginRecording',
  'endRecording',
  'beginReplay',
  'endReplay',
  'setSharedFolderState',
  'addSharedFolder',
  'removeSharedFolder',
  'enableSharedFolders',
  'disableSharedFolders',
  'typeKeystrokesInGuest',
  'connectNamedDevice',
  'disconnectNamedDevice',
]);

/** What an ESXi without a vCenter does not offer beyond that. */
export const notOnEsx: ReadonlySet<string> = new Set(['clone']);

/** A case for each command, by its name. */
export const commandCases: Readonly<Record<string, CommandCase>> = {
  start: [{ args: ['start', 'off.vmx', 'nogui'] }, { args: ['list'], matches: /^.*off\.vmx$/m }],
  stop: [
    { args: ['stop', 'on.vmx', 'soft'] },
    {
      args: ['stop', 'on.vmx', 'hard'],
      stdout: 'Error: The virtual machine is not powered on: on.vmx\n',
      status: failed,
    },
  ],
  reset: [
    { args: ['reset', 'on.vmx', 'hard'] },
    { args: ['reset', 'on.vmx'] },
    { args: ['list'], matches: /^.*on\.vmx$/m },
  ],
  suspend: [
    { args: ['suspend', 'on.vmx'] },
    { args: ['list'], stdout: 'Total running VMs: 2\nbare.vmx\nwin.vmx\n' },
    { args: ['start', 'on.vmx'] },
  ],
  pause: [{ args: ['pause', 'on.vmx'] }, { args: ['list'], matches: /^.*on\.vmx$/m }],
  unpause: [{ args: ['pause', 'on.vmx'] }, { args: ['unpause', 'on.vmx'] }, { args: ['stop', 'on.vmx'] }],
  listSnapshots: [
    {
      args: ['listSnapshots', 'tree.vmx', 'SHOWTREE'],
      stdout: 'Total snapshots: 5\nbase\n\tderived\n\t\tdeep\nClone\n\tClone\n',
    },
  ],
  snapshot: [
    { args: ['snapshot', 'off.vmx', 'one'] },
    { args: ['snapshot', 'off.vmx'] },
    { args: ['listSnapshots', 'off.vmx', 'showTree'], stdout: 'Total snapshots: 2\none\n\tSnapshot\n' },
  ],
  deleteSnapshot: [
    { args: ['deleteSnapshot', 'tree.vmx', 'base/derived', 'andDeleteChildren'] },
    { args: ['deleteSnapshot', 'tree.vmx', 'base'] },
    { args: ['deleteSnapshot', 'tree.vmx', 'base'], stdout: 'Error: The snapshot does not exist\n', status: failed },
    { args: ['listSnapshots', 'tree.vmx'], stdout: 'Total snapshots: 2\nClone\nClone\n' },
  ],
  revertToSnapshot: [
    { args: ['snapshot', 'on.vmx', 'before'] },
    { args: guest('createDirectoryInGuest', 'on.vmx', '/tmp/after') },
    { args: ['revertToSnapshot', 'on.vmx', 'before'] },
    { args: ['start', 'on.vmx', 'nogui'] },
    {
      args: guest('directoryExistsInGuest', 'on.vmx', '/tmp/after'),
      stdout: 'The directory does not exist.\n',
      status: failed,
    },
    { args: ['revertToSnapshot', 'on.vmx', 'none'], stdout: "Error: Invalid snapshot name 'none'\n", status: failed },
  ],
  listNetworkAdapters: [
    {
      args: ['listNetworkAdapters', 'off.vmx'],
      stdout: 'Total network adapters: 1\nINDEX  TYPE         VMNET\n0      custom       VM Network\n',
    },
  ],
  addNetworkAdapter: [
    { args: ['addNetworkAdapter', 'off.vmx', 'nat'] },
    { args: ['addNetworkAdapter', 'off.vmx', 'custom', 'vmnet1'] },
    {
      args: ['listNetworkAdapters', 'off.vmx'],
      stdout:
        'Total network adapters: 3\nINDEX  TYPE         VMNET\n0      custom       VM Network\n' +
        '1      nat          vmnet8\n2      hostOnly     vmnet1\n',
    },
    {
      args: ['addNetworkAdapter', 'on.vmx', 'nat'],
      stdout: 'Error: The virtual machine should not be powered on. It is already running.\n',
      status: failed,
    },
    {
      args: ['addNetworkAdapter', 'off.vmx', 'custom'],
      stdout: 'Error: One of the parameters was invalid\n',
      status: failed,
    },
  ],
  setNetworkAdapter: [
    { args: ['setNetworkAdapter', 'off.vmx', '0', 'BRIDGED'] },
    {
      args: ['listNetworkAdapters', 'off.vmx'],
      stdout: 'Total network adapters: 1\nINDEX  TYPE         VMNET\n0      bridged      vmnet0\n',
    },
  ],
  deleteNetworkAdapter: [
    { args: ['deleteNetworkAdapter', 'off.vmx', '0'] },
    { args: ['listNetworkAdapters', 'off.vmx'], stdout: 'Total network adapters: 0\n' },
    { args: ['deleteNetworkAdapter', 'off.vmx', '0'], matches: /^Error: /, status: failed },
  ],
  listHostNetworks: [
    {
      args: ['listHostNetworks'],
      stdout:
        'Total host networks: 3\n' +
        'INDEX  NAME         TYPE         DHCP         SUBNET           MASK\n' +
        '0      vmnet0       bridged      false        empty            empty\n' +
        '1      vmnet1       hostOnly     true         172.16.11.0      255.255.255.0\n' +
        '8      vmnet8       nat          true         192.168.3.0      255.255.255.0\n',
    },
  ],
  listPortForwardings: [{ args: ['listPortForwardings', 'vmnet8'], stdout: 'Total port forwardings: 0\n' }],
  setPortForwarding: [
    { args: ['setPortForwarding', 'vmnet8', 'tcp', '8080', '192.168.3.128', '80', 'web'] },
    {
      args: ['listPortForwardings', 'vmnet8'],
      stdout:
        'Total port forwardings: 1\n' +
        'INDEX  PROTOCOL     HOST PORT    GUEST IP         GUEST PORT       DESCRIPTION\n' +
        '0      tcp          8080         192.168.3.128    80               web\n',
    },
    {
      args: ['setPortForwarding', 'vmnet0', 'tcp', '1', '10.0.0.1', '1'],
      stdout: 'Error: One of the parameters was invalid\n',
      status: failed,
    },
  ],
  deletePortForwarding: [
    { args: ['setPortForwarding', 'vmnet8', 'udp', '53', '192.168.3.128', '53'] },
    { args: ['deletePortForwarding', 'vmnet8', 'udp', '53'] },
    { args: ['listPortForwardings', 'vmnet8'], stdout: 'Total port forwardings: 0\n' },
  ],
  beginRecording: [{ args: ['beginRecording', 'on.vmx', 'tape'] }],
  endRecording: [{ args: ['beginRecording', 'on.vmx', 'tape'] }, { args: ['endRecording', 'on.vmx'] }],
  beginReplay: [
    { args: ['beginRecording', 'on.vmx', 'tape'] },
    { args: ['endRecording', 'on.vmx'] },
    { args: ['stop', 'on.vmx', 'hard'] },
    { args: ['beginReplay', 'on.vmx', 'tape'] },
  ],
  endReplay: [
    { args: ['beginRecording', 'on.vmx', 'tape'] },
    { args: ['endRecording', 'on.vmx'] },
    { args: ['stop', 'on.vmx', 'hard'] },
    { args: ['beginReplay', 'on.vmx', 'tape'] },
    { args: ['endReplay', 'on.vmx'] },
  ],
  vprobeVersion: [notSupported(['vprobeVersion', 'on.vmx'])],
  vprobeLoad: [notSupported(['vprobeLoad', 'on.vmx', 'text'])],
  vprobeLoadFile: [notSupported(['vprobeLoadFile', 'on.vmx', 'file'])],
  vprobeReset: [notSupported(['vprobeReset', 'on.vmx'])],
  vprobeListProbes: [notSupported(['vprobeListProbes', 'on.vmx'])],
  vprobeListGlobals: [notSupported(['vprobeListGlobals', 'on.vmx'])],
  runProgramInGuest: [
    { args: guest('runProgramInGuest', 'on.vmx', '/bin/sh', '-c', 'echo one "two  three" > /tmp/out') },
    { args: guest('runProgramInGuest', 'on.vmx', '/bin/test', '-e', '/tmp/out') },
    {
      args: guest('runProgramInGuest', 'on.vmx', '/bin/test', '-e', '/tmp/none'),
      stdout: 'Guest program exited with non-zero exit code: 1\n',
      status: 1,
    },
    {
      args: guest('runProgramInGuest', 'win.vmx', 'C:\\Windows\\System32\\cmd.exe', '/c exit 7'),
      stdout: 'Guest program exited with non-zero exit code: 7\n',
      status: 7,
    },
  ],
  runScriptInGuest: [
    {
      args: guest('runScriptInGuest', 'on.vmx', '/bin/sh', 'echo hello > /tmp/out\nexit 3'),
      stdout: 'Guest program exited with non-zero exit code: 3\n',
      status: 3,
    },
    { args: guest('runScriptInGuest', 'on.vmx', '-activeWindow', '', 'test -e /tmp/out') },
    { args: guest('runScriptInGuest', 'on.vmx', '-noWait', 'exit 5') },
  ],
  fileExistsInGuest: [
    { args: guest('fileExistsInGuest', 'on.vmx', '/etc/passwd'), stdout: 'The file exists.\n' },
    { args: guest('fileExistsInGuest', 'on.vmx', '/etc/none'), stdout: 'The file does not exist.\n', status: failed },
  ],
  directoryExistsInGuest: [
    { args: guest('directoryExistsInGuest', 'on.vmx', '/etc'), stdout: 'The directory exists.\n' },
    {
      args: guest('directoryExistsInGuest', 'on.vmx', '/etc/passwd'),
      stdout: 'The directory does not exist.\n',
      status: failed,
    },
  ],
  setSharedFolderState: [
    { args: ['enableSharedFolders', 'on.vmx'] },
    { args: ['addSharedFolder', 'on.vmx', 'share', 'DIR'] },
    { args: ['setSharedFolderState', 'on.vmx', 'share', 'DIR', 'readonly'] },
    {
      args: ['setSharedFolderState', 'on.vmx', 'share', 'DIR', 'maybe'],
      matches: /^Error: Invalid argument: 'maybe'/,
      status: failed,
    },
  ],
  addSharedFolder: [
    { args: guest('addSharedFolder', 'on.vmx', 'share', 'DIR') },
    { args: ['addSharedFolder', 'on.vmx', 'share', 'DIR'], matches: /^Error: /, status: failed },
  ],
  removeSharedFolder: [
    { args: ['addSharedFolder', 'on.vmx', 'share', 'DIR'] },
    { args: ['removeSharedFolder', 'on.vmx', 'share'] },
    { args: ['removeSharedFolder', 'on.vmx', 'share'], matches: /^Error: /, status: failed },
  ],
  enableSharedFolders: [{ args: ['enableSharedFolders', 'on.vmx', 'runtime'] }],
  disableSharedFolders: [{ args: ['disableSharedFolders', 'on.vmx'] }],
  listProcessesInGuest: [
    {
      args: guest('listProcessesInGuest', 'on.vmx'),
      matches: /^Process list: \d+\npid=1, owner=root, cmd=\/sbin\/init\n/,
    },
  ],
  killProcessInGuest: [
    { args: guest('runProgramInGuest', 'on.vmx', '-noWait', '/bin/sleep', '1000') },
    { args: guest('killProcessInGuest', 'on.vmx', 'SLEEP') },
    { args: guest('killProcessInGuest', 'on.vmx', '99999'), matches: /^Error: /, status: failed },
    {
      args: guest('killProcessInGuest', 'on.vmx', 'many'),
      stdout: "Error: PID must be a whole number, not 'many'\n",
      status: failed,
    },
  ],
  deleteFileInGuest: [
    { args: guest('runScriptInGuest', 'on.vmx', '/bin/sh', 'echo x > /tmp/f') },
    { args: guest('deleteFileInGuest', 'on.vmx', '/tmp/f') },
    { args: guest('deleteFileInGuest', 'on.vmx', '/tmp/f'), stdout: 'Error: A file was not found\n', status: failed },
  ],
  createDirectoryInGuest: [
    { args: guest('createDirectoryInGuest', 'on.vmx', '/tmp/a dir') },
    { args: guest('directoryExistsInGuest', 'on.vmx', '/tmp/a dir'), stdout: 'The directory exists.\n' },
  ],
  deleteDirectoryInGuest: [
    { args: guest('createDirectoryInGuest', 'on.vmx', '/tmp/d') },
    { args: guest('deleteDirectoryInGuest', 'on.vmx', '/tmp/d') },
    {
      args: guest('directoryExistsInGuest', 'on.vmx', '/tmp/d'),
      stdout: 'The directory does not exist.\n',
      status: failed,
    },
  ],
  CreateTempfileInGuest: [{ args: guest('createTempFileInGuest', 'on.vmx'), matches: /^\/tmp\/[^\n]+\n$/ }],
  listDirectoryInGuest: [
    { args: guest('createDirectoryInGuest', 'on.vmx', '/tmp/d/e') },
    { args: guest('listDirectoryInGuest', 'on.vmx', '/tmp/d'), stdout: 'Directory list: 1\ne\n' },
  ],
  CopyFileFromHostToGuest: [
    { args: guest('CopyFileFromHostToGuest', 'on.vmx', 'DIR/file', '/tmp/copied') },
    { args: guest('fileExistsInGuest', 'on.vmx', '/tmp/copied'), stdout: 'The file exists.\n' },
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
    { args: guest('runScriptInGuest', 'on.vmx', '/bin/sh', 'test "$(cat /etc/passwd)" = "$(cat /tmp/passwd)"') },
  ],
  renameFileInGuest: [
    { args: guest('runScriptInGuest', 'on.vmx', '/bin/sh', 'echo x > /tmp/f') },
    { args: guest('renameFileInGuest', 'on.vmx', '/tmp/f', '/tmp/g') },
    { args: guest('fileExistsInGuest', 'on.vmx', '/tmp/g'), stdout: 'The file exists.\n' },
  ],
  typeKeystrokesInGuest: [
    { args: ['typeKeystrokesInGuest', 'on.vmx', 'root'] },
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
    { args: ['getGuestIPAddress', 'on.vmx'], matches: /^[\d.]+\n$/ },
  ],
  disconnectNamedDevice: [
    { args: ['disconnectNamedDevice', 'on.vmx', 'ethernet0'] },
    { args: ['disconnectNamedDevice', 'on.vmx', 'sound'], matches: /^Error: /, status: failed },
    {
      args: ['disconnectNamedDevice', 'off.vmx', 'ethernet0'],
      stdout: 'Error: The virtual machine is not powered on: off.vmx\n',
      status: failed,
    },
  ],
  captureScreen: [
    { args: guest('captureScreen', 'on.vmx', 'DIR/screen.png') },
    { args: guest('CopyFileFromHostToGuest', 'on.vmx', 'DIR/screen.png', '/tmp/screen.png') },
    {
      args: guest('captureScreen', 'on.vmx', 'DIR/none/screen.png'),
      stdout: 'Error: A file was not found\n',
      status: failed,
    },
  ],
  writeVariable: [
    { args: ['writeVariable', 'on.vmx', 'guestVar', 'name', 'a value'] },
    { args: ['readVariable', 'on.vmx', 'GUESTVAR', 'name'], stdout: 'a value\n' },
    { args: ['writeVariable', 'on.vmx', 'runtimeConfig', 'some.entry', ''], isRefusedByVsphere: true },
    {
      args: ['-gu', 'root', '-gp', 'password', 'writeVariable', 'on.vmx', 'guestEnv', 'name', 'x'],
      isRefusedByVsphere: true,
    },
    { args: ['writeVariable', 'on.vmx', 'name'], stdout: 'Error: Missing argument: NAME VALUE\n', status: failed },
  ],
  readVariable: [
    { args: ['readVariable', 'on.vmx', 'runtimeConfig', 'displayName'], stdout: 'on\n' },
    { args: ['readVariable', 'on.vmx', 'unset'], stdout: '\n' },
    { args: guest('readVariable', 'on.vmx', 'guestEnv', 'HOME'), stdout: '/home/user\n' },
    {
      args: ['readVariable', 'on.vmx', 'guestEnv', 'HOME'],
      stdout: 'Error: Invalid user name or password for the guest OS\n',
      status: failed,
    },
  ],
  getGuestIPAddress: [{ args: ['getGuestIPAddress', 'on.vmx'], matches: /^\d+\.\d+\.\d+\.\d+\n$/ }],
  list: [{ args: ['list'], stdout: 'Total running VMs: 3\non.vmx\nbare.vmx\nwin.vmx\n' }],
  upgradevm: [
    { args: ['upgradevm', 'off.vmx'] },
    {
      args: ['upgradevm', 'on.vmx'],
      stdout: 'Error: The virtual machine should not be powered on. It is already running.\n',
      status: failed,
    },
  ],
  installTools: [{ args: ['installtools', 'on.vmx'] }],
  checkToolsState: [
    { args: ['checkToolsState', 'on.vmx'], stdout: 'running\n' },
    { args: ['checkToolsState', 'off.vmx'], stdout: 'unknown\n' },
  ],
  register: [{ args: ['register', 'off.vmx'] }],
  unregister: [{ args: ['unregister', 'off.vmx'] }],
  listRegisteredVM: [
    {
      args: ['listRegisteredVM'],
      stdout: 'Total registered VMs: 6\non.vmx\noff.vmx\nbare.vmx\nwin.vmx\nlocked.vmx\ntree.vmx\n',
    },
  ],
  deleteVM: [
    { args: ['deleteVM', 'off.vmx'] },
    {
      args: ['deleteVM', 'off.vmx'],
      stdout: 'Error: Cannot open VM: off.vmx, The virtual machine cannot be found\n',
      status: failed,
    },
  ],
  clone: [
    { args: ['clone', 'off.vmx', 'new.vmx', 'full'] },
    { args: ['start', 'new.vmx', 'nogui'] },
    { args: ['clone', 'off.vmx', 'new.vmx', 'full'], matches: /^Error: /, status: failed },
    {
      args: ['clone', 'on.vmx', 'other.vmx', 'full'],
      stdout: 'Error: The virtual machine should not be powered on. It is already running.\n',
      status: failed,
    },
    { args: ['clone', 'off.vmx', 'other.vmx'], stdout: 'Error: Missing argument: full|linked\n', status: failed },
  ],
  downloadPhotonVM: [notSupported(['downloadPhotonVM', 'DIR/photon'])],
};

import { expect } from 'vitest';
import {
  addressOfOn,
  type CommandCase,
  failed,
  guest,
  noSleepInGuest,
  notSupported,
  sleepInGuest,
  type Step,
} from './command-case.js';
import { guestCommandCases } from './guest-command-cases.js';

/** Each card has an address of its own. */
const mac: unknown = expect.stringMatching(/^00:50:56(:[\da-f]{2}){3}$/);

/** What vSphere does not offer: the first line of the case says so there. */
export const notOnVsphere: ReadonlySet<string> = new Set([
  'pause',
  'unpause',
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

const onlyNetwork = { index: 0, type: 'bridged', network: 'VM Network', mac };
const listedOnly: Step = {
  args: ['listNetworkAdapters', 'off.vmx'],
  stdout: 'Total network adapters: 1\nINDEX  TYPE         VMNET\n0      bridged      VM Network\n',
  json: { adapters: [onlyNetwork] },
};

/** What differs over vSphere, whose hosts have no network but one that leads out. */
export const casesOfVsphere: Readonly<Record<string, CommandCase>> = {
  listNetworkAdapters: [listedOnly],
  addNetworkAdapter: [
    { args: ['addNetworkAdapter', 'off.vmx', 'bridged'] },
    {
      args: ['listNetworkAdapters', 'off.vmx'],
      stdout:
        'Total network adapters: 2\nINDEX  TYPE         VMNET\n0      bridged      VM Network\n' +
        '1      bridged      VM Network\n',
      json: { adapters: [onlyNetwork, { ...onlyNetwork, index: 1 }] },
    },
    {
      args: ['addNetworkAdapter', 'off.vmx', 'nat'],
      stdout: 'Error: One of the parameters was invalid\n',
      status: failed,
    },
  ],
  setNetworkAdapter: [{ args: ['setNetworkAdapter', 'off.vmx', '0', 'BRIDGED'] }, listedOnly],
  listHostNetworks: [
    {
      args: ['listHostNetworks'],
      stdout:
        'Total host networks: 1\nINDEX  NAME         TYPE         DHCP         SUBNET           MASK\n' +
        '       VM Network   bridged      false        empty            empty\n',
      json: { networks: [{ name: 'VM Network', type: 'bridged', hasDhcp: false, subnet: null, mask: null }] },
    },
  ],
};

/** What an ESXi without a vCenter does not offer beyond that. */
export const notOnEsx: ReadonlySet<string> = new Set(['clone']);

const toolsDoNotRun: Step = {
  args: ['getGuestIPAddress', 'on.vmx'],
  stdout: 'Error: The VMware Tools are not running in the virtual machine: on.vmx\n',
  status: failed,
};

/** A recording of `on` that is called `tape`. */
const recorded: CommandCase = [
  { args: ['beginRecording', 'on.vmx', 'tape'] },
  { args: ['endRecording', 'on.vmx'] },
  { args: ['stop', 'on.vmx', 'hard'] },
];

/** What tells whether `on` is replaying: its guest is out of reach then. */
const guestOfOn = guest('directoryExistsInGuest', 'on.vmx', '/etc');

/** The registered machines without `off`. */
const registeredBeside = ['on.vmx', 'bare.vmx', 'win.vmx', 'locked.vmx', 'tree.vmx'];

/** A case for each command, by its name. */
export const commandCases: Readonly<Record<string, CommandCase>> = {
  ...guestCommandCases,
  start: [
    { args: ['start', 'off.vmx', 'nogui'] },
    { args: ['list'], matches: /^.*off\.vmx$/m, json: { vms: ['on.vmx', 'off.vmx', 'bare.vmx', 'win.vmx'] } },
  ],
  stop: [
    { args: ['stop', 'on.vmx', 'soft'] },
    {
      args: ['stop', 'on.vmx', 'hard'],
      stdout: 'Error: The virtual machine is not powered on: on.vmx\n',
      status: failed,
    },
  ],
  reset: [
    sleepInGuest,
    { args: ['reset', 'on.vmx', 'hard'] },
    noSleepInGuest,
    sleepInGuest,
    { args: ['reset', 'on.vmx'] },
    noSleepInGuest,
    { args: ['list'], matches: /^.*on\.vmx$/m, json: { vms: ['on.vmx', 'bare.vmx', 'win.vmx'] } },
  ],
  suspend: [
    { args: ['suspend', 'on.vmx'] },
    { args: ['list'], stdout: 'Total running VMs: 2\nbare.vmx\nwin.vmx\n', json: { vms: ['bare.vmx', 'win.vmx'] } },
    { args: ['start', 'on.vmx'] },
  ],
  pause: [
    { args: ['pause', 'on.vmx'] },
    toolsDoNotRun,
    { args: ['list'], matches: /^.*on\.vmx$/m, json: { vms: ['on.vmx', 'bare.vmx', 'win.vmx'] } },
  ],
  unpause: [
    { args: ['pause', 'on.vmx'] },
    toolsDoNotRun,
    { args: ['unpause', 'on.vmx'] },
    addressOfOn,
    { args: ['stop', 'on.vmx'] },
  ],
  listSnapshots: [
    {
      args: ['listSnapshots', 'tree.vmx', 'SHOWTREE'],
      stdout: 'Total snapshots: 5\nbase\n\tderived\n\t\tdeep\nClone\n\tClone\n',
      json: {
        snapshots: [
          { name: 'base', depth: 0 },
          { name: 'derived', depth: 1 },
          { name: 'deep', depth: 2 },
          { name: 'Clone', depth: 0 },
          { name: 'Clone', depth: 1 },
        ],
      },
    },
  ],
  snapshot: [
    { args: ['snapshot', 'off.vmx', 'one'] },
    { args: ['snapshot', 'off.vmx'] },
    {
      args: ['listSnapshots', 'off.vmx', 'showTree'],
      stdout: 'Total snapshots: 2\none\n\tSnapshot\n',
      json: {
        snapshots: [
          { name: 'one', depth: 0 },
          { name: 'Snapshot', depth: 1 },
        ],
      },
    },
  ],
  deleteSnapshot: [
    { args: ['deleteSnapshot', 'tree.vmx', 'base/derived', 'andDeleteChildren'] },
    { args: ['deleteSnapshot', 'tree.vmx', 'base'] },
    { args: ['deleteSnapshot', 'tree.vmx', 'base'], stdout: 'Error: The snapshot does not exist\n', status: failed },
    {
      args: ['listSnapshots', 'tree.vmx'],
      stdout: 'Total snapshots: 2\nClone\nClone\n',
      json: {
        snapshots: [
          { name: 'Clone', depth: 0 },
          { name: 'Clone', depth: 1 },
        ],
      },
    },
  ],
  revertToSnapshot: [
    { args: ['snapshot', 'on.vmx', 'before'] },
    { args: guest('createDirectoryInGuest', 'on.vmx', '/tmp/after') },
    { args: ['revertToSnapshot', 'on.vmx', 'before'] },
    { args: ['start', 'on.vmx', 'nogui'] },
    {
      args: guest('directoryExistsInGuest', 'on.vmx', '/tmp/after'),
      stdout: 'The directory does not exist.\n',
      json: { exists: false },
      status: failed,
    },
    { args: ['revertToSnapshot', 'on.vmx', 'none'], stdout: "Error: Invalid snapshot name 'none'\n", status: failed },
  ],
  listNetworkAdapters: [
    {
      args: ['listNetworkAdapters', 'off.vmx'],
      stdout: 'Total network adapters: 1\nINDEX  TYPE         VMNET\n0      custom       VM Network\n',
      json: { adapters: [{ index: 0, type: 'custom', network: 'VM Network', mac }] },
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
      json: {
        adapters: [
          { index: 0, type: 'custom', network: 'VM Network', mac },
          { index: 1, type: 'nat', network: 'vmnet8', mac },
          { index: 2, type: 'hostOnly', network: 'vmnet1', mac },
        ],
      },
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
      json: { adapters: [{ index: 0, type: 'bridged', network: 'vmnet0', mac }] },
    },
  ],
  deleteNetworkAdapter: [
    { args: ['deleteNetworkAdapter', 'off.vmx', '0'] },
    { args: ['listNetworkAdapters', 'off.vmx'], stdout: 'Total network adapters: 0\n', json: { adapters: [] } },
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
      json: {
        networks: [
          { name: 'vmnet0', type: 'bridged', hasDhcp: false, subnet: null, mask: null },
          { name: 'vmnet1', type: 'hostOnly', hasDhcp: true, subnet: '172.16.11.0', mask: '255.255.255.0' },
          { name: 'vmnet8', type: 'nat', hasDhcp: true, subnet: '192.168.3.0', mask: '255.255.255.0' },
        ],
      },
    },
  ],
  listPortForwardings: [
    { args: ['listPortForwardings', 'vmnet8'], stdout: 'Total port forwardings: 0\n', json: { portForwardings: [] } },
  ],
  setPortForwarding: [
    { args: ['setPortForwarding', 'vmnet8', 'tcp', '8080', '192.168.3.128', '80', 'web'] },
    {
      args: ['listPortForwardings', 'vmnet8'],
      stdout:
        'Total port forwardings: 1\n' +
        'INDEX  PROTOCOL     HOST PORT    GUEST IP         GUEST PORT       DESCRIPTION\n' +
        '0      tcp          8080         192.168.3.128    80               web\n',
      json: {
        portForwardings: [
          { protocol: 'tcp', hostPort: 8080, guestIp: '192.168.3.128', guestPort: 80, description: 'web' },
        ],
      },
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
    { args: ['listPortForwardings', 'vmnet8'], stdout: 'Total port forwardings: 0\n', json: { portForwardings: [] } },
  ],
  beginRecording: [
    { args: ['beginRecording', 'on.vmx', 'tape'] },
    {
      args: ['listSnapshots', 'on.vmx'],
      stdout: 'Total snapshots: 1\ntape\n',
      json: { snapshots: [{ name: 'tape', depth: 0 }] },
    },
    {
      args: ['beginRecording', 'on.vmx', 'other'],
      stdout: 'Error: The virtual machine is being recorded\n',
      status: failed,
    },
  ],
  endRecording: [
    { args: ['beginRecording', 'on.vmx', 'tape'] },
    { args: ['endRecording', 'on.vmx'] },
    {
      args: ['endRecording', 'on.vmx'],
      stdout: 'Error: The virtual machine is not being recorded\n',
      status: failed,
    },
  ],
  beginReplay: [
    ...recorded,
    { args: ['beginReplay', 'on.vmx', 'tape'] },
    { args: guestOfOn, stdout: 'Error: The virtual machine is replaying a recording\n', status: failed },
  ],
  endReplay: [
    ...recorded,
    { args: ['beginReplay', 'on.vmx', 'tape'] },
    { args: ['endReplay', 'on.vmx'] },
    { args: guestOfOn, stdout: 'The directory exists.\n', json: { exists: true } },
  ],
  vprobeVersion: [notSupported(['vprobeVersion', 'on.vmx'])],
  vprobeLoad: [notSupported(['vprobeLoad', 'on.vmx', 'text'])],
  vprobeLoadFile: [notSupported(['vprobeLoadFile', 'on.vmx', 'file'])],
  vprobeReset: [notSupported(['vprobeReset', 'on.vmx'])],
  vprobeListProbes: [notSupported(['vprobeListProbes', 'on.vmx'])],
  vprobeListGlobals: [notSupported(['vprobeListGlobals', 'on.vmx'])],
  setSharedFolderState: [
    { args: ['enableSharedFolders', 'on.vmx'] },
    { args: ['addSharedFolder', 'on.vmx', 'share', 'DIR'] },
    {
      args: ['setSharedFolderState', 'on.vmx', 'share', 'DIR', 'readonly'],
      shared: { guestPath: '/mnt/hgfs', folders: [{ name: 'share', hostPath: 'DIR', isWritable: false }] },
    },
    {
      args: ['setSharedFolderState', 'on.vmx', 'share', 'DIR', 'writable'],
      shared: { guestPath: '/mnt/hgfs', folders: [{ name: 'share', hostPath: 'DIR', isWritable: true }] },
    },
    {
      args: ['setSharedFolderState', 'on.vmx', 'share', 'DIR', 'maybe'],
      matches: /^Error: Invalid argument: 'maybe'/,
      status: failed,
    },
  ],
  addSharedFolder: [
    {
      args: guest('addSharedFolder', 'on.vmx', 'share', 'DIR'),
      shared: { guestPath: undefined, folders: [{ name: 'share', hostPath: 'DIR', isWritable: true }] },
    },
    { args: ['addSharedFolder', 'on.vmx', 'share', 'DIR'], matches: /^Error: /, status: failed },
  ],
  removeSharedFolder: [
    { args: ['addSharedFolder', 'on.vmx', 'share', 'DIR'] },
    { args: ['removeSharedFolder', 'on.vmx', 'share'], shared: { guestPath: undefined, folders: [] } },
    { args: ['removeSharedFolder', 'on.vmx', 'share'], matches: /^Error: /, status: failed },
  ],
  enableSharedFolders: [
    { args: ['enableSharedFolders', 'on.vmx', 'runtime'], shared: { guestPath: '/mnt/hgfs', folders: [] } },
  ],
  disableSharedFolders: [
    { args: ['enableSharedFolders', 'on.vmx'], shared: { guestPath: '/mnt/hgfs', folders: [] } },
    { args: ['disableSharedFolders', 'on.vmx'], shared: { guestPath: undefined, folders: [] } },
  ],
  list: [
    {
      args: ['list'],
      stdout: 'Total running VMs: 3\non.vmx\nbare.vmx\nwin.vmx\n',
      json: { vms: ['on.vmx', 'bare.vmx', 'win.vmx'] },
    },
  ],
  upgradevm: [
    {
      args: ['readVariable', 'off.vmx', 'runtimeConfig', 'virtualHW.version'],
      stdout: '10\n',
      json: { value: '10' },
    },
    { args: ['upgradevm', 'off.vmx'] },
    {
      args: ['readVariable', 'off.vmx', 'runtimeConfig', 'virtualHW.version'],
      stdout: '21\n',
      json: { value: '21' },
    },
    {
      args: ['upgradevm', 'on.vmx'],
      stdout: 'Error: The virtual machine should not be powered on. It is already running.\n',
      status: failed,
    },
  ],
  installTools: [
    { args: ['installtools', 'bare.vmx'] },
    // Waits for the installer, and fails at once where none is in.
    {
      args: ['getGuestIPAddress', 'bare.vmx', '-wait'],
      matches: /^\d+\.\d+\.\d+\.\d+\n$/,
      json: { address: expect.any(String) },
    },
    { args: ['checkToolsState', 'bare.vmx'], stdout: 'running\n', json: { state: 'running' } },
  ],
  checkToolsState: [
    { args: ['checkToolsState', 'on.vmx'], stdout: 'running\n', json: { state: 'running' } },
    { args: ['checkToolsState', 'off.vmx'], stdout: 'unknown\n', json: { state: 'unknown' } },
  ],
  register: [
    { args: ['unregister', 'off.vmx'] },
    { args: ['register', 'off.vmx'] },
    {
      args: ['listRegisteredVM'],
      matches: /^Total registered VMs: 6\n(?:.*\n)*off\.vmx\n/,
      json: { vms: expect.arrayContaining([...registeredBeside, 'off.vmx']) },
    },
  ],
  unregister: [
    { args: ['unregister', 'off.vmx'] },
    {
      args: ['listRegisteredVM'],
      stdout: `Total registered VMs: 5\n${registeredBeside.map((path) => `${path}\n`).join('')}`,
      json: { vms: registeredBeside },
    },
  ],
  listRegisteredVM: [
    {
      args: ['listRegisteredVM'],
      stdout: 'Total registered VMs: 6\non.vmx\noff.vmx\nbare.vmx\nwin.vmx\nlocked.vmx\ntree.vmx\n',
      json: { vms: ['on.vmx', 'off.vmx', 'bare.vmx', 'win.vmx', 'locked.vmx', 'tree.vmx'] },
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
    {
      args: ['clone', 'off.vmx', 'new.vmx', 'full'],
      stdout: 'Error: One of the parameters was invalid\n',
      status: failed,
    },
    {
      args: ['clone', 'on.vmx', 'other.vmx', 'full'],
      stdout: 'Error: The virtual machine should not be powered on. It is already running.\n',
      status: failed,
    },
    { args: ['clone', 'off.vmx', 'other.vmx'], stdout: 'Error: Missing argument: full|linked\n', status: failed },
  ],
  downloadPhotonVM: [notSupported(['downloadPhotonVM', 'DIR/photon'])],
};

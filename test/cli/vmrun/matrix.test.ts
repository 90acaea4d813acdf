import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/fault.js';
import { asUser, newLab } from './lab.js';

/** What a command line gives; `V` stands for the path of the machine. */
interface Expected {
  readonly stdout: string;
  readonly status: number;
}

/** Stands for any text that matches. */
function matching(pattern: RegExp): string {
  const matcher: unknown = expect.stringMatching(pattern);
  return matcher as string;
}

const silent: Expected = { stdout: '', status: 0 };
const failed = -1;

/** Command lines by name, each on a lab of its own, with what comes before it. */
const cases: readonly (readonly [what: string, vm: string, before: string[][], args: string[], expected: Expected])[] =
  [
    ['list', 'on', [], ['list'], { stdout: 'Total running VMs: 3\nON\nBARE\nWIN\n', status: 0 }],
    ['mixed case', 'on', [], ['List'], { stdout: matching(/^Total running VMs: 3\n/), status: 0 }],
    ['surplus words', 'on', [], ['list', '[ds] x/x.vmx'], { stdout: matching(/^Total running VMs: 3\n/), status: 0 }],
    ['start with a window', 'off', [], ['start', 'V', 'gui'], silent],
    ['start without', 'off', [], ['-T', 'fusion', 'start', 'V', 'nogui'], silent],
    ['start what runs', 'on', [], ['start', 'V'], silent],
    ['stop with a word of another command', 'on', [], ['stop', 'V', 'nogui'], silent],
    ['stop with two words in one', 'on', [], ['stop', 'V', 'hard nogui'], silent],
    ['delete with a surplus word', 'off', [], ['deleteVM', 'V', 'nogui'], silent],
    [
      'stop while off',
      'off',
      [],
      ['stop', 'V', 'hard'],
      { stdout: 'Error: The virtual machine is not powered on: V\n', status: failed },
    ],
    [
      'delete while on',
      'on',
      [],
      ['deleteVM', 'V'],
      { stdout: 'Error: The virtual machine should not be powered on. It is already running.\n', status: failed },
    ],
    [
      'unknown machine',
      'on',
      [],
      ['start', '/no/such.vmx'],
      { stdout: 'Error: Cannot open VM: /no/such.vmx, The virtual machine cannot be found\n', status: failed },
    ],
    [
      'unknown suffix',
      'on',
      [],
      ['start', '/no/such.txt'],
      { stdout: 'Error: Cannot open VM: /no/such.txt, unknown file suffix\n', status: failed },
    ],
    ['no machine', 'on', [], ['start'], { stdout: 'Error: No Vm name provided\n', status: failed }],
    ['full clone', 'off', [], ['clone', 'V', 'NEW', 'full'], silent],
    [
      'linked clone',
      'off',
      [['snapshot', 'V', 'S']],
      ['clone', 'V', 'NEW', 'linked', '-snapshot=S', '-cloneName=N'],
      silent,
    ],
    [
      'snapshot as a word of its own',
      'off',
      [['snapshot', 'V', 'S']],
      ['clone', 'V', 'NEW', 'linked', '-snapshot', 'S'],
      silent,
    ],
    [
      'snapshot that a linked clone hangs on',
      'off',
      [['clone', 'V', 'NEW', 'linked']],
      ['listSnapshots', 'V'],
      { stdout: 'Total snapshots: 1\nClone\n', status: 0 },
    ],
    ['snapshot as a bare word', 'off', [['snapshot', 'V', 'S']], ['clone', 'V', 'NEW', 'full', 'S'], silent],
    [
      'clone from no such snapshot',
      'off',
      [],
      ['clone', 'V', 'NEW', 'full', '-snapshot=None'],
      { stdout: "Error: Invalid snapshot name 'None'\n", status: failed },
    ],
    [
      'ambiguous snapshot',
      'tree',
      [],
      ['deleteSnapshot', 'V', 'Clone', 'andDeleteChildren'],
      { stdout: 'Error: The name does not uniquely identify one snapshot\n', status: failed },
    ],
    [
      'tree of snapshots',
      'tree',
      [],
      ['listSnapshots', 'V', 'showTree'],
      { stdout: 'Total snapshots: 5\nbase\n\tderived\n\t\tdeep\nClone\n\tClone\n', status: 0 },
    ],
    [
      'list of snapshots',
      'tree',
      [],
      ['listsnapshots', 'V'],
      { stdout: 'Total snapshots: 5\nbase\nderived\ndeep\nClone\nClone\n', status: 0 },
    ],
    ['no snapshots', 'on', [], ['listSnapshots', 'V'], { stdout: 'Total snapshots: 0\n', status: 0 }],
    [
      'a snapshot of that name',
      'tree',
      [],
      ['snapshot', 'V', 'base'],
      { stdout: 'Error: A snapshot with the name already exists\n', status: failed },
    ],
    [
      'a file that is there',
      'on',
      [],
      [...asUser, 'fileExistsInGuest', 'V', '/etc/passwd'],
      { stdout: 'The file exists.\n', status: 0 },
    ],
    [
      'a file that is not there',
      'on',
      [],
      [...asUser, 'fileExistsInGuest', 'V', '/nothing'],
      { stdout: 'The file does not exist.\n', status: failed },
    ],
    [
      'a directory is no file',
      'on',
      [],
      [...asUser, 'fileExistsInGuest', 'V', '/etc'],
      { stdout: 'The file does not exist.\n', status: failed },
    ],
    [
      'wrong guest password',
      'on',
      [],
      ['-gu', 'user', '-gp', 'wrong', 'listProcessesInGuest', 'V'],
      { stdout: 'Error: Invalid user name or password for the guest OS\n', status: failed },
    ],
    [
      'exit code of a program',
      'on',
      [],
      [...asUser, 'runProgramInGuest', 'V', '/bin/sh', '-c', 'exit 42'],
      { stdout: 'Guest program exited with non-zero exit code: 42\n', status: 42 },
    ],
    [
      'all options of a program',
      'on',
      [],
      [...asUser, 'runProgramInGuest', 'V', '-activeWindow', '-interactive', '-noWait', '/bin/true', 'a', 'b'],
      silent,
    ],
    [
      'an empty word between options',
      'on',
      [],
      [...asUser, 'runPrograminGuest', 'V', '-activewindow', '', '-interactive', '/bin/true'],
      silent,
    ],
    [
      'nobody at the console',
      'win',
      [],
      [...asUser, 'runProgramInGuest', 'V', '-interactive', 'C:\\Windows\\System32\\cmd.exe', '/c exit 0'],
      {
        stdout: 'Error: The specified guest user must be logged in interactively to perform this operation\n',
        status: failed,
      },
    ],
    [
      'Tools not running',
      'bare',
      [],
      ['getGuestIPAddress', 'V'],
      { stdout: 'Error: The VMware Tools are not running in the virtual machine: V\n', status: failed },
    ],
    [
      'address of a machine that is off',
      'off',
      [],
      ['getGuestIPAddress', 'V'],
      { stdout: 'Error: The virtual machine is not powered on: V\n', status: failed },
    ],
    [
      'address',
      'on',
      [],
      ['getguestipaddress', 'V', '-wait'],
      { stdout: matching(/^\d+\.\d+\.\d+\.\d+\n$/), status: 0 },
    ],
    [
      'locked machine',
      'locked',
      [],
      ['start', 'V'],
      { stdout: 'Error: Cannot open VM: V, A password is required for this operation\n', status: failed },
    ],
    [
      'wrong password of a locked machine',
      'locked',
      [],
      ['-vp', 'wrong', 'start', 'V'],
      { stdout: 'Error: Cannot open VM: V, Incorrect password\n', status: failed },
    ],
    ['password of a locked machine', 'locked', [], ['-vp', 'secret', 'start', 'V'], silent],
    ['unset variable', 'on', [], ['readVariable', 'V', 'guestVar', 'x'], { stdout: '\n', status: 0 }],
    [
      'a copied file that is missing',
      'on',
      [],
      [...asUser, 'CopyFileFromHostToGuest', 'V', 'no-such', '/tmp/x'],
      { stdout: 'Error: A file was not found\n', status: failed },
    ],
    [
      'a program that is missing',
      'on',
      [],
      [...asUser, 'runProgramInGuest', 'V', '/no/such'],
      { stdout: 'Error: A file was not found\n', status: failed },
    ],
    ['Tools running', 'on', [], ['checkToolsState', 'V'], { stdout: 'running\n', status: 0 }],
    ['Tools not there', 'bare', [], ['checkToolsState', 'V'], { stdout: 'unknown\n', status: 0 }],
    [
      'a permanent refusal',
      'on',
      [],
      ['vprobeVersion', 'V'],
      { stdout: 'Error: This host does not support the operation\n', status: failed },
    ],
  ];

describe('what scripts depend on', () => {
  it.each(cases)('%s', async (_what, vm, before, args, expected) => {
    const rig = newLab();
    const filled = (words: readonly string[]): string[] =>
      words.map((word) => (word === 'V' ? rig.path(vm) : word === 'NEW' ? rig.path('new') : word));
    for (const line of before) expect(await rig.run(filled(line))).toEqual({ status: 0, stdout: '', stderr: '' });
    const run = await rig.run(filled(args));
    const plain = run.stdout
      .replaceAll(rig.path(vm), vm === 'on' && args.length < 3 && /^list/i.test(args[0] ?? '') ? 'ON' : 'V')
      .replaceAll(rig.path('bare'), 'BARE')
      .replaceAll(rig.path('win'), 'WIN');
    expect({ stdout: plain, stderr: run.stderr, status: run.status }).toEqual({ ...expected, stderr: '' });
  });

  it('a clone has the name that was asked for', async () => {
    const rig = newLab();
    await rig.run(['clone', rig.path('off'), rig.path('new'), 'full', '-cloneName=A name']);
    const read = await rig.run(['readVariable', rig.path('new'), 'runtimeConfig', 'displayName']);
    expect(read.stdout).toBe('A name\n');
  });
});

describe('a host that refuses', () => {
  const refusing = (fault: Fault) =>
    newLab({
      backends: [
        {
          name: 'refusing',
          capabilities: new Set(),
          claims: () => 'accept',
          connect: () => Promise.reject(fault),
        },
      ],
    });

  it('is told in two lines and an empty one', async () => {
    const rig = refusing(new Fault('internal', 'not here', { vixCode: 22_001 }));
    expect(await rig.run(['-T', 'ws', 'list'])).toEqual({
      stdout:
        'Unable to connect to host.\n' +
        'Error: Service type VIX_SERVICEPROVIDER_VMWARE_WORKSTATION was specified, but not installed\n\n',
      stderr: '',
      status: failed,
    });
  });
});

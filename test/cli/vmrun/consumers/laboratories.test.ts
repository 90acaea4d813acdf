import { readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMockBackend, InventoryBuilder } from '../../../../src/backends/mock/index.js';
import { VmrunRig } from '../vmrun-rig.js';
import { preparedConsumers } from './consumer.js';

const newConsumer = preparedConsumers();
const user = ['-gu', 'user', '-gp', 'password'] as const;

describe('Cuckoo and CAPE', () => {
  it('revert, start, dump the memory and stop', async () => {
    const cuckoo = newConsumer();
    await cuckoo.silently('snapshot', cuckoo.on, 'clean');
    expect(await cuckoo.answer('listSnapshots', cuckoo.on)).toContain('clean');
    await cuckoo.silently('revertToSnapshot', cuckoo.on, 'clean');
    // Anything on stdout would count as a failed start.
    await cuckoo.silently('start', cuckoo.on, 'gui');
    expect(await cuckoo.answer('list')).toContain(cuckoo.on);
    // The memory is the file that comes with the snapshot; it moves it to its own place, and drops the snapshot.
    const before = cuckoo.beside(cuckoo.on, '.vmem');
    await cuckoo.silently('snapshot', cuckoo.on, 'memdump');
    const dumps = cuckoo.beside(cuckoo.on, '.vmem').filter((name) => !before.includes(name));
    expect(dumps).toEqual(['on-Snapshot2.vmem']);
    expect(cuckoo.beside(cuckoo.on, '.vmsn')).toEqual(['on-Snapshot1.vmsn', 'on-Snapshot2.vmsn']);
    renameSync(join(dirname(cuckoo.on), 'on-Snapshot2.vmem'), cuckoo.host('memory.dmp'));
    await cuckoo.silently('deleteSnapshot', cuckoo.on, 'memdump');
    expect(cuckoo.beside(cuckoo.on, '.vmem')).toEqual(before);
    expect(cuckoo.beside(cuckoo.on, '.vmsn')).toEqual(['on-Snapshot1.vmsn']);
    expect(readFileSync(cuckoo.host('memory.dmp'), 'utf8')).toMatch(/^Revix memory of snapshot 2 of on/);
    await cuckoo.silently('stop', cuckoo.on, 'hard');
    expect(await cuckoo.answer('list')).not.toContain(cuckoo.on);
    expect((await cuckoo.call('revertToSnapshot', cuckoo.on, 'none')).status).not.toBe(0);
  });
});

describe('the server module of CAPE', () => {
  it('finds machines by their datastore paths, with a URL and the path after list', async () => {
    const location = '[ha-datacenter/standard] xpsp3/xpsp3.vmx';
    const inventory = new InventoryBuilder()
      .hostUser('admin', 'secret')
      .vm({
        name: 'xp',
        location: '[standard] xpsp3/xpsp3.vmx',
        datacenter: 'ha-datacenter',
        snapshots: [{ name: 'snapshot' }],
      })
      .vm({ name: 'other', location: '[standard] xpsp3/xpsp3.vmx', datacenter: 'elsewhere' })
      .build();
    const backends = [createMockBackend({ inventory, powerDurationMs: 0 })];
    const rig = new VmrunRig({ backends, config: { providers: { 'workstation-shared': { backend: 'mock' } } } });
    const base = ['-T', 'ws-shared', '-h', 'https://127.0.0.1:8333/sdk', '-u', 'admin', '-p', 'secret'];
    expect((await rig.run([...base, 'listSnapshots', location])).stdout).toBe('Total snapshots: 1\nsnapshot\n');
  });

  it('runs one', async () => {
    const world = new VmrunRig({ config: { providers: { 'workstation-shared': { backend: 'mock' } } } });
    const location = '[standard] xpsp3/xpsp3.vmx';
    world.inventory.hostUser('admin', 'secret').vm({ name: 'xp', location, snapshots: [{ name: 'snapshot' }] });
    const base = ['-T', 'ws-shared', '-h', 'https://127.0.0.1:8333/sdk', '-u', 'admin', '-p', 'secret'];
    const silent = { status: 0, stdout: '', stderr: '' };
    expect(await world.run([...base, 'revertToSnapshot', location, 'snapshot'])).toEqual(silent);
    expect(await world.run([...base, 'start', location])).toEqual(silent);
    expect((await world.run([...base, 'list', location])).stdout).toBe(`Total running VMs: 1\n${location}\n`);
    expect(await world.run([...base, 'stop', location, 'hard'])).toEqual(silent);
    const refused = await world.run([...base.slice(0, -1), 'wrong', 'list']);
    expect(refused).toMatchObject({ status: -1, stderr: '' });
    expect(refused.stdout).toBe(
      'Unable to connect to host.\nError: Insufficient permissions in the host operating system\n\n',
    );
  });
});

describe('Noriben', () => {
  it('runs a sample by statuses alone', async () => {
    const noriben = newConsumer();
    const status = async (...args: string[]): Promise<number> => (await noriben.call(...args)).status;
    await noriben.silently('-T', 'ws', 'snapshot', noriben.on, 'Clean Base');
    expect(await status('-T', 'ws', 'revertToSnapshot', noriben.on, 'Clean Base')).toBe(0);
    expect(await status('-T', 'ws', 'start', noriben.on)).toBe(0);
    expect(await status(...user, 'copyFileFromHostToGuest', noriben.on, noriben.host('file'), '/tmp/malware.exe')).toBe(
      0,
    );
    expect(await status('-T', 'ws', ...user, 'deleteFileInGuest', noriben.on, '/tmp/malware.exe')).toBe(0);
    const script = ['-activeWindow', '-interactive', '/bin/sh', '-c', 'echo "$0" "$@" > /tmp/out.txt; exit 9'];
    const run = ['runProgramInGuest', noriben.on, ...script, '-t', '60', '--headless', '--output', '/tmp/a dir'];
    expect(await status('-T', 'ws', ...user, ...run)).toBe(9);
    expect(await status(...user, 'copyFileFromGuestToHost', noriben.on, '/tmp/out.txt', noriben.host('out.txt'))).toBe(
      0,
    );
    expect(readFileSync(noriben.host('out.txt'), 'utf8')).toBe('-t 60 --headless --output /tmp/a dir\n');
    expect(await status(...user, 'captureScreen', noriben.on, noriben.host('screen.png'))).toBe(0);
    expect(await status(...user, 'fileExistsInGuest', noriben.on, '/tmp/out.txt')).toBe(0);
    expect(await status(...user, 'fileExistsInGuest', noriben.on, '/tmp/none')).not.toBe(0);
    expect(await status('-T', 'ws', 'suspend', noriben.on)).toBe(0);
    expect(await status('-T', 'ws', 'start', noriben.on)).toBe(0);
    expect(await status('-T', 'ws', 'stop', noriben.on)).toBe(0);
  });
});

describe('vmxtoolkit and labbuildr', () => {
  /** Lines after which it calls again, without end. */
  const repeated = [
    'Error',
    'Unable to connect to host.',
    'Error: The operation is not supported for the specified parameters',
    'Error: VMware Tools are not running in the guest',
    'Error: The VMware Tools are not running in the virtual machine',
  ];

  it('spells commands in its own way', async () => {
    const toolkit = newConsumer();
    const vm = toolkit.off;
    const lines = async (...args: string[]): Promise<string[]> => {
      const { stdout } = await toolkit.call(...args);
      expect(repeated).not.toContain(stdout.trimEnd());
      return stdout.trimEnd().split('\n');
    };
    await toolkit.silently('start', vm);
    expect((await lines('List')).filter((line) => !line.includes('Total running VMs'))).toContain(vm);
    expect(await lines('checkToolsState', vm)).toEqual(['running']);
    expect((await lines('getguestipaddress', vm))[0]).toMatch(/^[\d.]+$/);
    expect(await lines('readVariable', vm, 'guestVar', 'vmware.tools.installed')).toEqual(['']);
    await toolkit.silently('enableSharedFolders', vm);
    await toolkit.silently('addSharedFolder', vm, 'Sources', toolkit.rig.directory);
    await toolkit.silently('removeSharedFolder', vm, 'Sources');
    await toolkit.silently('disableSharedFolders', vm);
    const processes = (await lines(...user, 'listprocessesinguest', vm)).slice(2);
    const fields = processes.map((line) =>
      line.replace('pid=', '').replace('owner=', '').replace('cmd=', '').split(', '),
    );
    expect(fields.every((field) => field.length >= 3)).toBe(true);
    await toolkit.silently(...user, 'runPrograminGuest', vm, '-activewindow', '', '/bin/ls', '-l');
    await toolkit.silently(...user, 'runPrograminGuest', vm, '-activewindow', '-nowait', '/bin/ls');
    await toolkit.silently(...user, 'runScriptinGuest', vm, '-activewindow', '/bin/bash', 'ls /tmp');
    await toolkit.silently(...user, 'copyfilefromhosttoguest', vm, toolkit.host('file'), '/tmp/file');
    await toolkit.silently(...user, 'copyfilefromguesttohost', vm, '/tmp/file', toolkit.host('copy'));
    expect(await lines(...user, 'directoryExistsInGuest', vm, '/none')).toEqual(['The directory does not exist.']);
    await toolkit.silently(...user, 'createDirectoryInGuest', vm, '/tmp/made');
    expect(await lines(...user, 'fileExistsInGuest', vm, '/tmp/file')).toEqual(['The file exists.']);
    expect(await lines(...user, 'copyfilefromhosttoguest', vm, toolkit.host('file'), '/none/file')).toEqual([
      'Error: A file was not found',
    ]);
    await toolkit.silently('installTools', vm);
    await toolkit.silently('suspend', vm);
    await toolkit.silently('start', vm, 'nogui');
    await toolkit.silently('stop', vm, 'hard');
  });

  it('clones, and walks snapshots', async () => {
    const toolkit = newConsumer();
    await toolkit.silently('snapshot', toolkit.off, 'Base');
    const snapshots = (await toolkit.answer('listsnapshots', toolkit.off)).trimEnd().split('\n').slice(1);
    expect(snapshots).toEqual(['Base']);
    await toolkit.silently('clone', toolkit.off, toolkit.made, 'linked', '-snapshot=Base', '-cloneName=Clone1');
    expect(toolkit.beside(toolkit.made, '.vmsn')).toEqual([]);
    await toolkit.silently('revertToSnapshot', toolkit.off, 'Base');
    await toolkit.silently('deleteSnapshot', toolkit.off, 'Base', 'andDeleteChildren');
    await toolkit.silently('deleteVM', toolkit.made);
  });

  it('never meets a line that it would repeat for ever', async () => {
    const toolkit = newConsumer();
    const bare = toolkit.rig.path('bare');
    for (const args of [
      ['getguestipaddress', bare],
      ['-T', 'player', 'clone', toolkit.off, toolkit.made, 'full'],
      [...user, 'runPrograminGuest', bare, '/bin/ls'],
      [...user, 'runPrograminGuest', toolkit.on, '/none'],
    ]) {
      expect(repeated).not.toContain((await toolkit.failure(...args)).trimEnd());
    }
  });
});

describe('VMLab', () => {
  it('reads the text alone', async () => {
    const lab = newConsumer();
    const text = async (...args: string[]): Promise<string> => (await lab.call(...args)).stdout;
    const guest = ['-T', 'ws', ...user];
    expect(await text('start', lab.off, 'nogui')).toBe('');
    expect(await text('reset', lab.off, 'hard')).toBe('');
    expect(await text(...guest, 'CopyFileFromHostToGuest', lab.on, lab.host('file'), '/tmp/file')).toBe('');
    expect(await text(...guest, 'fileExistsInGuest', lab.on, '/tmp/file')).toMatch(/^The file exists\./);
    expect(await text(...guest, 'CopyFileFromGuestToHost', lab.on, '/tmp/file', lab.host('back'))).toBe('');
    expect(await text(...guest, 'deleteFileInGuest', lab.on, '/tmp/file')).toBe('');
    expect(await text(...guest, 'fileExistsInGuest', lab.on, '/tmp/file')).toMatch(/^The file does not exist\./);
    expect(await text(...guest, 'directoryExistsInGuest', lab.on, '/tmp')).toMatch(/^The directory exists/);
    expect(await text(...guest, 'directoryExistsInGuest', lab.on, '/x')).toMatch(/^The directory does not exist\./);
    expect(await text(...guest, 'runProgramInGuest', lab.on, '-nowait', '-interactive', '/bin/ls', 'a b')).toBe('');
    expect(await text(...guest, 'runProgramInGuest', lab.on, '/bin/sh', '-c "exit 4"')).toMatch(
      /^Guest program exited with non-zero exit code/,
    );
    expect(await text('-T', 'ws', '-gu', 'x', '-gp', 'y', 'fileExistsInGuest', lab.on, '/tmp')).toMatch(
      /^Error: Invalid user name or password for the guest OS/,
    );
    expect(await text('stop', lab.off, 'hard')).toBe('');
    expect(await text(...guest, 'fileExistsInGuest', lab.off, '/tmp')).toMatch(
      /^Error: The virtual machine is not powered on:/,
    );
    expect(await text('clone', lab.off, lab.made, 'full', '-snapshot=none')).toMatch(/^Error: Invalid snapshot name/);
    expect(await text('snapshot', lab.off, 'S 1')).toBe('');
    expect(await text('listSnapshots', lab.off)).toBe('Total snapshots: 1\nS 1\n');
    expect(await text('revertToSnapshot', lab.off, 'S 1')).toBe('');
    expect(await text('deleteSnapshot', lab.off, 'S 1')).toBe('');
    expect(await text('deleteVM', lab.off)).toBe('');
  });
});

describe('the automation of Rapid7', () => {
  it('takes any byte for a failed program', async () => {
    const rapid7 = newConsumer();
    const guest = ['-gu', 'user', '-gp', 'password'];
    const isRun = async (...argv: string[]): Promise<boolean> => {
      const { stdout, stderr } = await rapid7.call(...guest, 'runProgramInGuest', rapid7.on, ...argv);
      return stdout === '' && stderr === '';
    };
    expect(await isRun('/bin/ls', '/tmp')).toBe(true);
    expect(await isRun('/bin/ls', '/none')).toBe(false);
    expect((await rapid7.call('getGuestIPAddress', rapid7.off)).stdout).toMatch(/error/i);
    expect((await rapid7.call('getGuestIPAddress', rapid7.on)).stdout).not.toMatch(/error/i);
    await rapid7.silently(...guest, 'createDirectoryInGuest', rapid7.on, '/tmp/payload');
    await rapid7.silently(...guest, 'CopyFileFromHostToGuest', rapid7.on, rapid7.host('file'), '/tmp/payload/file');
    await rapid7.silently(...guest, 'CopyFileFromGuestToHost', rapid7.on, '/tmp/payload/file', rapid7.host('back'));
    await rapid7.silently('snapshot', rapid7.on, 'S');
    await rapid7.silently('revertToSnapshot', rapid7.on, 'S');
    await rapid7.silently('deleteSnapshot', rapid7.on, 'S');
  });
});

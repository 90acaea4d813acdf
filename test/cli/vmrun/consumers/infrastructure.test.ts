import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { preparedConsumers } from './consumer.js';

const newConsumer = preparedConsumers();
const user = ['-gu', 'user', '-gp', 'password'] as const;

describe('Packer', () => {
  /** Takes stderr for the message when there is any; status alone decides. */
  const messageOf = (run: { readonly stdout: string; readonly stderr: string }): string =>
    run.stderr.trim() === '' ? run.stdout.trim() : run.stderr.trim();

  it.each(['ws', 'fusion'])('builds with -T %s', async (type) => {
    const packer = newConsumer();
    const isRunning = async (vmx: string): Promise<boolean> =>
      (await packer.answer('-T', type, 'list')).replaceAll('\r\n', '\n').split('\n').includes(vmx);
    await packer.silently('-T', type, 'snapshot', packer.off, 'base image');
    await packer.silently('-T', type, 'clone', packer.off, packer.made, 'linked', '-snapshot', 'base image');
    // Between the two it writes what the template says into the file.
    expect(readFileSync(packer.made, 'utf8')).toContain('displayName = "made"\n');
    appendFileSync(packer.made, 'guestinfo.packer = "built"\n');
    await packer.silently('-T', type, 'start', packer.made, 'nogui');
    expect(readFileSync(packer.made, 'utf8')).toContain('guestinfo.packer = "built"\n');
    expect(await isRunning(packer.made)).toBe(true);
    expect(isIP((await packer.answer('-T', type, 'getGuestIPAddress', packer.made)).trim())).toBe(4);
    await packer.silently('-T', type, 'stop', packer.made, 'hard');
    expect(await isRunning(packer.made)).toBe(false);
    const failed = await packer.call('-T', type, 'stop', packer.made, 'hard');
    expect(failed.status).not.toBe(0);
    expect(messageOf(failed)).toBe(`Error: The virtual machine is not powered on: ${packer.made}`);
    expect(messageOf(failed)).not.toMatch(/unknown error/i);
  });
});

describe('Vagrant', () => {
  const snapshotsOf = (stdout: string): string[] =>
    stdout.split('\n').filter((line) => line !== '' && !line.includes('Total snapshot'));

  it.each(['fusion', 'ws', 'player'])('brings a machine up with -T %s', async (type) => {
    const vagrant = newConsumer();
    const vmrun = (...args: string[]): Promise<void> => vagrant.silently('-T', type, ...args);
    await vmrun('start', vagrant.off, 'gui');
    await vmrun('enableSharedFolders', vagrant.off);
    await vmrun('addSharedFolder', vagrant.off, '-vagrant', vagrant.rig.directory);
    await vmrun('setSharedFolderState', vagrant.off, '-vagrant', vagrant.rig.directory, 'writable');
    const address = (await vagrant.answer('-T', type, 'getGuestIPAddress', vagrant.off, '-wait')).replace(/\n$/, '');
    expect(isIP(address)).toBe(4);
    const list = (await vagrant.answer('-T', type, 'list')).split('\n').filter((line) => !/running VMs:/.test(line));
    expect(list.map((line) => line.toLowerCase())).toContain(vagrant.off.toLowerCase());
    // By this file it knows that a machine is suspended.
    expect(vagrant.beside(vagrant.off, '.vmss')).toEqual([]);
    await vmrun('suspend', vagrant.off);
    expect(vagrant.beside(vagrant.off, '.vmss')).toEqual(['off.vmss']);
    await vmrun('start', vagrant.off, 'nogui');
    expect(vagrant.beside(vagrant.off, '.vmss')).toEqual([]);
    await vmrun('stop', vagrant.off, 'soft');
  });

  it('keeps linked clones and snapshots', async () => {
    const vagrant = newConsumer();
    await vagrant.silently('-T', 'ws', 'snapshot', vagrant.off, 'vagrant base');
    await vagrant.silently('-T', 'ws', 'clone', vagrant.off, vagrant.made, 'linked', '-snapshot=vagrant base');
    await vagrant.silently('-T', 'ws', 'snapshot', vagrant.off, 'child');
    expect(snapshotsOf(await vagrant.answer('-T', 'ws', 'listSnapshots', vagrant.off))).toEqual([
      'vagrant base',
      'child',
    ]);
    const tree = snapshotsOf(await vagrant.answer('-T', 'ws', 'listSnapshots', vagrant.off, 'showTree'));
    expect(tree.map((line) => line.split('\t').length - 1)).toEqual([0, 1]);
    await vagrant.silently('-T', 'ws', 'revertToSnapshot', vagrant.off, 'vagrant base');
    await vagrant.silently('-T', 'ws', 'deleteSnapshot', vagrant.off, 'vagrant base', 'andDeleteChildren');
    expect(snapshotsOf(await vagrant.answer('-T', 'ws', 'listSnapshots', vagrant.off))).toEqual([]);
    await vagrant.silently('-T', 'ws', 'clone', vagrant.off, vagrant.rig.path('exported'), 'full');
  });

  it('lists without a type in its utility', async () => {
    const vagrant = newConsumer();
    const lines = (await vagrant.answer('list')).split('\n').map((line) => line.trim());
    // A line that is a file counts as a machine.
    expect(lines.filter((line) => existsSync(line))).toEqual(
      ['on', 'bare', 'win'].map((name) => vagrant.rig.path(name)),
    );
  });
});

describe('libvirt', () => {
  it.each(['player', 'ws'])('drives a machine with -T %s', async (type) => {
    const libvirt = newConsumer();
    const running = async (): Promise<string[]> =>
      (await libvirt.answer('-T', type, 'list')).split('\n').filter((line) => line.startsWith('/'));
    await libvirt.silently('-T', type, 'start', libvirt.off);
    await libvirt.silently('-T', type, 'reset', libvirt.off, 'soft');
    expect(await running()).toContain(libvirt.off);
    await libvirt.silently('-T', type, 'stop', libvirt.off, 'soft');
    expect(await running()).not.toContain(libvirt.off);
    await libvirt.silently('-T', type, 'start', libvirt.off, 'nogui');
  });

  it('pauses on Workstation', async () => {
    const libvirt = newConsumer();
    await libvirt.silently('-T', 'ws', 'pause', libvirt.on);
    expect(await libvirt.answer('-T', 'ws', 'list')).toContain(libvirt.on);
    await libvirt.silently('-T', 'ws', 'unpause', libvirt.on);
  });
});

describe('GNS3', () => {
  it('finds the version in what vmrun prints without arguments', async () => {
    const { stdout } = await newConsumer().call();
    const version = /vmrun version ([0-9.]+)/.exec(stdout)?.[1] ?? '0';
    expect(version.localeCompare('1.17.0', 'en', { numeric: true })).toBeGreaterThanOrEqual(0);
  });

  it.each(['ws', 'fusion'])('clones and runs nodes with -T %s', async (type) => {
    const gns3 = newConsumer();
    const name = 'GNS3 Linked Base for clones';
    await gns3.silently('-T', type, 'snapshot', gns3.off, name);
    await gns3.silently('-T', type, 'clone', gns3.off, gns3.made, 'linked', `-snapshot=${name}`, '-cloneName=node 1');
    // It notes its clone in the dictionary of the snapshots by itself.
    const dictionary = gns3.off.replace(/vmx$/, 'vmsd');
    const entries = new Map(
      readFileSync(dictionary, 'utf8')
        .split('\n')
        .filter((line) => line.includes('='))
        .map((line) => line.split(' = ', 2))
        .map(([key = '', value = '']) => [key, value]),
    );
    expect(entries.get('snapshot0.displayName')).toBe(`"${name}"`);
    entries.set('snapshot0.numClones', '"1"').set('snapshot0.clone0', `"${gns3.made}"`);
    writeFileSync(dictionary, [...entries].map(([key, value]) => `${key} = ${value}\n`).join(''));
    expect(await gns3.answer('-T', type, 'listSnapshots', gns3.off)).toBe(`Total snapshots: 1\n${name}\n`);
    await gns3.silently('-T', type, 'start', gns3.made, 'nogui');
    expect((await gns3.answer('-T', type, 'list')).split('\n')).toContain(gns3.made);
    const tools = (await gns3.answer('-T', type, 'checkToolsState', gns3.made)).split('\n').join('');
    expect(['installed', 'running']).toContain(tools);
    expect((await gns3.answer('-T', type, 'readVariable', gns3.made, 'guestVar', 'gns3.eth0')).trim()).toBe('');
    expect(isIP((await gns3.answer('-T', type, 'getGuestIPAddress', gns3.made, '-wait')).trim())).toBe(4);
    await gns3.silently('-T', type, 'pause', gns3.made);
    await gns3.silently('-T', type, 'unpause', gns3.made);
    await gns3.silently('-T', type, 'reset', gns3.made);
    await gns3.silently('-T', type, 'suspend', gns3.made);
    await gns3.silently('-T', type, 'start', gns3.made);
    await gns3.silently('-T', type, 'stop', gns3.made);
  });
});

describe('docker-machine and minikube', () => {
  it('create, stop and delete a machine', async () => {
    const docker = newConsumer();
    await docker.silently('start', docker.off, 'nogui');
    const address = /\d+\.\d+\.\d+\.\d+/.exec(
      (await docker.call('getGuestIPAddress', docker.off, '-wait')).stdout,
    )?.[0];
    expect(isIP(address ?? '')).toBe(4);
    expect(await docker.failure(...user, 'directoryExistsInGuest', docker.off, '/var/lib/boot2docker')).toBe(
      'The directory does not exist.\n',
    );
    await docker.silently(
      ...user,
      'CopyFileFromHostToGuest',
      docker.off,
      docker.host('file'),
      '/home/user/userdata.tar',
    );
    const line = "mkdir -p ~/x && test -e /home/user/userdata.tar || exit 1; echo 'done' > ~/x/y";
    await docker.silently(...user, 'runScriptInGuest', docker.off, '/bin/sh', line);
    await docker.silently(...user, 'enableSharedFolders', docker.off);
    await docker.silently(...user, 'addSharedFolder', docker.off, 'Users', docker.rig.directory);
    expect((await docker.call('list')).stdout).toContain(docker.off);
    await docker.silently('stop', docker.off, 'nogui');
    await docker.silently('start', docker.off, 'nogui');
    await docker.silently('stop', docker.off, 'hard nogui');
    await docker.silently('deleteVM', docker.off, 'nogui');
    expect(existsSync(docker.off)).toBe(false);
    expect((await docker.call('list')).stdout).not.toContain(docker.off);
  });
});

describe('the BOSH interface', () => {
  it.each([[[]], [['-T', 'player']]])('makes machines with %j', async (type) => {
    const bosh = newConsumer();
    // Fails, rather than asks to be repeated for ever, where the product has no clones.
    const cloned = await bosh.call(...type, 'clone', bosh.off, bosh.made, 'linked', '-cloneName=vm-1');
    expect(cloned.stdout).not.toContain('The operation is not supported for the specified parameters');
    const vmx = cloned.status === 0 ? bosh.made : bosh.off;
    await bosh.silently(...type, 'start', vmx, 'nogui');
    await bosh.silently(...type, ...user, 'copyFileFromHostToGuest', vmx, bosh.host('file'), '/tmp/script');
    await bosh.silently(...type, ...user, 'runProgramInGuest', vmx, '/bin/cat', '/tmp/script');
    expect(await bosh.answer(...type, ...user, 'listProcessesInGuest', vmx)).toContain('vmtoolsd');
    expect(await bosh.answer(...type, 'list')).toContain(vmx);
    await bosh.silently(...type, 'stop', vmx, 'soft');
    await bosh.silently(...type, 'deleteVM', vmx);
  });
});

describe('syzkaller', () => {
  it('clones, runs and deletes', async () => {
    const syzkaller = newConsumer();
    await syzkaller.silently('clone', syzkaller.off, syzkaller.made, 'full');
    await syzkaller.silently('start', syzkaller.made, 'nogui');
    const answer = await syzkaller.answer('getGuestIPAddress', syzkaller.made, '-wait');
    expect(isIP(answer.slice(0, -1))).toBe(4);
    expect(answer.at(-1)).toBe('\n');
    await syzkaller.silently('stop', syzkaller.made, 'hard');
    await syzkaller.silently('deleteVM', syzkaller.made);
    expect(existsSync(dirname(syzkaller.made))).toBe(false);
  });
});

describe('others', () => {
  it('Apache VCL takes a snapshot without a name', async () => {
    const vcl = newConsumer();
    const run = await vcl.call('snapshot', vcl.off);
    expect(run.status).toBe(0);
    expect(run.stdout).not.toMatch(/error/i);
  });

  it('the test runner of Mozilla starts programs on a desktop', async () => {
    const runner = newConsumer();
    const base = ['-T', 'ws', ...user];
    const firstLine = async (...args: string[]): Promise<string> =>
      (await runner.call(...base, ...args)).stdout.split('\n').find((line) => line.trim() !== '') ?? '';
    await runner.silently(...base, 'start', runner.off);
    await runner.silently(...base, 'enableSharedFolders', runner.on);
    await runner.silently(
      ...base,
      'runProgramInGuest',
      runner.on,
      '-activeWindow',
      '-interactive',
      '-noWait',
      '/bin/ls',
      '-l',
      '/tmp',
    );
    expect(await runner.answer(...base, 'listProcessesInGuest', runner.on)).toMatch(/^Process list: \d+\n/);
    expect(await runner.answer(...base, 'listSnapshots', runner.on)).toBe('Total snapshots: 0\n');
    await runner.silently(...base, 'snapshot', runner.on, 'S');
    await runner.silently(...base, 'deleteSnapshot', runner.on, 'S');
    await runner.silently(...base, 'stop', runner.off);
    expect(await firstLine('runProgramInGuest', runner.off, '/bin/true')).toMatch(
      /^Error: The virtual machine is not powered on/,
    );
    const wrong = await runner.call('-T', 'ws', '-gu', 'user', '-gp', 'x', 'runProgramInGuest', runner.on, '/bin/true');
    expect(wrong.stdout).toMatch(/^Error: Invalid user name or password for the guest OS/);
    const asAdministrator = ['-T', 'ws', '-gu', 'Administrator', '-gp', 'password'];
    // The runner itself says 1: within that second vmrun would have to see the program's end, also on a slow machine.
    const shutdown = ['c:\\windows\\system32\\shutdown.exe', '/s', '/t', '600'];
    await runner.silently(...asAdministrator, 'runProgramInGuest', runner.rig.path('win'), ...shutdown);
  });

  it('micro Cloud Foundry tests files by exit codes', async () => {
    const micro = newConsumer();
    const test = (path: string) => micro.call(...user, 'runProgramInGuest', micro.on, '/usr/bin/test', '-e', path);
    expect((await test('/etc/passwd')).status).toBe(0);
    const missing = await test('/var/none');
    expect(missing.status).toBe(1);
    expect(missing.stdout).toContain('Guest program exited with non-zero exit code: 1');
    const wrong = await micro.call(
      '-gu',
      'user',
      '-gp',
      'x',
      'runProgramInGuest',
      micro.on,
      '/usr/bin/test',
      '-e',
      '/',
    );
    expect(wrong.stdout).toContain('Invalid user name or password for the guest OS');
    await micro.silently('writeVariable', micro.on, 'runtimeConfig', 'ethernet0.connectionType', 'nat');
    const read = await micro.answer('readVariable', micro.on, 'runtimeConfig', 'ethernet0.connectionType');
    expect(read.split('\n')[0]).toBe('nat');
    await micro.silently('reset', micro.on, 'soft');
    const list = (await micro.answer('list')).split('\n').filter((line) => !line.startsWith('Total'));
    expect(list).toContain(micro.on);
  });
});

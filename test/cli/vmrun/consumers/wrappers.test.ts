import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { preparedConsumers } from './consumer.js';

const newConsumer = preparedConsumers();
const user = ['-gu', 'user', '-gp', 'password'] as const;

describe('fission and veewee', () => {
  it('take a status of 0 for success, and lines by what is in them', async () => {
    const fission = newConsumer();
    const base = ['-T', 'fusion'];
    await fission.silently(...base, 'start', fission.off, 'gui');
    const list = (await fission.answer(...base, 'list')).split('\n').filter((line) => line.includes('.vmx'));
    expect(list.filter((line) => existsSync(line))).toContain(fission.off);
    await fission.silently(...base, 'suspend', fission.off, 'hard');
    await fission.silently(...base, 'snapshot', fission.off, 'snap foo');
    const snapshots = (await fission.answer(...base, 'listSnapshots', fission.off)).split('\n');
    expect(snapshots.filter((line) => !line.includes('Total snapshots:')).map((line) => line.trim())).toContain(
      'snap foo',
    );
    await fission.silently(...base, 'revertToSnapshot', fission.off, 'snap foo');
    await fission.silently(...base, 'deleteSnapshot', fission.off, 'snap foo');
    await fission.silently(...base, 'start', fission.off, 'nogui');
    await fission.silently(...base, 'addSharedFolder', fission.off, 'veewee', fission.rig.directory);
    const address = (await fission.answer(...base, 'readVariable', fission.off, 'guestVar', 'ip')).trim();
    expect(address).not.toMatch(/^$|^unknown$/);
    await fission.silently(...base, 'stop', fission.off, 'hard');
  });
});

describe('mech', () => {
  it('takes the first type that can list', async () => {
    const mech = newConsumer();
    for (const type of ['ws', 'player', 'fusion']) expect((await mech.call('-T', type, 'list')).status).toBe(0);
  });

  it('runs scripts by a temporary file', async () => {
    const mech = newConsumer();
    const base = ['-T', 'fusion', ...user];
    const answer = async (...args: string[]): Promise<string> => (await mech.answer(...base, ...args)).trim();
    const path = await answer('createTempfileInGuest', mech.on);
    expect(path).toMatch(/^\/tmp\//);
    await mech.silently(...base, 'copyFileFromHostToGuest', mech.on, mech.host('file'), path);
    await mech.silently(...base, 'runScriptInGuest', mech.on, '/bin/sh', `chmod +x '${path}'`, '-noWait');
    await mech.silently(...base, 'runProgramInGuest', mech.on, '-activateWindow', '/bin/cat', path);
    await mech.silently(...base, 'deleteFileInGuest', mech.on, path);
    expect(await answer('getGuestIPAddress', mech.on, '-wait')).not.toBe('unknown');
    expect(['installed', 'running']).toContain(await answer('checkToolsState', mech.on));
  });

  it('finds the network with NAT', async () => {
    const mech = newConsumer();
    const rows = (await mech.answer('-T', 'fusion', 'listHostNetworks')).split('\n').map((line) => line.split(/\s+/));
    const nat = rows.find(([, , type]) => type === 'nat')?.[1] ?? '';
    expect(await mech.answer('-T', 'fusion', 'listPortForwardings', nat)).toBe('Total port forwardings: 0\n');
  });
});

it('vfuse takes a snapshot', async () => {
  const vfuse = newConsumer();
  const run = await vfuse.call('-T', 'fusion', 'snapshot', vfuse.off, 'Snapshot-1');
  // Any text on stderr would be shown as an error.
  expect(run).toEqual({ status: 0, stdout: '', stderr: '' });
});

describe('node-vmrun', () => {
  /** What stands after the line with one of these words. */
  const listOf = (stdout: string): string[] => {
    const found = /(?:Total snapshots|Process list|Directory list|Total )[^\n]*\n/.exec(stdout);
    return stdout
      .slice((found?.index ?? 0) + (found?.[0].length ?? 0))
      .split('\n')
      .filter((line) => line !== '');
  };

  it('reads lists, processes and single values', async () => {
    const node = newConsumer();
    const base = ['-T', 'ws', ...user];
    expect(listOf(await node.answer('-T', 'ws', 'list'))).toContain(node.on);
    const processes = listOf(await node.answer(...base, 'listProcessesInGuest', node.on));
    expect(processes.every((line) => /^pid=([0-9]+), owner=(.*?), cmd=(.*)$/.test(line))).toBe(true);
    expect(listOf(await node.answer(...base, 'listDirectoryInGuest', node.on, '/'))).toContain('etc');
    expect(await node.answer(...base, 'fileExistsInGuest', node.on, '/etc/passwd')).toContain('file exists');
    expect(await node.answer(...base, 'directoryExistsInGuest', node.on, '/etc')).toContain('directory exists');
    expect((await node.answer('-T', 'ws', 'checkToolsState', node.on)).replace(/[\r\n]$/, '')).toBe('running');
    expect(await node.failure('-T', 'ws', 'stop', node.off)).toMatch(/^Error: .*is not powered on/);
  });

  it('sends both guest flags, also with an empty value', async () => {
    const node = newConsumer();
    expect(listOf(await node.answer('-T', 'ws', '-gu', '', '-gp', '', 'list'))).toContain(node.on);
  });
});

describe('small wrappers', () => {
  it('vmrun.js drops the first and the last element of the list', async () => {
    const wrapper = newConsumer();
    const lines = (await wrapper.answer('-T', 'ws', 'list')).split('\n').slice(1, -1);
    expect(lines).toEqual(['on', 'bare', 'win'].map((name) => wrapper.rig.path(name)));
  });

  it('go-vmrun keeps lines with vmx in them', async () => {
    const wrapper = newConsumer();
    const lines = (await wrapper.answer('list')).split('\n').filter((line) => line.includes('vmx'));
    expect(lines).toHaveLength(3);
    await wrapper.silently('start', wrapper.off, 'gui');
    await wrapper.silently('stop', wrapper.off);
  });

  it('the Java wrapper takes every line after the first for a file, and the status of a script', async () => {
    const wrapper = newConsumer();
    const [, ...files] = (await wrapper.answer('list')).trimEnd().split('\n');
    expect(files.every((file) => existsSync(file))).toBe(true);
    const run = await wrapper.call(...user, 'runScriptInGuest', wrapper.on, '/bin/sh', 'exit 13');
    expect(run.status).toBe(13);
    await wrapper.silently(...user, 'CopyFileFromHostToGuest', wrapper.on, wrapper.host('file'), '/tmp/f');
    await wrapper.silently(...user, 'CopyFileFromGuestToHost', wrapper.on, '/tmp/f', wrapper.host('g'));
    await wrapper.silently('stop', wrapper.on, 'soft');
  });

  it('the Python wrappers send empty credentials, which then take the next words', async () => {
    const wrapper = newConsumer();
    // `-gu -gp start` with nothing between: -gu takes `-gp` for its value.
    await wrapper.silently('-T', 'ws', '-gu', '-gp', 'start', wrapper.off);
    await wrapper.silently('-T', 'ws', '-gu', '', '-gp', '', 'stop', wrapper.off, 'hard');
    const exists = async (path: string): Promise<boolean> =>
      !(await wrapper.call('-T', 'ws', ...user, 'fileExistsInGuest', wrapper.on, path)).stdout.includes('not');
    expect(await exists('/etc/passwd')).toBe(true);
    expect(await exists('/none')).toBe(false);
    await wrapper.silently('-T', 'ws', ...user, 'register', wrapper.off);
    await wrapper.silently('-T', 'ws', ...user, 'snapshot', wrapper.off, 'S');
    await wrapper.silently('-T', 'ws', ...user, 'clone', wrapper.off, wrapper.made, 'full', 'S');
    await wrapper.silently('-T', 'ws', ...user, 'beginRecording', wrapper.on, 'tape');
    await wrapper.silently('-T', 'ws', ...user, 'endRecording', wrapper.on);
    await wrapper.silently('-T', 'ws', ...user, 'unregister', wrapper.off);
  });
});

describe('the Rust wrapper', () => {
  const messageOf = (run: { readonly stdout: string; readonly stderr: string }): string =>
    (run.stderr === '' ? run.stdout : run.stderr).trim().replace(/^Error: /, '');

  it('tells errors by how they begin', async () => {
    const rust = newConsumer();
    const message = async (...args: string[]): Promise<string> => messageOf(await rust.call('-T', 'ws', ...args));
    expect(await message('start', '/none.vmx')).toMatch(/^Cannot open VM: /);
    expect(await message('stop', rust.off)).toMatch(/^The virtual machine is not powered on: /);
    await rust.silently('snapshot', rust.off, 'S');
    expect(await message('snapshot', rust.off, 'S')).toMatch(/^A snapshot with the name already exists/);
    expect(await message('-gu', 'user', '-gp', 'x', 'listProcessesInGuest', rust.on)).toMatch(
      /^Invalid user name or password for the guest OS/,
    );
    expect(await message('getGuestIPAddress', rust.rig.path('bare'))).toMatch(
      /^The VMware Tools are not running in the virtual machine: /,
    );
    expect(await message('frobnicate')).toMatch(/^Unrecognized command: /);
    expect(await message('start')).toMatch(/^No Vm name provided/);
  });

  it('reads headers as numbers, and the version in the third line', async () => {
    const rust = newConsumer();
    const list = await rust.answer('-T', 'ws', 'list');
    expect(Number(list.split('\n')[0]?.replace('Total running VMs: ', ''))).toBe(3);
    const snapshots = await rust.answer('-T', 'ws', 'listSnapshots', rust.rig.path('tree'));
    expect(Number(snapshots.split('\n')[0]?.replace('Total snapshots: ', ''))).toBe(5);
    const usage = await rust.call('-T', 'ws');
    expect(usage.stdout.split('\n')[2]).toMatch(/^vmrun version \d/);
    const directory = await rust.answer('-T', 'ws', ...user, 'listDirectoryInGuest', rust.on, '/');
    expect(directory.split('\n').slice(1)).toContain('etc');
  });
});

it('py_vmware_lib reads the tables of networks', async () => {
  const library = newConsumer();
  const lines = (await library.answer('listHostNetworks')).trimEnd().split('\n');
  expect(lines[0]).not.toContain('Unknown command');
  const rows = lines.slice(2).map((line) => line.trim().split(/ {2,}/));
  expect(rows).toContainEqual(['8', 'vmnet8', 'nat', 'true', '192.168.3.0', '255.255.255.0']);
  await library.silently('setPortForwarding', 'vmnet8', 'tcp', '8080', '192.168.3.128', '80', 'web');
  expect(await library.answer('listPortForwardings', 'vmnet8')).toContain(
    '0      tcp          8080         192.168.3.128',
  );
  await library.silently('deletePortForwarding', 'vmnet8', 'tcp', '8080');
});

import { beforeAll, describe, expect, it } from 'vitest';
import { settle, type FakeClock } from '../../../src/base/clock.js';
import { Fault } from '../../../src/base/fault.js';
import { Secret } from '../../../src/base/secret.js';
import { standardPrograms } from '../../../src/world/guest/guest-programs.js';
import { posixPrograms } from '../../../src/world/guest/posix/posix-programs.js';
import { userOf } from '../../../src/world/guest/guest-users.js';
import { exitMemoryMs } from '../../../src/world/guest/process-table.js';
import type { GuestSession, ProcessStateView } from '../../../src/world/vm/guest-session.js';
import { TestGuest } from '../guest/guest-fixture.js';
import {
  bootDelayMs,
  call,
  contentOf,
  messageOf,
  fault,
  hard,
  oneVm,
  passing,
  session,
  textOf,
} from '../world-fixture.js';

beforeAll(async () => {
  // Loading the library takes time of its own, in which the fake clock would run into the limits of programs.
  await new TestGuest(posixPrograms()).run('true');
});

const someUser = { name: 'user', id: 1000, group: 'user', home: '/home/user', isAdministrator: false };

/** Lets a program run to its end, which may need many turns of the event loop. */
async function untilEnded(clock: FakeClock, guest: GuestSession, pid: number): Promise<ProcessStateView> {
  for (;;) {
    await clock.advance(100);
    const state = (await guest.poll([pid], call())).get(pid);
    if (state !== undefined && state.state !== 'running') return state;
  }
}

describe('the door to the guest', () => {
  it('names the condition that is not met', async () => {
    const { clock, vm } = await oneVm();
    await expect(session(vm).validate(call())).rejects.toMatchObject(fault('vm-not-running'));
    await vm.power.on(hard, call());
    const booting = await messageOf(session(vm).validate(call()), 'tools-not-running');
    expect(booting).toContain('still starts');
    await clock.advance(bootDelayMs);
    await session(vm).validate(call());
    await vm.power.pause(call());
    expect(await messageOf(session(vm).validate(call()), 'tools-not-running')).toContain('paused');
    const bare = await oneVm({ tools: false, power: 'on' });
    expect(await messageOf(session(bare.vm).validate(call()), 'tools-not-running')).toContain('installed');
  });

  it('lets in whom something else than a password proves, as long as it does', async () => {
    const { vm } = await oneVm({ power: 'on' });
    let isProven = true;
    const access = vm.guestAccess({
      isInteractive: false,
      identify: ({ guest }) => {
        const account = guest.users.find(({ name }) => name === 'user');
        if (isProven && account !== undefined) return userOf(account);
        throw new Fault('guest-login-refused', 'The ticket is no good.');
      },
    });
    const name = (): Promise<string> => access.read('guest.validate', call(), ({ user }) => user.name);
    expect(await name()).toBe('user');
    isProven = false;
    await expect(name()).rejects.toMatchObject(fault('guest-login-refused'));
    const atConsole = vm.guestAccess({ isInteractive: true, identify: () => someUser });
    await expect(atConsole.read('guest.validate', call(), () => 0)).rejects.toMatchObject(
      fault('guest-interactive-missing'),
    );
  });

  it('checks the login at every call', async () => {
    const { vm } = await oneVm({ power: 'on' });
    const wrong = vm.guest({ userName: 'user', password: new Secret('no'), isInteractive: false });
    await expect(wrong.validate(call())).rejects.toMatchObject(fault('guest-login-refused'));
    await expect(wrong.files.list('/', call())).rejects.toMatchObject(fault('guest-login-refused'));
    await expect(session(vm, '__VMware_Vix_Guest_User_Admin__').validate(call())).rejects.toMatchObject(
      fault('guest-login-type'),
    );
    const windows = await oneVm({ power: 'on', guestOs: 'windows9-64' });
    const empty = windows.vm.guest({ userName: 'user', password: new Secret(''), isInteractive: false });
    await expect(empty.validate(call())).rejects.toMatchObject(fault('guest-empty-password'));
  });

  it('lets into the session at the console only the user who is there', async () => {
    const nobody = await oneVm({ power: 'on' });
    await expect(session(nobody.vm, 'user', true).validate(call())).rejects.toMatchObject(
      fault('guest-interactive-missing'),
    );
    const { vm } = await oneVm({ power: 'on', guest: { consoleUser: 'user' } });
    await session(vm, 'user', true).validate(call());
    await expect(session(vm, 'root', true).validate(call())).rejects.toMatchObject(fault('guest-interactive-mismatch'));
  });

  it('stays shut where guest operations are forbidden or switched off', async () => {
    const forbidden = await oneVm({ power: 'on', config: { 'guest.commands.enabled': 'FALSE' } });
    await expect(session(forbidden.vm).validate(call())).rejects.toMatchObject(fault('guest-operations-prohibited'));
    await forbidden.vm.variables.writeConfig('Guest.Commands.Enabled', 'TRUE', call());
    await session(forbidden.vm).validate(call());
    const { vm } = await oneVm({ power: 'on', guest: { disabledOperations: ['start', 'files.read'] } });
    await expect(session(vm).start({ path: '/bin/true', arguments: '' }, call())).rejects.toMatchObject(
      fault('guest-operation-disabled'),
    );
    await expect(session(vm).files.read('/etc/passwd', call())).rejects.toMatchObject(
      fault('guest-operation-disabled'),
    );
    await session(vm).files.list('/etc', call());
    const all = await oneVm({ power: 'on', guest: { disabledOperations: ['all'] } });
    await expect(session(all.vm).validate(call())).rejects.toMatchObject(fault('guest-operation-disabled'));
  });
});

describe('programs', () => {
  it('run over the files of their guest, and leave their exit code for five minutes', async () => {
    const { clock, vm } = await oneVm({ power: 'on' });
    const guest = session(vm);
    const started = { path: '/bin/sh', arguments: `-c "echo out > /tmp/out; exit 3"` };
    const pid = await guest.start(started, call());
    const end = await untilEnded(clock, guest, pid);
    expect(end).toMatchObject({ state: 'exited', exitCode: 3 });
    expect(await textOf((await guest.files.read('/tmp/out', call())).chunks)).toBe('out\n');
    await clock.advance(exitMemoryMs);
    expect((await guest.poll([pid, 4711], call())).get(pid)).toEqual({ state: 'gone' });
    await expect(guest.start({ path: '/bin/none', arguments: '' }, call())).rejects.toMatchObject(
      fault('file-not-found'),
    );
    await expect(guest.start({ path: 'bare', arguments: '' }, call())).rejects.toMatchObject(fault('file-not-found'));
    await expect(guest.start({ path: './relative', arguments: '' }, call())).rejects.toMatchObject(
      fault('invalid-argument'),
    );
  });

  it('are listed, killed, and end with the power', async () => {
    const { clock, vm } = await oneVm({ power: 'on' });
    const [user, root] = [session(vm), session(vm, 'root')];
    const [first, second] = [
      await user.start({ path: '/bin/sleep', arguments: '1000' }, call()),
      await root.start({ path: '/bin/sleep', arguments: '1000' }, call()),
    ];
    const listed = await user.processes(call());
    expect(listed.find(({ pid }) => pid === first)).toMatchObject({
      name: 'sleep',
      owner: 'user',
      commandLine: '/bin/sleep 1000',
      isBeingDebugged: false,
    });
    await expect(user.kill(second, call())).rejects.toMatchObject(fault('guest-permission'));
    await root.kill(first, call());
    await expect(root.kill(first, call())).rejects.toMatchObject(fault('no-such-process'));
    expect((await user.poll([first], call())).get(first)).toMatchObject({ state: 'exited', exitCode: -1 });
    await vm.power.reset('hard', call());
    await clock.advance(bootDelayMs);
    expect((await user.poll([second], call())).get(second)).toEqual({ state: 'gone' });
    expect((await user.processes(call())).map(({ name }) => name)).toContain('vmtoolsd');
  });

  it('written in code are stopped when their machine goes off', async () => {
    // The full shell takes time of its own to load.
    const programs = standardPrograms({ shell: 'small' });
    const ended: unknown[] = [];
    programs.posix.add('/opt/wait', ({ signal }) => {
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ended.push(signal.aborted);
          reject(signal.reason);
        });
      });
    });
    const { vm } = await oneVm({ power: 'on' }, { programs });
    await session(vm).start({ path: '/opt/wait', arguments: '' }, call());
    await settle(20);
    await vm.power.off('hard', call());
    await settle(20);
    expect(ended).toEqual([true]);
  });

  it('of the inventory run from each boot on', async () => {
    const processes = [{ name: 'daemon' }, { name: 'short', owner: 'user', runsForMs: 1000 }];
    const { clock, vm } = await oneVm({ power: 'on', guest: { processes } });
    const names = async (): Promise<string[]> => (await session(vm).processes(call())).map(({ name }) => name);
    expect(await names()).toContain('daemon');
    await vm.power.reset('hard', call());
    await clock.advance(bootDelayMs);
    expect(await names()).toEqual(expect.arrayContaining(['daemon', 'short']));
    await clock.advance(1000);
    expect(await names()).not.toContain('short');
  });
});

describe('files', () => {
  it('go both ways, and tell what they are', async () => {
    const { vm } = await oneVm({
      power: 'on',
      guest: {
        files: [
          { path: '/data/file', text: 'four' },
          { path: '/data/to-file', linkTarget: 'file' },
          { path: '/data/to-directory', linkTarget: '/etc' },
          { path: '/data/to-nothing', linkTarget: 'nothing' },
        ],
      },
    });
    const { files } = session(vm);
    const listed = await files.list('/data', call());
    expect(listed.map(({ name, kind, size }) => [name, kind, size])).toEqual([
      ['file', 'file', 4],
      ['to-directory', 'directory', 0],
      ['to-file', 'symlink', 4],
      ['to-nothing', 'symlink', 0],
    ]);
    expect(await files.stat('/data/../data/./file', call())).toMatchObject({ name: 'file', kind: 'file' });
    await files.write('/tmp/new', contentOf('text'), call());
    expect(await textOf((await files.read('/tmp/new', call())).chunks)).toBe('text');
    await expect(files.list('/data/file', call())).rejects.toMatchObject(fault('not-a-directory'));
    expect(await messageOf(files.list('/data/none', call()), 'not-a-directory')).toContain('There is no directory');
    await expect(files.stat('relative', call())).rejects.toMatchObject(fault('invalid-argument'));
    await expect(files.write('/data/file', contentOf('x'), call())).rejects.toMatchObject(fault('file-access'));
  });

  it('keep their content when a write breaks off', async () => {
    const { vm } = await oneVm({ power: 'on' });
    const { files } = session(vm);
    await files.write('/tmp/a', contentOf('old'), call());
    const { chunks } = contentOf('new');
    await expect(files.write('/tmp/a', { size: 2, chunks }, call())).rejects.toMatchObject(fault('file-error'));
    await expect(files.write('/tmp/a', { size: 9, chunks: contentOf('new').chunks }, call())).rejects.toMatchObject(
      fault('file-error'),
    );
    await expect(files.write('/tmp/a', { size: 1e15, chunks: contentOf('new').chunks }, call())).rejects.toMatchObject(
      fault('disk-full'),
    );
    expect(await textOf((await files.read('/tmp/a', call())).chunks)).toBe('old');
  });

  it('and directories are made, moved and removed', async () => {
    const { vm } = await oneVm({ power: 'on' });
    const { files } = session(vm);
    await expect(files.makeDirectory('/tmp/a/b', { makeParents: false }, call())).rejects.toMatchObject(
      fault('file-not-found'),
    );
    await files.makeDirectory('/tmp/a/b', { makeParents: true }, call());
    await expect(files.makeDirectory('/tmp/a', { makeParents: true }, call())).rejects.toMatchObject(
      fault('file-exists'),
    );
    await files.move('/tmp/a/b', '/tmp/a/c', call());
    await expect(files.deleteFile('/tmp/a', call())).rejects.toMatchObject(fault('not-a-file'));
    await files.write('/tmp/f', contentOf('x'), call());
    await expect(files.deleteDirectory('/tmp/f', call())).rejects.toMatchObject(fault('not-a-directory'));
    await expect(files.move('/tmp/f', '/tmp/a', call())).rejects.toMatchObject(fault('already-exists'));
    await files.deleteDirectory('/tmp/a', call());
    await files.deleteFile('/tmp/f', call());
    await expect(files.stat('/tmp/a', call())).rejects.toMatchObject(fault('file-not-found'));
  });

  it('of a temporary kind are new and belong to their user', async () => {
    const { vm } = await oneVm({ power: 'on' });
    const naming = { prefix: 'pre-', suffix: '.tmp' };
    const path = await session(vm).files.createTempFile(naming, call());
    expect(path).toMatch(/^\/tmp\/pre-.+\.tmp$/u);
    const directory = await session(vm).files.createTempDirectory(naming, call());
    expect(directory).not.toBe(path);
    await session(vm).files.write(`${directory}/x`, contentOf('x'), call());
    await expect(session(vm).files.createTempFile({ prefix: '../', suffix: '' }, call())).rejects.toMatchObject(
      fault('invalid-argument'),
    );
    const windows = await oneVm({ power: 'on', guestOs: 'windows9-64' });
    expect(await session(windows.vm).files.createTempFile(naming, call())).toMatch(/^C:\\Users\\user\\.*\.tmp$/u);
  });
});

describe('the environment', () => {
  it('of a POSIX guest is changed by root alone, until the next boot', async () => {
    const { clock, vm } = await oneVm({ power: 'on', guest: { environment: { SITE: 'lab' } } });
    const root = session(vm, 'root');
    expect(await root.readEnvironment('SITE', call())).toBe('lab');
    expect(await session(vm).readEnvironment('HOME', call())).toBe('/home/user');
    expect(await root.readEnvironment('UNSET', call())).toBe('');
    await expect(session(vm).writeEnvironment('A', '1', call())).rejects.toMatchObject(fault('guest-permission'));
    await expect(root.writeEnvironment('A=B', '1', call())).rejects.toMatchObject(fault('invalid-argument'));
    await root.writeEnvironment('SITE', 'changed', call());
    expect(await session(vm).readEnvironment('SITE', call())).toBe('changed');
    await vm.power.reset('hard', call());
    await clock.advance(bootDelayMs);
    expect(await root.readEnvironment('SITE', call())).toBe('lab');
  });

  it('of a Windows guest keeps changes, and ignores case', async () => {
    const { clock, vm } = await oneVm({ power: 'on', guestOs: 'windows9-64' });
    const user = session(vm);
    await user.writeEnvironment('Mine', 'set', call());
    await vm.power.reset('hard', call());
    await clock.advance(bootDelayMs);
    expect(await user.readEnvironment('MINE', call())).toBe('set');
  });
});

describe('the screen', () => {
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');

  it.each(['ubuntu-64', 'windows9-64'])('of %s is a picture that changes with what runs', async (guestOs) => {
    const { vm } = await oneVm({ power: 'on', guestOs });
    const guest = session(vm);
    const before = await guest.captureScreen({ isCompressed: true }, call());
    expect(Buffer.from(before.subarray(0, 8))).toEqual(signature);
    expect(Buffer.from(await guest.captureScreen({ isCompressed: true }, call()))).toEqual(Buffer.from(before));
    const plain = await guest.captureScreen({ isCompressed: false }, call());
    expect(plain.length).toBeGreaterThan(640 * 400);
    const path = guestOs.startsWith('win') ? 'C:\\Windows\\System32\\notepad.exe' : '/bin/sleep';
    await guest.start({ path, arguments: '1000' }, call());
    expect(Buffer.from(await guest.captureScreen({ isCompressed: true }, call()))).not.toEqual(Buffer.from(before));
  });

  it('shows a page to the user at the console', async () => {
    const { clock, vm } = await oneVm({ power: 'on', guest: { consoleUser: 'user' } });
    await expect(session(vm).openUrl('no url', call())).rejects.toMatchObject(fault('invalid-argument'));
    await expect(session(vm, 'root').openUrl('https://example.com/', call())).rejects.toMatchObject(
      fault('guest-interactive-mismatch'),
    );
    await passing(clock, session(vm).openUrl('https://example.com/', call()), 1);
    const [browser] = (await session(vm).processes(call())).slice(-1);
    expect(browser).toMatchObject({ name: 'firefox', commandLine: 'firefox https://example.com/' });
  });
});

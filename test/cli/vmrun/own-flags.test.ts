import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/vmrun/parse-command-line.js';
import { commandLine } from '../../../src/cli/vmrun/command-line.js';
import { call } from '../../world/world-fixture.js';
import { Secret } from '../../../src/base/secret.js';
import { FakeTerminal } from '../fake-terminal.js';
import { asUser, newLab } from './lab.js';
import type { VmrunRig } from './vmrun-rig.js';

describe('--json', () => {
  it('tells why a clone failed whose text is that of many failures', async () => {
    const rig = newLab();
    const { stdout } = await rig.run(['--json', 'clone', rig.path('off'), rig.path('tree'), 'full']);
    const text = 'Error: One of the parameters was invalid';
    const error = { name: 'VIX_E_FILE_ALREADY_EXISTS', text, message: expect.stringContaining(rig.path('tree')) };
    expect(JSON.parse(stdout)).toMatchObject({ error });
  });

  it('gives one line for an answer and for an error', async () => {
    const rig = newLab();
    const list = await rig.run(['--json', 'list']);
    expect(list.stdout.endsWith('}\n')).toBe(true);
    expect(JSON.parse(list.stdout)).toMatchObject({
      command: 'list',
      ok: true,
      status: 0,
      result: { vms: { length: 3 } },
    });
    const failed = await rig.run(['--json', 'stop', rig.path('off'), 'hard']);
    expect(failed).toMatchObject({ status: -1, stderr: '' });
    expect(JSON.parse(failed.stdout)).toEqual({
      command: 'stop',
      ok: false,
      status: -1,
      error: {
        stage: 'command',
        code: 3006,
        name: 'VIX_E_VM_NOT_RUNNING',
        text: `Error: The virtual machine is not powered on: ${rig.path('off')}`,
        message: expect.stringContaining('Power it on first'),
      },
    });
  });

  it.each([
    [['--json'], 'No command was given'],
    [['--json', '--what'], 'Invalid argument: --what'],
    [['--json', 'what'], 'Unrecognized command: what'],
    [['--json', 'start'], 'No Vm name provided'],
  ])('tells what is wrong with %j', async (args, message) => {
    const run = await newLab().run(args);
    expect(JSON.parse(run.stdout)).toMatchObject({ ok: false, error: { stage: 'usage', message } });
    expect(run.status).toBe(-1);
  });

  it('may follow the command, where its words are used up', async () => {
    const rig = newLab();
    expect((await rig.run(['list', '--json'])).stdout).toMatch(/^\{"command":"list"/);
    // Here it is an argument like any other.
    await rig.run(['snapshot', rig.path('off'), '--json']);
    expect((await rig.run(['listSnapshots', rig.path('off')])).stdout).toBe('Total snapshots: 1\n--json\n');
  });
});

describe('passwords', () => {
  it('come from the environment, a file or stdin', async () => {
    const rig = newLab();
    writeFileSync(join(rig.directory, 'secret'), 'password\n');
    const exists = ['fileExistsInGuest', rig.path('on'), '/etc/passwd'];
    const there = { stdout: 'The file exists.\n', stderr: '', status: 0 };
    expect(await rig.run(['-gu', 'user', '-gp', 'env:SECRET', ...exists], { env: { SECRET: 'password' } })).toEqual(
      there,
    );
    expect(await rig.run(['-gu', 'user', '-gp', 'file:secret', ...exists])).toEqual(there);
    expect(await rig.run(['-gu', 'user', '-gp', '-', ...exists], { stdin: ['password'] })).toEqual(there);
    const both = ['-gp', '-', '-vp', '-', '-gu', 'user', ...exists];
    expect(await rig.run(both, { stdin: ['of the machine', 'password'] })).toEqual(there);
  });

  it.each([
    ['env:NONE', "-gp takes the environment variable 'NONE', which is not set"],
    ['file:none', /-gp takes the password from a file, which cannot be read: ENOENT/],
    ['file:folder', /-gp takes the password from a file, which cannot be read: EISDIR/],
    ['-', '-gp takes the password from stdin, which ended before it came'],
  ])('%s that does not come is told', async (source, message) => {
    const rig = newLab();
    mkdirSync(join(rig.directory, 'folder'));
    const run = await rig.run(['-gu', 'user', '-gp', source, 'listProcessesInGuest', rig.path('on')]);
    expect(run).toEqual({ stdout: expect.stringMatching(message), stderr: '', status: -1 });
  });

  it('are never printed', async () => {
    const rig = newLab();
    const args = [
      '-p',
      'hunter2',
      '-vp',
      'hunter2',
      '-gu',
      'user',
      '-gp',
      'hunter2',
      'listProcessesInGuest',
      rig.path('on'),
    ];
    for (const flags of [[], ['--json']]) {
      const run = await rig.run([...flags, ...args], { people: ['stderr'] });
      expect(run.status).toBe(-1);
      expect(run.stdout + run.stderr).not.toContain('hunter2');
    }
  });

  it('may look like anything', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (user, password) => {
        const { request } = parseCommandLine(['-gu', user, '-gp', password, '-T', 'WS', 'List', user]);
        expect(request).toMatchObject({ flags: { guestUser: user, guestPassword: password }, hostType: 'ws' });
        expect(request?.command.name).toBe('list');
      }),
    );
  });
});

describe('time limits', () => {
  const hanging = (): VmrunRig => {
    const rig = newLab();
    rig.inventory.fault({ operation: 'power.off', effect: { never: true } });
    return rig;
  };

  it('end a command that takes longer than was asked for', async () => {
    const rig = hanging();
    const beganMs = rig.clock.now();
    const run = await rig.run(['--timeout', '2.5', 'stop', rig.path('on'), 'hard']);
    expect(run).toEqual({ stdout: 'Error: The operation was canceled\n', stderr: '', status: -1 });
    expect(rig.clock.now() - beganMs).toBeLessThan(60_000);
    const told = await rig.run(['--timeout', '1', '--json', 'stop', rig.path('on'), 'hard']);
    expect(JSON.parse(told.stdout)).toMatchObject({
      error: { name: 'VIX_E_CANCELLED', message: expect.stringContaining('gave up after 1 s') },
    });
  });

  it('are there by themselves for what is quick where all is well', async () => {
    const rig = newLab();
    rig.inventory.fault({ operation: 'findVms', effect: { never: true } });
    expect(await rig.run(['list'])).toMatchObject({ stdout: 'Error: The operation was canceled\n', status: -1 });
  });

  it('also end a connection that is not made', async () => {
    const rig = newLab();
    rig.inventory.fault({ operation: 'connect', effect: { never: true } });
    expect(await rig.run(['--timeout', '1', 'list'])).toMatchObject({
      stdout: 'Error: The operation was canceled\n',
      status: -1,
    });
  });

  it.each(['x', '-1', ''])('%j is none', async (timeout) => {
    const run = await newLab().run(['--timeout', timeout, 'list']);
    expect(run.stdout).toMatch(/^Error: Invalid argument: --timeout takes a number of seconds/);
  });
});

describe('Ctrl-C', () => {
  it('ends the command, and tells how the process is to end', async () => {
    const rig = newLab();
    const terminal = new FakeTerminal(rig.directory, {});
    const run = rig.start([...asUser, 'runProgramInGuest', rig.path('on'), '/bin/sleep', '1000'], terminal);
    while (!terminal.isListening) await rig.clock.advance(1);
    await rig.clock.advance(5000);
    terminal.interrupt('SIGINT');
    await rig.clock.advance(100);
    expect(await run).toEqual({ status: -1, signal: 'SIGINT' });
    expect(terminal.written).toEqual({ stdout: 'Error: The operation was canceled\n', stderr: '' });
    expect(terminal.isListening).toBe(false);
  });

  it('given twice does not wait until the guest is tidied up', async () => {
    const rig = newLab();
    rig.inventory.fault({ operation: 'guest.files.deleteDirectory', effect: { never: true } });
    const terminal = new FakeTerminal(rig.directory, {});
    const state = { isDone: false };
    const args = [...asUser, 'runScriptInGuest', rig.path('on'), '/bin/sh', 'sleep 50'];
    const run = rig.start(args, terminal).finally(() => (state.isDone = true));
    while (!terminal.isListening) await rig.clock.advance(1);
    await rig.clock.advance(2000);
    terminal.interrupt('SIGINT');
    terminal.interrupt('SIGINT');
    await rig.clock.advance(1000);
    expect(state.isDone).toBe(false);
    terminal.interrupt('SIGINT');
    await rig.clock.advance(1);
    expect(state.isDone).toBe(true);
    expect(await run).toEqual({ status: -1, signal: 'SIGINT' });
    expect(terminal.written.stdout).toBe('Error: The operation was canceled\n');
  });

  it('given once waits 30 seconds at most until the guest is tidied up', async () => {
    const rig = newLab();
    rig.inventory.fault({ operation: 'guest.files.deleteDirectory', effect: { never: true } });
    const terminal = new FakeTerminal(rig.directory, {});
    const args = [...asUser, 'runScriptInGuest', rig.path('on'), '/bin/sh', 'sleep 50'];
    const run = rig.start(args, terminal);
    while (!terminal.isListening) await rig.clock.advance(1);
    await rig.clock.advance(2000);
    terminal.interrupt('SIGINT');
    // The wait may begin a few real turns after the interrupt; a call that nothing limits takes 120 seconds.
    for (let turns = 0; turns < 3; turns += 1) await rig.clock.advance(31_000);
    expect(await run).toMatchObject({ signal: 'SIGINT' });
  });

  it('at the prompt for a password ends the command without a word', async () => {
    const rig = newLab();
    const terminal = new FakeTerminal(rig.directory, { people: ['stdin'] });
    terminal.readSecretLine = () => new Promise(() => undefined);
    const run = rig.start(['-p', '-', 'list'], terminal);
    while (!terminal.isListening) await rig.clock.advance(1);
    terminal.interrupt('SIGINT');
    expect(await run).toEqual({ status: -1, signal: 'SIGINT' });
    expect(terminal.written).toEqual({ stdout: '', stderr: '' });
  });

  it('leaves nothing of a captured program in the guest', async () => {
    const rig = newLab();
    const names = async (): Promise<string> =>
      (await rig.run([...asUser, 'listDirectoryInGuest', rig.path('on'), '/tmp'])).stdout;
    // What ends the program is loaded now, so that no time of the guest goes by meanwhile.
    await rig.run([...asUser, 'runProgramInGuest', rig.path('on'), '/bin/sh', '-c', 'ps -A | awk 1 > /dev/null']);
    const before = await names();
    const terminal = new FakeTerminal(rig.directory, {});
    const state = { isDone: false };
    const args = [...asUser, 'runProgramInGuest', rig.path('on'), '-output', '/bin/sleep', '50'];
    const run = rig.start(args, terminal).finally(() => (state.isDone = true));
    while (!terminal.isListening) await rig.clock.advance(1);
    await rig.clock.advance(2000);
    expect(await names()).not.toBe(before);
    terminal.interrupt('SIGTERM');
    while (!state.isDone) await rig.clock.advance(1);
    expect(await run).toEqual({ status: -1, signal: 'SIGTERM' });
    expect(await names()).toBe(before);
  });
});

describe('Ctrl-C while a program starts', () => {
  it.each([
    ['runProgramInGuest', ['-output', '/bin/sleep', '50']],
    ['runScriptInGuest', ['-output', '/bin/sh', 'sleep 50']],
    ['runScriptInGuest', ['/bin/sh', 'sleep 50']],
  ] as const)('%s %j waits until its directory in the guest is gone', async (command, words) => {
    const rig = newLab();
    rig.inventory.fault({ operation: 'guest.start', effect: { never: true } });
    rig.inventory.fault({ operation: 'guest.files.deleteDirectory', effect: { delayMs: 500 } });
    const names = async (): Promise<readonly string[]> => {
      const vm = await (await rig.world()).find(rig.path('on'));
      const session = vm.guest({ userName: 'user', password: new Secret('password'), isInteractive: false });
      return (await session.files.list('/tmp', call())).map(({ name }) => name);
    };
    const before = await names();
    const terminal = new FakeTerminal(rig.directory, {});
    const state = { isDone: false };
    const args = [...asUser, command, rig.path('on'), ...words];
    const run = rig.start(args, terminal).finally(() => (state.isDone = true));
    while ((await names()).length === before.length) await rig.clock.advance(1);
    terminal.interrupt('SIGINT');
    while (!state.isDone) await rig.clock.advance(1);
    expect(await run).toEqual({ status: -1, signal: 'SIGINT' });
    expect(await names()).toEqual(before);
  });
});

describe('at a terminal', () => {
  it('a failure comes with its reason, for people only', async () => {
    const rig = newLab();
    const run = await rig.run(['stop', rig.path('off'), 'hard'], { people: ['stdout', 'stderr'] });
    expect(run.stdout).toBe(`Error: The virtual machine is not powered on: ${rig.path('off')}\n`);
    expect(run.stderr).toContain('Power it on first');
  });

  it('a long copy shows how far it is', async () => {
    const rig = newLab();
    mkdirSync(join(rig.directory, 'big'));
    for (const name of ['a', 'b', 'c']) writeFileSync(join(rig.directory, 'big', name), Buffer.alloc(2 * 1024 * 1024));
    // More than a second has passed when the third begins, however fast this machine reads.
    rig.inventory.fault({ operation: 'guest.files.write', effect: { delayMs: 700 } });
    const copy = [...asUser, 'CopyFileFromHostToGuest', rig.path('on'), 'big', '/tmp/big'];
    const seen = await rig.run(copy, { people: ['stderr'] });
    expect(seen).toEqual({ stdout: '', stderr: expect.stringMatching(/big \[#+\.+\] +\d+ %/), status: 0 });
    const quiet = await rig.run(copy);
    expect(quiet).toEqual({ stdout: '', stderr: '', status: 0 });
  });
});

it('hosts of Windows get the line ends of Windows', async () => {
  const rig = newLab();
  const run = await rig.run(['checkToolsState', rig.path('on')], { platform: 'win32' });
  expect(run.stdout).toBe('running\r\n');
});

describe('the words of a guest program', () => {
  it('stay one command line when they are one word', () => {
    expect(commandLine('C:\\Windows\\System32\\cmd.exe', ['/c "dir > C:\\x"'])).toBe('/c "dir > C:\\x"');
    expect(commandLine('/bin/sh', [])).toBe('');
  });

  it.each([
    ['/bin/sh', ['-c', 'exit 42'], "-c 'exit 42'"],
    ['/bin/ls', ['-l', '>', '/tmp/out'], '-l > /tmp/out'],
    ['/bin/echo', ["it's", 'a\\b', '', 'x\ny'], `'it'\\''s' 'a\\b' '' 'x\ny'`],
    ['C:\\a b.exe', ['/x', 'a b', 'say "hi"', 'end\\', 'a end\\', ''], '/x "a b" "say \\"hi\\"" end\\ "a end\\\\" ""'],
  ])('%s %j', (program, words, line) => {
    expect(commandLine(program, words)).toBe(line);
  });

  it('arrive in a POSIX guest as they were', async () => {
    const rig = newLab();
    const word = fc.string({
      unit: fc.constantFrom('a', ' ', "'", '"', '\\', '\n', 'é', '-'),
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 2, maxLength: 4 }), async (words) => {
        const program = ['/bin/printf', '[%s]', ...words];
        const run = await rig.run([...asUser, 'runProgramInGuest', rig.path('on'), '-output', ...program]);
        expect(run).toEqual({ stdout: words.map((each) => `[${each}]`).join(''), stderr: '', status: 0 });
      }),
      { numRuns: 30 },
    );
  });
});

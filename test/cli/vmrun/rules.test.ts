import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { commandOf } from '../../../src/cli/vmrun/command-table.js';
import { failureText } from '../../../src/cli/vmrun/error-lines.js';
import { CommandFailure } from '../../../src/cli/vmrun/command-failure.js';
import { failureStatus, processStatus } from '../../../src/cli/vmrun/exit-status.js';
import { parseCommandLine } from '../../../src/cli/vmrun/parse-command-line.js';
import { errorRows } from '../../../src/vix/error-codes.js';
import type { VixError } from '../../../src/vix/types.js';
import { asUser, newLab } from './lab.js';
import type { Run, VmrunRig } from './vmrun-rig.js';

/** The rules that follow from how known programs call vmrun and read it, one test each. */
describe('the rules of the callers', () => {
  let rig: VmrunRig;
  let on: string;
  let off: string;
  beforeEach(() => {
    rig = newLab();
    on = rig.path('on');
    off = rig.path('off');
  });
  const run = (...args: string[]): Promise<Run> => rig.run(args);

  it('R1: success is 0, failure is -1, which is 255 or 4294967295', async () => {
    expect((await run('list')).status).toBe(0);
    expect((await run('stop', off)).status).toBe(failureStatus);
    expect([processStatus(-1, 'linux'), processStatus(-1, 'win32')]).toEqual([255, 4_294_967_295]);
  });

  it('R2: an error is one line on stdout, and stderr is empty', async () => {
    for (const args of [['stop', off], ['start', '/none.vmx'], ['frob'], ['-T', 'x', 'list'], ['start']]) {
      const { stdout, stderr } = await rig.run(args);
      expect(stdout.split('\n')[0]).toMatch(/^Error: ./);
      expect(stderr).toBe('');
    }
  });

  it('R3: a command without a result prints nothing', async () => {
    const silent = { status: 0, stdout: '', stderr: '' };
    expect(await run('reset', on, 'hard')).toEqual(silent);
    expect(await run(...asUser, 'runProgramInGuest', on, '/bin/true')).toEqual(silent);
    expect(await run('snapshot', off, 'R3')).toEqual(silent);
    expect(await run('deleteSnapshot', off, 'R3')).toEqual(silent);
  });

  it('R4: list is a header with the count, then absolute paths as they are', async () => {
    const lines = ['on', 'bare', 'win'].map((name) => `${rig.path(name)}\n`);
    expect((await run('list')).stdout).toBe(`Total running VMs: 3\n${lines.join('')}`);
  });

  it('R5: snapshots stand unindented, in a tree behind tabs', async () => {
    const tree = rig.path('tree');
    expect((await run('listSnapshots', tree)).stdout).toBe('Total snapshots: 5\nbase\nderived\ndeep\nClone\nClone\n');
    expect((await run('listSnapshots', tree, 'showTree')).stdout).toContain('\nbase\n\tderived\n\t\tdeep\n');
  });

  it.skipIf(process.platform === 'win32')('R6: list has the path without the links of the caller', async () => {
    const kept = newLab({ store: 'directory' });
    const real = kept.path('linked');
    mkdirSync(dirname(real), { recursive: true });
    writeFileSync(real, 'guestOS = "ubuntu-64"\n');
    symlinkSync(join(kept.directory, 'vms'), join(kept.directory, 'link'));
    expect((await kept.run(['start', join(kept.directory, 'link', 'linked', 'linked.vmx')])).stdout).toBe('');
    expect((await kept.run(['list'])).stdout).toContain(`\n${real}\n`);
  });

  it('R7: an address is bare, with one line end', async () => {
    expect((await run('getGuestIPAddress', on)).stdout).toMatch(/^\d+(?:\.\d+){3}\n$/);
  });

  it('R8: the state of Tools is one of three words', async () => {
    rig.inventory.vm({ name: 'slow', location: rig.path('slow'), power: 'on', tools: { bootDelayMs: 10_000_000 } });
    const states: Run[] = [];
    for (const name of ['on', 'slow', 'bare']) states.push(await run('checkToolsState', rig.path(name)));
    expect(states.map(({ stdout }) => stdout)).toEqual(['running\n', 'installed\n', 'unknown\n']);
  });

  it('R9: a missing file is a sentence and a status', async () => {
    expect(await run(...asUser, 'fileExistsInGuest', on, '/none')).toMatchObject({
      stdout: 'The file does not exist.\n',
      status: -1,
    });
    expect((await run(...asUser, 'directoryExistsInGuest', on, '/etc')).stdout).toBe('The directory exists.\n');
  });

  it('R10: commands and options are taken in any case', async () => {
    expect((await run('LISTsnapshots', rig.path('tree'), 'SHOWTREE')).stdout).toContain('\tderived');
    expect((await run('-T', 'WS', 'ReSeT', on, 'HARD')).status).toBe(0);
  });

  it('R11: what follows too much is left alone', async () => {
    expect((await run('list', 'a', '-b', '')).stdout).toMatch(/^Total/);
    expect((await run('checkToolsState', on, 'hard nogui')).stdout).toBe('running\n');
  });

  it('R12: every flag goes with every command, in any order', async () => {
    const flags = ['-gp', 'g', '-T', 'ws', '-vp', 'v', '-P', '443', '-gu', 'user', '-u', 'u', '-p', 'p'];
    expect((await run(...flags, 'list')).stdout).toMatch(/^Total running VMs: 3\n/);
  });

  it('R13: clone takes its snapshot in three ways', () => {
    const ways = [['-snapshot=S'], ['-snapshot', 'S'], ['S']];
    for (const way of ways) {
      const { request } = parseCommandLine(['clone', 'v.vmx', 'd.vmx', 'linked', ...way]);
      expect(request?.values).toMatchObject({ type: 'linked', snapshot: 'S' });
    }
  });

  it('R14: no words at all give the usage with a version', async () => {
    const { stdout, stderr, status } = await run();
    expect(stdout).toMatch(/^vmrun version (?:\d+\.)+\d+ /m);
    expect([stderr, status]).toEqual(['', -1]);
  });

  it('R15: a guest program that fails gives its status, and a line', async () => {
    expect(await run(...asUser, 'runProgramInGuest', on, '/bin/sh', '-c', 'exit 7')).toEqual({
      stdout: 'Guest program exited with non-zero exit code: 7\n',
      stderr: '',
      status: 7,
    });
  });

  it('R15: a guest program that fails does so too where Unix keeps nothing of its status', () => {
    const statuses = [0, 7, 255, 256, 259, 512, -256];
    expect(statuses.map((status) => processStatus(status, 'linux'))).toEqual([0, 7, 255, 255, 3, 255, 255]);
    expect(statuses.map((status) => processStatus(status, 'win32'))).toEqual([0, 7, 255, 256, 259, 512, 4_294_967_040]);
  });

  it('R16: no failure is told in the words that make callers repeat without end', () => {
    const forbidden = 'Error: The operation is not supported for the specified parameters';
    for (const stage of ['connect', 'open', 'login', 'command'] as const) {
      for (const { code } of errorRows) {
        const failure = new CommandFailure(stage, code as VixError, '');
        expect(failureText(failure, '/v.vmx').split('\n')).not.toContain(forbidden);
      }
    }
  });

  it('R17: the line on Tools that do not run ends in the machine', async () => {
    const bare = rig.path('bare');
    const line = `Error: The VMware Tools are not running in the virtual machine: ${bare}\n`;
    expect((await run(...asUser, 'listProcessesInGuest', bare)).stdout).toBe(line);
  });

  it('R18: options of a program stand in any order and number', () => {
    const { request } = parseCommandLine(['runProgramInGuest', 'v.vmx', '-NOWAIT', '', '-interactive', 'p', '-noWait']);
    expect(request?.values).toMatchObject({
      options: { noWait: true, interactive: true, activeWindow: false },
      program: 'p',
      arguments: ['-noWait'],
    });
  });

  it('R19: a flag takes the next word, whatever it is', () => {
    const { request } = parseCommandLine(['-gu', '-gp', '-gp', '', '-p', '-T', 'list']);
    expect(request?.flags).toMatchObject({ guestUser: '-gp', guestPassword: '', password: '-T' });
    expect(request?.command).toBe(commandOf('list'));
  });
});

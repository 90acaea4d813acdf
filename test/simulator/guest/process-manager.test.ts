import { beforeAll, describe, expect, it } from 'vitest';
import { posixPrograms } from '../../../src/world/guest/posix/posix-programs.js';
import { TestGuest } from '../../world/guest/guest-fixture.js';
import { auth, GuestEndpoint } from './guest-endpoint.js';

beforeAll(async () => {
  // Loading the library takes time of its own, in which the fake clock would run into the limits of programs.
  await new TestGuest(posixPrograms()).run('true');
});

const start = 'StartProgramInGuest';
const list = 'ListProcessesInGuest';

function spec(programPath: string, args: string, more: object = {}): object {
  return { spec: { $type: 'GuestProgramSpec', programPath, arguments: args, ...more } };
}

/** The process's line once it has an end. */
async function untilEnded(guests: GuestEndpoint, pid: unknown, more: object = {}): Promise<Record<string, unknown>> {
  for (;;) {
    const answer = await guests.call('processManager', list, { pids: [pid], ...more });
    const [line] = Array.isArray(answer) ? answer : [];
    if (line !== undefined && 'endTime' in line) return Object(line);
    await guests.clock.advance(50);
  }
}

async function textOf(guests: GuestEndpoint, path: string, name = 'vm0'): Promise<string> {
  const vm = await guests.endpoint.machines.open(guests.ref(name));
  const record = await vm.record();
  const root = { isInteractive: false, identify: () => ({ ...Object(record.guest.users[0]) }) };
  const call = { signal: new AbortController().signal, progress: () => undefined };
  return vm
    .guestAccess(root)
    .read('guest.files.read', call, ({ files }) => Buffer.from(files.read(path).bytes()).toString());
}

describe('programs', () => {
  it('run through the shell, and tell their end for five minutes', async () => {
    const guests = await GuestEndpoint.of();
    const pid = await guests.call('processManager', start, spec('/bin/echo', "'a  b' > /tmp/out; exit 3"));
    expect(pid).toBeTypeOf('number');
    const line = await untilEnded(guests, pid);
    expect(line).toMatchObject({ $type: 'GuestProcessInfo', name: 'echo', pid, owner: 'user', exitCode: 3 });
    expect(line['startTime']).toBeInstanceOf(Date);
    expect(line['endTime']).toBeInstanceOf(Date);
    expect(await textOf(guests, '/tmp/out')).toBe('a  b\n');
    await guests.clock.advance(300_000);
    expect(await guests.call('processManager', list, { pids: [pid] })).toEqual([]);
  });

  it('get the environment and the directory of the spec', async () => {
    const guests = await GuestEndpoint.of();
    const more = { envVariables: ['ONE=1=1', 'TWO='], workingDirectory: '/etc' };
    const pid = await guests.call('processManager', start, spec('/usr/bin/env', '> /tmp/env; pwd > /tmp/pwd', more));
    await untilEnded(guests, pid);
    const lines = (await textOf(guests, '/tmp/env')).split('\n');
    expect(lines).toEqual(expect.arrayContaining(['ONE=1=1', 'TWO=']));
    expect(lines.filter((line) => /^(?:USER|LOGNAME)=/u.test(line))).toEqual([]);
    expect(await textOf(guests, '/tmp/pwd')).toBe('/etc\n');
  });

  it('are refused as Tools does', async () => {
    const guests = await GuestEndpoint.of([{ guest: { files: [{ path: '/tmp/plain', text: 'x', mode: 0o644 }] } }]);
    const fault = (request: object): Promise<unknown> => guests.fault('processManager', start, request);
    expect(await fault(spec('/bin/nope', ''))).toEqual({ $type: 'FileNotFound', file: '/bin/nope' });
    expect(await fault(spec('ls', ''))).toEqual({ $type: 'FileNotFound', file: 'ls' });
    expect(await fault(spec('/tmp/plain', ''))).toEqual({ $type: 'GuestPermissionDenied' });
    expect(await fault(spec(' ', ''))).toEqual({ $type: 'InvalidArgument', invalidProperty: 'spec.programPath' });
    for (const workingDirectory of ['/nope', '/etc/passwd']) {
      expect(await fault(spec('/bin/true', '', { workingDirectory }))).toEqual({
        $type: 'NotADirectory',
        file: workingDirectory,
      });
    }
    for (const variable of ['NOVALUE', '=x']) {
      expect(await fault(spec('/bin/true', '', { envVariables: [variable] }))).toMatchObject({
        $type: 'InvalidArgument',
        invalidProperty: 'spec.envVariables',
      });
    }
    expect(await fault({ spec: { programPath: '/bin/true' } })).toMatchObject({ invalidProperty: 'spec.arguments' });
    expect(await fault(spec('/bin/true', 'x'.repeat(60_600)))).toEqual({
      $type: 'SystemError',
      reason: 'vix error codes = (44, 0).\n',
    });
  });

  it('are found beside Tools on Windows', async () => {
    const guests = await GuestEndpoint.of([{ guestOs: 'windows9-64' }]);
    const request = { ...spec('cmd.exe', '/c exit 5'), auth: auth('user') };
    const pid = await guests.call('processManager', start, request);
    expect(await untilEnded(guests, pid)).toMatchObject({ name: 'cmd.exe', exitCode: 5 });
    expect(await guests.fault('processManager', start, spec('nope.exe', ''))).toEqual({
      $type: 'FileNotFound',
      file: 'nope.exe',
    });
  });
});

describe('processes', () => {
  it('are listed by number, and all without numbers', async () => {
    const guests = await GuestEndpoint.of();
    const pid = await guests.call('processManager', start, spec('/bin/sleep', '1000'));
    const all = await guests.call('processManager', list, {});
    expect(all).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'vmtoolsd' })]));
    expect(all).toEqual(expect.arrayContaining([expect.objectContaining({ pid, cmdLine: '/bin/sleep 1000' })]));
    expect(await guests.call('processManager', list, { pids: [pid, 99_999] })).toMatchObject([{ pid }]);
    expect(await guests.call('processManager', list, { pids: [] })).toEqual(all);
  });

  it('end when they are terminated, by whoever may', async () => {
    const guests = await GuestEndpoint.of();
    const terminate = 'TerminateProcessInGuest';
    const pid = await guests.call('processManager', start, spec('/bin/sleep', '1000'));
    await guests.call('processManager', terminate, { pid });
    expect(await untilEnded(guests, pid)).toMatchObject({ exitCode: -1 });
    const fault = (process: unknown): Promise<unknown> => guests.fault('processManager', terminate, { pid: process });
    expect(await fault(pid)).toEqual({ $type: 'GuestProcessNotFound', pid });
    expect(await fault(99_999)).toEqual({ $type: 'GuestProcessNotFound', pid: 99_999 });
    const roots = await guests.call('processManager', start, { ...spec('/bin/sleep', '1000'), auth: auth('root') });
    expect(await fault(roots)).toEqual({ $type: 'GuestPermissionDenied' });
    expect(await fault('x')).toMatchObject({ $type: 'InvalidArgument', invalidProperty: 'pid' });
  });
});

describe('ReadEnvironmentVariableInGuest', () => {
  it('gives what is set, as NAME=value', async () => {
    const guests = await GuestEndpoint.of([{ guest: { environment: { STAGE: 'a=b' } } }, { guestOs: 'windows9-64' }]);
    const read = (request: object): Promise<unknown> =>
      guests.call('processManager', 'ReadEnvironmentVariableInGuest', request);
    expect(await read({ names: ['STAGE', 'NOT_SET', 'HOME', 'stage'] })).toEqual(['STAGE=a=b', 'HOME=/home/user']);
    expect(await read({})).toEqual(expect.arrayContaining(['STAGE=a=b', 'USER=user']));
    expect(await read({ vm: guests.ref('vm1'), names: ['username'] })).toEqual(['username=user']);
  });
});

import { describe, expect, it } from 'vitest';
import type { CallContext } from '../../../../src/backends/backend.js';
import type { GuestCaller } from '../../../../src/backends/vsphere/guest/guest-caller.js';
import { VsphereGuestPrograms } from '../../../../src/backends/vsphere/guest/guest-programs.js';
import type { GuestProcessInfo } from '../../../../src/backends/vsphere/vim/generated/types.js';
import { FakeClock } from '../../../../src/base/clock.js';
import { Fault } from '../../../../src/base/fault.js';

/** A process as a guest lists it. */
function listed(pid: number, more: Partial<GuestProcessInfo> = {}): GuestProcessInfo {
  return { name: 'sh', pid, owner: 'root', cmdLine: '/bin/sh', startTime: new Date(1000), ...more };
}

/** Programs of a guest that answers each method by the given function. */
function rig(family: 'posix' | 'windows', answers: Readonly<Record<string, (args: never) => unknown>>) {
  const call: CallContext = { signal: new AbortController().signal, clock: new FakeClock(), progress: () => undefined };
  const process = async (method: string, args: unknown): Promise<unknown> => answers[method]?.(args as never);
  const programs = new VsphereGuestPrograms({
    family,
    vmName: 'vm',
    process,
    familyFor: async () => family,
  } as unknown as GuestCaller);
  return { programs, call };
}

describe('the state of a process', () => {
  it('is told by its end time, and an exit code that is left out is 0', async () => {
    const endTime = new Date(3000);
    const answers = [listed(1), listed(2, { endTime, exitCode: -1_073_741_819 }), listed(3, { endTime })];
    const { programs, call } = rig('posix', { ListProcessesInGuest: () => answers });
    const states = await programs.poll([1, 2, 3], call);
    expect(states.get(1)).toEqual({ state: 'running' });
    expect(states.get(2)).toMatchObject({ state: 'exited', exitCode: -1_073_741_819, endTime });
    expect(states.get(3)).toMatchObject({ state: 'exited', exitCode: 0 });
  });

  it('is gone when three answers in a row lack it, not before', async () => {
    let answer: GuestProcessInfo[] = [];
    const { programs, call } = rig('posix', { ListProcessesInGuest: () => answer });
    const state = async (): Promise<string | undefined> => (await programs.poll([7], call)).get(7)?.state;
    expect([await state(), await state()]).toEqual(['running', 'running']);
    answer = [listed(7)];
    expect(await state()).toBe('running');
    answer = [];
    expect([await state(), await state(), await state()]).toEqual(['running', 'running', 'gone']);
  });

  it('is gone when its number belongs to a later process', async () => {
    let answer = [listed(7)];
    const { programs, call } = rig('posix', { ListProcessesInGuest: () => answer });
    await programs.poll([7], call);
    answer = [listed(7, { startTime: new Date(9000), endTime: new Date(9500), exitCode: 0 })];
    expect((await programs.poll([7], call)).get(7)).toEqual({ state: 'gone' });
  });

  it('is not waited for where the guest cannot tell it now', async () => {
    const silence = new Fault('tools-not-running', 'silent', { retryable: 'when-state-changes' });
    const options: unknown[] = [];
    const caller = {
      process: (_method: string, _args: unknown, _call: CallContext, how: unknown) => {
        options.push(how);
        return Promise.reject(silence);
      },
    } as unknown as GuestCaller;
    const { call } = rig('posix', {});
    await expect(new VsphereGuestPrograms(caller).poll([7], call)).rejects.toBe(silence);
    expect(options).toEqual([{ isPatient: false }]);
  });
});

describe('starting a program', () => {
  const spec = { path: '/bin/true', arguments: '', activateWindow: false };

  it('refuses a path that is not absolute, before asking the guest', async () => {
    const asked: unknown[] = [];
    const { programs, call } = rig('posix', { StartProgramInGuest: (args) => asked.push(args) });
    await expect(programs.start({ ...spec, path: 'bin/true' }, call)).rejects.toMatchObject({
      kind: 'invalid-argument',
    });
    expect(asked).toEqual([]);
  });

  it('leaves directory and environment to the guest unless they are given', async () => {
    const asked: unknown[] = [];
    const { programs, call } = rig('posix', { StartProgramInGuest: (args) => asked.push(args) });
    await programs.start({ ...spec, arguments: '-c "a b"' }, call);
    expect(asked).toEqual([{ spec: { programPath: '/bin/true', arguments: '-c "a b"' } }]);
  });

  it('sends the own environment along with what changes in it', async () => {
    const asked: { spec: { envVariables: readonly string[] } }[] = [];
    const { programs, call } = rig('windows', {
      StartProgramInGuest: (args) => asked.push(args),
      ReadEnvironmentVariableInGuest: () => ['Path=C:\\Windows', 'TEMP=C:\\Temp', '=C:=C:\\'],
    });
    await programs.start({ ...spec, path: 'C:\\a.exe', environment: { PATH: 'C:\\x', NEW: '1=2' } }, call);
    expect(asked[0]?.spec.envVariables).toEqual(['TEMP=C:\\Temp', '=C:=C:\\', 'PATH=C:\\x', 'NEW=1=2']);
  });

  it('shows no window of a Windows guest unless that is wished', async () => {
    const asked: unknown[] = [];
    const { programs, call } = rig('windows', { StartProgramInGuest: (args) => asked.push(args) });
    for (const activateWindow of [true, false])
      await programs.start({ ...spec, path: 'C:\\a.exe', activateWindow }, call);
    expect(asked).toMatchObject([{ spec: { startMinimized: false } }, { spec: { startMinimized: true } }]);
  });
});

describe('what a guest tells', () => {
  it('lists live processes only', async () => {
    const { programs, call } = rig('posix', {
      ListProcessesInGuest: () => [listed(1), listed(2, { endTime: new Date(2000), exitCode: 0 })],
    });
    expect((await programs.processes(call)).map(({ pid }) => pid)).toEqual([1]);
  });

  it('gives the value of a variable, also with equals signs, and nothing for an unset one', async () => {
    let answer = ['NAME=a=b'];
    const { programs, call } = rig('posix', { ReadEnvironmentVariableInGuest: () => answer });
    expect(await programs.readEnvironment('NAME', call)).toBe('a=b');
    answer = [];
    expect(await programs.readEnvironment('NAME', call)).toBe('');
  });
});

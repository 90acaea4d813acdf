import { describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { Fault } from '../../src/base/fault.js';
import { Vix_Out } from '../../src/api/vix-out.js';
import { sizedBytes } from '../../src/guest/sized-content.js';
import {
  VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED,
  VIX_E_CANCELLED,
  VIX_E_FILE_ACCESS_ERROR,
  VIX_E_FILE_NOT_FOUND,
  VIX_E_GUEST_USER_PERMISSIONS,
  VIX_E_LOGIN_TYPE_NOT_SUPPORTED,
  VIX_E_NO_SUCH_PROCESS,
  VIX_E_NOT_SUPPORTED,
  VIX_LOGIN_IN_GUEST_REQUIRE_INTERACTIVE_ENVIRONMENT,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
  VIX_PROPERTY_JOB_RESULT_FILE_MOD_TIME,
  VIX_PROPERTY_JOB_RESULT_FILE_SIZE,
  VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_ELAPSED_TIME,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
  VIX_PROPERTY_NONE,
  VIX_RUNPROGRAM_ACTIVATE_WINDOW,
  VIX_RUNPROGRAM_RETURN_IMMEDIATELY,
} from '../../src/vix/names.js';
import type { VixHandle } from '../../src/vix/types.js';
import { Stage } from '../fixtures/vix-catalogue.js';
import { VixRig } from '../fixtures/vix-rig.js';

const none = VIX_PROPERTY_NONE;

async function programResults(stage: Stage, job: VixHandle): Promise<unknown[]> {
  const error = await stage.settleJob(job);
  const [pid, elapsed, code] = [Vix_Out<number>(), Vix_Out<number>(), Vix_Out<number>()];
  await stage.vix.VixJob_Wait(
    job,
    VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
    pid,
    VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_ELAPSED_TIME,
    elapsed,
    VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
    code,
    none,
  );
  return [error, pid.value, elapsed.value, code.value];
}

describe('VixVM_LoginInGuest', () => {
  it('validates, and keeps the old login when the new one is refused', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const vm = await rig.open(host);
    const login = (user: string, password: string | null, options: number = 0): VixHandle =>
      rig.vix.VixVM_LoginInGuest(vm, user, password, options, null, null);
    const list = (): Promise<number> => rig.finish(rig.vix.VixVM_ListProcessesInGuest(vm, 0, null, null));
    expect(await rig.finish(login('user', 'wrong'))).toBe(VIX_E_GUEST_USER_PERMISSIONS);
    expect(await list()).toBe(VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED);
    expect(await rig.finish(login('user', 'secret'))).toBe(VIX_OK);
    expect(await rig.finish(login('user', null))).toBe(VIX_E_GUEST_USER_PERMISSIONS);
    expect(await list()).toBe(VIX_OK);
    expect(await rig.finish(rig.vix.VixVM_LogoutFromGuest(vm, null, null))).toBe(VIX_OK);
    expect(await rig.finish(rig.vix.VixVM_LogoutFromGuest(vm, null, null))).toBe(VIX_OK);
    expect(await list()).toBe(VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED);
  });

  it('lends the login to a wait for Tools', async () => {
    const rig = new VixRig();
    const vm = await rig.open(await rig.connect());
    const lent = async (): Promise<unknown> => {
      expect(await rig.finish(rig.vix.VixVM_WaitForToolsInGuest(vm, 60, null, null))).toBe(VIX_OK);
      return rig.control.last('tools.wait').args[0];
    };
    expect(await lent()).toBeUndefined();
    expect(await rig.finish(rig.vix.VixVM_LoginInGuest(vm, 'user', 'secret', 0, null, null))).toBe(VIX_OK);
    const probe = await lent();
    if (typeof probe !== 'function') throw new Error('no probe');
    await Reflect.apply(probe, undefined, [rig.control.last('tools.wait').context]);
    expect(rig.control.of('guest.validate')).toHaveLength(2);
    expect(await rig.finish(rig.vix.VixVM_LogoutFromGuest(vm, null, null))).toBe(VIX_OK);
    expect(await lent()).toBeUndefined();
  });

  it('asks for the console session when told to', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const vm = await rig.open(host);
    const interactive = VIX_LOGIN_IN_GUEST_REQUIRE_INTERACTIVE_ENVIRONMENT;
    const login = (options: number): VixHandle => rig.vix.VixVM_LoginInGuest(vm, 'user', 'secret', options, null, null);
    expect(await rig.finish(login(interactive))).toBe(VIX_OK);
    expect(rig.control.last('guest.validate').args[0]).toMatchObject({ userName: 'user', isInteractive: true });
    expect(await rig.finish(login(0))).toBe(VIX_OK);
    expect(rig.control.last('guest.validate').args[0]).toMatchObject({ isInteractive: false });
    rig.backend.capabilities.delete('interactiveGuest');
    expect(await rig.finish(login(interactive))).toBe(VIX_E_NOT_SUPPORTED);
  });

  it.each([
    '__VMware_Vix_Guest_User_Anonymous__',
    '__VMware_Vix_Guest_User_Admin__',
    '__VMware_Vix_Guest_Console_User__',
  ])('knows the pseudo-user %s no more', async (user) => {
    const rig = new VixRig();
    const vm = await rig.open(await rig.connect());
    const job = rig.vix.VixVM_LoginInGuest(vm, user, null, 0, null, null);
    expect(await rig.finish(job)).toBe(VIX_E_LOGIN_TYPE_NOT_SUPPORTED);
  });
});

describe('VixVM_RunProgramInGuest', () => {
  it('waits for the exit, and never fails because of the exit code', async () => {
    const stage = await Stage.make();
    const startTime = new Date(stage.clock.now());
    const endTime = new Date(stage.clock.now() + 3999);
    stage.lab.guest.states.set(1000, { state: 'running' });
    const job = stage.vix.VixVM_RunProgramInGuest(stage.vm as VixHandle, '/bin/job', '-a "b c" > x', 0, 0, null, null);
    await stage.clock.advance(20_000);
    expect(stage.vix.VixJob_GetError(job)).not.toBe(VIX_OK);
    stage.lab.guest.states.set(1000, { state: 'exited', exitCode: 0xc000_0005, startTime, endTime });
    expect(await programResults(stage, job)).toEqual([VIX_OK, 1000, 3, 0xc000_0005 | 0]);
    expect(stage.lab.guest.started).toEqual([{ path: '/bin/job', arguments: '-a "b c" > x', activateWindow: false }]);
  });

  it('returns at once when told to, with exit code and time 0', async () => {
    const stage = await Stage.make();
    stage.lab.guest.states.set(1000, { state: 'running' });
    const options = VIX_RUNPROGRAM_RETURN_IMMEDIATELY | VIX_RUNPROGRAM_ACTIVATE_WINDOW;
    const job = stage.vix.VixVM_RunProgramInGuest(stage.vm as VixHandle, '"/bin/a b"', null, options, 0, null, null);
    expect(await programResults(stage, job)).toEqual([VIX_OK, 1000, 0, 0]);
    expect(stage.lab.guest.started).toEqual([{ path: '/bin/a b', arguments: '', activateWindow: true }]);
    expect([stage.control.of('guest.poll').length, stage.clock.pending]).toEqual([0, 0]);
  });

  it('fails when the guest has forgotten the process', async () => {
    const stage = await Stage.make();
    const job = stage.vix.VixVM_RunProgramInGuest(stage.vm as VixHandle, '/bin/a', '', 0, 0, null, null);
    await stage.control.reached('guest.start');
    stage.lab.guest.states.clear();
    expect(await stage.settleJob(job)).toBe(VIX_E_NO_SUCH_PROCESS);
    expect(stage.vix.Revix_GetJobMessage(job)).toContain('process 1000');
  });

  it('stops watching when the host goes', async () => {
    const stage = await Stage.make();
    stage.lab.guest.states.set(1000, { state: 'running' });
    const job = stage.vix.VixVM_RunProgramInGuest(stage.vm as VixHandle, '/bin/a', '', 0, 0, null, null);
    await stage.clock.advance(1000);
    expect(stage.clock.pending).toBe(1);
    stage.vix.VixHost_Disconnect(stage.host as VixHandle);
    expect(await stage.vix.VixJob_Wait(job, none)).toBe(VIX_E_CANCELLED);
    expect(stage.clock.pending).toBe(0);
    expect(stage.live).toBe(0);
  });

  it('leaves the VM free for others while the program runs', async () => {
    const stage = await Stage.make();
    stage.lab.guest.states.set(1000, { state: 'running' });
    stage.vix.VixVM_RunProgramInGuest(stage.vm as VixHandle, '/bin/a', '', 0, 0, null, null);
    await settle();
    expect(await stage.finish(stage.vix.VixVM_PowerOff(stage.vm as VixHandle, 0, null, null))).toBe(VIX_OK);
    expect(await stage.finish(stage.vix.VixVM_ListProcessesInGuest(stage.vm as VixHandle, 0, null, null))).toBe(0);
  });
});

describe('guest requests', () => {
  it('go to one VM one at a time, and after power operations', async () => {
    const stage = await Stage.make();
    const vm = stage.vm as VixHandle;
    stage.control.always('power.reset', 'pending');
    stage.control.always('guest.processes', 'pending');
    const jobs = [
      stage.vix.VixVM_Reset(vm, 0, null, null),
      stage.vix.VixVM_ListProcessesInGuest(vm, 0, null, null),
      stage.vix.VixVM_ListProcessesInGuest(vm, 0, null, null),
    ];
    const seen: string[][] = [];
    for (let step = 0; step < 3; step += 1) {
      await settle();
      seen.push(stage.control.running.map((call) => call.operation));
      stage.control.running[0]?.release();
    }
    expect(seen).toEqual([['power.reset'], ['guest.processes'], ['guest.processes']]);
    expect(await Promise.all(jobs.map((job) => stage.finish(job)))).toEqual([VIX_OK, VIX_OK, VIX_OK]);
  });
});

describe('VixVM_RunScriptInGuest', () => {
  it('runs the text from a file of its own, which is gone afterwards', async () => {
    const stage = await Stage.make();
    const before = [...stage.lab.guest.nodes.keys()];
    const job = stage.vix.VixVM_RunScriptInGuest(stage.vm as VixHandle, null, 'echo hi\n', 0, 0, null, null);
    expect((await programResults(stage, job))[0]).toBe(VIX_OK);
    expect(stage.lab.guest.started).toEqual([
      {
        path: '/bin/sh',
        arguments: expect.stringMatching(/^"\/tmp\/vixScript1\w{8}\/vixScript\.sh"$/) as string,
        activateWindow: false,
      },
    ]);
    expect([...stage.lab.guest.nodes.keys()]).toEqual(before);
    expect(stage.diagnostics).toEqual([]);
  });

  it('goes by what the guest has become', async () => {
    const stage = await Stage.make();
    const { guest } = stage.lab;
    guest.newFamily = 'windows';
    const job = stage.vix.VixVM_RunScriptInGuest(stage.vm as VixHandle, null, 'echo hi', 0, 0, null, null);
    await programResults(stage, job);
    expect(guest.started.map(({ path }) => path)).toEqual(['C:\\Windows\\System32\\cmd.exe']);
  });

  it('tidies up after the exit even when nobody waits for it', async () => {
    const stage = await Stage.make();
    const { guest } = stage.lab;
    guest.states.set(1000, { state: 'running' });
    const job = stage.vix.VixVM_RunScriptInGuest(
      stage.vm as VixHandle,
      '/bin/bash',
      'sleep 9',
      VIX_RUNPROGRAM_RETURN_IMMEDIATELY,
      0,
      null,
      null,
    );
    expect(await programResults(stage, job)).toEqual([VIX_OK, 1000, 0, 0]);
    const isOfScript = (path: string): boolean => path.includes('vixScript');
    expect([...guest.nodes.keys()].filter(isOfScript).map((path) => guest.text(path))).toEqual([undefined, 'sleep 9']);
    const at = new Date(stage.clock.now());
    guest.states.set(1000, { state: 'exited', exitCode: 0, startTime: at, endTime: at });
    await stage.clock.advance(10_000);
    expect([...guest.nodes.keys()].filter(isOfScript)).toEqual([]);
  });

  it('reports a tidying that fails, and succeeds all the same', async () => {
    const stage = await Stage.make();
    stage.control.once('files.deleteDirectory', new Fault('file-access', 'busy file'));
    const job = stage.vix.VixVM_RunScriptInGuest(stage.vm as VixHandle, null, 'x', 0, 0, null, null);
    expect(await stage.settleJob(job)).toBe(VIX_OK);
    expect(stage.diagnostics.map((event) => [event.kind, String(event.error)])).toEqual([
      ['background-failed', 'Fault: busy file'],
    ]);
  });

  it('leaves nothing behind when the interpreter is missing', async () => {
    const stage = await Stage.make();
    const before = [...stage.lab.guest.nodes.keys()];
    stage.control.once('guest.start', new Fault('file-not-found', 'no /bin/zsh'));
    const job = stage.vix.VixVM_RunScriptInGuest(stage.vm as VixHandle, '/bin/zsh', 'x', 0, 0, null, null);
    expect(await stage.settleJob(job)).toBe(VIX_E_FILE_NOT_FOUND);
    expect([...stage.lab.guest.nodes.keys()]).toEqual(before);
  });

  it('ends with the host, whatever is still to be tidied', async () => {
    for (const options of [0, VIX_RUNPROGRAM_RETURN_IMMEDIATELY]) {
      const stage = await Stage.make();
      stage.lab.guest.states.set(1000, { state: 'running' });
      stage.vix.VixVM_RunScriptInGuest(stage.vm as VixHandle, null, 'x', options, 0, null, null);
      await stage.clock.advance(1000);
      await stage.vix.Revix_Close();
      await settle();
      expect([stage.live, stage.clock.pending, stage.control.running]).toEqual([0, 0, []]);
    }
  });
});

describe('a program whose number the guest has used again, as after a revert', () => {
  const starts = {
    'a program': ({ vix, vm }: Stage) => vix.VixVM_RunProgramInGuest(vm as VixHandle, '/bin/a', '', 0, 0, null, null),
    'a program that nobody waits for': ({ vix, vm }: Stage) =>
      vix.VixVM_RunProgramInGuest(vm as VixHandle, '/bin/a', '', VIX_RUNPROGRAM_RETURN_IMMEDIATELY, 0, null, null),
    'a script': ({ vix, vm }: Stage) => vix.VixVM_RunScriptInGuest(vm as VixHandle, null, 'x', 0, 0, null, null),
    'a program with output': ({ vix, vm }: Stage) =>
      vix.Revix_RunProgramInGuest(vm as VixHandle, '/home/a.txt', '', 0, null, null),
  };
  const kinds = ['a program', 'a script', 'a program with output'] as const;
  const rows = kinds.flatMap((older) =>
    Object.keys(starts).map((newer) => ({ older, newer: newer as keyof typeof starts })),
  );

  it.each(rows)('has lost its exit code: $older, then $newer', async ({ older, newer }) => {
    const stage = await Stage.make();
    const { guest } = stage.lab;
    guest.states.set(1000, { state: 'running' });
    const first = starts[older](stage);
    await stage.clock.advance(1000);
    guest.nextPid = 1000;
    const at = new Date(stage.clock.now());
    guest.states.set(1000, { state: 'exited', exitCode: 9, startTime: at, endTime: at });
    stage.control.always('files.read', () => sizedBytes(new Uint8Array()));
    const second = starts[newer](stage);
    const exitCode = newer.includes('nobody') ? 0 : 9;
    expect(await programResults(stage, second)).toEqual([VIX_OK, 1000, 0, exitCode]);
    expect(await stage.settleJob(first)).toBe(VIX_E_NO_SUCH_PROCESS);
    expect(stage.vix.Revix_GetJobMessage(first)).toContain('another program');
    await stage.clock.advance(10_000);
    // Nothing is left of either, and nobody waits for anything.
    expect([...guest.nodes.keys()].filter((path) => path.startsWith('/tmp'))).toEqual([]);
    expect([stage.clock.pending, stage.diagnostics]).toEqual([0, []]);
  });

  it('has lost its exit code also where the newer program ends another one with its tree', async () => {
    const stage = await Stage.make();
    const { guest } = stage.lab;
    for (const pid of [1000, 1001]) guest.states.set(pid, { state: 'running' });
    const captured = starts['a program with output'](stage);
    await stage.control.reached('guest.start');
    const other = starts['a program'](stage);
    await stage.clock.advance(1000);
    const init = guest.processes[0];
    const commandLine = guest.started[0]?.arguments ?? '';
    if (init !== undefined) guest.processes.push({ ...init, pid: 1000, commandLine });
    guest.nextPid = 1001;
    guest.states.delete(1001);
    stage.vix.Revix_CancelJob(captured);
    expect(await stage.settleJob(other)).toBe(VIX_E_NO_SUCH_PROCESS);
    expect(await stage.settleJob(captured)).toBe(VIX_E_CANCELLED);
    expect(guest.processes).toEqual([init]);
  });
});

describe('questions about files', () => {
  async function exists(stage: Stage, name: 'VixVM_FileExistsInGuest' | 'VixVM_DirectoryExistsInGuest', path: string) {
    const cell = Vix_Out<boolean>();
    const job = stage.vix[name](stage.vm as VixHandle, path, null, null);
    const error = await stage.vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS, cell, none);
    return [error, cell.value];
  }

  it('answer by the kind, and not with an error', async () => {
    const stage = await Stage.make();
    stage.lab.guest.file('/home/link', 'x');
    stage.lab.guest.at('/home/link').kind = 'symlink';
    stage.lab.guest.file('/home/device', '');
    stage.lab.guest.at('/home/device').kind = 'other';
    const [file, directory] = ['VixVM_FileExistsInGuest', 'VixVM_DirectoryExistsInGuest'] as const;
    expect(await exists(stage, file, '/home/a.txt')).toEqual([VIX_OK, true]);
    expect(await exists(stage, file, '/home/link')).toEqual([VIX_OK, true]);
    for (const [target, isFile] of [
      ['a.txt', true],
      ['../home/a.txt', true],
      ['/nope', false],
      ['loop', false],
      ['/home', false],
    ] as const) {
      stage.lab.guest.file('/home/loop', '');
      Object.assign(stage.lab.guest.at('/home/loop'), { kind: 'symlink', target });
      expect(await exists(stage, file, '/home/loop')).toEqual([VIX_OK, isFile]);
    }
    expect(await exists(stage, file, '/home')).toEqual([VIX_OK, false]);
    expect(await exists(stage, file, '/home/device')).toEqual([VIX_OK, false]);
    expect(await exists(stage, file, '/none')).toEqual([VIX_OK, false]);
    expect(await exists(stage, directory, '/home')).toEqual([VIX_OK, true]);
    expect(await exists(stage, directory, '/home/a.txt')).toEqual([VIX_OK, false]);
    expect(await exists(stage, directory, '/none')).toEqual([VIX_OK, false]);
    stage.control.once('files.stat', new Fault('not-a-directory', '/home/a.txt is a file'));
    expect(await exists(stage, file, '/home/a.txt/b')).toEqual([VIX_OK, false]);
    stage.control.once('files.stat', new Fault('file-access', 'denied'));
    expect(await exists(stage, file, '/root/x')).toEqual([VIX_E_FILE_ACCESS_ERROR, undefined]);
  });

  it('tell size, flags and time as VIX does', async () => {
    const stage = await Stage.make();
    const { guest } = stage.lab;
    guest.file('/home/link', '12345');
    guest.at('/home/link').kind = 'symlink';
    guest.at('/home/link').modified = new Date('2026-01-01T00:00:00.999Z');
    guest.directory('/home/dir');
    guest.at('/home/dir').bytes = new Uint8Array(4096);
    const info = async (path: string): Promise<unknown[]> => {
      const [size, flags, time] = [Vix_Out<number>(), Vix_Out<number>(), Vix_Out<number>()];
      const job = stage.vix.VixVM_GetFileInfoInGuest(stage.vm as VixHandle, path, null, null);
      const error = await stage.vix.VixJob_Wait(
        job,
        VIX_PROPERTY_JOB_RESULT_FILE_SIZE,
        size,
        VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
        flags,
        VIX_PROPERTY_JOB_RESULT_FILE_MOD_TIME,
        time,
        none,
      );
      return [error, size.value, flags.value, time.value];
    };
    const seconds = Date.UTC(2026, 0, 1) / 1000;
    expect(await info('/home/a.txt')).toEqual([VIX_OK, 5, 0, seconds]);
    expect(await info('/home/link')).toEqual([VIX_OK, 5, 2, seconds]);
    expect(await info('/home/dir')).toEqual([VIX_OK, 0, 1, seconds]);
    expect((await info('/none'))[0]).toBe(VIX_E_FILE_NOT_FOUND);
  });
});

describe('VixVM_KillProcessInGuest', () => {
  it('takes a number or a bigint', async () => {
    const stage = await Stage.make();
    const kill = (pid: number | bigint): VixHandle =>
      stage.vix.VixVM_KillProcessInGuest(stage.vm as VixHandle, pid, 0, null, null);
    expect(await stage.finish(kill(99n))).toBe(VIX_E_NO_SUCH_PROCESS);
    expect(await stage.finish(kill(7n))).toBe(VIX_OK);
    expect(stage.lab.guest.processes).toEqual([]);
    expect(await stage.finish(kill(Number.MAX_SAFE_INTEGER))).toBe(VIX_E_NO_SUCH_PROCESS);
  });
});

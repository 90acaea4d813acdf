import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  VIX_FILE_ATTRIBUTES_DIRECTORY,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
  VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
  VIX_PROPERTY_NONE,
  VIX_RUNPROGRAM_RETURN_IMMEDIATELY,
  type VixHandle,
  Vix_Out,
} from 'revix';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../support/counterpart.js';
import { giveGuest, startVcsim, type Vcsim } from '../support/vcsim.js';
import { VixRun } from '../support/vix-run.js';

describe.skipIf(lacks('vcsim', 'govc', 'busybox'))("guests of VMware's simulator", () => {
  let vcsim: Vcsim;
  let run: VixRun;
  let vm: VixHandle;
  let directory: string;

  beforeAll(async () => {
    vcsim = await startVcsim({ hasGuests: true });
    await giveGuest(vcsim, 'DC0_H0_VM0');
    run = new VixRun({ tls: { thumbprint: vcsim.thumbprint } });
    const host = await run.connect(vcsim.url);
    vm = await run.open(host, '[LocalDS_0] DC0_H0_VM0/DC0_H0_VM0.vmx');
    await run.done(run.vix.VixVM_WaitForToolsInGuest(vm, 60, null, null));
    await run.done(run.vix.VixVM_LoginInGuest(vm, 'user', 'pass', 0, null, null));
    directory = await mkdtemp(join(tmpdir(), 'revix-guest-'));
  });

  afterAll(async () => {
    await run.vix.Revix_Close();
    await vcsim.stop();
    await rm(directory, { recursive: true, force: true });
  });

  function program(path: string, args: string, options = 0): VixHandle {
    return run.vix.VixVM_RunProgramInGuest(vm, path, args, options, VIX_INVALID_HANDLE, null, null);
  }

  async function names(path: string): Promise<readonly string[]> {
    const job = run.vix.VixVM_ListDirectoryInGuest(vm, path, 0, null, null);
    await run.vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
    const count = run.vix.VixJob_GetNumProperties(job, VIX_PROPERTY_JOB_RESULT_ITEM_NAME);
    const found = Array.from({ length: count }, (_, index) => {
      const name = Vix_Out<string>();
      run.vix.VixJob_GetNthProperties(job, index, VIX_PROPERTY_JOB_RESULT_ITEM_NAME, name, VIX_PROPERTY_NONE);
      return name.value;
    });
    run.vix.Vix_ReleaseHandle(job);
    return found.toSorted();
  }

  it('run programs and give their exit codes', async () => {
    const code = VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE;
    expect(await run.number(program('/bin/sh', "-c 'exit 7'"), code)).toBe(7);
    expect(await run.number(program('/bin/true', ''), code)).toBe(0);
    const many = await Promise.all([1, 2, 3, 4].map((n) => run.number(program('/bin/sh', `-c 'exit ${n}'`), code)));
    expect(many).toEqual([1, 2, 3, 4]);
  });

  it('run scripts, and keep nothing of them', async () => {
    const script = 'echo "$0" > /tmp/script-name; exit 3';
    const job = run.vix.VixVM_RunScriptInGuest(vm, '/bin/sh', script, 0, VIX_INVALID_HANDLE, null, null);
    expect(await run.number(job, VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE)).toBe(3);
    const copy = join(directory, 'script-name');
    await run.done(
      run.vix.VixVM_CopyFileFromGuestToHost(vm, '/tmp/script-name', copy, 0, VIX_INVALID_HANDLE, null, null),
    );
    const name = (await readFile(copy, 'utf8')).trim();
    expect(name).toMatch(/\.sh$/);
    const left = await names('/tmp');
    expect(left.filter((entry) => name.includes(entry))).toEqual([]);
  });

  it('list processes and end them', async () => {
    const started = program('/bin/sleep', '600', VIX_RUNPROGRAM_RETURN_IMMEDIATELY);
    const cell = Vix_Out<number>();
    await run.vix.VixJob_Wait(started, VIX_PROPERTY_JOB_RESULT_PROCESS_ID, cell, VIX_PROPERTY_NONE);
    run.vix.Vix_ReleaseHandle(started);
    const pid = cell.value;
    const alive = async (): Promise<boolean> => {
      const job = run.vix.VixVM_ListProcessesInGuest(vm, 0, null, null);
      await run.vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
      const count = run.vix.VixJob_GetNumProperties(job, VIX_PROPERTY_JOB_RESULT_PROCESS_ID);
      const pids = Array.from({ length: count }, (_, index) => {
        run.vix.VixJob_GetNthProperties(job, index, VIX_PROPERTY_JOB_RESULT_PROCESS_ID, cell, VIX_PROPERTY_NONE);
        return cell.value;
      });
      run.vix.Vix_ReleaseHandle(job);
      return pids.includes(pid);
    };
    expect(await alive()).toBe(true);
    await run.done(run.vix.VixVM_KillProcessInGuest(vm, pid, 0, null, null));
    await expect.poll(alive, { timeout: 30_000 }).toBe(false);
  });

  it('take and give files of any size, byte for byte', async () => {
    for (const size of [0, 1, 100_000, 5_000_000]) {
      const bytes = randomBytes(size);
      const source = join(directory, `in-${size}`);
      const back = join(directory, `out-${size}`);
      await writeFile(source, bytes);
      for (let twice = 0; twice < 2; twice += 1) {
        await run.done(
          run.vix.VixVM_CopyFileFromHostToGuest(vm, source, '/tmp/bytes', 0, VIX_INVALID_HANDLE, null, null),
        );
      }
      await run.done(run.vix.VixVM_CopyFileFromGuestToHost(vm, '/tmp/bytes', back, 0, VIX_INVALID_HANDLE, null, null));
      expect(bytes.equals(await readFile(back)), `${size} bytes`).toBe(true);
    }
  });

  it('take and give whole trees', async () => {
    const source = join(directory, 'tree');
    await mkdir(join(source, 'deep', 'deeper'), { recursive: true });
    await writeFile(join(source, 'top.txt'), 'top');
    await writeFile(join(source, 'deep', 'deeper', 'leaf.txt'), 'leaf');
    await run.done(run.vix.VixVM_CopyFileFromHostToGuest(vm, source, '/tmp/tree', 0, VIX_INVALID_HANDLE, null, null));
    expect(await names('/tmp/tree')).toEqual(['deep', 'top.txt']);
    const back = join(directory, 'back');
    await run.done(run.vix.VixVM_CopyFileFromGuestToHost(vm, '/tmp/tree', back, 0, VIX_INVALID_HANDLE, null, null));
    expect(await readFile(join(back, 'deep', 'deeper', 'leaf.txt'), 'utf8')).toBe('leaf');
  });

  it('make, tell of, rename and delete files and directories', async () => {
    const { vix } = run;
    const exists = (job: VixHandle): Promise<boolean> => run.flag(job, VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS);
    await run.done(vix.VixVM_CreateDirectoryInGuest(vm, '/tmp/made/below', VIX_INVALID_HANDLE, null, null));
    expect(await exists(vix.VixVM_DirectoryExistsInGuest(vm, '/tmp/made/below', null, null))).toBe(true);
    const flags = await run.number(
      vix.VixVM_GetFileInfoInGuest(vm, '/tmp/made', null, null),
      VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
    );
    expect(flags).toBe(VIX_FILE_ATTRIBUTES_DIRECTORY);
    const temporary = await run.text(
      vix.VixVM_CreateTempFileInGuest(vm, 0, VIX_INVALID_HANDLE, null, null),
      VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
    );
    expect(await exists(vix.VixVM_FileExistsInGuest(vm, temporary, null, null))).toBe(true);
    await run.done(vix.VixVM_DeleteFileInGuest(vm, temporary, null, null));
    await run.done(vix.VixVM_DeleteDirectoryInGuest(vm, '/tmp/made', 0, null, null));
    expect(await names('/tmp')).not.toContain('made');
  });
});

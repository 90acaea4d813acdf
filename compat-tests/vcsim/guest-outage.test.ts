import { randomBytes } from 'node:crypto';
import {
  VIX_E_NO_SUCH_PROCESS,
  VIX_E_VM_NOT_RUNNING,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_NUM_VCPUS,
  type VixHandle,
  Vix_Out,
} from 'revix';
import { connectVsphere, type GuestClient, ref, type VsphereClient } from 'revix/vsphere';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lacks } from '../support/counterpart.js';
import { giveGuest, startVcsim, type Vcsim } from '../support/vcsim.js';
import { VixRun } from '../support/vix-run.js';

const path = '[LocalDS_0] DC0_H0_VM0/DC0_H0_VM0.vmx';
/** More than the network and its ends hold by themselves. */
const fileBytes = 64 * 1024 * 1024;

describe.skipIf(lacks('vcsim', 'govc', 'busybox'))("work in a guest of VMware's simulator", () => {
  let vcsim: Vcsim;
  let run: VixRun;
  let vm: VixHandle;
  let client: VsphereClient;
  let guest: GuestClient;

  beforeEach(async () => {
    vcsim = await startVcsim({ hasGuests: true });
    await giveGuest(vcsim, 'DC0_H0_VM0');
    const tls = { thumbprint: vcsim.thumbprint };
    run = new VixRun({ tls, reconnectSeconds: 60 });
    vm = await run.open(await run.connect(vcsim.url), path);
    await run.done(run.vix.VixVM_WaitForToolsInGuest(vm, 60, null, null));
    await run.done(run.vix.VixVM_LoginInGuest(vm, 'user', 'pass', 0, null, null));
    const login = { userName: 'user', password: 'pass' };
    client = await connectVsphere({ url: vcsim.url, ...login, tls, reconnectSeconds: 60 });
    guest = await (await client.findMachine(path)).guest(login);
  });

  afterEach(async () => {
    await client.close();
    await run.vix.Revix_Close();
    await vcsim.stop();
  });

  /** Ends vcsim as a crash does, and starts it anew at the same address, with a guest in the machine. */
  async function restart(): Promise<void> {
    const { host } = new URL(vcsim.url);
    await vcsim.kill();
    vcsim = await startVcsim({ hasGuests: true, listen: host });
    await giveGuest(vcsim, 'DC0_H0_VM0');
  }

  /** Ends every session of the user, as an administrator does. @returns how many. */
  async function endSessions(): Promise<number> {
    const tls = { thumbprint: vcsim.thumbprint };
    const admin = await connectVsphere({ url: vcsim.url, userName: 'admin', password: 'pass', tls });
    const manager = admin.content.sessionManager ?? ref('SessionManager', 'SessionManager');
    const { sessionList = [] } = await admin.properties(manager, ['sessionList']);
    const sessionId = sessionList.filter(({ userName }) => userName === 'user').map(({ key }) => key);
    await admin.call(manager, 'TerminateSession', { sessionId });
    await admin.close();
    return sessionId.length;
  }

  /** Starts a program that waits for a file, and counts how often its job ends. */
  async function startWaiting() {
    const ended: VixHandle[] = [];
    const note = (job: VixHandle, event: number): void => {
      if (event === VIX_EVENTTYPE_JOB_COMPLETED) ended.push(job);
    };
    // Ends with its guest, too: a vCenter that restarts lets go of the program.
    const loop = 'while [ -e /tmp/started ] && [ ! -e /tmp/go ]; do sleep 0.1; done';
    const args = `-c 'echo >> /tmp/started; ${loop}; exit 7'`;
    const job = run.vix.VixVM_RunProgramInGuest(vm, '/bin/sh', args, 0, VIX_INVALID_HANDLE, note, null);
    const isStarted = async (): Promise<number | undefined> => {
      const { files = [] } = await guest.call('ListFilesInGuest', { filePath: '/tmp', matchPattern: 'started' });
      return files.find(({ path: name }) => name.endsWith('started'))?.size;
    };
    await expect.poll(isStarted, { timeout: 30_000 }).toBe(1);
    return { job, ended, isStarted };
  }

  it('goes on when an administrator ends the sessions: the exit code arrives, and nothing has run twice', async () => {
    const { job, ended, isStarted } = await startWaiting();
    expect(await endSessions()).toBe(2);
    await guest.writeFile('/tmp/go', Buffer.from('go'));
    const code = Vix_Out<number>();
    const property = VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE;
    const error = await run.vix.VixJob_Wait(job, property, code, VIX_PROPERTY_NONE);
    expect({ error, code: code.value, ended }).toEqual({ error: 0, code: 7, ended: [job] });
    expect(await isStarted()).toBe(1);
    // A task, too, finds a new session.
    expect(await endSessions()).toBe(2);
    await run.done(run.vix.VixVM_PowerOff(vm, 0, null, null));
    expect(await run.error(run.vix.VixVM_PowerOff(vm, 0, null, null))).toBe(VIX_E_VM_NOT_RUNNING);
  });

  it('whose vCenter restarts ends once, as a program whose exit code is lost, and the handles go on', async () => {
    const { job, ended } = await startWaiting();
    await restart();
    // The new one knows nothing of the program: that is no success, and no reason to run it again.
    expect(await run.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_E_NO_SUCH_PROCESS);
    expect(run.vix.Revix_GetJobMessage(job)).toMatch(/the guest no longer knows process \d+, so its exit code is lost/);
    expect(ended).toEqual([job]);
    expect(await run.integerOf(vm, VIX_PROPERTY_VM_NUM_VCPUS)).toBe(1);
  });

  it('whose vCenter restarts while a file is sent fails at once, and the file can be sent again', async () => {
    const piece = randomBytes(1024 * 1024);
    const restarts: Promise<void>[] = [];
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < fileBytes; sent += piece.byteLength) {
        if (sent === fileBytes / 2) await (restarts[0] = restart());
        yield piece;
      }
    }
    const sending = guest.writeFile('/tmp/large', { size: fileBytes, chunks: chunks() });
    await expect(sending).rejects.toMatchObject({ kind: 'connection-lost', retryable: 'same-call' });
    await Promise.all(restarts);
    await guest.writeFile('/tmp/large', piece);
    const { files = [] } = await guest.call('ListFilesInGuest', { filePath: '/tmp', matchPattern: 'large' });
    expect(files.map(({ size }) => size)).toEqual([piece.byteLength]);
  });

  it('whose vCenter restarts while a file is fetched fails at once, and is never taken for the whole', async () => {
    await guest.writeFile('/tmp/large', { size: fileBytes, chunks: zeros() });
    const { chunks } = await guest.readFile('/tmp/large');
    let received = 0;
    const reading = async (): Promise<void> => {
      for await (const chunk of chunks) {
        if (received === 0) await restart();
        received += chunk.byteLength;
      }
    };
    await expect(reading()).rejects.toMatchObject({ kind: 'connection-lost', retryable: 'same-call' });
    expect(received).toBeLessThan(fileBytes);
  });
});

async function* zeros(): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(1024 * 1024);
  for (let sent = 0; sent < fileBytes; sent += piece.byteLength) yield piece;
}

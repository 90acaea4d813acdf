import {
  VIX_E_HOST_CONNECTION_LOST,
  VIX_E_VM_NOT_RUNNING,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_NUM_VCPUS,
  type VixHandle,
} from 'revix';
import { afterEach, describe, expect, it } from 'vitest';
import { lacks } from '../support/counterpart.js';
import { startVcsim, type Vcsim, type VcsimOptions } from '../support/vcsim.js';
import { VixRun } from '../support/vix-run.js';

const path = '[LocalDS_0] DC0_H0_VM0/DC0_H0_VM0.vmx';

describe.skipIf(lacks('vcsim'))("VMware's simulator, killed and started again", () => {
  const servers: Vcsim[] = [];
  const runs: VixRun[] = [];

  afterEach(async () => {
    for (const run of runs.splice(0)) await run.vix.Revix_Close();
    for (const server of servers.splice(0)) await server.stop();
  });

  async function start(options: VcsimOptions = {}): Promise<Vcsim> {
    const server = await startVcsim(options);
    servers.push(server);
    return server;
  }

  async function kill(server: Vcsim): Promise<void> {
    servers.splice(servers.indexOf(server), 1);
    await server.kill();
  }

  function runWith(server: Vcsim, reconnectSeconds: number): VixRun {
    const run = new VixRun({ tls: { thumbprint: server.thumbprint }, reconnectSeconds });
    runs.push(run);
    return run;
  }

  /** Waits for Tools, which the machines here never get. */
  function waitForTools(run: VixRun, vm: VixHandle): VixHandle {
    return run.vix.VixVM_WaitForToolsInGuest(vm, 0, null, null);
  }

  it('does not end a job that waits, and the handles go on', async () => {
    const first = await start();
    const run = runWith(first, 60);
    const vm = await run.open(await run.connect(first.url), path);
    const waiting = waitForTools(run, vm);
    expect(await run.integerOf(vm, VIX_PROPERTY_VM_NUM_VCPUS)).toBe(1);
    await kill(first);
    const reading = run.integerOf(vm, VIX_PROPERTY_VM_NUM_VCPUS);
    await start({ listen: new URL(first.url).host });
    expect(await reading).toBe(1);
    await run.done(run.vix.VixVM_PowerOff(vm, 0, null, null));
    expect(await run.error(waiting)).toBe(VIX_E_VM_NOT_RUNNING);
  });

  it('for good ends the jobs of its handles, and no others', async () => {
    const [dying, living] = await Promise.all([start(), start()]);
    const run = runWith(dying, 1);
    const vm = await run.open(await run.connect(dying.url), path);
    const otherRun = runWith(living, 1);
    const other = await otherRun.open(await otherRun.connect(living.url), path);
    const ended: string[] = [];
    const jobs = [waitForTools(run, vm), waitForTools(run, vm)];
    const waits = jobs.map(async (job, index) => {
      const error = await run.error(job);
      ended.push(`${index}`);
      return error;
    });
    const stillWaiting = waitForTools(otherRun, other);
    await kill(dying);
    expect(await Promise.all(waits)).toEqual([VIX_E_HOST_CONNECTION_LOST, VIX_E_HOST_CONNECTION_LOST]);
    expect(ended.toSorted()).toEqual(['0', '1']);
    expect(await run.error(run.vix.VixVM_PowerOff(vm, 0, null, null))).toBe(VIX_E_HOST_CONNECTION_LOST);
    await otherRun.done(otherRun.vix.VixVM_PowerOff(other, 0, null, null));
    expect(await otherRun.error(stillWaiting)).toBe(VIX_E_VM_NOT_RUNNING);
  });

  it('is one of several in one process, each with its own machines', async () => {
    const all = await Promise.all([
      start({ flags: ['-vm', '1'] }),
      start({ flags: ['-vm', '2'] }),
      start({ flags: ['-esx'] }),
    ]);
    const run = new VixRun({ tls: { thumbprint: all.map(({ thumbprint }) => thumbprint) } });
    runs.push(run);
    const hosts = await Promise.all(all.map(({ url }) => run.connect(url)));
    const counts = await Promise.all(hosts.map(async (host) => (await run.find(host)).length));
    expect(counts).toEqual([2, 4, 2]);
    const again = await run.connect(all[0].url);
    expect(await run.find(again)).toHaveLength(2);
    for (const host of hosts) run.vix.VixHost_Disconnect(host);
    expect(await run.find(again)).toHaveLength(2);
    const job = run.vix.VixHost_FindItems(hosts[1] ?? VIX_INVALID_HANDLE, 1, VIX_INVALID_HANDLE, -1, null, null);
    expect(await run.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).not.toBe(VIX_OK);
    run.vix.Vix_ReleaseHandle(job);
  });
});

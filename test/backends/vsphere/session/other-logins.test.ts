import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectVsphere, createVsphereBackend, type VsphereOptions } from '../../../../src/backends/vsphere/index.js';
import { FakeClock } from '../../../../src/base/clock.js';
import { createVix, Vix_Out, type Vix } from '../../../../src/index.js';
import { startSimulator, type Simulator } from '../../../../src/simulator/index.js';
import { errorName } from '../../../../src/vix/lookup.js';
import {
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
} from '../../../../src/vix/names.js';
import type { VixHandle } from '../../../../src/vix/types.js';
import { whileMoving } from '../fake-connection.js';

const location = '[store] web/web.vmx';
const twoHoursMs = 2 * 3_600_000;

describe('a login by other means than name and password', () => {
  const clock = new FakeClock();
  const runtimes: Vix[] = [];
  let simulator: Simulator;

  beforeAll(async () => {
    simulator = await startSimulator({
      inventory: { vms: [{ name: 'web', location }] },
      users: [{ name: 'user', password: 'pass' }],
      clock,
    });
  });

  afterAll(async () => {
    for (const vix of runtimes) await vix.Revix_Close();
    await simulator.close();
  });

  function runtime(options: VsphereOptions = {}): Vix {
    const tls = { thumbprint: simulator.thumbprint?.sha256 ?? '' };
    const vix = createVix({ backends: [createVsphereBackend({ clock, tls, ...options })], config: {}, clock });
    runtimes.push(vix);
    return vix;
  }

  async function end(vix: Vix, job: VixHandle) {
    const cell = Vix_Out<VixHandle>();
    const work = vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE);
    const error = errorName(await whileMoving(clock, 250, work));
    return { error, handle: cell.value, message: vix.Revix_GetJobMessage(job) };
  }

  const connect = (vix: Vix, password: string) => {
    const provider = VIX_SERVICEPROVIDER_VMWARE_VI_SERVER;
    return end(
      vix,
      vix.VixHost_Connect(-1, provider, simulator.url, 0, null, password, 0, VIX_INVALID_HANDLE, null, null),
    );
  };

  const open = (vix: Vix, host: VixHandle) => end(vix, vix.VixVM_Open(host, location, null, null));

  /** A token as a single sign-on service gives it: the assertion alone. */
  function token(): string {
    const [assertion] = /<saml2:Assertion.*<\/saml2:Assertion>/s.exec(simulator.issueToken('user').reveal()) ?? [];
    return assertion ?? '';
  }

  it('takes a token of the single sign-on, also for a session that was lost, until the token is too old', async () => {
    const vix = runtime({ login: 'saml-token' });
    const given = token();
    const { error, handle: host } = await connect(vix, given);
    expect(error).toBe('VIX_OK');
    expect(await open(vix, host)).toMatchObject({ error: 'VIX_OK' });
    simulator.faults.add({ on: 'FindByDatastorePath', effect: { expireSession: true }, count: 1 });
    expect(await open(vix, host)).toMatchObject({ error: 'VIX_OK' });
    expect(simulator.faults.list()).toMatchObject([{ hits: 1 }]);
    await clock.advance(twoHoursMs);
    simulator.faults.clear();
    simulator.faults.add({ on: 'FindByDatastorePath', effect: { expireSession: true }, count: 1 });
    const late = await open(vix, host);
    expect(late).toMatchObject({
      error: 'VIX_E_HOST_USER_PERMISSIONS',
      message: expect.stringContaining('InvalidLogin'),
    });
    simulator.faults.clear();
    expect(late.message).not.toContain(given);
  });

  it.each([
    { what: 'one that nobody gave out', forge: (given: string) => given.replace(/ID="[^"]+"/u, 'ID="_forged"') },
    { what: 'what is no token', forge: () => 'no-token-at-all' },
  ])('refuses $what, with a code that says so, and shows nothing of it', async ({ forge }) => {
    const vix = runtime({ login: 'saml-token' });
    const forged = forge(token());
    const refused = await connect(vix, forged);
    expect(refused.error).toBe('VIX_E_HOST_USER_PERMISSIONS');
    expect(refused.message).not.toContain(forged);
  });

  it('takes a clone ticket where there is no user name, once', async () => {
    const tls = { thumbprint: simulator.thumbprint?.sha256 ?? '' };
    const client = await connectVsphere({ url: simulator.url, userName: 'user', password: 'pass', tls });
    const manager = { type: 'SessionManager', value: 'SessionManager' } as const;
    const ticket = String(await client.call(manager, 'AcquireCloneTicket', {}));
    const vix = runtime();
    const { error, handle: host } = await connect(vix, ticket);
    expect(error).toBe('VIX_OK');
    expect(await open(vix, host)).toMatchObject({ error: 'VIX_OK' });
    const again = await connect(vix, ticket);
    expect(again.error).toBe('VIX_E_HOST_USER_PERMISSIONS');
    expect(again.message).not.toContain(ticket);
    await client.close();
  });
});

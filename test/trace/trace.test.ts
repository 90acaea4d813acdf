import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Vix } from '../../src/api/vix.js';
import { Vix_Out } from '../../src/api/vix-out.js';
import { createMockBackend, InventoryBuilder } from '../../src/backends/mock/index.js';
import { createVsphereBackend } from '../../src/backends/vsphere/index.js';
import { FakeClock } from '../../src/base/clock.js';
import type { TraceEvent } from '../../src/base/timeline.js';
import { createVix } from '../../src/compose/create-vix.js';
import { connect } from '../../src/doors/client/index.js';
import { startSimulator } from '../../src/simulator/index.js';
import {
  VIX_FIND_REGISTERED_VMS,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_ENCRYPTION_PASSWORD,
  VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VIX_VM_GUEST_VARIABLE,
} from '../../src/vix/names.js';
import type { VixHandle } from '../../src/vix/types.js';
import { finish, spansOf } from './trace-rig.js';

const workstation = VIX_SERVICEPROVIDER_VMWARE_WORKSTATION;

function lab() {
  return new InventoryBuilder()
    .linux('lab', { power: 'on', guest: { users: [{ name: 'user', password: 'guest password' }] } })
    .build();
}

async function connectMock(vix: Vix, password: string | null = null): Promise<VixHandle> {
  return (await finish(vix, vix.VixHost_Connect(-1, workstation, null, 0, null, password, 0, 0, null, null))).handle;
}

it('draws the waits of the client', async () => {
  const events: TraceEvent[] = [];
  const clock = new FakeClock();
  const backends = [createMockBackend({ clock, inventory: lab() })];
  const vix = createVix({ clock, backends, config: {}, trace: (event) => void events.push(event) });
  const host = await connect({ vix });
  for await (const { name } of host.vms()) expect(name).toBe('lab');
  await vix.Revix_Close();
  const waits = spansOf(events).filter(({ kind }) => kind === 'wait');
  expect(waits.map(({ args }) => args['for'])).toContain('host.vms');
  expect(waits.every(({ end }) => end !== undefined)).toBe(true);
});

it('draws jobs with their parts, calls of the backend, waits and callbacks', async () => {
  const events: TraceEvent[] = [];
  const clock = new FakeClock();
  const backends = [createMockBackend({ clock, inventory: lab() })];
  const vix = createVix({ clock, backends, config: {}, trace: (event) => void events.push(event) });
  const host = await connectMock(vix);
  await finish(
    vix,
    vix.VixHost_FindItems(host, VIX_FIND_REGISTERED_VMS, 0, -1, async () => {}, null),
  );
  const { handle: vm } = await finish(vix, vix.VixVM_Open(host, '[datastore1] lab/lab.vmx', null, null));
  await finish(vix, vix.VixVM_LoginInGuest(vm, 'user', 'guest password', 0, null, null));
  const power = vix.VixVM_PowerOn(vm, 0, 0, () => undefined, null);
  const missing = vix.VixVM_FileExistsInGuest(vm, '/etc/shadow-copy', null, null);
  await finish(vix, power);
  await finish(vix, missing);
  await vix.Revix_Close();

  const spans = spansOf(events);
  expect(spans.filter(({ end }) => end === undefined)).toEqual([]);
  const jobs = spans.filter(({ kind, within }) => kind === 'job' && within === undefined);
  expect(jobs.map(({ name, args }) => [name, args['error']])).toEqual([
    ['VixHost_Connect', 'VIX_OK'],
    ['VixHost_FindItems', 'VIX_OK'],
    ['VixVM_Open', 'VIX_OK'],
    ['VixVM_LoginInGuest', 'VIX_OK'],
    ['VixVM_PowerOn', 'VIX_E_VM_IS_RUNNING'],
    ['VixVM_FileExistsInGuest', 'VIX_OK'],
  ]);
  const parts = spans.filter(({ kind, within }) => kind === 'job' && within === 'VixVM_PowerOn');
  expect(parts.map(({ name }) => name)).toEqual(['waits for its turn', 'works']);
  const callbacks = spans.filter(({ kind }) => kind === 'callback');
  expect(callbacks.map(({ name, args }) => [name, args['of']])).toEqual([
    ['VIX_EVENTTYPE_FIND_ITEM', 'VixHost_FindItems'],
    ['VIX_EVENTTYPE_JOB_COMPLETED', 'VixHost_FindItems'],
    ['VIX_EVENTTYPE_JOB_COMPLETED', 'VixVM_PowerOn'],
  ]);
  const calls = spans.filter(({ kind }) => kind === 'backend').map(({ name, args }) => [name, args['job']]);
  const jobOf = (name: string): unknown => jobs.find((span) => span.name === name)?.args['job'];
  expect(calls).toEqual([
    ['connect', jobOf('VixHost_Connect')],
    ['findVms', jobOf('VixHost_FindItems')],
    ['openVm', jobOf('VixVM_Open')],
    ['guest.validate', jobOf('VixVM_LoginInGuest')],
    ['power.on', jobOf('VixVM_PowerOn')],
    ['guest.files.stat', jobOf('VixVM_FileExistsInGuest')],
    ['close', undefined],
  ]);
  expect(spans.find(({ name }) => name === 'power.on')?.args).toMatchObject({
    vm: '[datastore1] lab/lab.vmx',
    error: 'vm-running',
  });
  expect(spans.find(({ name }) => name === 'guest.files.stat')?.args['path']).toBe('/etc/shadow-copy');
  expect(spans.filter(({ kind }) => kind === 'wait').map(({ args }) => args['for'])).toContain('VixVM_PowerOn');
});

it('draws a job that a disconnect ends while it waits for its turn', async () => {
  const events: TraceEvent[] = [];
  const clock = new FakeClock();
  const backends = [createMockBackend({ clock, inventory: lab(), powerDurationMs: 60_000 })];
  const vix = createVix({ clock, backends, config: {}, trace: (event) => void events.push(event) });
  const host = await connectMock(vix);
  const { handle: vm } = await finish(vix, vix.VixVM_Open(host, '[datastore1] lab/lab.vmx', null, null));
  vix.VixVM_Suspend(vm, 0, null, null);
  vix.VixVM_PowerOn(vm, 0, 0, null, null);
  await new Promise((resolve) => setImmediate(resolve));
  vix.VixHost_Disconnect(host);
  await vix.Revix_Close();
  const ended = spansOf(events).filter(({ args }) => args['error'] === 'VIX_E_CANCELLED');
  expect(ended.map(({ name }) => name)).toEqual(['VixVM_Suspend', 'VixVM_PowerOn']);
});

/** A text that nobody writes by chance. */
const secretText = fc.string({ minLength: 4, maxLength: 12 }).map((text) => `S3CR3T${text}`);

it('shows no password, whatever a program gives and wherever it says it', async () => {
  await fc.assert(
    fc.asyncProperty(secretText, secretText, secretText, async (host, guest, encryption) => {
      const events: TraceEvent[] = [];
      const inventory = new InventoryBuilder()
        .linux('lab', { power: 'on', guest: { users: [{ name: 'user', password: guest }] } })
        .build();
      const clock = new FakeClock();
      const backends = [createMockBackend({ clock, inventory })];
      const vix = createVix({ clock, backends, config: {}, trace: (event) => void events.push(event) });
      const url = `https://admin:${encodeURIComponent(host)}@host.example/sdk`;
      await finish(vix, vix.VixHost_Connect(-1, workstation, url, 0, 'admin', host, 0, 0, null, null));
      const connected = await connectMock(vix, host);
      const list = Vix_Out<VixHandle>();
      vix.VixPropertyList_AllocPropertyList(
        connected,
        list,
        VIX_PROPERTY_VM_ENCRYPTION_PASSWORD,
        encryption,
        VIX_PROPERTY_NONE,
      );
      await finish(vix, vix.VixHost_OpenVM(connected, `[datastore1] ${encryption}.vmx`, 0, list.value, null, null));
      const { handle: vm } = await finish(vix, vix.VixVM_Open(connected, '[datastore1] lab/lab.vmx', null, null));
      await finish(vix, vix.VixVM_LoginInGuest(vm, 'user', `not ${guest}`, 0, null, null));
      expect((await finish(vix, vix.VixVM_LoginInGuest(vm, 'user', guest, 0, null, null))).error).toBe(VIX_OK);
      await finish(vix, vix.VixVM_RunProgramInGuest(vm, `/bin/${guest}`, `--password ${host}`, 0, 0, null, null));
      await finish(vix, vix.VixVM_RunScriptInGuest(vm, null, `echo ${encryption}`, 1, 0, null, null));
      await finish(vix, vix.VixVM_WriteVariable(vm, VIX_VM_GUEST_VARIABLE, 'name', host, 0, null, null));
      await finish(vix, vix.VixVM_DeleteFileInGuest(vm, `/home/${guest}`, null, null));
      await vix.Revix_Close();
      const text = events.map((event) => JSON.stringify(event)).join('\n');
      // However the secrets are escaped.
      expect(text).not.toContain('S3CR3T');
      expect(spansOf(events).length).toBeGreaterThan(10);
    }),
    { numRuns: 20 },
  );
});

it('draws the requests to a vSphere by their methods, without sessions, tickets and tokens', async () => {
  const events: TraceEvent[] = [];
  const simulator = await startSimulator({ inventory: lab() });
  const thumbprint = simulator.thumbprint?.sha256;
  const tls = thumbprint === undefined ? 'system' : { thumbprint };
  const vix = createVix({
    backends: [createVsphereBackend({ tls })],
    config: {},
    trace: (event) => void events.push(event),
  });
  const provider = VIX_SERVICEPROVIDER_VMWARE_VI_SERVER;
  const connecting = vix.VixHost_Connect(-1, provider, simulator.url, 0, 'root', 'S3CR3T', 0, 0, null, null);
  const { handle: host } = await finish(vix, connecting);
  const { handle: vm } = await finish(vix, vix.VixVM_Open(host, '[datastore1] lab/lab.vmx', null, null));
  await finish(vix, vix.VixVM_LoginInGuest(vm, 'user', 'guest password', 0, null, null));
  const copied = import.meta.filename;
  const copy = vix.VixVM_CopyFileFromHostToGuest(vm, copied, '/tmp/copy', 0, VIX_INVALID_HANDLE, null, null);
  expect((await finish(vix, copy)).error).toBe(VIX_OK);
  await vix.Revix_Close();
  await simulator.close();

  const requests = spansOf(events).filter(({ kind }) => kind === 'http');
  const names = requests.map(({ name }) => name);
  expect(names).toContain('SessionManager.Login');
  expect(names).toContain('GuestFileManager.InitiateFileTransferToGuest');
  const put = requests.find(({ name }) => name.startsWith('PUT '));
  expect(put?.name).toMatch(/^PUT \/guestFile$/);
  expect(requests.find(({ name }) => name === 'SessionManager.Login')?.args).toMatchObject({ status: 200 });
  const copyJob = spansOf(events).find(({ name }) => name === 'VixVM_CopyFileFromHostToGuest')?.args['job'];
  expect(put?.args['job']).toBe(copyJob);
  const text = JSON.stringify(events);
  for (const sign of ['S3CR3T', 'guest password', 'token', 'vmware_soap_session', '?'])
    expect(text).not.toContain(sign);
});

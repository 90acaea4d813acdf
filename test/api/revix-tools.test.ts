import { expect, it, onTestFinished } from 'vitest';
import { Vix_Out } from '../../src/api/vix-out.js';
import type { Vix } from '../../src/api/vix.js';
import type { BackendModule, HostLink, ToolsOps, ToolsReport, VmLink } from '../../src/backends/backend.js';
import { createMockBackend, InventoryBuilder } from '../../src/backends/mock/index.js';
import { createVix } from '../../src/compose/create-vix.js';
import {
  VIX_API_VERSION,
  VIX_E_INVALID_ARG,
  VIX_E_NOT_SUPPORTED,
  VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_DEFAULT,
} from '../../src/vix/names.js';
import type { VixError, VixHandle } from '../../src/vix/types.js';

const inventory = new InventoryBuilder()
  .linux('on', { power: 'on', tools: { bootDelayMs: 0 }, guest: { hostName: 'inside' } })
  .linux('off')
  .linux('bare', { power: 'on', tools: { version: null } })
  .build();

interface Rig {
  readonly vix: Vix;
  readonly host: VixHandle;
  readonly open: (name: string) => Promise<VixHandle>;
  readonly read: (vm: VixHandle, name: string) => Promise<readonly [error: VixError, text: string]>;
  readonly setTimeSync: (vm: VixHandle, isTimeSynced: unknown) => Promise<VixError>;
}

async function rig(backend: BackendModule = createMockBackend({ inventory })): Promise<Rig> {
  const vix = createVix({ backends: [backend], config: {} });
  onTestFinished(() => vix.Revix_Close());
  const handleOf = async (job: VixHandle): Promise<VixHandle> => {
    const cell = Vix_Out(VIX_INVALID_HANDLE);
    expect(await vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    return cell.value;
  };
  const provider = VIX_SERVICEPROVIDER_DEFAULT;
  const none = VIX_INVALID_HANDLE;
  const host = await handleOf(vix.VixHost_Connect(VIX_API_VERSION, provider, null, 0, null, null, 0, none, null, null));
  return {
    vix,
    host,
    open: (name) => handleOf(vix.VixVM_Open(host, `[datastore1] ${name}/${name}.vmx`, null, null)),
    async read(vm, name) {
      const job = vix.Revix_ReadToolsReport(vm, name as keyof ToolsReport, null, null);
      const text = Vix_Out('');
      const id = VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING;
      return [await vix.VixJob_Wait(job, id, text, VIX_PROPERTY_NONE), text.value];
    },
    setTimeSync: (vm, isTimeSynced) =>
      vix.VixJob_Wait(vix.Revix_SetTimeSync(vm, isTimeSynced as boolean, null, null), VIX_PROPERTY_NONE),
  };
}

it('reads what Tools tells of a guest that runs, without a login', async () => {
  const { open, read } = await rig();
  const vm = await open('on');
  expect(await read(vm, 'hostName')).toEqual([VIX_OK, 'inside']);
  expect((await read(vm, 'toolsVersion'))[1]).toMatch(/^\d+\.\d+\.\d+$/);
  expect(await read(vm, 'heartbeat')).toEqual([VIX_OK, 'green']);
  expect(await read(vm, 'isTimeSynced')).toEqual([VIX_OK, 'false']);
  expect((await read(vm, 'osName'))[1]).toMatch(/Ubuntu/);
  expect(await read(vm, 'areGuestOperationsReady')).toEqual([VIX_OK, 'true']);
  expect(await read(vm, 'areInteractiveOperationsReady')).toEqual([VIX_OK, 'false']);
});

it('reads nothing of a guest that is off or has no Tools', async () => {
  const { open, read } = await rig();
  for (const name of ['off', 'bare']) {
    const vm = await open(name);
    expect([name, await read(vm, 'hostName')]).toEqual([name, [VIX_OK, '']]);
    expect([name, await read(vm, 'heartbeat')]).toEqual([name, [VIX_OK, 'gray']]);
  }
  expect(await read(await open('bare'), 'toolsVersion')).toEqual([VIX_OK, '']);
});

it('sets the time synchronization, and says what it is', async () => {
  const { open, read, setTimeSync } = await rig();
  const vm = await open('on');
  expect(await setTimeSync(vm, true)).toBe(VIX_OK);
  expect(await read(vm, 'isTimeSynced')).toEqual([VIX_OK, 'true']);
  expect(await setTimeSync(vm, false)).toBe(VIX_OK);
  expect(await read(vm, 'isTimeSynced')).toEqual([VIX_OK, 'false']);
});

it('refuses other names, other types and other handles', async () => {
  const { vix, host, open, read, setTimeSync } = await rig();
  const vm = await open('on');
  for (const name of ['', 'constructor', 'colour']) expect(await read(vm, name)).toEqual([VIX_E_INVALID_ARG, '']);
  const job = vix.Revix_ReadToolsReport(vm, 'colour' as keyof ToolsReport, null, null);
  await vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
  expect(vix.Revix_GetJobMessage(job)).toMatch(/name is colour; there are .*heartbeat/);
  expect(await setTimeSync(vm, 'yes')).toBe(VIX_E_INVALID_ARG);
  expect(await read(host, 'osName')).toEqual([VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE, '']);
  expect(await setTimeSync(host, true)).toBe(VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE);
});

/** A mock host that tells nothing of Tools. */
function silentHost(): BackendModule {
  const mock = createMockBackend({ inventory });
  const openVm = async (link: HostLink, ...args: Parameters<HostLink['openVm']>): Promise<VmLink> => {
    const vm = await link.openVm(...args);
    const tools: ToolsOps = {
      waitUntilRunning: (call) => vm.tools.waitUntilRunning(call),
      install: (options, call) => vm.tools.install(options, call),
    };
    return new Proxy(vm, { get: (_, name) => (name === 'tools' ? tools : Reflect.get(vm, name, vm)) as unknown });
  };
  return {
    name: mock.name,
    capabilities: mock.capabilities,
    claims: (target) => mock.claims(target),
    async connect(target, call) {
      const link = await mock.connect(target, call);
      return new Proxy(link, {
        get(_, name) {
          if (name === 'openVm') return (...args: Parameters<HostLink['openVm']>) => openVm(link, ...args);
          const member: unknown = Reflect.get(link, name, link);
          return typeof member === 'function' ? (member.bind(link) as unknown) : member;
        },
      });
    },
  };
}

it('answers VIX_E_NOT_SUPPORTED on a host that does not offer it', async () => {
  const { open, read, setTimeSync } = await rig(silentHost());
  const vm = await open('on');
  expect(await read(vm, 'osName')).toEqual([VIX_E_NOT_SUPPORTED, '']);
  expect(await setTimeSync(vm, true)).toBe(VIX_E_NOT_SUPPORTED);
});

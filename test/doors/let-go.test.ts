import { expect, it, onTestFinished } from 'vitest';
import { Vix_Out } from '../../src/api/vix-out.js';
import type { Vix } from '../../src/api/vix.js';
import { createMockBackend } from '../../src/backends/mock/index.js';
import { settle } from '../../src/base/clock.js';
import { createVix } from '../../src/compose/create-vix.js';
import { createVixCOM, type IHost } from '../../src/doors/com/index.js';
import {
  createVirtualServer,
  type IVMVirtualMachine,
  type IVMVirtualServer,
} from '../../src/doors/virtual-server/index.js';
import * as C from '../../src/vix/names.js';
import { collectGarbage } from '../fixtures/collect-garbage.js';

const location = '[store] a/a.vmx';

function openVix(): Vix {
  const vix = createVix({
    backends: [createMockBackend({ inventory: { vms: [{ name: 'a', guestOs: 'ubuntu-64', location }] } })],
  });
  onTestFinished(() => vix.Revix_Close());
  return vix;
}

/** References to the handles of a kind. */
function references(vix: Vix, wanted: string): readonly number[] {
  const handles = vix.Revix_DumpHandles().filter(({ kind }) => kind === wanted);
  return handles.map(({ refs }) => refs);
}

/** Finalizers run in a turn of their own. */
async function letGo(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    collectGarbage();
    await settle();
  }
}

async function find(server: IVMVirtualServer): Promise<IVMVirtualMachine> {
  const machine = await server.FindVirtualMachine('a');
  if (machine === null) throw new Error('there is no a');
  return machine;
}

it('a machine of Virtual Server gives back one reference, however often it was shown', async () => {
  const vix = openVix();
  const server = new (createVirtualServer(vix).VMVirtualServer)();
  const kept = await find(server);
  const showOften = async (): Promise<void> => {
    const card = (await (await find(server)).NetworkAdapters).Item(1);
    for (let count = 0; count < 5; count += 1) expect(card.VirtualMachine.File).toBe(location);
  };
  await showOften();
  expect(references(vix, 'vm')).toEqual([2]);
  await letGo();
  expect(references(vix, 'vm')).toEqual([1]);
  expect(await kept.Name).toBe('a');
});

it('an object of VixCOM that nobody closed gives its reference back', async () => {
  const vix = openVix();
  const com = createVixCOM(vix);
  const useAll = async (): Promise<number> => {
    const lib = com.CreateObject('VixCOM.VixLib');
    const results = Vix_Out<unknown>();
    const connecting = lib.Connect(C.VIX_API_VERSION, C.VIX_SERVICEPROVIDER_DEFAULT, '', 0, '', '', 0, null, null);
    expect(await connecting.Wait([C.VIX_PROPERTY_JOB_RESULT_HANDLE], results)).toBe(C.VIX_OK);
    const [host] = results.value as [IHost];
    const opening = host.OpenVM(location, null);
    expect(await opening.WaitWithoutResults()).toBe(C.VIX_OK);
    const held = [connecting, host, opening];
    expect(vix.Revix_DumpHandles().length).toBeGreaterThanOrEqual(held.length);
    return held.length;
  };
  expect(await useAll()).toBe(3);
  await letGo();
  expect(vix.Revix_DumpHandles()).toEqual([]);
});

import { describe, expect, it } from 'vitest';
import * as asyncDoor from '../../../dist/index.js';
import * as syncDoor from '../../../dist/doors/sync/index.js';
import {
  type VixHandle,
  VIX_CAPTURESCREENFORMAT_PNG,
  VIX_E_INVALID_ARG,
  VIX_E_INVALID_HANDLE,
  VIX_E_UNRECOGNIZED_PROPERTY,
  VIX_FIND_REGISTERED_VMS,
  VIX_HANDLETYPE_HOST,
  VIX_HANDLETYPE_SNAPSHOT,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_SNAPSHOT_DISPLAYNAME,
  VIX_PROPERTY_VM_ENCRYPTION_PASSWORD,
  VIX_PROPERTY_VM_IS_RUNNING,
  VIX_PROPERTY_VM_MEMORY_SIZE,
  VIX_PROPERTY_VM_NAME,
  VIX_VM_GUEST_VARIABLE,
  Vix_Out,
} from '../../../dist/doors/sync/index.js';
import { connect, fakeVix, resultOf, startConnect, vixOfFile } from './fake-vix.js';

const sharedVix = vixOfFile();

function moduleOf(code: string): URL {
  return new URL(`data:text/javascript,${code}`);
}

function openVm(vix: syncDoor.SyncVix, location: string = '/vms/a.vmx'): VixHandle {
  return resultOf(vix, vix.VixVM_Open(connect(vix), location, null, null));
}

describe('the blocking door', () => {
  it('exports the VIX names that the asynchronous door exports', () => {
    const vixNames = (door: object) => Object.keys(door).filter((name) => /^(?:Vix|VIX_|Revix_)/.test(name));
    expect(vixNames(syncDoor).toSorted()).toEqual(vixNames(asyncDoor).toSorted());
  });

  it('really blocks in VixJob_Wait: nothing else of the program runs meanwhile', async () => {
    const vix = sharedVix();
    const order: string[] = [];
    const turn = new Promise<void>((resolve) => {
      setImmediate(() => {
        order.push('event loop');
        resolve();
      });
    });
    queueMicrotask(() => order.push('microtask'));
    expect(vix.VixJob_Wait(startConnect(vix, 'slow'), VIX_PROPERTY_NONE)).toBe(VIX_OK);
    order.push('waited');
    await turn;
    expect(order).toEqual(['waited', 'microtask', 'event loop']);
  });

  it('starts jobs without waiting for them', () => {
    const vix = sharedVix();
    const job = startConnect(vix, 'gate');
    const isDone = Vix_Out(true);
    expect(vix.VixJob_CheckCompletion(job, isDone)).toBe(VIX_OK);
    expect(isDone.value).toBe(false);
    startConnect(vix, 'open-gate');
    expect(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(vix.VixJob_CheckCompletion(job, isDone)).toBe(VIX_OK);
    expect(isDone.value).toBe(true);
  });

  it('reads properties of every type', () => {
    const vix = sharedVix();
    const vm = openVm(vix);
    const name = Vix_Out<string>();
    const memory = Vix_Out<number>();
    const isRunning = Vix_Out<boolean>();
    const error = vix.Vix_GetProperties(
      vm,
      VIX_PROPERTY_VM_NAME,
      name,
      VIX_PROPERTY_VM_MEMORY_SIZE,
      memory,
      VIX_PROPERTY_VM_IS_RUNNING,
      isRunning,
      VIX_PROPERTY_NONE,
    );
    expect([error, name.value, memory.value, isRunning.value]).toEqual([VIX_OK, '/vms/a.vmx äß', 1024, false]);
  });

  it('navigates snapshots', () => {
    const vix = sharedVix();
    const vm = openVm(vix);
    const count = Vix_Out<number>();
    const snapshot = Vix_Out<VixHandle>();
    const parent = Vix_Out<VixHandle>();
    const name = Vix_Out<string>();
    expect(vix.VixVM_GetNumRootSnapshots(vm, count)).toBe(VIX_OK);
    expect(count.value).toBe(1);
    expect(vix.VixVM_GetNamedSnapshot(vm, 'Größe 🐧', snapshot)).toBe(VIX_OK);
    expect(vix.Vix_GetHandleType(snapshot.value)).toBe(VIX_HANDLETYPE_SNAPSHOT);
    expect(vix.VixSnapshot_GetParent(snapshot.value, parent)).toBe(VIX_OK);
    expect(parent.value).toBe(VIX_INVALID_HANDLE);
    vix.Vix_GetProperties(snapshot.value, VIX_PROPERTY_SNAPSHOT_DISPLAYNAME, name, VIX_PROPERTY_NONE);
    expect(name.value).toBe('Größe 🐧');
  });

  it('carries a large blob, as size and bytes, as often as it is read', () => {
    const vix = sharedVix();
    const vm = openVm(vix);
    expect(vix.VixJob_Wait(vix.VixVM_LoginInGuest(vm, 'user', 'password', 0, null, null), VIX_PROPERTY_NONE)).toBe(0);
    const job = vix.VixVM_CaptureScreenImage(vm, VIX_CAPTURESCREENFORMAT_PNG, VIX_INVALID_HANDLE, null, null);
    for (let read = 0; read < 2; read += 1) {
      const size = Vix_Out<number>();
      const bytes = Vix_Out<Uint8Array>();
      const id = VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA;
      expect(vix.VixJob_Wait(job, id, size, bytes, VIX_PROPERTY_NONE)).toBe(VIX_OK);
      expect(size.value).toBe(8 * 1024 * 1024);
      expect(bytes.value).toBeInstanceOf(Uint8Array);
      expect(bytes.value.length).toBe(size.value);
      expect(bytes.value.every((byte, at) => byte === at % 251)).toBe(true);
    }
  });

  it('carries Unicode both ways', () => {
    const vix = sharedVix();
    const text = 'naïve Ω 日本語 🐧 \u{10ffff}';
    const value = Vix_Out<string>();
    const job = vix.VixVM_ReadVariable(openVm(vix), VIX_VM_GUEST_VARIABLE, text, 0, null, null);
    vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING, value, VIX_PROPERTY_NONE);
    expect(value.value).toBe(`value of ${text}`);
  });

  it('reads repeated results by index', () => {
    const vix = sharedVix();
    const job = vix.VixHost_FindItems(connect(vix), VIX_FIND_REGISTERED_VMS, VIX_INVALID_HANDLE, -1, null, null);
    expect(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    const locations: string[] = [];
    for (let at = 0; at < vix.VixJob_GetNumProperties(job, VIX_PROPERTY_FOUND_ITEM_LOCATION); at += 1) {
      const location = Vix_Out<string>();
      vix.VixJob_GetNthProperties(job, at, VIX_PROPERTY_FOUND_ITEM_LOCATION, location, VIX_PROPERTY_NONE);
      locations.push(location.value);
    }
    expect(locations).toEqual(['/vms/a.vmx', '/vms/ä 日本 🐧.vmx', '/vms/c.vmx']);
  });

  it('takes as many varargs as a call can have, and odd error values', () => {
    const vix = sharedVix();
    const vm = openVm(vix);
    const cells = Array.from({ length: 50_000 }, () => Vix_Out<string>());
    const varargs = cells.flatMap((cell) => [VIX_PROPERTY_VM_NAME, cell]);
    const read = vix.Vix_GetProperties as (...args: unknown[]) => number;
    expect(read(vm, ...varargs, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(new Set(cells.map((cell) => cell.value)).size).toBe(1);
    const text = vix.Vix_GetErrorText as (...args: unknown[]) => string;
    expect(text(3006n, null)).toBe(text(3006, null));
    expect(text(Symbol('odd'), null)).toMatch(/./);
  });

  it('leaves cells alone when a read fails', () => {
    const vix = sharedVix();
    const name = Vix_Out('before');
    const path = Vix_Out('before');
    const error = vix.Vix_GetProperties(
      openVm(vix),
      VIX_PROPERTY_VM_NAME,
      name,
      VIX_PROPERTY_FOUND_ITEM_LOCATION,
      path,
      VIX_PROPERTY_NONE,
    );
    expect([error, name.value, path.value]).toEqual([VIX_E_UNRECOGNIZED_PROPERTY, 'before', 'before']);
  });

  it('makes property lists from values', () => {
    const vix = sharedVix();
    const list = Vix_Out<VixHandle>();
    const id = VIX_PROPERTY_VM_ENCRYPTION_PASSWORD;
    expect(vix.VixPropertyList_AllocPropertyList(VIX_INVALID_HANDLE, list, id, 'geheim', VIX_PROPERTY_NONE)).toBe(
      VIX_OK,
    );
    const value = Vix_Out<string>();
    expect(vix.Vix_GetProperties(list.value, id, value, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(value.value).toBe('geheim');
  });

  it('answers a thousand blocking calls in a row, each with its own answer', () => {
    const vix = fakeVix();
    const vm = openVm(vix);
    for (let at = 0; at < 1000; at += 1) {
      const value = Vix_Out<string>();
      const job = vix.VixVM_ReadVariable(vm, VIX_VM_GUEST_VARIABLE, `v${at}`, 0, null, null);
      const error = vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING, value, VIX_PROPERTY_NONE);
      expect([error, value.value]).toEqual([VIX_OK, `value of v${at}`]);
      vix.Vix_ReleaseHandle(job);
    }
    expect(vix.Revix_CountHandles().job.live).toBe(0);
  });

  it('counts and lists handles, also after the engine was closed', () => {
    const vix = fakeVix();
    const host = connect(vix);
    expect(vix.Revix_DumpHandles()).toMatchObject([{ handle: host, kind: 'host', refs: 1, call: 'VixHost_Connect' }]);
    expect(vix.Revix_CountHandles().host).toEqual({ live: 1, created: 1 });
    vix.Revix_Close();
    expect(vix.Revix_CountHandles().host).toEqual({ live: 0, created: 1 });
    expect(vix.Revix_DumpHandles()).toEqual([]);
  });

  it('lets two engines of one process work side by side', () => {
    const one = fakeVix();
    const other = fakeVix();
    const host = connect(one);
    expect(one.Vix_GetHandleType(host)).toBe(VIX_HANDLETYPE_HOST);
    expect(other.Revix_CountHandles().host).toEqual({ live: 0, created: 0 });
    const job = startConnect(other, 'gate');
    one.Revix_Close();
    startConnect(other, 'open-gate');
    expect(other.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_OK);
  });
});

describe('bad arguments of the blocking door', () => {
  const vix = sharedVix();
  const vm = openVm(vix);

  /** Calls a function as a program without types would. */
  function untyped(name: keyof syncDoor.SyncVix, args: readonly unknown[]): unknown {
    const target: (...targetArgs: never[]) => unknown = vix[name];
    return target(...(args as never[]));
  }

  it.each([
    ['a symbol for a string', 'VixVM_Open', [Symbol('path'), null, null]],
    ['a function for a string', 'VixVM_Open', [() => 'path', null, null]],
    ['an object with functions for a string', 'VixVM_Open', [{ path: () => 'path' }, null, null]],
    ['an array for a string', 'VixVM_Open', [['path'], null, null]],
    ['nothing for a string', 'VixVM_Open', []],
    ['a number in the callback slot', 'VixVM_Open', ['/vms/a.vmx', 7, null]],
    ['a string in the callback slot', 'VixVM_Open', ['/vms/a.vmx', 'callback', null]],
    ['a bigint for an option', 'VixHost_OpenVM', ['/vms/a.vmx', 1n, 0, null, null]],
  ] as const)('fails the job for %s', (_what, name, args) => {
    const job = untyped(name, [connect(vix), ...args]) as VixHandle;
    expect(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_E_INVALID_ARG);
    expect(vix.Revix_GetJobMessage(job)).toMatch(/parameter \w+/);
  });

  it.each([
    ['a missing terminator', 'Vix_GetProperties', [VIX_PROPERTY_VM_NAME, Vix_Out()]],
    ['no varargs at all', 'Vix_GetProperties', []],
    ['something that is no cell', 'Vix_GetProperties', [VIX_PROPERTY_VM_NAME, 'cell', VIX_PROPERTY_NONE]],
    ['no out parameter', 'VixVM_GetNumRootSnapshots', []],
    ['a number for an out parameter', 'VixVM_GetRootSnapshot', [0, 1]],
    ['a string for an index', 'VixVM_GetRootSnapshot', ['first', Vix_Out()]],
  ] as const)('returns an error for %s', (_what, name, args) => {
    expect(untyped(name, [vm, ...args])).toBe(VIX_E_INVALID_ARG);
    expect(vix.Revix_GetErrorMessage(vm)).toMatch(new RegExp(`^${name} on /vms/a\\.vmx: \\w`));
  });

  it.each([
    ['a frozen cell', Object.freeze({ value: 0 })],
    [
      'a cell without a setter',
      {
        get value() {
          return 0;
        },
      },
    ],
    [
      'a cell whose setter throws',
      {
        set value(_: unknown) {
          throw new Error('full');
        },
      },
    ],
  ])('gives no handle into %s', (_what, cell) => {
    const job = vix.VixVM_Open(connect(vix), '/vms/b.vmx', null, null);
    expect(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    const refs = () => vix.Revix_DumpHandles().map((line) => [line.handle, line.refs]);
    const before = refs();
    const first = Vix_Out(0);
    const args = [VIX_PROPERTY_JOB_RESULT_HANDLE, first, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE];
    expect(untyped('VixJob_Wait', [job, ...args])).toBe(VIX_E_INVALID_ARG);
    expect(untyped('VixJob_GetNthProperties', [job, 0, ...args])).toBe(VIX_E_INVALID_ARG);
    expect(untyped('Vix_GetProperties', [job, ...args])).toBe(VIX_E_INVALID_ARG);
    expect(untyped('VixVM_GetRootSnapshot', [vm, 0, cell])).toBe(VIX_E_INVALID_ARG);
    expect([first.value, refs()]).toEqual([0, before]);
  });

  it('looks at the handle before it looks at the cells', () => {
    expect(untyped('VixJob_Wait', [99, 'no id'])).toBe(VIX_E_INVALID_HANDLE);
  });

  it('does nothing for the release of invalid and released handles', () => {
    const host = connect(vix);
    vix.Vix_ReleaseHandle(VIX_INVALID_HANDLE);
    vix.Vix_ReleaseHandle(host);
    vix.Vix_ReleaseHandle(host);
    untyped('Vix_ReleaseHandle', ['handle']);
    expect(vix.Revix_DumpHandles().some(({ handle }) => handle === host)).toBe(false);
  });
});

describe('the options of createVix', () => {
  it('takes a mock host as data', () => {
    const vix = syncDoor.createVix({ mock: { inventory: { vms: [{ name: 'only', location: '/only.vmx' }] } } });
    const host = connect(vix, 'localhost');
    const job = vix.VixHost_FindItems(host, VIX_FIND_REGISTERED_VMS, VIX_INVALID_HANDLE, -1, null, null);
    const location = Vix_Out<string>();
    vix.VixJob_Wait(job, VIX_PROPERTY_FOUND_ITEM_LOCATION, location, VIX_PROPERTY_NONE);
    expect(location.value).toBe('/only.vmx');
    expect(vix.VixJob_GetNumProperties(job, VIX_PROPERTY_FOUND_ITEM_LOCATION)).toBe(1);
    vix.Revix_Close();
  });

  it.each([
    ['a module that is missing', { engine: '/no/such/module.mjs' }, /cannot start the VIX engine: .*module\.mjs/],
    ['a module without the function', { engine: moduleOf('export const other = 1') }, /must export .*createVixOptions/],
    ['a module that throws', { engine: moduleOf('throw new Error("no licence")') }, /engine: no licence/],
    ['a module that exits', { engine: moduleOf('process.exit(4)') }, /ended unexpectedly with code 4/],
    ['no time-out', { engineTimeoutMs: 0 }, /engineTimeoutMs is 0/],
    ['a time-out that is no number', { engineTimeoutMs: Number.NaN }, /engineTimeoutMs is NaN/],
  ] as const)('says what is wrong with %s', (_what, options, message) => {
    expect(() => syncDoor.createVix(options)).toThrow(message);
  });

  it('says that options must be an object', () => {
    expect(() => Reflect.apply(syncDoor.createVix, undefined, [null])).toThrow(
      'options of createVix must be an object',
    );
  });

  it('says that options must be plain data', () => {
    const options: object = { mock: { inventory: { vms: [], clock: () => 0 } } };
    expect(() => syncDoor.createVix(options)).toThrow(/must be plain data.*option engine/);
  });
});

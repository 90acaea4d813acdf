import { tmpdir } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMockBackend } from '../../../dist/backends/mock/index.js';
import * as awaitedDoor from '../../../dist/doors/com/index.js';
import * as blockingDoor from '../../../dist/doors/com/sync.js';
import { createVix as createBlockingVix } from '../../../dist/doors/sync/index.js';
import { createVix, Vix_Out, type VixPropertyID } from '../../../dist/index.js';
import { comResults } from '../reference-members.js';

type VixCOM = awaitedDoor.VixCOM;
type IHost = awaitedDoor.IHost;
type IJob = awaitedDoor.IJob;
type ISnapshot = awaitedDoor.ISnapshot;
type IVM = awaitedDoor.IVM;

const { Constants: C } = awaitedDoor;

interface Door {
  readonly com: VixCOM;
  readonly live: () => string[];
}

/** Awaiting what the blocking members return at once changes nothing, so that one test serves both. */
const doors: readonly (readonly [string, () => Door])[] = [
  [
    'awaited',
    () => {
      const vix = createVix({ backends: [createMockBackend()] });
      onTestFinished(() => vix.Revix_Close());
      return { com: awaitedDoor.createVixCOM(vix), live: () => vix.Revix_DumpHandles().map(({ kind }) => kind) };
    },
  ],
  [
    'blocking',
    () => {
      const vix = createBlockingVix({ mock: {} });
      onTestFinished(() => vix.Revix_Close());
      const com = blockingDoor.createVixCOM(vix) as unknown as VixCOM;
      return { com, live: () => vix.Revix_DumpHandles().map(({ kind }) => kind) };
    },
  ],
];

/** The object that a job results in; closes the job. */
async function resultOf<Result>(job: IJob): Promise<Result> {
  const results = Vix_Out<unknown>();
  const err = await job.Wait([C.VIX_PROPERTY_JOB_RESULT_HANDLE], results);
  job.Close();
  expect(err).toBe(C.VIX_OK);
  const [result] = results.value as [Result];
  return result;
}

/** The error of a job; closes it. */
async function errorOf(job: IJob): Promise<number> {
  const err = await job.WaitWithoutResults();
  job.Close();
  return err;
}

function connect({ com }: Door): Promise<IHost> {
  const lib = new com.VixLib();
  const type = C.VIX_SERVICEPROVIDER_VMWARE_WORKSTATION;
  return resultOf(lib.Connect(C.VIX_API_VERSION, type, null, 0, null, null, 0, null, null));
}

async function linux(door: Door): Promise<{ readonly host: IHost; readonly vm: IVM }> {
  const host = await connect(door);
  return { host, vm: await resultOf(host.OpenVM('/vms/linux/linux.vmx', null)) };
}

async function running(door: Door): Promise<IVM> {
  const { vm } = await linux(door);
  expect(await errorOf(vm.PowerOn(C.VIX_VMPOWEROP_NORMAL, null, null))).toBe(C.VIX_OK);
  expect(await errorOf(vm.WaitForToolsInGuest(60, null))).toBe(C.VIX_OK);
  expect(await errorOf(vm.LoginInGuest('root', 'password', 0, null))).toBe(C.VIX_OK);
  return vm;
}

/** The types of the reference: VIX's number of each, and whether a value is one. */
const variants: Readonly<Record<string, readonly [vixType: number, isOfType: (value: unknown) => boolean]>> = {
  BSTR: [C.VIX_PROPERTYTYPE_STRING, (value) => typeof value === 'string'],
  BOOL: [C.VIX_PROPERTYTYPE_BOOL, (value) => typeof value === 'boolean'],
  I4: [
    C.VIX_PROPERTYTYPE_INTEGER,
    (value) => typeof value === 'number' && value === Math.trunc(value) && Math.abs(value) < 2 ** 31,
  ],
  I8: [C.VIX_PROPERTYTYPE_INT64, (value) => Number.isSafeInteger(value)],
  SAFEARRAY: [C.VIX_PROPERTYTYPE_BLOB, (value) => value instanceof Uint8Array],
  VT_DISPATCH: [
    C.VIX_PROPERTYTYPE_HANDLE,
    (value) => typeof value === 'object' && value !== null && 'GetHandleType' in value,
  ],
};

/** The id of a property by its name without prefix. */
function idOf(property: string): VixPropertyID {
  const names = [`VIX_PROPERTY_JOB_RESULT_${property}`, `VIX_PROPERTY_${property}`];
  const [id] = Object.entries(C).flatMap(([name, value]) => (names.includes(name) ? [value] : []));
  return id as VixPropertyID;
}

/** A time of today in seconds since 1970; in milliseconds it would be more. */
const seconds: unknown = expect.toSatisfy((value: number) => value > 1_600_000_000 && value < 2 ** 32, 'seconds');

describe.each(doors)('%s', (_kind, create) => {
  it('creates the library by its class and by its names, and nothing else', () => {
    const { com } = create();
    for (const name of ['VixCOM.VixLib', 'VixCom.VixLib', 'vixcom.vixlib.1']) {
      expect(com.CreateObject(name).ErrorIndicatesSuccess(C.VIX_OK)).toBe(true);
    }
    expect(() => com.CreateObject('VixCOM.Host')).toThrow(/no class "VixCOM.Host".*VixCOM.VixLib/);
  });

  it('tells errors as numbers, their low 16 bits and their texts', () => {
    const lib = new (create().com.VixLib)();
    const long = (0x5_0000 + C.VIX_E_FAIL) as typeof C.VIX_E_FAIL;
    expect(lib.ErrorCode(long)).toBe(C.VIX_E_FAIL);
    expect([lib.ErrorIndicatesFailure(long), lib.ErrorIndicatesSuccess(long)]).toEqual([true, false]);
    // What the unit tests of VMWareTasks look for.
    expect(lib.GetErrorText(C.VIX_E_FAIL, 'en-US')).toBe('Unknown error');
    expect(lib.GetErrorText(C.VIX_E_LOGIN_TYPE_NOT_SUPPORTED, null)).toBe('This login type is not supported');
  });

  it('hands out objects, and numbers, texts and truths as they are', async () => {
    const door = create();
    const { host, vm } = await linux(door);
    const results = Vix_Out<unknown>();
    const ids = [C.VIX_PROPERTY_VM_NAME, C.VIX_PROPERTY_VM_NUM_VCPUS, C.VIX_PROPERTY_VM_IS_RUNNING];
    expect(await vm.GetProperties(ids, results)).toBe(C.VIX_OK);
    expect(results.value).toEqual(['linux', 1, false]);
    expect(await vm.GetProperties(Int32Array.from(ids), results)).toBe(C.VIX_OK);
    expect(await vm.GetProperties([C.VIX_PROPERTY_JOB_RESULT_HANDLE], results)).toBe(C.VIX_E_UNRECOGNIZED_PROPERTY);
    expect(results.value).toBeUndefined();
    expect([vm.GetHandleType(), host.GetHandleType()]).toEqual([C.VIX_HANDLETYPE_VM, C.VIX_HANDLETYPE_HOST]);
    const type = Vix_Out<number>();
    expect([vm.GetPropertyType(C.VIX_PROPERTY_VM_NAME, type), type.value]).toEqual([0, C.VIX_PROPERTYTYPE_STRING]);
    const again: IVM = await resultOf(host.OpenVMEx('/vms/linux/linux.vmx', C.VIX_VMOPEN_NORMAL, null, null));
    expect([vm.Equals(again), vm.Equals(host), vm.Equals(null)]).toEqual([true, false, false]);
  });

  it('calls back with objects of their own, whose end leaves the job alone', async () => {
    const door = create();
    const host = await connect(door);
    const seen: unknown[] = [];
    const callback: awaitedDoor.ICallback = {
      OnVixEvent(job, eventType, info) {
        const results = Vix_Out<unknown>();
        const read: unknown = info?.GetProperties([C.VIX_PROPERTY_FOUND_ITEM_LOCATION], results);
        const note = (): void => {
          seen.push(eventType === C.VIX_EVENTTYPE_FIND_ITEM ? results.value : eventType);
          info?.Close();
          job.Close();
        };
        // A thread that blocks cannot await: there everything is read by now.
        return read instanceof Promise ? read.then(note) : note();
      },
    };
    const job = host.FindItems(C.VIX_FIND_RUNNING_VMS, null, -1, callback);
    // Clients look right after the call whether it failed at once.
    const isComplete = Vix_Out<boolean>();
    expect(job.CheckCompletion(isComplete)).toBe(C.VIX_OK);
    expect(await job.WaitWithoutResults()).toBe(C.VIX_OK);
    expect(seen.at(-1)).toBe(C.VIX_EVENTTYPE_JOB_COMPLETED);
    const count = job.GetNumProperties(C.VIX_PROPERTY_FOUND_ITEM_LOCATION);
    expect([count, seen.length]).toEqual([3, 4]);
    const nth = Vix_Out<unknown>();
    expect(job.GetNthProperties(0, [C.VIX_PROPERTY_FOUND_ITEM_LOCATION], nth)).toBe(C.VIX_OK);
    expect(nth.value).toEqual(['[datastore1] web/web.vmx']);
    job.Close();
    host.Disconnect();
    expect(door.live()).toEqual([]);
  });

  it('lets a call that is going to fail look well at first, and then tells its callback', async () => {
    const door = create();
    const host = await connect(door);
    const types: number[] = [];
    const callback: awaitedDoor.ICallback = { OnVixEvent: (_job, eventType) => void types.push(eventType) };
    const job = host.OpenVM('/vms/none/none.vmx', callback);
    const isComplete = Vix_Out<boolean>();
    // Who sees a failure here does not wait for the callback. With a thread of its own, the engine may be through by now.
    expect(job.CheckCompletion(isComplete)).toBe(C.VIX_OK);
    expect(await job.WaitWithoutResults()).toBe(C.VIX_E_VM_NOT_FOUND);
    expect(types).toEqual([C.VIX_EVENTTYPE_JOB_COMPLETED]);
    expect([job.CheckCompletion(isComplete), isComplete.value]).toEqual([C.VIX_OK, true]);
    expect(job.GetError()).toBe(C.VIX_E_VM_NOT_FOUND);
    const results = Vix_Out<unknown>('what was there');
    expect(await job.Wait([C.VIX_PROPERTY_JOB_RESULT_HANDLE], results)).toBe(C.VIX_E_VM_NOT_FOUND);
    expect(results.value).toBeUndefined();
    const isClosed = Vix_Out<boolean>();
    job.Close();
    expect([job.CheckCompletion(isClosed), isClosed.value]).toEqual([C.VIX_E_INVALID_HANDLE, undefined]);
  });

  it('keeps what a callback was given for as long as the program has it', async () => {
    const door = create();
    const host = await connect(door);
    const infos: awaitedDoor.IVixHandle[] = [];
    const callback: awaitedDoor.ICallback = {
      OnVixEvent: (_job, _type, info) => void (info !== null && infos.push(info)),
    };
    expect(await errorOf(host.FindItems(C.VIX_FIND_RUNNING_VMS, null, -1, callback))).toBe(C.VIX_OK);
    const results = Vix_Out<unknown>();
    const [first] = infos;
    expect(await first?.GetProperties([C.VIX_PROPERTY_FOUND_ITEM_LOCATION], results)).toBe(C.VIX_OK);
    expect(results.value).toEqual(['[datastore1] web/web.vmx']);
    first?.Close();
    expect(await first?.GetProperties([C.VIX_PROPERTY_FOUND_ITEM_LOCATION], results)).toBe(C.VIX_E_INVALID_HANDLE);
    expect(door.live().filter((kind) => kind === 'propertyList')).toHaveLength(infos.length - 1);
  });

  it('gives a call what an object held at the call, whatever becomes of it right after', async () => {
    const door = create();
    const { host, vm } = await linux(door);
    const list = Vix_Out<awaitedDoor.IPropertyList | null>();
    host.CreatePropertyList(list);
    list.value?.SetProperty(C.VIX_PROPERTY_VM_NAME, 'at the call');
    const one: ISnapshot = await resultOf(vm.CreateSnapshot('one', '', 0, null, null));
    const clone = vm.Clone(one, C.VIX_CLONETYPE_FULL, '/vms/s/s.vmx', 0, list.value, null);
    const opening = host.OpenVMEx('/vms/linux/linux.vmx', C.VIX_VMOPEN_NORMAL, list.value, null);
    list.value?.SetProperty(C.VIX_PROPERTY_VM_NAME, 'after the call');
    list.value?.Close();
    one.Close();
    const name = Vix_Out<unknown>();
    await (await resultOf<IVM>(clone)).GetProperties([C.VIX_PROPERTY_VM_NAME], name);
    expect(name.value).toEqual(['at the call']);
    expect(await errorOf(opening)).toBe(C.VIX_OK);
  });

  it('takes 0, null and nothing for no object, and refuses what is no object of its own', async () => {
    const door = create();
    const { vm } = await linux(door);
    expect(await errorOf(vm.PowerOn(0, 0, 0))).toBe(C.VIX_OK);
    expect(await errorOf(vm.PowerOff(0, undefined))).toBe(C.VIX_OK);
    expect(await errorOf(vm.PowerOn(0, {} as never, null))).toBe(C.VIX_E_INVALID_HANDLE);
    expect(await errorOf(vm.PowerOn(0, null, 'callback' as never))).toBe(C.VIX_E_INVALID_ARG);
    const results = Vix_Out<unknown>();
    expect(await vm.GetProperties(7 as never, results)).toBe(C.VIX_E_INVALID_ARG);
    expect(await vm.GetProperties([], null as never)).toBe(C.VIX_E_INVALID_ARG);
  });

  it('walks snapshots', async () => {
    const door = create();
    const { vm } = await linux(door);
    const one: ISnapshot = await resultOf(vm.CreateSnapshot('one', 'first', 0, null, null));
    const two: ISnapshot = await resultOf(vm.CreateSnapshot('two', '', 0, null, null));
    const count = Vix_Out<number>();
    const found = Vix_Out<ISnapshot | null>();
    expect([await vm.GetNumRootSnapshots(count), count.value]).toEqual([C.VIX_OK, 1]);
    expect([await vm.GetRootSnapshot(0, found), found.value?.Equals(one)]).toEqual([C.VIX_OK, true]);
    expect([await vm.GetCurrentSnapshot(found), found.value?.Equals(two)]).toEqual([C.VIX_OK, true]);
    expect([await vm.GetNamedSnapshot('one/two', found), found.value?.Equals(two)]).toEqual([C.VIX_OK, true]);
    expect([await vm.GetNamedSnapshot('three', found), found.value]).toEqual([C.VIX_E_SNAPSHOT_NOTFOUND, null]);
    expect([await one.GetNumChildren(count), count.value]).toEqual([C.VIX_OK, 1]);
    expect([await one.GetChild(0, found), found.value?.Equals(two)]).toEqual([C.VIX_OK, true]);
    expect([await two.GetParent(found), found.value?.Equals(one)]).toEqual([C.VIX_OK, true]);
    expect([await one.GetParent(found), found.value]).toEqual([C.VIX_E_SNAPSHOT_NOTFOUND, null]);
    const texts = Vix_Out<unknown>();
    await one.GetProperties([C.VIX_PROPERTY_SNAPSHOT_DISPLAYNAME, C.VIX_PROPERTY_SNAPSHOT_DESCRIPTION], texts);
    expect(texts.value).toEqual(['one', 'first']);
    expect(await errorOf(vm.RevertToSnapshot(one, 0, null, null))).toBe(C.VIX_OK);
    two.Close();
    expect(await errorOf(vm.RemoveSnapshot(two, 0, null))).toBe(C.VIX_E_INVALID_HANDLE);
    const clone: IVM = await resultOf(vm.Clone(one, C.VIX_CLONETYPE_LINKED, '/vms/c/c.vmx', 0, null, null));
    expect(await errorOf(clone.Delete(0, null))).toBe(C.VIX_OK);
  });

  it('fills property lists, and changes what is in them', async () => {
    const door = create();
    const { host, vm } = await linux(door);
    const list = Vix_Out<awaitedDoor.IPropertyList | null>();
    expect(host.CreatePropertyList(list)).toBe(C.VIX_OK);
    const names = list.value;
    if (names === null) throw new Error('there is no list');
    expect(names.SetProperty(C.VIX_PROPERTY_VM_NAME, 'before')).toBe(C.VIX_OK);
    expect(names.SetProperty(C.VIX_PROPERTY_VM_NUM_VCPUS, 'four')).toBe(C.VIX_E_TYPE_MISMATCH);
    expect(names.SetProperty(C.VIX_PROPERTY_VM_NAME, 'after')).toBe(C.VIX_OK);
    const value = Vix_Out<unknown>();
    expect([await names.GetProperty(C.VIX_PROPERTY_VM_NAME, value), value.value]).toEqual([C.VIX_OK, 'after']);
    const missing = await names.GetProperty(C.VIX_PROPERTY_VM_NUM_VCPUS, value);
    expect([missing, value.value]).toEqual([C.VIX_E_UNRECOGNIZED_PROPERTY, undefined]);
    const clone: IVM = await resultOf(vm.Clone(null, C.VIX_CLONETYPE_FULL, '/vms/n/n.vmx', 0, names, null));
    await clone.GetProperties([C.VIX_PROPERTY_VM_NAME], value);
    expect(value.value).toEqual(['after']);
    names.Close();
    expect(names.SetProperty(C.VIX_PROPERTY_VM_NAME, 'late')).toBe(C.VIX_E_INVALID_HANDLE);
    host.Disconnect();
    await turn();
    expect(door.live().filter((kind) => kind !== 'job')).toEqual([]);
  });

  it('works in the guest, and gives each result with its type', async () => {
    const door = create();
    const vm = await running(door);
    const results = Vix_Out<unknown>();
    const ended = vm.RunProgramInGuest('/bin/sh', "-c 'exit 3'", 0, null, null);
    const ids = [C.VIX_PROPERTY_JOB_RESULT_PROCESS_ID, C.VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE];
    expect(await ended.Wait(ids, results)).toBe(C.VIX_OK);
    expect(results.value).toEqual([expect.any(Number), 3]);

    const exists = vm.FileExistsInGuest('/etc/passwd', null);
    expect(await exists.Wait([C.VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS], results)).toBe(C.VIX_OK);
    expect(results.value).toEqual([true]);

    expect(await errorOf(vm.CreateDirectoryInGuest('/tmp/empty', null, null))).toBe(C.VIX_OK);
    const empty = vm.ListDirectoryInGuest('/tmp/empty', 0, null);
    expect(await empty.WaitWithoutResults()).toBe(C.VIX_OK);
    expect(empty.GetNumProperties(C.VIX_PROPERTY_JOB_RESULT_ITEM_NAME)).toBe(0);
    expect(empty.GetNthProperties(0, [C.VIX_PROPERTY_JOB_RESULT_ITEM_NAME], results)).not.toBe(C.VIX_OK);

    const shot = vm.CaptureScreenImage(C.VIX_CAPTURESCREENFORMAT_PNG, null, null);
    expect(await shot.Wait([C.VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA], results)).toBe(C.VIX_OK);
    const [png] = results.value as [Uint8Array];
    expect([...png.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
  });

  it('gives every result of the reference, and each with its type', async () => {
    const door = create();
    const vm = await running(door);
    const host = await connect(door);
    const base: ISnapshot = await resultOf(vm.CreateSnapshot('base', '', 0, null, null));
    const program = { PROCESS_ID: expect.any(Number), GUEST_PROGRAM_ELAPSED_TIME: expect.any(Number) };
    const file = { FILE_SIZE: 5, FILE_FLAGS: 0, FILE_MOD_TIME: seconds };
    const share = {
      ITEM_NAME: 'docs',
      SHARED_FOLDER_HOST: tmpdir(),
      SHARED_FOLDER_FLAGS: C.VIX_SHAREDFOLDER_WRITE_ACCESS,
    };
    const object = { JOB_RESULT_HANDLE: expect.anything() };
    const hostType = C.VIX_SERVICEPROVIDER_VMWARE_WORKSTATION;
    const path = '/vms/linux/linux.vmx';
    for (const job of [
      vm.CreateDirectoryInGuest('/tmp/results', null, null),
      vm.RunScriptInGuest('/bin/sh', 'printf words > /tmp/results/file', 0, null, null),
      vm.WriteVariable(C.VIX_VM_GUEST_VARIABLE, 'colour', 'red', 0, null),
      vm.EnableSharedFolders(true, 0, null),
      vm.AddSharedFolder('docs', tmpdir(), C.VIX_SHAREDFOLDER_WRITE_ACCESS, null),
      vm.RunProgramInGuest('/bin/sleep', '1000', C.VIX_RUNPROGRAM_RETURN_IMMEDIATELY, null, null),
    ]) {
      expect(await errorOf(job)).toBe(C.VIX_OK);
    }
    const rows: Readonly<Record<string, readonly [start: () => IJob, values: Readonly<Record<string, unknown>>]>> = {
      Connect: [
        () => new door.com.VixLib().Connect(C.VIX_API_VERSION, hostType, null, 0, null, null, 0, null, null),
        object,
      ],
      OpenVM: [() => host.OpenVM(path, null), object],
      OpenVMEx: [() => host.OpenVMEx(path, C.VIX_VMOPEN_NORMAL, null, null), object],
      Clone: [() => vm.Clone(base, C.VIX_CLONETYPE_LINKED, '/vms/r/r.vmx', 0, null, null), object],
      CreateSnapshot: [() => vm.CreateSnapshot('other', '', 0, null, null), object],
      RunProgramInGuest: [
        () => vm.RunProgramInGuest('/bin/false', '', 0, null, null),
        { ...program, GUEST_PROGRAM_EXIT_CODE: 1 },
      ],
      RunScriptInGuest: [
        () => vm.RunScriptInGuest('/bin/sh', 'exit 7', 0, null, null),
        { ...program, GUEST_PROGRAM_EXIT_CODE: 7 },
      ],
      ListProcessesInGuest: [
        () => vm.ListProcessesInGuest(0, null),
        {
          ITEM_NAME: 'sleep',
          PROCESS_ID: expect.any(Number),
          PROCESS_OWNER: 'root',
          PROCESS_COMMAND: '/bin/sleep 1000',
          PROCESS_BEING_DEBUGGED: false,
          PROCESS_START_TIME: seconds,
        },
      ],
      ListDirectoryInGuest: [() => vm.ListDirectoryInGuest('/tmp/results', 0, null), { ITEM_NAME: 'file', ...file }],
      GetFileInfoInGuest: [() => vm.GetFileInfoInGuest('/tmp/results/file', null), file],
      FileExistsInGuest: [() => vm.FileExistsInGuest('/tmp/results', null), { GUEST_OBJECT_EXISTS: false }],
      DirectoryExistsInGuest: [() => vm.DirectoryExistsInGuest('/tmp/results', null), { GUEST_OBJECT_EXISTS: true }],
      CreateTempFileInGuest: [
        () => vm.CreateTempFileInGuest(0, null, null),
        { ITEM_NAME: expect.stringMatching(/^\/tmp\/./) },
      ],
      ReadVariable: [() => vm.ReadVariable(C.VIX_VM_GUEST_VARIABLE, 'colour', 0, null), { VM_VARIABLE_STRING: 'red' }],
      GetNumSharedFolders: [() => vm.GetNumSharedFolders(null), { SHARED_FOLDER_COUNT: 1 }],
      GetSharedFolderState: [() => vm.GetSharedFolderState(0, null), share],
      CaptureScreenImage: [
        () => vm.CaptureScreenImage(C.VIX_CAPTURESCREENFORMAT_PNG, null, null),
        { SCREEN_IMAGE_DATA: expect.any(Uint8Array), SCREEN_IMAGE_SIZE: expect.any(Number) },
      ],
      FindItems: [
        () => host.FindItems(C.VIX_FIND_REGISTERED_VMS, null, -1, null),
        { FOUND_ITEM_LOCATION: '/vms/r/r.vmx' },
      ],
    };
    for (const [member, wanted] of Object.entries(comResults)) {
      const [start, values] = rows[member] ?? [];
      if (start === undefined) throw new Error(`there is no row for ${member}`);
      const job = start();
      expect([member, await job.WaitWithoutResults()]).toEqual([member, C.VIX_OK]);
      const properties = Object.entries(wanted);
      const ids = properties.map(([property]) => idOf(property));
      const results = Vix_Out<unknown>();
      const [first = C.VIX_PROPERTY_NONE] = ids;
      const isRepeated = /^(?:List|Find)/.test(member);
      const read = isRepeated
        ? job.GetNthProperties(job.GetNumProperties(first) - 1, ids, results)
        : await job.Wait(ids, results);
      expect([member, read]).toEqual([member, C.VIX_OK]);
      const found = results.value as readonly unknown[];
      const vixTypes = ids.map((id) => {
        const vixType = Vix_Out<number>();
        expect(job.GetPropertyType(id, vixType)).toBe(C.VIX_OK);
        return vixType.value;
      });
      const seen = properties.map(([property, type], index) => {
        const value = found[index];
        return { member, property, value, vixType: vixTypes[index], isOfType: variants[type]?.[1](value) };
      });
      expect(seen).toEqual(
        properties.map(([property, type]) => {
          return { member, property, value: values?.[property], vixType: variants[type]?.[0], isOfType: true };
        }),
      );
    }
  });
});

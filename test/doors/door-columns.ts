import * as com from '../../dist/doors/com/index.js';
import * as comSync from '../../dist/doors/com/sync.js';
import * as client from '../../dist/doors/client/index.js';
import * as simple from '../../dist/doors/simple/index.js';
import * as simpleSync from '../../dist/doors/simple/sync.js';
import type { SyncVix } from '../../dist/doors/sync/index.js';
import * as virtualServer from '../../dist/doors/virtual-server/index.js';
import * as virtualServerSync from '../../dist/doors/virtual-server/sync.js';
import { hresultOf } from '../../dist/doors/virtual-server/hresults.js';
import * as C from '../../dist/index.js';

export type AnyVix = C.Vix;

export interface HostAddress {
  readonly hostType: number;
  readonly hostName: string | null;
  readonly userName: string | null;
  readonly password: string | null;
}

/** An error, as the door says it, and what else a call answers. */
type Answer = readonly unknown[];

/** What every door can do, in one shape. Guest calls are made as `user`. */
export interface Door {
  registered(): Promise<Answer>;
  powerOn(location: string): Promise<Answer>;
  powerOff(location: string): Promise<Answer>;
  reset(location: string): Promise<Answer>;
  suspend(location: string): Promise<Answer>;
  run(location: string, password: string, program: string, args: string): Promise<Answer>;
  writeVariable(location: string, name: string, value: string): Promise<Answer>;
  readVariable(location: string, name: string): Promise<Answer>;
}

interface Column {
  readonly name: string;
  readonly isBlocking: boolean;
  /** What its errors are. */
  readonly codes: 'vix' | 'hresult';
  readonly make: (vix: AnyVix, host: HostAddress) => Promise<Door>;
}

const none = C.VIX_INVALID_HANDLE;

export function hresultName(error: number): string {
  return hresultOf(error as C.VixError);
}

/** Waits for a job of the C-shaped door and releases it. @returns its error. */
export async function finish(vix: AnyVix, job: C.VixHandle): Promise<C.VixError> {
  const error = await vix.VixJob_Wait(job, C.VIX_PROPERTY_NONE);
  vix.Vix_ReleaseHandle(job);
  return error;
}

/** The wait for properties whose types are known only at run time. */
interface Untyped {
  readonly VixJob_Wait: (...args: readonly unknown[]) => Promise<C.VixError>;
}

async function resultOf<Value>(
  vix: AnyVix,
  job: C.VixHandle,
  id: C.VixPropertyID,
): Promise<readonly [C.VixError, Value]> {
  const cell = C.Vix_Out<unknown>();
  const error = await (vix as unknown as Untyped).VixJob_Wait(job, id, cell, C.VIX_PROPERTY_NONE);
  vix.Vix_ReleaseHandle(job);
  return [error, cell.value as Value];
}

/** Whether a file is in a guest that somebody has logged in to. */
export async function fileExists(vix: AnyVix, vm: C.VixHandle, path: string): Promise<boolean> {
  const job = vix.VixVM_FileExistsInGuest(vm, path, null, null);
  return (await resultOf<boolean>(vix, job, C.VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS))[1];
}

/** Connects and opens a machine with the C-shaped door. */
export async function openVm(vix: AnyVix, host: HostAddress, location: string): Promise<C.VixHandle> {
  const handle = await connectC(vix, host);
  const [, vm] = await resultOf<C.VixHandle>(
    vix,
    vix.VixVM_Open(handle, location, null, null),
    C.VIX_PROPERTY_JOB_RESULT_HANDLE,
  );
  return vm;
}

async function connectC(vix: AnyVix, { hostType, hostName, userName, password }: HostAddress): Promise<C.VixHandle> {
  const job = vix.VixHost_Connect(-1, hostType, hostName, 0, userName, password, 0, none, null, null);
  const [, handle] = await resultOf<C.VixHandle>(vix, job, C.VIX_PROPERTY_JOB_RESULT_HANDLE);
  return handle;
}

/** Awaiting what a blocking door returns at once changes nothing. */
async function makeC(vix: AnyVix, address: HostAddress): Promise<Door> {
  const host = await connectC(vix, address);
  const open = async (location: string): Promise<C.VixHandle> =>
    (await resultOf<C.VixHandle>(vix, vix.VixVM_Open(host, location, null, null), C.VIX_PROPERTY_JOB_RESULT_HANDLE))[1];
  const text = C.VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING;
  return {
    async registered() {
      const job = vix.VixHost_FindItems(host, C.VIX_FIND_REGISTERED_VMS, none, -1, null, null);
      const error = await vix.VixJob_Wait(job, C.VIX_PROPERTY_NONE);
      return [error, vix.VixJob_GetNumProperties(job, C.VIX_PROPERTY_FOUND_ITEM_LOCATION)];
    },
    powerOn: async (at) => [await finish(vix, vix.VixVM_PowerOn(await open(at), 0, none, null, null))],
    powerOff: async (at) => [await finish(vix, vix.VixVM_PowerOff(await open(at), 0, null, null))],
    reset: async (at) => [await finish(vix, vix.VixVM_Reset(await open(at), 0, null, null))],
    suspend: async (at) => [await finish(vix, vix.VixVM_Suspend(await open(at), 0, null, null))],
    async run(at, password, program, args) {
      const vm = await open(at);
      const login = await finish(vix, vix.VixVM_LoginInGuest(vm, 'user', password, 0, null, null));
      if (login !== C.VIX_OK) return [login];
      const job = vix.VixVM_RunProgramInGuest(vm, program, args, 0, none, null, null);
      const [error, code] = await resultOf(vix, job, C.VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE);
      return error === C.VIX_OK ? [error, code] : [error];
    },
    writeVariable: async (at, name, value) => [
      await finish(vix, vix.VixVM_WriteVariable(await open(at), C.VIX_VM_GUEST_VARIABLE, name, value, 0, null, null)),
    ],
    readVariable: async (at, name) =>
      resultOf(vix, vix.VixVM_ReadVariable(await open(at), C.VIX_VM_GUEST_VARIABLE, name, 0, null, null), text),
  };
}

async function makeSimple(door: simple.Simple, { hostType, hostName, userName, password }: HostAddress): Promise<Door> {
  const [, host] = await door.HostConnect(-1, hostType, hostName, 0, userName, password, 0, none);
  const open = async (at: string): Promise<C.VixHandle> => (await door.VMOpen(host ?? none, at))[1] ?? none;
  return {
    async registered() {
      const [error, ...paths] = await door.FindItems(host ?? none, C.VIX_FIND_REGISTERED_VMS, -1);
      return [error, paths.length];
    },
    powerOn: async (at) => [await door.VMPowerOn(await open(at), 0, none)],
    powerOff: async (at) => [await door.VMPowerOff(await open(at), 0)],
    reset: async (at) => [await door.VMReset(await open(at), 0)],
    suspend: async (at) => [await door.VMSuspend(await open(at), 0)],
    async run(at, guestPassword, program, args) {
      const vm = await open(at);
      const login = await door.VMLoginInGuest(vm, 'user', guestPassword, 0);
      if (login !== C.VIX_OK) return [login];
      const [error, info] = await door.VMRunProgramInGuestEx(vm, program, args, 0, none);
      return error === C.VIX_OK ? [error, info?.EXIT_CODE] : [error];
    },
    writeVariable: async (at, name, value) => [
      await door.VMWriteVariable(await open(at), C.VIX_VM_GUEST_VARIABLE, name, value, 0),
    ],
    readVariable: async (at, name) => door.VMReadVariable(await open(at), C.VIX_VM_GUEST_VARIABLE, name, 0),
  };
}

async function makeCom(door: com.VixCOM, { hostType, hostName, userName, password }: HostAddress): Promise<Door> {
  const done = async (job: com.IJob): Promise<Answer> => [await job.WaitWithoutResults()];
  const result = async (job: com.IJob, id: number): Promise<Answer> => {
    const results = C.Vix_Out<unknown>();
    const error = await job.Wait([id], results);
    return error === C.VIX_OK ? [error, ...(results.value as unknown[])] : [error];
  };
  const lib = new door.VixLib();
  const connecting = lib.Connect(-1, hostType, hostName, 0, userName, password, 0, null, null);
  const [, host] = (await result(connecting, C.VIX_PROPERTY_JOB_RESULT_HANDLE)) as [number, com.IHost];
  const open = async (at: string): Promise<com.IVM> =>
    (await result(host.OpenVM(at, null), C.VIX_PROPERTY_JOB_RESULT_HANDLE))[1] as com.IVM;
  return {
    async registered() {
      const job = host.FindItems(C.VIX_FIND_REGISTERED_VMS, null, -1, null);
      const error = await job.WaitWithoutResults();
      return [error, job.GetNumProperties(C.VIX_PROPERTY_FOUND_ITEM_LOCATION)];
    },
    powerOn: async (at) => done((await open(at)).PowerOn(0, null, null)),
    powerOff: async (at) => done((await open(at)).PowerOff(0, null)),
    reset: async (at) => done((await open(at)).Reset(0, null)),
    suspend: async (at) => done((await open(at)).Suspend(0, null)),
    async run(at, guestPassword, program, args) {
      const vm = await open(at);
      const [login] = await done(vm.LoginInGuest('user', guestPassword, 0, null));
      if (login !== C.VIX_OK) return [login];
      const exitCode = C.VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE;
      return result(vm.RunProgramInGuest(program, args, 0, null, null), exitCode);
    },
    writeVariable: async (at, name, value) =>
      done((await open(at)).WriteVariable(C.VIX_VM_GUEST_VARIABLE, name, value, 0, null)),
    readVariable: async (at, name) => {
      const job = (await open(at)).ReadVariable(C.VIX_VM_GUEST_VARIABLE, name, 0, null);
      return result(job, C.VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING);
    },
  };
}

async function makeVirtualServer(library: virtualServer.VirtualServer, host: HostAddress): Promise<Door> {
  const server = new library.VMVirtualServer(host);
  const nameOf = (at: string): string => at.replace(/^.*\/(.*)\.vmx$/, '$1');
  const find = async (at: string): Promise<virtualServer.IVMVirtualMachine> => {
    const machine = await server.FindVirtualMachine(nameOf(at));
    if (machine === null) throw new Error(`there is no machine at ${at}`);
    return machine;
  };
  /** What a member gives, or the code that it ends with; a task is seen to its end. */
  const outcome = async (call: () => Promise<unknown>): Promise<Answer> => {
    try {
      const value = await call();
      if (typeof value !== 'object' || value === null) return value === undefined ? ['S_OK'] : ['S_OK', value];
      const task = value as virtualServer.IVMTask;
      await task.WaitForCompletion(-1);
      return [task.Error === 0 ? 'S_OK' : task.ErrorDescription];
    } catch (error) {
      return [(error as virtualServer.VirtualServerError).code];
    }
  };
  return {
    registered: () => outcome(async () => (await server.VirtualMachines).Count),
    powerOn: async (at) => outcome(async () => (await find(at)).Startup()),
    powerOff: async (at) => outcome(async () => (await find(at)).TurnOff()),
    reset: async (at) => outcome(async () => (await find(at)).Reset()),
    suspend: async (at) => outcome(async () => (await find(at)).Save()),
    run: async (at, password, program, args) =>
      outcome(async () => (await find(at)).GuestOS.ExecuteCommand(program, args, 'user', password)),
    writeVariable: async (at, name, value) => outcome(async () => (await find(at)).GuestOS.SetParameter(name, value)),
    readVariable: async (at, name) => outcome(async () => (await find(at)).GuestOS.GetParameter(name)),
  };
}

const providers = new Map<number, 'workstation' | 'vi-server'>([
  [C.VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, 'workstation'],
  [C.VIX_SERVICEPROVIDER_VMWARE_VI_SERVER, 'vi-server'],
]);

async function makeClient(vix: AnyVix, { hostType, hostName, userName, password }: HostAddress): Promise<Door> {
  const provider = providers.get(hostType) ?? 'default';
  const login = userName === null || password === null ? {} : { userName, password };
  const host = await client.connect({ vix, provider, ...(hostName === null ? {} : { hostName }), ...login });
  const outcome = async (call: () => Promise<unknown>): Promise<Answer> => {
    try {
      const value = await call();
      return value === undefined ? [0] : [0, value];
    } catch (error) {
      return [(error as client.VixError).code];
    }
  };
  return {
    registered: () =>
      outcome(async () => {
        let count = 0;
        for await (const vm of host.vms()) count += vm.location === '' ? 0 : 1;
        return count;
      }),
    powerOn: async (at) => outcome(async () => (await host.openVm(at)).powerOn()),
    powerOff: async (at) => outcome(async () => (await host.openVm(at)).powerOff()),
    reset: async (at) => outcome(async () => (await host.openVm(at)).reset()),
    suspend: async (at) => outcome(async () => (await host.openVm(at)).suspend()),
    run: (at, guestPassword, program, args) =>
      outcome(async () => {
        const guest = await (await host.openVm(at)).login({ userName: 'user', password: guestPassword });
        return (await guest.run(program, { raw: args })).exitCode;
      }),
    writeVariable: (at, name, value) => outcome(async () => (await host.openVm(at)).writeGuestVariable(name, value)),
    readVariable: (at, name) => outcome(async () => (await host.openVm(at)).readGuestVariable(name)),
  };
}

/** A blocking set of functions, which the tables of types keep apart from an awaited one. */
const blocking = (vix: AnyVix): SyncVix => vix as unknown as SyncVix;

/** Every door: one more is one more row. */
export const columns: readonly Column[] = [
  { name: 'revix', isBlocking: false, codes: 'vix', make: makeC },
  { name: 'revix/sync', isBlocking: true, codes: 'vix', make: makeC },
  { name: 'revix/client', isBlocking: false, codes: 'vix', make: makeClient },
  {
    name: 'revix/simple',
    isBlocking: false,
    codes: 'vix',
    make: (vix, host) => makeSimple(simple.createSimple(vix), host),
  },
  {
    name: 'revix/simple/sync',
    isBlocking: true,
    codes: 'vix',
    make: (vix, host) => makeSimple(simpleSync.createSimple(blocking(vix)) as unknown as simple.Simple, host),
  },
  { name: 'revix/com', isBlocking: false, codes: 'vix', make: (vix, host) => makeCom(com.createVixCOM(vix), host) },
  {
    name: 'revix/com/sync',
    isBlocking: true,
    codes: 'vix',
    make: (vix, host) => makeCom(comSync.createVixCOM(blocking(vix)) as unknown as com.VixCOM, host),
  },
  {
    name: 'revix/virtual-server',
    isBlocking: false,
    codes: 'hresult',
    make: (vix, host) => makeVirtualServer(virtualServer.createVirtualServer(vix), host),
  },
  {
    name: 'revix/virtual-server/sync',
    isBlocking: true,
    codes: 'hresult',
    make: (vix, host) =>
      makeVirtualServer(
        virtualServerSync.createVirtualServer(blocking(vix)) as unknown as virtualServer.VirtualServer,
        host,
      ),
  },
];

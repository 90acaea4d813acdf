import * as C from '../../../dist/index.js';
import { answer, entries, guestUser, none, type Answer, type AnyVix, type Door, type HostAddress } from './door.js';

/** Waits for a job of the C-shaped door and releases it. @returns its error. */
export async function finish(vix: AnyVix, job: C.VixHandle): Promise<C.VixError> {
  const error = await vix.VixJob_Wait(job, C.VIX_PROPERTY_NONE);
  vix.Vix_ReleaseHandle(job);
  return error;
}

/** The functions that read properties whose types are known only at run time. */
interface Untyped {
  readonly VixJob_Wait: (...args: readonly unknown[]) => Promise<C.VixError>;
  readonly VixJob_GetNthProperties: (...args: readonly unknown[]) => C.VixError;
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

/** The values of some properties for each item that a job has found. */
async function itemsOf(
  vix: AnyVix,
  job: C.VixHandle,
  ids: readonly C.VixPropertyID[],
): Promise<readonly [C.VixError, readonly (readonly unknown[])[]]> {
  const error = await vix.VixJob_Wait(job, C.VIX_PROPERTY_NONE);
  const [first = C.VIX_PROPERTY_NONE] = ids;
  const count = error === C.VIX_OK ? vix.VixJob_GetNumProperties(job, first) : 0;
  const items = Array.from({ length: count }, (_, index) => {
    const cells = ids.map(() => C.Vix_Out<unknown>());
    const varargs = ids.flatMap((id, at) => [id, cells[at]]);
    (vix as unknown as Untyped).VixJob_GetNthProperties(job, index, ...varargs, C.VIX_PROPERTY_NONE);
    return cells.map((cell) => cell.value);
  });
  vix.Vix_ReleaseHandle(job);
  return [error, items];
}

/** Whether a file is in a guest that somebody has logged in to. */
export async function fileExists(vix: AnyVix, vm: C.VixHandle, path: string): Promise<boolean> {
  const job = vix.VixVM_FileExistsInGuest(vm, path, null, null);
  return (await resultOf<boolean>(vix, job, C.VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS))[1];
}

/** Connects and opens a machine with the C-shaped door. */
export async function openVm(vix: AnyVix, host: HostAddress, location: string): Promise<C.VixHandle> {
  const handle = await connect(vix, host);
  const [, vm] = await open(vix, handle, location);
  return vm;
}

async function connect(vix: AnyVix, { hostType, hostName, userName, password }: HostAddress): Promise<C.VixHandle> {
  const job = vix.VixHost_Connect(-1, hostType, hostName, 0, userName, password, 0, none, null, null);
  const [, handle] = await resultOf<C.VixHandle>(vix, job, C.VIX_PROPERTY_JOB_RESULT_HANDLE);
  return handle;
}

function open(vix: AnyVix, host: C.VixHandle, location: string): Promise<readonly [C.VixError, C.VixHandle]> {
  return resultOf<C.VixHandle>(vix, vix.VixVM_Open(host, location, null, null), C.VIX_PROPERTY_JOB_RESULT_HANDLE);
}

/** Awaiting what a blocking door returns at once changes nothing, so this is the blocking door, too. */
export async function makeC(vix: AnyVix, address: HostAddress): Promise<Door> {
  const host = await connect(vix, address);
  const machine = async (location: string): Promise<C.VixHandle> => (await open(vix, host, location))[1];
  const guest = async (location: string): Promise<C.VixHandle> => {
    const vm = await machine(location);
    await finish(vix, vix.VixVM_LoginInGuest(vm, guestUser.userName, guestUser.password, 0, null, null));
    return vm;
  };
  const done = async (job: C.VixHandle): Promise<Answer> => [await finish(vix, job)];
  const snapshot = async (vm: C.VixHandle, name: string): Promise<readonly [C.VixError, C.VixHandle]> => {
    const cell = C.Vix_Out<C.VixHandle>();
    return [await vix.VixVM_GetNamedSnapshot(vm, name, cell), cell.value];
  };
  return {
    async registered() {
      const job = vix.VixHost_FindItems(host, C.VIX_FIND_REGISTERED_VMS, none, -1, null, null);
      const error = await vix.VixJob_Wait(job, C.VIX_PROPERTY_NONE);
      return [error, vix.VixJob_GetNumProperties(job, C.VIX_PROPERTY_FOUND_ITEM_LOCATION)];
    },
    powerOn: async (at) => done(vix.VixVM_PowerOn(await machine(at), 0, none, null, null)),
    powerOff: async (at) => done(vix.VixVM_PowerOff(await machine(at), 0, null, null)),
    reset: async (at) => done(vix.VixVM_Reset(await machine(at), 0, null, null)),
    suspend: async (at) => done(vix.VixVM_Suspend(await machine(at), 0, null, null)),
    async run(at, password, program, args) {
      const vm = await machine(at);
      const login = await finish(vix, vix.VixVM_LoginInGuest(vm, guestUser.userName, password, 0, null, null));
      if (login !== C.VIX_OK) return [login];
      const job = vix.VixVM_RunProgramInGuest(vm, program, args, 0, none, null, null);
      return answer(...(await resultOf(vix, job, C.VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE)));
    },
    writeVariable: async (at, name, value) =>
      done(vix.VixVM_WriteVariable(await machine(at), C.VIX_VM_GUEST_VARIABLE, name, value, 0, null, null)),
    readVariable: async (at, name) => {
      const job = vix.VixVM_ReadVariable(await machine(at), C.VIX_VM_GUEST_VARIABLE, name, 0, null, null);
      return resultOf(vix, job, C.VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING);
    },
    opening: { open: async (at) => [(await open(vix, host, at))[0]] },
    files: {
      upload: async (at, from, to) =>
        done(vix.VixVM_CopyFileFromHostToGuest(await guest(at), from, to, 0, none, null, null)),
      download: async (at, from, to) =>
        done(vix.VixVM_CopyFileFromGuestToHost(await guest(at), from, to, 0, none, null, null)),
      async list(at, path) {
        const job = vix.VixVM_ListDirectoryInGuest(await guest(at), path, 0, null, null);
        const [error, rows] = await itemsOf(vix, job, [
          C.VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
          C.VIX_PROPERTY_JOB_RESULT_FILE_SIZE,
          C.VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
        ]);
        return answer(error, entries(rows));
      },
      exists: async (at, path) => [C.VIX_OK, await fileExists(vix, await guest(at), path)],
      remove: async (at, path) => done(vix.VixVM_DeleteFileInGuest(await guest(at), path, null, null)),
    },
    processes: {
      async first(at) {
        const job = vix.VixVM_ListProcessesInGuest(await guest(at), 0, null, null);
        const [error, [first]] = await itemsOf(vix, job, [
          C.VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
          C.VIX_PROPERTY_JOB_RESULT_PROCESS_OWNER,
        ]);
        return answer(error, first);
      },
      kill: async (at, pid) => done(vix.VixVM_KillProcessInGuest(await guest(at), pid, 0, null, null)),
    },
    snapshots: {
      take: async (at, name) => done(vix.VixVM_CreateSnapshot(await machine(at), name, null, 0, none, null, null)),
      find: async (at, name) => [(await snapshot(await machine(at), name))[0]],
      async revert(at, name) {
        const vm = await machine(at);
        const [error, found] = await snapshot(vm, name);
        return error === C.VIX_OK ? done(vix.VixVM_RevertToSnapshot(vm, found, 0, none, null, null)) : [error];
      },
      async remove(at, name) {
        const vm = await machine(at);
        const [error, found] = await snapshot(vm, name);
        return error === C.VIX_OK ? done(vix.VixVM_RemoveSnapshot(vm, found, 0, null, null)) : [error];
      },
    },
    callbacks: {
      async registered() {
        const types: number[] = [];
        const tell = (_job: C.VixHandle, type: number): void => void types.push(type);
        const job = vix.VixHost_FindItems(host, C.VIX_FIND_REGISTERED_VMS, none, -1, tell, null);
        const error = await finish(vix, job);
        const count = (wanted: number): number => types.filter((type) => type === wanted).length;
        return [error, count(C.VIX_EVENTTYPE_FIND_ITEM), count(C.VIX_EVENTTYPE_JOB_COMPLETED)];
      },
    },
  };
}

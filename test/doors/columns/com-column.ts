import type * as com from '../../../dist/doors/com/index.js';
import * as C from '../../../dist/index.js';
import { answer, entries, guestUser, type Answer, type Door, type HostAddress } from './door.js';

export async function makeCom(door: com.VixCOM, address: HostAddress): Promise<Door> {
  const { hostType, hostName, userName, password } = address;
  const done = async (job: com.IJob): Promise<Answer> => [await job.WaitWithoutResults()];
  const result = async (job: com.IJob, id: number): Promise<Answer> => {
    const results = C.Vix_Out<unknown>();
    const error = await job.Wait([id], results);
    return error === C.VIX_OK ? [error, ...(results.value as unknown[])] : [error];
  };
  const items = async (job: com.IJob, ids: readonly C.VixPropertyID[]): Promise<[number, unknown[][]]> => {
    const error = await job.WaitWithoutResults();
    const count = error === C.VIX_OK ? job.GetNumProperties(ids[0] ?? C.VIX_PROPERTY_NONE) : 0;
    const rows = Array.from({ length: count }, (_, index) => {
      const results = C.Vix_Out<unknown>();
      job.GetNthProperties(index, ids, results);
      return results.value as unknown[];
    });
    return [error, rows];
  };
  const lib = new door.VixLib();
  const connecting = lib.Connect(-1, hostType, hostName, 0, userName, password, 0, null, null);
  const [, host] = (await result(connecting, C.VIX_PROPERTY_JOB_RESULT_HANDLE)) as [number, com.IHost];
  const machine = async (at: string): Promise<com.IVM> =>
    (await result(host.OpenVM(at, null), C.VIX_PROPERTY_JOB_RESULT_HANDLE))[1] as com.IVM;
  const guest = async (at: string): Promise<com.IVM> => {
    const vm = await machine(at);
    await vm.LoginInGuest(guestUser.userName, guestUser.password, 0, null).WaitWithoutResults();
    return vm;
  };
  const snapshot = async (vm: com.IVM, name: string): Promise<readonly [number, com.ISnapshot | null]> => {
    const cell = C.Vix_Out<com.ISnapshot | null>(null);
    return [await vm.GetNamedSnapshot(name, cell), cell.value];
  };
  return {
    async registered() {
      const job = host.FindItems(C.VIX_FIND_REGISTERED_VMS, null, -1, null);
      const error = await job.WaitWithoutResults();
      return [error, job.GetNumProperties(C.VIX_PROPERTY_FOUND_ITEM_LOCATION)];
    },
    powerOn: async (at) => done((await machine(at)).PowerOn(0, null, null)),
    powerOff: async (at) => done((await machine(at)).PowerOff(0, null)),
    reset: async (at) => done((await machine(at)).Reset(0, null)),
    suspend: async (at) => done((await machine(at)).Suspend(0, null)),
    async run(at, guestPassword, program, args) {
      const vm = await machine(at);
      const [login] = await done(vm.LoginInGuest(guestUser.userName, guestPassword, 0, null));
      if (login !== C.VIX_OK) return [login];
      const exitCode = C.VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE;
      return result(vm.RunProgramInGuest(program, args, 0, null, null), exitCode);
    },
    writeVariable: async (at, name, value) =>
      done((await machine(at)).WriteVariable(C.VIX_VM_GUEST_VARIABLE, name, value, 0, null)),
    readVariable: async (at, name) => {
      const job = (await machine(at)).ReadVariable(C.VIX_VM_GUEST_VARIABLE, name, 0, null);
      return result(job, C.VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING);
    },
    opening: { open: async (at) => done(host.OpenVM(at, null)) },
    files: {
      upload: async (at, from, to) => done((await guest(at)).CopyFileFromHostToGuest(from, to, 0, null, null)),
      download: async (at, from, to) => done((await guest(at)).CopyFileFromGuestToHost(from, to, 0, null, null)),
      async list(at, path) {
        const [error, rows] = await items((await guest(at)).ListDirectoryInGuest(path, 0, null), [
          C.VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
          C.VIX_PROPERTY_JOB_RESULT_FILE_SIZE,
          C.VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
        ]);
        return answer(error, entries(rows));
      },
      exists: async (at, path) =>
        result((await guest(at)).FileExistsInGuest(path, null), C.VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS),
      remove: async (at, path) => done((await guest(at)).DeleteFileInGuest(path, null)),
    },
    processes: {
      async first(at) {
        const [error, [first]] = await items((await guest(at)).ListProcessesInGuest(0, null), [
          C.VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
          C.VIX_PROPERTY_JOB_RESULT_PROCESS_OWNER,
        ]);
        return answer(error, first);
      },
      kill: async (at, pid) => done((await guest(at)).KillProcessInGuest(pid, 0, null)),
    },
    snapshots: {
      take: async (at, name) => done((await machine(at)).CreateSnapshot(name, null, 0, null, null)),
      find: async (at, name) => [(await snapshot(await machine(at), name))[0]],
      async revert(at, name) {
        const vm = await machine(at);
        const [error, found] = await snapshot(vm, name);
        return error === C.VIX_OK ? done(vm.RevertToSnapshot(found, 0, null, null)) : [error];
      },
      async remove(at, name) {
        const vm = await machine(at);
        const [error, found] = await snapshot(vm, name);
        return error === C.VIX_OK ? done(vm.RemoveSnapshot(found, 0, null)) : [error];
      },
    },
    callbacks: {
      async registered() {
        const types: number[] = [];
        const callback = { OnVixEvent: (_job: unknown, type: number): void => void types.push(type) };
        const [error] = await done(host.FindItems(C.VIX_FIND_REGISTERED_VMS, null, -1, callback));
        const count = (wanted: number): number => types.filter((type) => type === wanted).length;
        return [error, count(C.VIX_EVENTTYPE_FIND_ITEM), count(C.VIX_EVENTTYPE_JOB_COMPLETED)];
      },
    },
  };
}

import type * as simple from '../../../dist/doors/simple/index.js';
import * as C from '../../../dist/index.js';
import { answer, entries, guestUser, none, type Door, type HostAddress } from './door.js';

export async function makeSimple(door: simple.Simple, address: HostAddress): Promise<Door> {
  const { hostType, hostName, userName, password } = address;
  const [, host] = await door.HostConnect(-1, hostType, hostName, 0, userName, password, 0, none);
  const machine = async (at: string): Promise<C.VixHandle> => (await door.VMOpen(host, at))[1] ?? none;
  const guest = async (at: string): Promise<C.VixHandle> => {
    const vm = await machine(at);
    await door.VMLoginInGuest(vm, guestUser.userName, guestUser.password, 0);
    return vm;
  };
  return {
    async registered() {
      const [error, ...paths] = await door.FindItems(host, C.VIX_FIND_REGISTERED_VMS, -1);
      return [error, paths.length];
    },
    powerOn: async (at) => [await door.VMPowerOn(await machine(at), 0, none)],
    powerOff: async (at) => [await door.VMPowerOff(await machine(at), 0)],
    reset: async (at) => [await door.VMReset(await machine(at), 0)],
    suspend: async (at) => [await door.VMSuspend(await machine(at), 0)],
    async run(at, guestPassword, program, args) {
      const vm = await machine(at);
      const login = await door.VMLoginInGuest(vm, guestUser.userName, guestPassword, 0);
      if (login !== C.VIX_OK) return [login];
      const [error, info] = await door.VMRunProgramInGuestEx(vm, program, args, 0, none);
      return answer(error, info?.EXIT_CODE);
    },
    writeVariable: async (at, name, value) => [
      await door.VMWriteVariable(await machine(at), C.VIX_VM_GUEST_VARIABLE, name, value, 0),
    ],
    readVariable: async (at, name) => door.VMReadVariable(await machine(at), C.VIX_VM_GUEST_VARIABLE, name, 0),
    opening: { open: async (at) => (await door.VMOpen(host, at)).slice(0, 1) },
    files: {
      upload: async (at, from, to) => [await door.VMCopyFileFromHostToGuest(await guest(at), from, to, 0, none)],
      download: async (at, from, to) => [await door.VMCopyFileFromGuestToHost(await guest(at), from, to, 0, none)],
      async list(at, path) {
        const [error, ...found] = await door.VMListDirectoryInGuest(await guest(at), path, 0);
        return answer(error, entries(found.map((file) => [file.FILE_NAME, file.FILE_SIZE, file.FILE_ATTRIBUTES])));
      },
      exists: async (at, path) => door.VMFileExistsInGuest(await guest(at), path),
      remove: async (at, path) => [await door.VMDeleteFileInGuest(await guest(at), path)],
    },
    processes: {
      async first(at) {
        const [error, first] = await door.VMListProcessesInGuest(await guest(at));
        return answer(error, [first?.PROCESS_NAME, first?.PROCESS_OWNER]);
      },
      kill: async (at, pid) => [await door.VMKillProcessInGuest(await guest(at), pid, 0)],
    },
    snapshots: {
      take: async (at, name) => (await door.VMCreateSnapshot(await machine(at), name, null, 0, none)).slice(0, 1),
      find: async (at, name) => (await door.VMGetNamedSnapshot(await machine(at), name)).slice(0, 1),
      async revert(at, name) {
        const vm = await machine(at);
        const [error, found] = await door.VMGetNamedSnapshot(vm, name);
        return [error === C.VIX_OK ? await door.VMRevertToSnapshot(vm, found, 0, none) : error];
      },
      async remove(at, name) {
        const vm = await machine(at);
        const [error, found] = await door.VMGetNamedSnapshot(vm, name);
        return [error === C.VIX_OK ? await door.VMRemoveSnapshot(vm, found, 0) : error];
      },
    },
  };
}

import * as client from '../../../dist/doors/client/index.js';
import * as C from '../../../dist/index.js';
import { entries, guestUser, type Answer, type AnyVix, type Door, type HostAddress } from './door.js';

const providers = new Map<number, 'workstation' | 'vi-server'>([
  [C.VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, 'workstation'],
  [C.VIX_SERVICEPROVIDER_VMWARE_VI_SERVER, 'vi-server'],
]);

/** What a call gives, or the code of the error that it ends with. */
async function outcome(call: () => Promise<unknown>): Promise<Answer> {
  try {
    const value = await call();
    return value === undefined ? [C.VIX_OK] : [C.VIX_OK, value];
  } catch (error) {
    return [(error as client.VixError).code];
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

export async function makeClient(vix: AnyVix, address: HostAddress): Promise<Door> {
  const { hostType, hostName, userName, password } = address;
  const provider = providers.get(hostType) ?? 'default';
  const login = userName === null || password === null ? {} : { userName, password };
  const host = await client.connect({ vix, provider, ...(hostName === null ? {} : { hostName }), ...login });
  const machine = (at: string): Promise<client.Vm> => host.openVm(at);
  const guest = async (at: string): Promise<client.Guest> => (await machine(at)).login(guestUser);
  const files = async (at: string): Promise<client.GuestFiles> => (await guest(at)).files;
  return {
    registered: () =>
      outcome(async () => {
        let count = 0;
        for await (const vm of host.vms()) count += vm.location === '' ? 0 : 1;
        return count;
      }),
    powerOn: (at) => outcome(async () => (await machine(at)).powerOn()),
    powerOff: (at) => outcome(async () => (await machine(at)).powerOff()),
    reset: (at) => outcome(async () => (await machine(at)).reset()),
    suspend: (at) => outcome(async () => (await machine(at)).suspend()),
    run: (at, guestPassword, program, args) =>
      outcome(async () => {
        const vm = await machine(at);
        const inside = await vm.login({ userName: guestUser.userName, password: guestPassword });
        return (await inside.run(program, { raw: args })).exitCode;
      }),
    writeVariable: (at, name, value) => outcome(async () => (await machine(at)).writeGuestVariable(name, value)),
    readVariable: (at, name) => outcome(async () => (await machine(at)).readGuestVariable(name)),
    opening: { open: (at) => outcome(async () => void (await machine(at))) },
    files: {
      upload: (at, from, to) => outcome(async () => (await files(at)).upload(from, to)),
      download: (at, from, to) => outcome(async () => (await files(at)).download(from, to)),
      list: (at, path) =>
        outcome(async () => {
          const found = await all((await files(at)).list(path));
          return entries(found.map(({ name, size, kind }) => [name, size, kind === 'directory' ? 1 : 0]));
        }),
      exists: (at, path) => outcome(async () => (await files(at)).exists(path)),
      remove: (at, path) => outcome(async () => (await files(at)).deleteFile(path)),
    },
    processes: {
      first: (at) =>
        outcome(async () => {
          const [first] = await all((await guest(at)).processes());
          return [first?.name, first?.owner];
        }),
      kill: (at, pid) => outcome(async () => (await guest(at)).kill(pid)),
    },
    snapshots: {
      take: (at, name) => outcome(async () => void (await (await machine(at)).snapshots.create({ name }))),
      find: (at, name) => outcome(async () => void (await (await machine(at)).snapshots.named(name))),
      revert: (at, name) =>
        outcome(async () => {
          const { snapshots } = await machine(at);
          await snapshots.revert(await snapshots.named(name));
        }),
      remove: (at, name) =>
        outcome(async () => {
          const { snapshots } = await machine(at);
          await snapshots.remove(await snapshots.named(name));
        }),
    },
  };
}

import { afterEach, describe, expect, test } from 'vitest';
import {
  connectVsphere,
  createVsphereBackend,
  Fault,
  FakeClock,
  type GuestClient,
  ref,
  Secret,
  typed,
  vimFaultOf,
  type VsphereClient,
} from '../../../../src/backends/vsphere/index.js';
import { settle } from '../../../../src/base/clock.js';
import { deferred } from '../../../../src/base/deferred.js';
import { AnswerFault, type Answers, guestManagers, SoapServer } from './soap-server.js';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const vm = ref('VirtualMachine', 'vm-1');

async function serve(answers: Answers, properties?: Readonly<Record<string, unknown>>): Promise<SoapServer> {
  const server = await SoapServer.start(answers, properties);
  closers.push(() => server.close());
  return server;
}

async function connect(answers: Answers, properties?: Readonly<Record<string, unknown>>, clock = new FakeClock()) {
  const server = await serve(answers, properties);
  const client = await connectVsphere({ url: server.url, userName: 'u', password: 'p', clock });
  closers.push(() => client.close());
  return { server, client, clock };
}

describe('calls of methods', () => {
  test('take and give typed values', async () => {
    const { client, server } = await connect({ CreateSnapshot_Task: () => ref('Task', 'task-1') });
    const task = await client.call(vm, 'CreateSnapshot_Task', { name: 's', memory: false, quiesce: true });
    expect(task).toEqual(ref('Task', 'task-1'));
    expect(server.calls.at(-1)).toMatchObject({ self: vm, args: { name: 's', memory: false, quiesce: true } });
  });

  test('fail with a fault that names the call, and has the fault of vSphere behind it', async () => {
    const fault = { $type: 'InvalidPowerState', requestedState: 'poweredOn', existingState: 'poweredOn' };
    const { client } = await connect({
      PowerOnVM_Task: () => {
        throw new AnswerFault(fault, 'It is on.');
      },
    });
    const failed = await client.call(vm, 'PowerOnVM_Task', {}).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(Fault);
    expect(failed).toMatchObject({
      kind: 'vm-running',
      message: expect.stringContaining('PowerOnVM_Task on vm-1: It is on.'),
    });
    expect(vimFaultOf(failed)).toEqual(fault);
    expect(vimFaultOf(new Error('x'))).toBeUndefined();
    expect(vimFaultOf('x')).toBeUndefined();
  });

  test('end when they are aborted', async () => {
    const asked = deferred<void>();
    const { client } = await connect({
      CurrentTime: () => {
        asked.resolve();
        return new Promise(() => undefined);
      },
    });
    const abort = new AbortController();
    const call = client.call(ref('ServiceInstance', 'ServiceInstance'), 'CurrentTime', {}, { signal: abort.signal });
    await asked.promise;
    abort.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });
});

describe('properties', () => {
  test('come by their paths', async () => {
    const { client } = await connect(
      {},
      { 'VirtualMachine.name': 'web', 'VirtualMachine.runtime.powerState': 'poweredOn' },
    );
    const {
      name,
      'runtime.powerState': state,
      'config.hardware.numCPU': cpus,
    } = await client.properties(vm, ['name', 'runtime.powerState', 'config.hardware.numCPU']);
    // Also a test of the types: a wrong one would not compile.
    const shown: string = `${name?.toUpperCase()} ${state satisfies 'poweredOn' | 'poweredOff' | 'suspended' | undefined}`;
    expect([shown, cpus satisfies number | undefined]).toEqual(['WEB poweredOn', undefined]);
  });
});

describe('logins', () => {
  test('are shared by clients of one backend, and given back by the last', async () => {
    const server = await serve({});
    const backend = createVsphereBackend();
    closers.push(async () => backend.close?.());
    const target = { url: server.url, userName: 'u', password: new Secret('p') };
    const [one, other] = await Promise.all([backend.client(target), backend.client(target)]);
    const stranger = await backend.client({ ...target, userName: 'v' });
    expect(server.count('Login')).toBe(2);
    await one.close();
    await one.close();
    expect(server.count('Logout')).toBe(0);
    await other.close();
    expect(server.count('Logout')).toBe(1);
    await stranger.close();
    expect(server.count('Logout')).toBe(2);
    await expect(one.call(vm, 'ShutdownGuest', {})).rejects.toMatchObject({ kind: 'connection-lost' });
  });

  test('of their own leave no connection, and nothing to do at the end of the process', async () => {
    const server = await serve({});
    const before = process.listenerCount('beforeExit');
    const target = { url: server.url, userName: 'u', password: 'p' };
    const clients = await Promise.all([connectVsphere(target), connectVsphere(target)]);
    expect(server.connections).toBe(2);
    for (const client of clients) await client.close();
    await clients[0]?.close();
    await expect.poll(() => server.connections, { timeout: 10_000 }).toBe(0);
    expect(process.listenerCount('beforeExit')).toBe(before);
  });

  test('that are refused say so', async () => {
    const server = await serve({
      Login: () => {
        throw new AnswerFault({ $type: 'InvalidLogin' }, 'Wrong.');
      },
    });
    const connecting = connectVsphere({ url: server.url, userName: 'u', password: 's3cret' });
    await expect(connecting).rejects.toMatchObject({ kind: 'host-permission' });
    await expect(connecting).rejects.not.toMatchObject({ message: expect.stringContaining('s3cret') });
  });

  test('want options that are in order', async () => {
    const target = { url: 'https://vcenter.example', userName: 'u', password: 'p', callTimeoutSeconds: -1 };
    await expect(Promise.resolve().then(() => connectVsphere(target))).rejects.toMatchObject({
      kind: 'invalid-argument',
    });
  });
});

describe('the guest', () => {
  const login = { userName: 'root', password: 'pw' };
  const linux = { ...guestManagers, 'VirtualMachine.guest.guestFamily': 'linuxGuest' };

  async function guest(answers: Answers, properties: Readonly<Record<string, unknown>> = linux) {
    const connected = await connect(answers, properties);
    return { ...connected, guest: await connected.client.machine(vm, 'web01').guest(login) };
  }

  test('is called through the manager of each method, with the login', async () => {
    const calls: [string, (guest: GuestClient) => Promise<unknown>][] = [
      ['GuestAuthManager', (one) => one.call('ValidateCredentialsInGuest', {})],
      [
        'GuestFileManager',
        (one) => one.call('MakeDirectoryInGuest', { directoryPath: '/a', createParentDirectories: true }),
      ],
      ['GuestProcessManager', (one) => one.call('ReadEnvironmentVariableInGuest', { names: ['A'] })],
      ['GuestAliasManager', (one) => one.call('ListGuestAliases', { username: 'root' })],
      [
        'GuestWindowsRegistryManager',
        (one) =>
          one.call('ListRegistryKeysInGuest', {
            keyName: { registryPath: 'HKLM', wowBitness: 'WOWNative' },
            recursive: false,
          }),
      ],
      ['VirtualMachineGuestCustomizationManager', (one) => one.call('StartGuestNetwork_Task', {})],
    ];
    const { guest: one, server } = await guest({
      ValidateCredentialsInGuest: () => undefined,
      MakeDirectoryInGuest: () => undefined,
      ReadEnvironmentVariableInGuest: () => ['A=1'],
      ListGuestAliases: () => [],
      ListRegistryKeysInGuest: () => [],
      StartGuestNetwork_Task: () => ref('Task', 'task-1'),
    });
    expect(one.family).toBe('posix');
    for (const [manager, call] of calls) {
      await call(one);
      expect(server.calls.at(-1)?.self).toEqual(ref(manager, manager));
      expect(server.calls.at(-1)?.args).toMatchObject({
        vm,
        auth: { $type: 'NamePasswordAuthentication', username: 'root', password: 'pw', interactiveSession: false },
      });
    }
    // The managers are asked for once.
    expect(server.calls.filter(({ args }) => JSON.stringify(args).includes('aliasManager'))).toHaveLength(1);
  });

  test('takes other logins as they are', async () => {
    const { client, server } = await connect({ ListGuestAliases: () => [] }, linux);
    const token = {
      $type: 'SAMLTokenAuthentication' as const,
      interactiveSession: false,
      token: new Secret('<saml/>'),
    };
    const one = await client.machine(vm).guest(token);
    await one.call('ListGuestAliases', { username: 'root' });
    expect(server.calls.at(-1)?.args.auth).toEqual({ ...token, token: '<saml/>' });
  });

  test('asks for a ticket without a login beside the requested one', async () => {
    const ticket = { $type: 'TicketedSessionAuthentication', interactiveSession: false, ticket: 't' };
    const { guest: one, server } = await guest({ AcquireCredentialsInGuest: () => ticket });
    const requestedAuth = { $type: 'SSPIAuthentication' as const, interactiveSession: false, sspiToken: 'a' };
    const given = await one.call('AcquireCredentialsInGuest', { requestedAuth });
    expect(server.calls.at(-1)?.args).toEqual({ vm, requestedAuth });
    // A ticket lets in like a password, so it shows to nobody.
    expect(JSON.stringify(given)).toContain('"ticket":"***"');
  });

  test('that a server has no manager for is said', async () => {
    const { guest: one } = await guest({}, { ...linux, 'GuestOperationsManager.aliasManager': undefined });
    await expect(one.call('ListGuestAliases', { username: 'root' })).rejects.toMatchObject({
      kind: 'not-supported',
      message: expect.stringContaining('no GuestAliasManager'),
    });
  });

  test('gets one request at a time, however many users it has', async () => {
    let running = 0;
    let most = 0;
    const { client, guest: one } = await guest({
      ReadEnvironmentVariableInGuest: async () => {
        most = Math.max(most, (running += 1));
        await settle();
        running -= 1;
        return [];
      },
    });
    const other = await client.machine(vm).guest({ userName: 'other', password: 'pw' });
    await Promise.all([one, other, one, other].map((user) => user.call('ReadEnvironmentVariableInGuest', {})));
    expect(most).toBe(1);
  });

  test('is polled once for all programs that are awaited', async () => {
    const times = { startTime: new Date(1000), endTime: new Date(3500) };
    const process = (pid: number) => ({ name: 'p', pid, owner: 'root', cmdLine: 'p', ...times, exitCode: pid });
    const {
      guest: one,
      server,
      clock,
    } = await guest({
      ListProcessesInGuest: ({ args }) => (args.pids as number[]).map(process),
    });
    const waits = Promise.all([7, 8, 9].map((pid) => one.waitForExit(pid)));
    await clock.advance(10);
    const startTime = new Date(1000);
    const endTime = new Date(3500);
    const ends = [7, 8, 9].map((exitCode) => ({ exitCode, elapsedMs: 2500, startTime, endTime }));
    expect(await waits).toEqual(ends);
    expect(server.count('ListProcessesInGuest')).toBe(1);
    expect(server.calls.at(-1)?.args.pids).toEqual([7, 8, 9]);
  });
});

describe('the wait for guest operations', () => {
  test('ends when the machine is off', async () => {
    const states = {
      CreateListView: () => ref('ListView', 'view'),
      CreatePropertyCollector: () => ref('PropertyCollector', 'mine'),
      CreateFilter: () => ref('PropertyFilter', 'filter'),
      ModifyListView: () => [],
      DestroyView: () => undefined,
      DestroyPropertyCollector: () => undefined,
      WaitForUpdatesEx: () => ({
        version: '1',
        filterSet: [
          {
            filter: ref('PropertyFilter', 'filter'),
            objectSet: [
              {
                kind: 'enter',
                obj: vm,
                changeSet: [
                  { name: 'runtime.powerState', op: 'assign', val: typed('VirtualMachinePowerState', 'poweredOff') },
                ],
              },
            ],
          },
        ],
      }),
    };
    const { client } = await connect(states);
    await expect(client.machine(vm, 'web01').waitForGuestOperations()).rejects.toMatchObject({
      kind: 'vm-not-running',
      message: 'web01 does not run. Power it on first.',
    });
  });
});

test('Tools of a host without REST is told over SOAP', async () => {
  const properties = {
    'VirtualMachine.guest.toolsRunningStatus': 'guestToolsRunning',
    'VirtualMachine.guest.toolsVersion': '12389',
  };
  const { client } = await connect({}, properties);
  const info = await (client satisfies VsphereClient).machine(vm).tools.info();
  expect(info).toMatchObject({ runState: 'RUNNING', versionNumber: 12_389 });
});

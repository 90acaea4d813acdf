import { describe, expect, it } from 'vitest';
import type { Ref } from '../../../src/backends/vsphere/soap/values.js';
import { SoapFault } from '../../../src/backends/vsphere/soap/soap-fault.js';
import { required, startRig, type TestClient } from '../simulator-rig.js';

const inventory = {
  vms: [
    { name: 'linux', location: '[ds1] linux/linux.vmx', power: 'on' as const },
    { name: 'windows', location: '[ds1] win/win.vmx', power: 'on' as const, guestOs: 'windows9-64' },
  ],
};
const linux = { type: 'VirtualMachine', value: 'vm-1' } as const;
const windows = { type: 'VirtualMachine', value: 'vm-2' } as const;

function auth(username: string, password = 'password') {
  return { $type: 'NamePasswordAuthentication', interactiveSession: false, username, password } as const;
}

async function start() {
  const rig = await startRig({ inventory });
  const { client, content } = await rig.session();
  const managers = await client.properties(required(content.guestOperationsManager));
  return { ...rig, client, manager: <Type extends string>(name: string) => managers[name] as Ref<Type> };
}

/** The fault that a call answers with. */
async function faultOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof SoapFault)) throw error;
  return error.fault;
}

type Processes = Ref<'GuestProcessManager'>;

async function environment(client: TestClient, manager: Processes): Promise<readonly string[] | undefined> {
  return client.call(manager, 'ReadEnvironmentVariableInGuest', { vm: linux, auth: auth('user'), names: ['HOME'] });
}

describe('guest operations over the wire', () => {
  it('answer with what their types say', async () => {
    const { client, manager, defects } = await start();
    expect(await environment(client, manager('processManager'))).toEqual(['HOME=/home/user']);
    const listing = await client.call(manager<'GuestFileManager'>('fileManager'), 'ListFilesInGuest', {
      vm: linux,
      auth: auth('user'),
      filePath: '/etc',
      maxResults: 1,
    });
    expect(listing).toMatchObject({
      files: [
        { path: '.', type: 'directory', attributes: { $type: 'GuestPosixFileAttributes', permissions: 0o40755 } },
      ],
    });
    expect(listing.remaining).toBeGreaterThan(1);
    const none = await client.call(manager<'GuestProcessManager'>('processManager'), 'ListProcessesInGuest', {
      vm: linux,
      auth: auth('user'),
      pids: [99_999],
    });
    expect(none ?? []).toEqual([]);
    expect(defects).toEqual([]);
  });

  it('carry the values of the registry', async () => {
    const { client, manager, defects } = await start();
    const registry = manager<'GuestWindowsRegistryManager'>('guestWindowsRegistryManager');
    const keyName = { registryPath: 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Revix', wowBitness: 'WOWNative' };
    const common = { vm: windows, auth: auth('Administrator') };
    await client.call(registry, 'CreateRegistryKeyInGuest', { ...common, keyName, isVolatile: false });
    const data = [
      { $type: 'GuestRegValueQwordSpec', value: 2n ** 50n },
      { $type: 'GuestRegValueBinarySpec', value: Uint8Array.of(1, 2) },
      { $type: 'GuestRegValueMultiStringSpec', value: ['a', 'b'] },
    ] as const;
    for (const [index, each] of data.entries()) {
      const value = { name: { keyName, name: String(index) }, data: each };
      await client.call(registry, 'SetRegistryValueInGuest', { ...common, value });
    }
    const values = await client.call(registry, 'ListRegistryValuesInGuest', {
      ...common,
      keyName,
      expandStrings: false,
    });
    expect(required(values).map((each) => each.data)).toEqual(data);
    expect(defects).toEqual([]);
  });

  it('fail with faults that carry their fields', async () => {
    const { client, manager, defects } = await start();
    const processes = manager<'GuestProcessManager'>('processManager');
    const user = { vm: linux, auth: auth('user') };
    expect(await faultOf(client.call(processes, 'TerminateProcessInGuest', { ...user, pid: 99_999 }))).toMatchObject({
      $type: 'GuestProcessNotFound',
      pid: 99_999,
    });
    const spec = { programPath: '/bin/nope', arguments: '' };
    expect(await faultOf(client.call(processes, 'StartProgramInGuest', { ...user, spec }))).toMatchObject({
      $type: 'FileNotFound',
      file: '/bin/nope',
    });
    const logins = manager<'GuestAuthManager'>('authManager');
    const wrong = { vm: windows, auth: auth('user', '') };
    expect(await faultOf(client.call(logins, 'ValidateCredentialsInGuest', wrong))).toMatchObject({
      $type: 'SystemError',
      reason: expect.stringMatching(/^vix error codes = \(3033, 0\)\.\s*$/u),
    });
    const requestedAuth = {
      $type: 'SSPIAuthentication',
      interactiveSession: false,
      sspiToken: 'TlRMTVNTUAABAAAA',
    } as const;
    expect(
      await faultOf(client.call(logins, 'AcquireCredentialsInGuest', { vm: windows, requestedAuth })),
    ).toMatchObject({
      $type: 'GuestAuthenticationChallenge',
      serverChallenge: { $type: 'SSPIAuthentication' },
      sessionID: 1,
    });
    expect(defects).toEqual([]);
  });
});

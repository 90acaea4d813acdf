import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  connectVsphere,
  ref,
  vimFaultOf,
  type GuestClient,
  type Ref,
  type VsphereClient,
} from '../../../../src/backends/vsphere/index.js';
import { readAll } from '../../../../src/guest/sized-content.js';
import { startSimulator, type Simulator } from '../../../../src/simulator/index.js';

let simulator: Simulator;
let client: VsphereClient;
let linux: GuestClient;
let windows: GuestClient;
let web: Ref<'VirtualMachine'>;

beforeAll(async () => {
  simulator = await startSimulator();
  const thumbprint = simulator.thumbprint?.sha256 ?? '';
  client = await connectVsphere({ url: simulator.url, userName: 'user', password: 'pw', tls: { thumbprint } });
  const guestOf = async (location: string, userName: string) => {
    const machine = await client.findMachine(location);
    await machine.waitForGuestOperations();
    return machine.guest({ userName, password: 'password' });
  };
  linux = await guestOf('[datastore1] web/web.vmx', 'root');
  web = (await client.findMachine('[datastore1] web/web.vmx')).ref;
  windows = await guestOf('/Lab/vm/build', 'Administrator');
});

afterAll(async () => {
  await client.close();
  await simulator.close();
});

describe('all six managers', () => {
  test('logins', async () => {
    expect(await linux.call('ValidateCredentialsInGuest', {})).toBeUndefined();
    const machine = await client.findMachine('[datastore1] web/web.vmx');
    const stranger = await machine.guest({ userName: 'root', password: 'wrong' });
    await expect(stranger.validate()).rejects.toMatchObject({ kind: 'guest-login-refused' });
  });

  test('files, with their attributes', async () => {
    const directoryPath = await linux.call('CreateTemporaryDirectoryInGuest', { prefix: 'a', suffix: 'b' });
    const filePath = `${directoryPath}/x & <y>.txt`;
    await linux.writeFile(filePath, new TextEncoder().encode('Grüße\r\n'));
    const fileAttributes = { $type: 'GuestPosixFileAttributes', permissions: 0o600 } as const;
    await linux.call('ChangeFileAttributesInGuest', { guestFilePath: filePath, fileAttributes });
    const { files = [] } = await linux.call('ListFilesInGuest', { filePath });
    expect(files).toMatchObject([{ type: 'file', size: 9, attributes: { permissions: 0o10_0600 } }]);
    const content = await linux.readFile(filePath);
    expect(new TextDecoder().decode(await readAll(content))).toBe('Grüße\r\n');
    await linux.call('DeleteDirectoryInGuest', { directoryPath, recursive: true });
  });

  test.each([3, 1024 * 1024 + 1])('a new file of %d bytes, which gets its name when it is whole', async (size) => {
    const directoryPath = await linux.call('CreateTemporaryDirectoryInGuest', { prefix: 'new', suffix: '' });
    const filePath = `${directoryPath}/new`;
    const rule = simulator.faults.add({ on: 'MoveFileInGuest', effect: { fault: { $type: 'FileFault', file: 'x' } } });
    const written = await linux.writeFile(filePath, new Uint8Array(size)).catch(vimFaultOf);
    expect(simulator.faults.list().map(({ hits }) => hits)).toEqual([1]);
    simulator.faults.remove(rule);
    // Where the last step fails nothing is left.
    const { files = [] } = await linux.call('ListFilesInGuest', { filePath: directoryPath });
    expect(files.map(({ path }) => path)).toEqual(['.', '..']);
    expect(written?.$type).toBe('FileFault');
    await linux.writeFile(filePath, new Uint8Array(size).fill(1));
    expect(await linux.call('ListFilesInGuest', { filePath })).toMatchObject({
      files: [{ size, attributes: { permissions: 0o10_0644 } }],
    });
    await linux.call('DeleteDirectoryInGuest', { directoryPath, recursive: true });
  });

  describe('a file that is there', () => {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    let user: GuestClient;
    let ownId: number;
    const directoryPath = '/there';

    beforeAll(async () => {
      const machine = await client.findMachine('[datastore1] web/web.vmx');
      user = await machine.guest({ userName: 'user', password: 'password' });
      await linux.call('MakeDirectoryInGuest', { directoryPath, createParentDirectories: false });
      const filePath = await user.call('CreateTemporaryFileInGuest', { prefix: 'own', suffix: '' });
      const { files: [own] = [] } = await linux.call('ListFilesInGuest', { filePath });
      ownId = Number((own?.attributes as { ownerId?: number } | undefined)?.ownerId);
    });

    const attribute = (guestFilePath: string, attributes: { permissions: number; ownerId?: number }): Promise<void> =>
      linux.call('ChangeFileAttributesInGuest', {
        guestFilePath,
        fileAttributes: { $type: 'GuestPosixFileAttributes', ...attributes },
      });

    test.each([
      { directory: 0o755, of: 'root', permissions: 0o666 },
      { directory: 0o777, of: 'root', permissions: 0o666 },
      { directory: 0o755, of: 'user', permissions: 0o600 },
      { directory: 0o777, of: 'user', permissions: 0o600 },
    ])('of $of keeps owner and mode where it is overwritten: $directory, $permissions', async (row) => {
      const filePath = `${directoryPath}/there`;
      const ownerId = row.of === 'root' ? 0 : ownId;
      await linux.writeFile(filePath, bytes('old'));
      await attribute(filePath, { permissions: row.permissions, ownerId });
      await attribute(directoryPath, { permissions: row.directory });
      await user.writeFile(filePath, bytes('newer'));
      const { files = [] } = await linux.call('ListFilesInGuest', { filePath: directoryPath });
      expect(files.slice(2)).toMatchObject([
        { path: 'there', size: 5, attributes: { ownerId, permissions: 0o10_0000 + row.permissions } },
      ]);
    });

    const large = new Uint8Array(1024 * 1024 + 1).fill(1);

    test('is overwritten by a large one, too, where the user may make none like it beside it', async () => {
      const filePath = `${directoryPath}/there`;
      await attribute(filePath, { permissions: 0o666, ownerId: 0 });
      await user.writeFile(filePath, large);
      const { files = [] } = await linux.call('ListFilesInGuest', { filePath: directoryPath });
      expect(files.slice(2)).toMatchObject([{ path: 'there', size: large.byteLength, attributes: { ownerId: 0 } }]);
      await linux.writeFile(filePath, bytes('newer'));
    });

    test('stays as it was where the bytes of a large one are refused', async () => {
      const filePath = `${directoryPath}/there`;
      // So likely with this seed, the empty file gets through, and its bytes do not.
      const second = { probability: 0.5, seed: 1 };
      const rule = simulator.faults.add({ on: 'PUT /guestFile', ...second, effect: { status: 403 } });
      const refused = linux.writeFile(filePath, large);
      await expect(refused).rejects.toMatchObject({ kind: 'file-access' });
      expect(simulator.faults.list().map(({ hits }) => hits)).toEqual([1]);
      simulator.faults.remove(rule);
      expect(new TextDecoder().decode(await readAll(await linux.readFile(filePath)))).toBe('newer');
      const { files = [] } = await linux.call('ListFilesInGuest', { filePath: directoryPath });
      expect(files.map(({ path }) => path)).toEqual(['.', '..', 'there']);
    });

    test.each([3, large.byteLength])(
      'that a link of nothing leads to is made, and the link stays: %d',
      async (size) => {
        const spec = { programPath: '/bin/ln', arguments: '-s made /there/link' };
        await linux.waitForExit(await linux.call('StartProgramInGuest', { spec }));
        await linux.writeFile(`${directoryPath}/link`, new Uint8Array(size));
        const { files = [] } = await linux.call('ListFilesInGuest', { filePath: directoryPath });
        expect(files.slice(2)).toMatchObject([
          { path: 'link', type: 'symlink' },
          { path: 'made', type: 'file', size },
          { path: 'there' },
        ]);
        for (const name of ['link', 'made'])
          await linux.call('DeleteFileInGuest', { filePath: `${directoryPath}/${name}` });
      },
    );

    test('is there when the answer to its last step is lost', async () => {
      const filePath = `${directoryPath}/there`;
      const rule = simulator.faults.add({ on: 'MoveFileInGuest', count: 1, effect: { cutAfterBytes: 30 } });
      await linux.writeFile(filePath, bytes('newer'));
      expect(simulator.faults.list().map(({ hits }) => hits)).toEqual([1]);
      simulator.faults.remove(rule);
      expect(new TextDecoder().decode(await readAll(await linux.readFile(filePath)))).toBe('newer');
    });

    test('and its machine are named where the bytes do not arrive', async () => {
      const rule = simulator.faults.add({ on: 'PUT /guestFile', effect: { status: 500 } });
      const failed = await linux.writeFile(`${directoryPath}/there`, large).catch(String);
      simulator.faults.remove(rule);
      expect(failed).toContain('the transfer of "/there/there" in the guest of [datastore1] web/web.vmx failed');
    });

    test('is told by its own name where the user may not write it', async () => {
      const filePath = `${directoryPath}/there`;
      await attribute(filePath, { permissions: 0o644, ownerId: 0 });
      const refused = user.writeFile(filePath, bytes('new'));
      await expect(refused).rejects.toMatchObject({
        kind: 'file-access',
        message: expect.stringContaining(filePath) as string,
      });
      expect(new TextDecoder().decode(await readAll(await linux.readFile(filePath)))).toBe('newer');
    });
  });

  test('programs, many at once', async () => {
    const start = (code: number) =>
      linux.call('StartProgramInGuest', { spec: { programPath: '/bin/sh', arguments: `-c 'exit ${code}'` } });
    const pids = await Promise.all([3, 4, 5].map(start));
    const ended = await Promise.all(pids.map((pid) => linux.waitForExit(pid)));
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([3, 4, 5]);
    expect(await linux.call('ReadEnvironmentVariableInGuest', { names: ['HOME'] })).toEqual(['HOME=/root']);
  });

  test('the Windows registry, with numbers of 64 bits', async () => {
    const keyName = { registryPath: 'HKEY_LOCAL_MACHINE\\Software\\Revix', wowBitness: 'WOWNative' };
    await windows.call('CreateRegistryKeyInGuest', { keyName, isVolatile: false });
    const data = { $type: 'GuestRegValueQwordSpec', value: 2n ** 62n + 1n } as const;
    await windows.call('SetRegistryValueInGuest', { value: { name: { keyName, name: 'Big' }, data } });
    expect(await windows.call('ListRegistryValuesInGuest', { keyName, expandStrings: false })).toMatchObject([
      { name: { name: 'Big' }, data },
    ]);
  });

  test('aliases', async () => {
    expect(await linux.call('ListGuestAliases', { username: 'root' })).toEqual([]);
  });

  test('the customization of a running guest', async () => {
    const spec = {
      identity: {
        $type: 'CustomizationLinuxPrep',
        hostName: { $type: 'CustomizationFixedName', name: 'renamed' },
        domain: 'example.test',
      },
      globalIPSettings: {},
      nicSettingMap: [{ adapter: { ip: { $type: 'CustomizationDhcpIpGenerator' } } }],
    } as const;
    await client.waitForTask(await linux.call('CustomizeGuest_Task', { spec }));
    await client.waitForTask(await linux.call('StartGuestNetwork_Task', {}));
    const { 'guest.hostName': hostName } = await client.properties(web, ['guest.hostName']);
    expect(hostName).toBe('renamed.example.test');
  });
});

test('tasks are waited for, and properties have their types', async () => {
  const { ref: vm } = await client.findMachine('[datastore1] web/web.vmx');
  const task = await client.call(vm, 'CreateSnapshot_Task', { name: 'one', memory: false, quiesce: false });
  const snapshot = await client.waitForTask(task);
  expect(snapshot).toMatchObject({ type: 'VirtualMachineSnapshot' });
  const { snapshot: tree, 'config.hardware.numCPU': cpus } = await client.properties(vm, [
    'snapshot',
    'config.hardware.numCPU',
  ]);
  expect(tree?.rootSnapshotList.map(({ name }) => name)).toEqual(['one']);
  expect(cpus).toBe(2);
});

test('a fault of vSphere keeps its type', async () => {
  const failed = await client
    .call(ref('VirtualMachine', 'vm-0'), 'PowerOnVM_Task', {})
    .catch((error: unknown) => error);
  expect(vimFaultOf(failed)).toMatchObject({ $type: 'ManagedObjectNotFound', obj: { value: 'vm-0' } });
});

test('what is known of Tools is the same over REST and over SOAP', async () => {
  const thumbprint = simulator.thumbprint?.sha256 ?? '';
  const ticket = await client.call(ref('SessionManager', 'SessionManager'), 'AcquireCloneTicket', {});
  const overSoap = await connectVsphere({ url: simulator.url, password: ticket, tls: { thumbprint } });
  const infos = await Promise.all(
    [client, overSoap].map(async (each) => (await each.findMachine('[datastore1] web/web.vmx')).tools.info()),
  );
  const [{ version: _, ...rest } = {}, { version: __, ...soap } = {}] = infos;
  expect(rest).toMatchObject({ runState: 'RUNNING', versionStatus: 'CURRENT', installType: 'OPEN_VM_TOOLS' });
  expect(soap).toEqual(rest);
  await overSoap.close();
});

test('one signal may stand behind any number of calls, transfers and waits, without a warning of a leak', async () => {
  const warnings: string[] = [];
  const note = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', note);
  const { signal } = new AbortController();
  const spec = { programPath: '/bin/true', arguments: '' };
  const all = Array.from({ length: 12 }, async (_, index) => {
    await linux.writeFile(`/tmp/one-signal-${index}`, Buffer.from('text'), { signal });
    await readAll(await linux.readFile(`/tmp/one-signal-${index}`, { signal }));
    const pid = await linux.call('StartProgramInGuest', { spec }, { signal });
    return linux.waitForExit(pid, { signal });
  });
  expect(await Promise.all(all)).toHaveLength(12);
  process.off('warning', note);
  expect(warnings.filter((name) => name === 'MaxListenersExceededWarning')).toEqual([]);
});

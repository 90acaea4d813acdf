import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  hostOf,
  vmOf,
  VixError,
  type GuestCustomization,
  type Host,
  type RegistryValue,
  type Snapshot,
} from '../../../src/doors/client/index.js';
import { VIX_INVALID_HANDLE, VIX_OK, VIX_PROPERTY_NONE, VIX_PROPERTY_VM_NAME } from '../../../src/vix/names.js';
import { Vix_Out } from '../../../src/api/vix-out.js';
import { goodCertificate } from '../../fixtures/tls/certificates.js';
import { backendNames, ClientRig } from './client-rig.js';

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe.each(backendNames)('the objects of the client over %s', (backend) => {
  let rig: ClientRig;
  let host: Host;

  beforeAll(async () => {
    rig = await ClientRig.create(backend);
    host = await rig.connect();
  });

  afterAll(() => rig.close());

  it('lists machines, and says what is wrong with a bad location', async () => {
    const names = (await rig.moving(all(host.vms()))).map(({ name }) => name);
    expect(names.toSorted()).toEqual([
      'posix',
      'question',
      'renamed',
      'slowScripts',
      'small',
      'smallWindows',
      'snapshots',
      'windows',
    ]);
    expect((await rig.moving(all(host.vms({ isRunning: true })))).map(({ name }) => name)).not.toContain('question');
    const error: unknown = await rig.moving(host.openVm('[store] none/none.vmx')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(VixError);
    expect(error).toMatchObject({ code: 4000, name: 'VIX_E_VM_NOT_FOUND', operation: 'host.openVm' });
    expect((error as VixError).nextStep).toMatch(/host\.vms/);
  });

  it('gives its handles to the C-shaped functions, and takes theirs', async () => {
    const before = rig.vix.Revix_DumpHandles().length;
    {
      await using vm = await rig.open(host, 'posix');
      await using again = vmOf(vm.handle, { vix: rig.vix });
      await using sameHost = hostOf(host.handle, { vix: rig.vix });
      expect(sameHost.about.product).toBe(host.about.product);
      const name = Vix_Out('');
      const read = rig.vix.Vix_GetProperties(again.handle, VIX_PROPERTY_VM_NAME, name, VIX_PROPERTY_NONE);
      expect([await rig.moving(read), name.value]).toEqual([VIX_OK, 'posix']);
      const login = rig.vix.VixVM_LoginInGuest(vm.handle, 'root', 'password', 0, null, null);
      expect(await rig.moving(rig.vix.VixJob_Wait(login, VIX_PROPERTY_NONE))).toBe(VIX_OK);
      rig.vix.Vix_ReleaseHandle(login);
      await using guest = await rig.moving(vm.loggedInGuest());
      expect(await rig.moving(guest.run('/bin/echo', ['mixed']))).toMatchObject({ stdout: 'mixed\n' });
    }
    expect(rig.vix.Revix_DumpHandles()).toHaveLength(before);
    expect(() => vmOf(host.handle, { vix: rig.vix })).toThrow(VixError);
  });

  it('knows snapshots by id and exact name, and tells when a name is not unique', async () => {
    await using vm = await rig.open(host, 'snapshots');
    const paths = (await rig.moving(all(vm.snapshots))).map(({ path }) => path.join('/'));
    expect(paths).toEqual(['base', 'base/a', 'base/a/tested', 'base/tested']);
    await expect(rig.moving(vm.snapshots.named('tested'))).rejects.toMatchObject({
      name: 'VIX_E_SNAPSHOT_NONUNIQUE_NAME',
    });
    await expect(rig.moving(vm.snapshots.named('test'))).rejects.toMatchObject({ name: 'VIX_E_SNAPSHOT_NOTFOUND' });
    const other: Snapshot = await rig.moving(vm.snapshots.named('base/tested'));
    await rig.moving(vm.snapshots.revert(other));
    expect(await rig.moving(vm.snapshots.current())).toMatchObject({ id: other.id });
    const taken = await rig.moving(vm.snapshots.create({ name: 'new', description: 'of a test' }));
    expect(taken).toMatchObject({ path: ['base', 'tested', 'new'], parentId: other.id, isCurrent: true });
    const before = rig.vix.Revix_DumpHandles().length;
    {
      await using snapshot = taken;
      expect(await rig.moving(vm.snapshots.ofHandle(snapshot.handle))).toMatchObject({ id: taken.id });
      const reverted = rig.vix.VixVM_RevertToSnapshot(vm.handle, snapshot.handle, 0, VIX_INVALID_HANDLE, null, null);
      expect(await rig.moving(rig.vix.VixJob_Wait(reverted, VIX_PROPERTY_NONE))).toBe(VIX_OK);
      rig.vix.Vix_ReleaseHandle(reverted);
    }
    expect(rig.vix.Revix_DumpHandles()).toHaveLength(before);
    await rig.moving(vm.snapshots.remove(taken));
    await expect(rig.moving(vm.snapshots.byId(taken.id))).rejects.toMatchObject({ name: 'VIX_E_SNAPSHOT_NOTFOUND' });
  });

  it('clones a machine and one of its snapshots', async () => {
    await using vm = await rig.open(host, 'snapshots');
    const base = await rig.moving(vm.snapshots.named('base'));
    const before = rig.vix.Revix_DumpHandles().length;
    for (const [name, options] of [
      ['full', {}],
      ['linked', { snapshot: base, isLinked: true }],
    ] as const) {
      await using copy = await rig.moving(vm.clone(`[store] ${name}/${name}.vmx`, options));
      expect(await rig.moving(copy.properties())).toMatchObject({ name, location: `[store] ${name}/${name}.vmx` });
      expect(await rig.moving(copy.snapshots.all())).toEqual([]);
      await rig.moving(copy.delete());
    }
    expect(rig.vix.Revix_DumpHandles().length).toBe(before);
    const missing = vm.clone('[store] none/none.vmx', { snapshot: 'none' });
    await expect(rig.moving(missing)).rejects.toMatchObject({ name: 'VIX_E_SNAPSHOT_NOTFOUND' });
  });

  it('asks a guest again whose scripts are not ready for soft power operations, within the time limit', async () => {
    await using vm = await rig.open(host, 'slowScripts');
    await rig.moving(vm.powerOn());
    await rig.moving(vm.waitForTools());
    await expect(rig.moving(vm.powerOff({ mode: 'soft', timeoutMs: 2000 }))).rejects.toMatchObject({
      name: 'VIX_E_POWEROP_SCRIPTS_NOT_AVAILABLE',
    });
    await rig.moving(vm.powerOff({ mode: 'soft' }));
    expect((await rig.moving(vm.properties())).power.phase).toBe('off');
  });

  it('answers the question of a power-on by a policy, and tells of it without one', async () => {
    await using vm = await rig.open(host, 'question');
    await expect(rig.moving(vm.powerOn())).rejects.toMatchObject({
      name: 'VIX_E_VMX_MSG_DIALOG_AND_NO_UI',
      message: expect.stringContaining('Did you move it or copy it?') as string,
    });
    await rig.moving(vm.powerOff().catch(() => undefined));
    const asked: string[] = [];
    const onQuestion = ({ text }: { readonly text: string }): string => {
      asked.push(text);
      return 'I moved it';
    };
    await rig.moving(vm.powerOn({ onQuestion }));
    expect(asked).toEqual(['Did you move it or copy it?']);
    expect(await rig.moving(vm.question())).toBeNull();
    expect((await rig.moving(vm.properties())).power.phase).toBe('on');
  });

  it('tells every address of the guest', async () => {
    await using vm = await rig.open(host, 'posix');
    const [nic] = await rig.moving(all(vm.nics()));
    expect(nic).toMatchObject({ isConnected: true, mac: expect.stringMatching(/^00:50:56/) as string });
    expect(nic?.addresses.map(({ prefixLength }) => prefixLength)).toEqual([24, 64]);
  });

  it('customizes a guest that runs, and says at once what cannot be', async () => {
    await using vm = await rig.open(host, 'renamed');
    const guest = await rig.moving(vm.login({ userName: 'root', password: 'password' }));
    const address = { address: '192.0.2.9', prefixLength: 28 };
    const wanted = { hostName: 'db1', domain: 'example.com', dnsServers: ['192.0.2.53'] };
    await rig.moving(guest.customize({ ...wanted, nics: [{ ...address, gateway: '192.0.2.1' }, 'dhcp'] }));
    expect((await rig.moving(guest.run('cat', ['/etc/hostname']))).stdout).toBe('db1\n');
    const addresses = (await rig.moving(all(vm.nics()))).map((nic) => nic.addresses);
    expect(addresses[0]).toEqual([address]);
    expect(addresses[1]?.[0]?.address).toMatch(/^10\./u);
    const machine = await rig.world.find('[store] renamed/renamed.vmx');
    expect(await machine.guestReport(rig.call)).toMatchObject({ domain: 'example.com', dnsServers: ['192.0.2.53'] });

    const refused: readonly [Partial<GuestCustomization>, RegExp][] = [
      [{ hostName: 'no name' }, /hostName is 'no name'/],
      [{ dnsServers: ['here'] }, /dnsServers is 'here'/],
      [{ nics: [{ address: 'fe80::1', prefixLength: 64 }] }, /address is 'fe80::1'/],
      [{ nics: [{ ...address, prefixLength: 33 }] }, /prefixLength is '33'/],
      [{ nics: [{ ...address, gateway: 'x' }] }, /gateway is 'x'/],
      [{ nics: ['dhcp', 'dhcp', 'dhcp'] }, /3 network cards/],
    ];
    for (const [change, message] of refused) {
      await expect(rig.moving(guest.customize({ ...wanted, ...change }))).rejects.toMatchObject({
        name: 'VIX_E_INVALID_ARG',
        operation: 'guest.customize',
        message: expect.stringMatching(message) as string,
      });
    }
    const windows = await rig.login(host, 'windows');
    await expect(rig.moving(windows.customize(wanted))).rejects.toMatchObject({
      name: 'VIX_E_OP_NOT_SUPPORTED_ON_GUEST',
    });
  });

  it('changes the registry of a Windows guest, and says at once that a POSIX guest has none', async () => {
    const { registry } = await rig.login(host, 'windows');
    const key = 'HKLM\\Software\\Revix';
    await rig.moving(registry.createKey(key));
    const values: readonly RegistryValue[] = [
      { name: 'text', type: 'REG_SZ', data: 'é' },
      { name: 'number', type: 'REG_DWORD', data: 0xfedc_ba98 },
      { name: 'large', type: 'REG_QWORD', data: 2n ** 63n },
      { name: 'list', type: 'REG_MULTI_SZ', data: ['a', 'b'] },
      { name: 'bytes', type: 'REG_BINARY', data: Uint8Array.of(0, 255) },
    ];
    for (const value of values) await rig.moving(registry.setValue(key, value));
    const read = await rig.moving(all(registry.values(key)));
    expect(read.map(({ data }) => (data instanceof Uint8Array ? [...data] : data))).toEqual([
      'é',
      0xfedc_ba98,
      2n ** 63n,
      ['a', 'b'],
      [0, 255],
    ]);
    await rig.moving(registry.deleteValue(key, 'text'));
    await rig.moving(registry.deleteKey(key));
    const left = await rig.moving(all(registry.keys('HKLM\\Software')));
    expect(left.map(({ path }) => path)).not.toContain(key);
    const posix = await rig.login(host, 'posix');
    await expect(rig.moving(all(posix.registry.keys('HKLM')))).rejects.toMatchObject({
      name: 'VIX_E_OP_NOT_SUPPORTED_ON_GUEST',
    });
  });

  it('manages aliases', async () => {
    const { aliases } = await rig.login(host, 'posix');
    const certificate = goodCertificate.cert.replaceAll(/-----[^-]+-----|\s/g, '');
    await rig.moving(aliases.add({ userName: 'root', certificate, comment: 'of a test' }));
    const [alias] = await rig.moving(all(aliases.list('root')));
    expect(alias?.aliases).toEqual([{ subject: null, comment: 'of a test' }]);
    await rig.moving(aliases.remove({ userName: 'root', certificate }));
    expect(await rig.moving(all(aliases.list('root')))).toEqual([]);
  });

  it('follows a machine until its signal ends the loop', async () => {
    await using vm = await rig.open(host, 'small');
    const abort = new AbortController();
    const phases: string[] = [];
    const watching = (async () => {
      for await (const { power } of vm.watch({ signal: abort.signal })) {
        phases.push(power.phase);
        if (power.phase === 'off') abort.abort();
      }
    })();
    await rig.moving(vm.powerOff());
    await rig.moving(watching);
    expect(phases.at(-1)).toBe('off');
  });
});

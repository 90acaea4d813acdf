import { expect, it, onTestFinished } from 'vitest';
import type { BackendModule, GuestOps, HostLink, VmLink } from '../../../src/backends/backend.js';
import { createMockBackend } from '../../../src/backends/mock/index.js';
import { createVix } from '../../../src/compose/create-vix.js';
import { connect } from '../../../src/doors/client/index.js';

const windows = '[store] windows/windows.vmx';
const posix = '[store] posix/posix.vmx';

/** The same object, in which some members are others. */
function but<T extends object>(target: T, others: { readonly [Name in keyof T]?: unknown }): T {
  return new Proxy(target, {
    get(_, name) {
      if (name in others) return Reflect.get(others, name);
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

/** A mock host without what a host need not offer. */
function lesserHost(): BackendModule {
  const mock = createMockBackend({
    inventory: {
      vms: [
        { name: 'windows', guestOs: 'windows9-64', power: 'on', location: windows },
        { name: 'posix', guestOs: 'ubuntu-64', power: 'on', location: posix },
      ],
    },
  });
  const lacking = { registry: undefined, aliases: undefined, customize: undefined };
  const guest = (link: VmLink, ...args: Parameters<VmLink['guest']>): GuestOps => {
    const ops = link.guest(...args);
    return but(ops, lacking);
  };
  const openVm = async (link: HostLink, ...args: Parameters<HostLink['openVm']>): Promise<VmLink> => {
    const vm = await link.openVm(...args);
    return but(vm, { guestNics: undefined, guest: (...login: Parameters<VmLink['guest']>) => guest(vm, ...login) });
  };
  return but(mock, {
    connect: async (...args: Parameters<BackendModule['connect']>) => {
      const link = await mock.connect(...args);
      return but(link, { openVm: (...which: Parameters<HostLink['openVm']>) => openVm(link, ...which) });
    },
  });
}

it('says of what a host does not offer that it is not supported', async () => {
  const vix = createVix({ backends: [lesserHost()], config: {} });
  onTestFinished(() => vix.Revix_Close());
  const host = await connect({ vix });
  const login = async (location: string, userName: string) => {
    const vm = await host.openVm(location);
    await vm.waitForTools();
    return { vm, guest: await vm.login({ userName, password: 'password' }) };
  };
  const { vm, guest } = await login(windows, 'Administrator');
  const { guest: other } = await login(posix, 'root');
  const calls = [
    guest.registry.createKey('HKLM\\Software\\Revix'),
    guest.registry.keys('HKLM').next(),
    guest.aliases.list('Administrator').next(),
    vm.nics().next(),
    other.customize({ hostName: 'other' }),
  ];
  for (const call of calls) await expect(call).rejects.toMatchObject({ name: 'VIX_E_NOT_SUPPORTED' });
});

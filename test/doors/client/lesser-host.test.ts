import { expect, it, onTestFinished } from 'vitest';
import type { BackendModule } from '../../../src/backends/backend.js';
import { createMockBackend } from '../../../src/backends/mock/index.js';
import { createVix } from '../../../src/compose/create-vix.js';
import { connect } from '../../../src/doors/client/index.js';
import { otherBackend } from './other-backend.js';

const windows = '[store] windows/windows.vmx';
const posix = '[store] posix/posix.vmx';

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
  const absent = { registry: undefined, aliases: undefined, customize: undefined };
  const readFamily = async (): Promise<void> => void readings.push(readings.length);
  return otherBackend(mock, { guestNics: undefined }, { ...absent, readFamily });
}

/** One for each time that the family of a guest was read, which is always in doubt. */
const readings: number[] = [];

it('says of what a host does not offer that it is not supported, and reads a family in doubt for each call', async () => {
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
  const before = readings.length;
  for await (const _ of guest.processes()) break;
  expect(readings.length).toBe(before + 1);
  await guest.run('cmd.exe', { raw: '/c rem' });
  expect(readings.length).toBe(before + 2);
});

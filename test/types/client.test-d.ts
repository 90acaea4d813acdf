import type { VixHandle } from 'revix';
import { connect, vmOf, type Guest, type RunResult, type Snapshot, type VixError } from 'revix/client';

/** What may be called on what, as far as the compiler can tell. Nothing here runs. */
export async function calls(guest: Guest, handle: VixHandle, error: VixError): Promise<void> {
  await using host = await connect({ hostName: 'host', userName: 'user', password: 'secret', timeoutMs: 1000 });
  await using vm = await host.openVm('[store] a/a.vmx', { signal: AbortSignal.timeout(1000) });
  const given: VixHandle = vm.handle;
  vmOf(given);
  // @ts-expect-error a plain number is no handle
  vmOf(12);
  // @ts-expect-error there is no such provider
  await connect({ provider: 'virtualbox' });
  // @ts-expect-error handles are not to be changed
  vm.handle = handle;

  const result: RunResult = await guest.run('/bin/true', ['a'], { onOutput: ({ stream }) => console.log(stream) });
  await guest.run('/bin/true', { raw: 'a b' });
  // @ts-expect-error one text has to say that it is passed on unparsed
  await guest.run('/bin/true', 'a b');
  // @ts-expect-error the exit code is a number
  const code: string = result.exitCode;
  for await (const snapshot of vm.snapshots) {
    const id: string = snapshot.id;
    await vm.snapshots.revert(id);
    await vm.snapshots.revert(snapshot);
  }
  // @ts-expect-error a snapshot needs its id
  await vm.snapshots.remove({ name: 'a' } satisfies Partial<Snapshot>);
  // @ts-expect-error a number goes with REG_DWORD only
  await guest.registry.setValue('HKLM\\Software', { name: 'a', type: 'REG_SZ', data: 1 });
  await guest.customize({ hostName: 'a', nics: ['dhcp', { address: '192.0.2.1', prefixLength: 24 }] });
  // @ts-expect-error a customization names the host
  await guest.customize({ domain: 'example.com' });
  // @ts-expect-error an address needs the length of its prefix
  await guest.customize({ hostName: 'a', nics: [{ address: '192.0.2.1' }] });
  const step: string = error.nextStep;
  console.log(code, step);
}

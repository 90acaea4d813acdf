import { ref, typed, type GuestClient, type Ref, type VsphereClient } from 'revix/vsphere';

/** What may be called on what, as far as the compiler can tell. Nothing here runs. */
export async function calls(client: VsphereClient, guest: GuestClient, vm: Ref<'VirtualMachine'>): Promise<void> {
  const task: Ref<'Task'> = await client.call(vm, 'PowerOnVM_Task', {});
  await client.call(vm, 'PowerOnVM_Task', { host: ref('HostSystem', 'host-1') });
  // A machine is an entity, so whatever entities have it has, too.
  await client.call(vm, 'Rename_Task', { newName: 'new' });
  await client.call(vm, 'ReconfigVM_Task', { spec: { extraConfig: [{ key: 'a', value: typed('xsd:int', 1) }] } });
  // @ts-expect-error a task has no power
  await client.call(task, 'PowerOnVM_Task', {});
  // @ts-expect-error the name is missing
  await client.call(vm, 'Rename_Task', {});
  // @ts-expect-error a datastore is no host
  await client.call(vm, 'PowerOnVM_Task', { host: ref('Datastore', 'datastore-1') });
  // @ts-expect-error there is no such method
  await client.call(vm, 'PowerOn', {});
  // @ts-expect-error there is no such field
  await client.call(vm, 'ReconfigVM_Task', { spec: { cpus: 2 } });

  const pid: number = await guest.call('StartProgramInGuest', { spec: { programPath: '/bin/true', arguments: '' } });
  await guest.call('TerminateProcessInGuest', { pid });
  // @ts-expect-error the machine is filled in
  await guest.call('TerminateProcessInGuest', { pid, vm });
  // @ts-expect-error guests have no power of their own
  await guest.call('PowerOnVM_Task', {});
  const value = { name: { keyName: { registryPath: 'HKLM', wowBitness: 'WOWNative' }, name: 'v' } };
  await guest.call('SetRegistryValueInGuest', {
    value: { ...value, data: { $type: 'GuestRegValueQwordSpec', value: 1n } },
  });
  // @ts-expect-error a value says of which kind it is
  await guest.call('SetRegistryValueInGuest', { value: { ...value, data: { value: 1n } } });
  const data = { $type: 'GuestRegValueQwordSpec', value: 1 } as const;
  // @ts-expect-error every digit of 64 bits counts
  await guest.call('SetRegistryValueInGuest', { value: { ...value, data } });

  const values = await client.properties(vm, [
    'runtime.powerState',
    'config.hardware.device',
    'parent',
    'nothing.here',
  ]);
  const state: 'poweredOff' | 'poweredOn' | 'suspended' | undefined = values['runtime.powerState'];
  const keys: readonly number[] | undefined = values['config.hardware.device']?.map(({ key }) => key);
  const unknownValue: unknown = values['nothing.here'];
  // @ts-expect-error it was not asked for
  const other = values.name;
  for (const device of values['config.hardware.device'] ?? []) {
    if (device.$type === 'VirtualDisk') device.capacityInKB satisfies number;
  }
  void [state, keys, unknownValue, other];
}

import type { Ref } from './ref.js';

const separator = '-snapshot-';

/** The reference of a machine's snapshot; it holds both ids, so that it needs no table. */
export function snapshotRef(vm: Ref, snapshotId: string): Ref<'VirtualMachineSnapshot'> {
  return { type: 'VirtualMachineSnapshot', value: `${vm.value}${separator}${snapshotId}` };
}

/** What a reference that `snapshotRef` made stands for; undefined for any other. */
export function snapshotOf(ref: Ref): { readonly vm: Ref<'VirtualMachine'>; readonly snapshotId: string } | undefined {
  const at = ref.value.indexOf(separator);
  if (at === -1) return undefined;
  const vm = { type: 'VirtualMachine', value: ref.value.slice(0, at) } as const;
  return { vm, snapshotId: ref.value.slice(at + separator.length) };
}

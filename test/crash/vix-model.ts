import * as fc from 'fast-check';
import type { VixOperation } from './vix-operations.mjs';

/** State that a snapshot brings back. */
interface Saved {
  readonly isOn: boolean;
  /** The guest variable; empty when it is not set. */
  readonly variable: string;
  readonly files: Readonly<Record<string, string>>;
}

export interface ModelSnapshot extends Saved {
  readonly parent: string | null;
}

/** All that a program can see of one machine. */
export interface ModelVm extends Saved {
  readonly snapshots: Readonly<Record<string, ModelSnapshot>>;
  readonly current: string | null;
}

export type Model = Readonly<Record<string, ModelVm>>;

export const newVm: ModelVm = { isOn: false, variable: '', files: {}, snapshots: {}, current: null };

/** The model after an operation; undefined where the operation is not possible. */
export function after(model: Model, operation: VixOperation): Model | undefined {
  const vm = model[operation.vm];
  const next = vm === undefined ? undefined : changed(vm, operation);
  return next === undefined ? undefined : { ...model, [operation.vm]: next };
}

function changed(vm: ModelVm, operation: VixOperation): ModelVm | undefined {
  switch (operation.op) {
    case 'on':
      return vm.isOn ? undefined : poweredOn(vm);
    case 'off':
      return vm.isOn ? { ...vm, isOn: false, variable: '' } : undefined;
    case 'variable':
      return vm.isOn ? { ...vm, variable: operation.text } : undefined;
    case 'copy':
      return vm.isOn ? { ...vm, files: { ...vm.files, [operation.path]: operation.text } } : undefined;
    case 'snapshot':
      return vm.snapshots[operation.name] === undefined ? withSnapshot(vm, operation) : undefined;
    case 'revert': {
      const snapshot = vm.snapshots[operation.name];
      if (snapshot === undefined) return undefined;
      const { isOn, variable, files } = snapshot;
      return { ...vm, isOn, variable, files, current: operation.name };
    }
    case 'remove':
      return vm.snapshots[operation.name] === undefined
        ? undefined
        : withoutSnapshot(vm, operation.name, operation.withChildren);
  }
}

/** The machine, powered on: its guest boots, and with it guest variables begin anew. */
export function poweredOn(vm: ModelVm): ModelVm {
  return { ...vm, isOn: true, variable: '' };
}

function withSnapshot(vm: ModelVm, { name, hasMemory }: VixOperation & { readonly op: 'snapshot' }): ModelVm {
  const isOn = vm.isOn && hasMemory;
  const snapshot = { parent: vm.current, isOn, variable: isOn ? vm.variable : '', files: vm.files };
  return { ...vm, snapshots: { ...vm.snapshots, [name]: snapshot }, current: name };
}

function withoutSnapshot(vm: ModelVm, name: string, withChildren: boolean): ModelVm {
  const removed = vm.snapshots[name];
  const { [name]: _, ...rest } = vm.snapshots;
  const parent = removed?.parent ?? null;
  let next: ModelVm = { ...vm, snapshots: rest, current: vm.current === name ? parent : vm.current };
  for (const [child, snapshot] of Object.entries(rest)) {
    if (snapshot.parent !== name) continue;
    if (withChildren) next = withoutSnapshot(next, child, true);
    else next = { ...next, snapshots: { ...next.snapshots, [child]: { ...snapshot, parent } } };
  }
  // What was removed together leads to the nearest one above that is left.
  return withChildren && next.current === name ? { ...next, current: parent } : next;
}

const vms = fc.constantFrom('one', 'two');
const names = fc.constantFrom('s1', 's2', 's3');
const paths = fc.constantFrom('/tmp/a', '/tmp/b');
/** Short ones stand in the journal of the guest's files, long ones have a file of their own. */
const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.nat(20).map((seed) => `${seed} `.repeat(4096)),
);

/** Operations that a program may try, possible or not. */
export const operations: fc.Arbitrary<VixOperation> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ op: fc.constant('on' as const), vm: vms }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('off' as const), vm: vms }) },
  {
    weight: 4,
    arbitrary: fc.record({ op: fc.constant('variable' as const), vm: vms, text: fc.string({ minLength: 1 }) }),
  },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('copy' as const), vm: vms, path: paths, text: texts }) },
  {
    weight: 4,
    arbitrary: fc.record({ op: fc.constant('snapshot' as const), vm: vms, name: names, hasMemory: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('revert' as const), vm: vms, name: names }) },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('remove' as const), vm: vms, name: names, withChildren: fc.boolean() }),
  },
);

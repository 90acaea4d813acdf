import * as fc from 'fast-check';
import { expect } from 'vitest';
import { type StoredFiles, type VmStore } from '../../../src/world/vm/vm-store.js';
import { type ModelFiles, noFiles, withLink, withMove, withoutFile, withText } from './model-files.js';
import type { Operation } from './operations.mjs';

/** All that the tests look at in one machine. */
export interface ModelVm {
  /** Stands in the `.vmx` file, too. */
  readonly config: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly files: ModelFiles;
  readonly images: Readonly<Record<string, ModelFiles>>;
}

/** What a store must hold, by machine. */
export type Model = Readonly<Record<string, ModelVm>>;

export const newVmFiles = { '/d/first': 'first' };

/** The model after an operation; undefined where the operation is not possible. */
export function after(model: Model, operation: Operation): Model | undefined {
  const vm = model[operation.vm];
  const others = { ...model };
  delete others[operation.vm];
  if (operation.op === 'create') {
    return vm === undefined
      ? {
          ...others,
          [operation.vm]: { config: {}, variables: {}, files: { ...noFiles, texts: newVmFiles }, images: {} },
        }
      : undefined;
  }
  if (vm === undefined) return undefined;
  if (operation.op === 'delete') return others;
  const next = changed(vm, operation);
  return next === undefined ? undefined : { ...others, [operation.vm]: next };
}

function changed(vm: ModelVm, operation: Operation): ModelVm | undefined {
  switch (operation.op) {
    case 'set': {
      const config = { ...vm.config, value: operation.text };
      const variables = { value: operation.text };
      return { ...vm, config, variables, files: withText(vm.files, '/d/value', operation.text) };
    }
    case 'fail':
    case 'write':
      return { ...vm, files: withText(vm.files, operation.path, operation.text) };
    case 'link':
      return withFiles(vm, withLink(vm.files, operation.path, operation.to));
    case 'move':
      return withFiles(vm, withMove(vm.files, operation.path, operation.to));
    case 'remove':
      return withFiles(vm, withoutFile(vm.files, operation.path));
    case 'save': {
      const config = { ...vm.config, [`image.${operation.image}`]: 'kept' };
      return { ...vm, config, images: { ...vm.images, [operation.image]: vm.files } };
    }
    case 'restore': {
      const files = vm.images[operation.image];
      const value = `from ${operation.image}`;
      return files === undefined ? undefined : { ...vm, config: { ...vm.config, value }, variables: { value }, files };
    }
    case 'drop': {
      const images = { ...vm.images };
      delete images[operation.image];
      const config = { ...vm.config };
      delete config[`image.${operation.image}`];
      return { ...vm, config, images };
    }
    case 'create':
    case 'delete':
      return undefined;
  }
}

function withFiles(vm: ModelVm, files: ModelFiles | undefined): ModelVm | undefined {
  return files === undefined ? undefined : { ...vm, files };
}

/** The states that a kill in the middle of an operation may leave: before, after, or the files alone. */
export function possibleAfterKill(model: Model, operation: Operation): readonly Model[] {
  const next = after(model, operation);
  if (next === undefined) return [model];
  const before = model[operation.vm];
  const done = next[operation.vm];
  const halves =
    operation.op === 'set' && before !== undefined && done !== undefined
      ? [{ ...model, [operation.vm]: { ...before, files: done.files } }]
      : [];
  return [model, next, ...halves];
}

/** Reads from a store what the model has. A look at all machines must show each as a look at it alone does. */
export async function contentsOf<Files extends StoredFiles>(store: VmStore<Files>): Promise<Model> {
  const model: Record<string, ModelVm> = {};
  const looks = await store.readAll((_id, { record }) => record);
  expect(looks.map(({ id }) => id)).toEqual(await store.ids());
  for (const { id, seen } of looks) {
    const record = await store.read(id, ({ record: present }) => present);
    expect(seen).toEqual(record);
    const { config, guestVariables: variables } = record;
    const images: Record<string, ModelFiles> = {};
    for (const key of Object.keys(config)) {
      const [, image] = /^image\.(.*)$/.exec(key) ?? [];
      if (image !== undefined) images[image] = await filesIn(store, id, image);
    }
    model[id] = { config, variables, files: await filesIn(store, id, 'current'), images };
  }
  return model;
}

async function filesIn<Files extends StoredFiles>(
  store: VmStore<Files>,
  id: string,
  image: string,
): Promise<ModelFiles> {
  let files = noFiles;
  for (const change of await store.imageContents(id, image)) {
    if (change.change === 'link') files = withLink(files, change.target, change.path) ?? files;
    if (change.change !== 'put' || change.content === undefined) continue;
    files = withText(files, change.path, Buffer.from(change.content.bytes()).toString());
  }
  return files;
}

const vms = fc.constantFrom('one', 'two', 'three');
const images = fc.constantFrom('s1', 's2');
const paths = fc.constantFrom('/d/a', '/d/b', '/d/value');
/** Short ones stand in the journal, long ones have a file of their own. */
const texts = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.nat(20).map((seed) => String(seed).repeat(4096)) },
);

/** Operations that a client may try, possible or not. */
export const operations: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ op: fc.constant('create' as const), vm: vms }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('delete' as const), vm: vms }) },
  { weight: 6, arbitrary: fc.record({ op: fc.constant('set' as const), vm: vms, text: texts }) },
  {
    weight: 4,
    arbitrary: fc.record({ op: fc.constantFrom('fail' as const, 'write' as const), vm: vms, path: paths, text: texts }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ op: fc.constantFrom('link' as const, 'move' as const), vm: vms, path: paths, to: paths }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('remove' as const), vm: vms, path: paths }) },
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constantFrom('save' as const, 'restore' as const, 'drop' as const),
      vm: vms,
      image: images,
    }),
  },
);

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../src/base/clock.js';
import { Fault } from '../../../src/base/fault.js';
import { textOf } from '../../../src/world/guest/file-content.js';
import type { FileChange, UserFiles } from '../../../src/world/guest/guest-files.js';
import { GuestFileSystem } from '../../../src/world/guest/guest-file-system.js';
import type { GuestFamily } from '../../../src/world/guest/guest-path.js';
import type { GuestUser } from '../../../src/world/guest/program.js';

const root: GuestUser = { name: 'root', id: 0, group: 'root', home: '/', isAdministrator: true };

/** Path (folded) -> a file, the same for each of its names, or null for a directory. */
type Model = Map<string, { text: string } | null>;

type Step =
  | { readonly do: 'write' | 'append'; readonly path: string; readonly text: string }
  | { readonly do: 'mkdir' | 'delete' | 'rmdir' | 'rmtree'; readonly path: string }
  | { readonly do: 'move' | 'link'; readonly path: string; readonly to: string };

function family(name: GuestFamily): {
  readonly top: string;
  readonly cut: string;
  readonly fold: (path: string) => string;
} {
  return name === 'posix'
    ? { top: '', cut: '/', fold: (path) => path }
    : { top: 'C:', cut: '\\', fold: (path) => path.toLowerCase() };
}

function steps(name: GuestFamily): fc.Arbitrary<Step[]> {
  const { top, cut } = family(name);
  const names = name === 'posix' ? ['a', 'b', 'C'] : ['a', 'A', 'b', 'B'];
  const path = fc
    .array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 })
    .map((parts) => [top, ...parts].join(cut));
  const text = fc.string({ maxLength: 5 });
  return fc.array(
    fc.oneof(
      fc.record({ do: fc.constantFrom('write' as const, 'append' as const), path, text }),
      fc.record({
        do: fc.constantFrom('mkdir' as const, 'mkdir' as const, 'delete' as const, 'rmdir' as const, 'rmtree' as const),
        path,
      }),
      fc.record({ do: fc.constantFrom('move' as const, 'link' as const), path, to: path }),
    ),
    { maxLength: 40 },
  );
}

/** What the step does to the model; false when it must be refused. */
function foresee(model: Model, step: Step, name: GuestFamily): boolean {
  const { cut, fold, top } = family(name);
  const path = fold(step.path);
  const parentOf = (child: string): string => child.slice(0, child.lastIndexOf(cut));
  const isDirectory = (at: string): boolean => at === fold(top) || model.get(at) === null;
  const below = [...model.keys()].filter((other) => other.startsWith(path + cut));
  const there = model.get(path);
  switch (step.do) {
    case 'write':
    case 'append':
      if (!isDirectory(parentOf(path)) || there === null) return false;
      if (there === undefined) model.set(path, { text: step.text });
      else there.text = step.do === 'append' ? there.text + step.text : step.text;
      return true;
    case 'link': {
      const to = fold(step.to);
      if (there === null || there === undefined || !isDirectory(parentOf(to)) || model.has(to)) return false;
      model.set(to, there);
      return true;
    }
    case 'mkdir':
      if (!isDirectory(parentOf(path)) || there !== undefined) return false;
      model.set(path, null);
      return true;
    case 'delete':
      return there !== null && model.delete(path);
    case 'rmdir':
    case 'rmtree':
      if (there !== null || (step.do === 'rmdir' && below.length > 0)) return false;
      for (const other of [path, ...below]) model.delete(other);
      return true;
    case 'move': {
      const to = fold(step.to);
      if (there === undefined || !isDirectory(parentOf(to))) return false;
      if (to === path) return true;
      const target = model.get(to);
      if (target === null || (target !== undefined && there === null) || to.startsWith(path + cut)) return false;
      for (const other of [path, ...below]) {
        model.set(to + other.slice(path.length), model.get(other) ?? null);
        model.delete(other);
      }
      return true;
    }
  }
}

function perform(files: UserFiles, step: Step): boolean {
  try {
    if (step.do === 'write') files.write(step.path, step.text);
    else if (step.do === 'append') files.append(step.path, step.text);
    else if (step.do === 'mkdir') files.makeDirectory(step.path);
    else if (step.do === 'delete') files.deleteFile(step.path);
    else if (step.do === 'move') files.move(step.path, step.to);
    else if (step.do === 'link') files.hardLink(step.path, step.to);
    else files.deleteDirectory(step.path, { recursive: step.do === 'rmtree' });
    return true;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

/** Path (folded) -> text and number of names of a file, or null for a directory. */
type Sight = Map<string, readonly [text: string, names: number] | null>;

function expected(model: Model): Sight {
  const namesOf = (file: object): number => [...model.values()].filter((other) => other === file).length;
  return new Map([...model].map(([path, file]) => [path, file && [file.text, namesOf(file)]]));
}

function seen(files: UserFiles, name: GuestFamily): Sight {
  const { top, cut, fold } = family(name);
  const model: Sight = new Map();
  const visit = (directory: string): void => {
    for (const entry of files.list(directory === top ? top + cut : directory)) {
      const path = directory + cut + entry.name;
      model.set(fold(path), entry.kind === 'directory' ? null : [textOf(files.read(path)), entry.linkCount]);
      if (entry.kind === 'directory') visit(path);
    }
  };
  visit(top);
  return model;
}

function make(name: GuestFamily): GuestFileSystem {
  const files = new GuestFileSystem({ family: name, clock: new FakeClock(), diskSizeBytes: 1e9 });
  files.apply({
    change: 'put',
    kind: 'directory',
    path: name === 'posix' ? '/' : 'C:\\',
    attributes: {
      owner: 'root',
      group: 'root',
      mode: 0o755,
      isHidden: false,
      isReadOnly: false,
      isSystem: false,
      createdMs: 0,
      modifiedMs: 0,
      accessedMs: 0,
    },
  });
  return files;
}

/** What is at each path, with all names of the same file and bytes instead of content objects. */
function dump(files: GuestFileSystem): unknown {
  const contents = [...files.contents()];
  const namesOf = (path: string): string[] =>
    [
      path,
      ...contents.flatMap((change) => (change.change === 'link' && change.target === path ? change.path : [])),
    ].sort();
  const puts = contents.flatMap((change) => (change.change === 'put' ? change : []));
  expect(contents.every(({ change }) => change === 'put' || change === 'link')).toBe(true);
  const seenAt = puts.map(({ path, kind, attributes, content }): readonly [string, unknown] => {
    const names = namesOf(path);
    return [names[0] ?? path, { names, kind, attributes, text: content && textOf(content) }];
  });
  return Object.fromEntries(seenAt);
}

describe.each<GuestFamily>(['posix', 'windows'])('file system against a model: %s', (name) => {
  it('does what a map of paths does', () => {
    fc.assert(
      fc.property(steps(name), (list) => {
        const files = make(name);
        const user = files.as(root);
        const model: Model = new Map();
        for (const step of list) expect([step, perform(user, step)]).toEqual([step, foresee(model, step, name)]);
        expect(seen(user, name)).toEqual(expected(model));
        const size = [...new Set(model.values())].reduce((sum, file) => sum + Buffer.byteLength(file?.text ?? ''), 0);
        expect(files.usedBytes).toBe(size);
      }),
      { numRuns: 300 },
    );
  });

  it('comes again from its contents, and from its changes', () => {
    fc.assert(
      fc.property(steps(name), (list) => {
        const files = make(name);
        const journal: FileChange[] = [...files.contents()];
        files.onChange((change) => journal.push(change));
        for (const step of list) perform(files.as(root), step);
        const fromContents = new GuestFileSystem({ family: name, clock: new FakeClock(), diskSizeBytes: 1 });
        for (const change of files.contents()) fromContents.apply(change);
        const fromJournal = new GuestFileSystem({ family: name, clock: new FakeClock(), diskSizeBytes: 1 });
        for (const change of journal) fromJournal.apply(change);
        expect(dump(fromContents)).toEqual(dump(files));
        expect(dump(fromJournal)).toEqual(dump(files));
        expect(fromJournal.usedBytes).toBe(files.usedBytes);
        files.clear();
        expect([...files.contents()]).toEqual([]);
        expect(files.usedBytes).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe('applied changes', () => {
  it('make missing directories, and replace what is of another kind', () => {
    const files = make('posix');
    const [top] = files.contents();
    if (top?.change !== 'put') throw new Error('no root');
    const { attributes } = top;
    files.apply({ change: 'put', kind: 'symlink', path: '/a/b/l', attributes, linkTarget: 'x' });
    files.apply({ change: 'put', kind: 'file', path: '/a/b/l', attributes });
    files.apply({ change: 'put', kind: 'directory', path: '/a/b', attributes: { ...attributes, mode: 0o700 } });
    expect(files.as(root).stat('/a/b/l')).toMatchObject({ kind: 'file', size: 0 });
    files.apply({ change: 'remove', path: '/a/no' });
    files.apply({ change: 'remove', path: '/' });
    expect([...files.contents()]).toEqual([]);
  });

  it('refuse a link that cannot be', () => {
    const files = make('posix');
    expect(() => files.apply({ change: 'link', path: '/x', target: '/no' })).toThrow('/no');
    expect(() => files.apply({ change: 'link', path: '/x', target: '/' })).toThrow('no file');
  });

  it('refuse a move that cannot be', () => {
    const files = make('posix');
    expect(() => files.apply({ change: 'move', from: '/no', to: '/x' })).toThrow('/no');
    expect(() => files.apply({ change: 'move', from: '/', to: '/x' })).toThrow('root');
  });
});

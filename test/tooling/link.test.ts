import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

const require = createRequire(import.meta.url);
const CachedBody = require('../../dist/base/cached-body.cjs') as new (
  body: string,
  cacheFile: string,
  isTrusted: () => boolean,
  onReplaced: (error: Error) => void,
) => { readonly exports: unknown; readonly isCompiledAnew: boolean; keep(): void };

interface LinkedProgram {
  mainText(isHere: (path: string) => boolean, rest: { readonly name: string; readonly hash: string }): string;
  restText(isHere: (path: string) => boolean): string;
}

const { linker } = (await import(String(new URL('../../scripts/lib/link.mjs', import.meta.url)))) as {
  linker(this: void, root: string, external: readonly string[]): (entry: string) => Promise<LinkedProgram>;
};

const files: Readonly<Record<string, string>> = {
  'package.json': '{"type":"module"}',
  'entry.js': `
    import { Shape, made } from './shape.js';
    import { Square, log } from './door.js';
    import * as words from './words.js';
    import value from './value.js';
    import tree from 'tree';
    import process from 'node:process';
    import { join } from 'node:path';
    export { log };
    export const early = [...log];
    export function square() { return new Square(join('a', 'b')) instanceof Shape && made; }
    export const others = () => [words, value, tree.name, tree.leaf, process.pid > 0];
    export const late = async () => (await import('./late.js')).late(import.meta.url);
  `,
  'log.js': 'export const log = [];',
  'shape.js': "import { log } from './log.js'; log.push('shape'); export class Shape {} export const made = 'made';",
  'square.js':
    "import { log } from './log.js'; import { Shape } from './shape.js'; log.push('square'); export class Square extends Shape {}",
  'door.js': "export { Square } from './square.js'; export { log } from './log.js'; export * from './words.js';",
  'words.js': "export const one = 'import log'; export const two = () => 2;",
  'value.js': 'export default class Value { static kind = 1; }',
  'late.js': "import { log } from './log.js'; log.push('late'); export const late = (url) => [...log, url];",
  'node_modules/tree/package.json': '{"name":"tree","main":"tree.js"}',
  'node_modules/tree/tree.js': "exports.name = 'tree'; exports.leaf = require('./leaf').leaf;",
  'node_modules/tree/leaf.js': "exports.leaf = 'leaf';",
};

interface Program {
  readonly early: readonly string[];
  readonly log: readonly string[];
  square(): unknown;
  others(): unknown[];
  late(): Promise<unknown>;
}

function fail(error: Error): never {
  throw error;
}

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'revix-link-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

describe('a linked program', () => {
  it('runs what is imported for what it does, and shows values that change', async () => {
    const folder = folderOf();
    const sources = {
      'entry.js': `import './effect.js'; import { count, add } from './count.js'; import { log } from './log.js';
        import * as door from './count-door.js';
        add(); export const seen = () => [...log, count, door.count, door.own, Object.keys(door)]; export { add };`,
      'effect.js': "import { log } from './log.js'; log.push('ran'); export const done = true;",
      'count.js':
        "export let count = 0; export function add() { count += 1; } export const own = 'no'; export default 1;",
      'count-door.js': "export * from './count-inner-door.js'; export const own = 'own';",
      'count-inner-door.js': "export * from './count.js';",
    };
    for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, name), text);
    const linked = await linker(folder, [])(join(folder, 'entry.js'));
    const body = join(folder, 'body.cjs');
    writeFileSync(body, `/*abc1*/${linked.mainText(() => true, { name: '', hash: '' })}`);
    const { exports } = new CachedBody(body, join(folder, 'cache'), () => true, fail);
    const { seen, add } = exports as { seen(this: void): unknown; add(this: void): void };
    const names = ['count', 'add', 'own'];
    expect(seen()).toEqual(['ran', 1, 1, 'own', expect.arrayContaining(names)]);
    add();
    expect(seen()).toEqual(['ran', 2, 2, 'own', expect.not.arrayContaining(['default'])]);
  });

  it.each(['import_log.', 'import("./value.js")', 'require("./value.js")'])(
    'is refused where the text %s looks like an import, or its use',
    async (text) => {
      const folder = folderOf();
      writeFileSync(join(folder, 'log.js'), `import value from './value.js'; export const log = [value, '${text}'];`);
      await expect(linker(folder, [])(join(folder, 'entry.js'))).rejects.toThrow(/of log\.js/);
    },
  );

  it('runs a module again that has failed, and shows what changes beside a text that looks like a constant', async () => {
    const folder = folderOf();
    const sources = {
      'entry.js': `import { value } from './broken.js'; import { count, add } from './count.js';
        add(); export const broken = () => value; export const seen = () => count;`,
      'broken.js': "export const value = make(); function make() { throw new Error('not today'); }",
      'count.js':
        'export let count = 0; export const text = `\nconst count = 1`; export function add() { count += 1; }',
    };
    for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, name), text);
    const linked = await linker(folder, [])(join(folder, 'entry.js'));
    const body = join(folder, 'body.cjs');
    writeFileSync(body, `/*abc1*/${linked.mainText(() => true, { name: '', hash: '' })}`);
    const { exports } = new CachedBody(body, join(folder, 'cache'), () => true, fail);
    const { broken, seen } = exports as { broken(this: void): unknown; seen(this: void): unknown };
    expect(seen()).toBe(1);
    for (let use = 1; use <= 2; use += 1) expect(broken).toThrow('not today');
  });

  it.each([
    ['one file', () => true],
    ['two files', (path: string) => path === 'entry.js' || path === 'shape.js'],
    ['two files, the first of which has nothing', () => false],
  ])('runs each module once, when something of it is used, from %s', async (_what, isHere) => {
    const folder = folderOf();
    const linked = await linker(folder, [])(join(folder, 'entry.js'));
    const body = join(folder, 'body.cjs');
    writeFileSync(body, `/*abc1*/${linked.mainText(isHere, { name: 'rest.cjs', hash: 'abc2' })}`);
    writeFileSync(join(folder, 'rest.cjs'), `/*abc2*/${linked.restText(isHere)}`);
    for (const isFirst of [true, false]) {
      const run = new CachedBody(body, join(folder, 'cache'), () => true, fail);
      const program = run.exports as Program;
      expect(program.early).toEqual([]);
      expect(program.square()).toBe('made');
      expect(program.log).toEqual(['square', 'shape']);
      const [words, value, ...rest] = program.others();
      expect(words).toMatchObject({ one: 'import log', two: expect.any(Function) });
      expect(value).toHaveProperty('kind', 1);
      expect(rest).toEqual(['tree', 'leaf', true]);
      expect(await program.late()).toEqual(['square', 'shape', 'late', expect.stringMatching(/^file:.*body\.cjs$/)]);
      expect(run.isCompiledAnew).toBe(isFirst);
      run.keep();
    }
  });

  it.each([
    ['of another build', '/*abc3*/(()=>({}))'],
    ['gone', undefined],
  ])('fails when it needs its second file and that is %s', async (_what, other) => {
    const folder = folderOf();
    const linked = await linker(folder, [])(join(folder, 'entry.js'));
    const isHere = (path: string): boolean => ['entry.js', 'log.js', 'door.js', 'words.js', 'square.js'].includes(path);
    const body = join(folder, 'body.cjs');
    writeFileSync(body, `/*abc1*/${linked.mainText(isHere, { name: 'rest.cjs', hash: 'abc2' })}`);
    if (other !== undefined) writeFileSync(join(folder, 'rest.cjs'), other);
    const told: string[] = [];
    const { exports } = new CachedBody(
      body,
      join(folder, 'cache'),
      () => true,
      ({ message }) => told.push(message),
    );
    const program = exports as Program;
    expect(() => program.square()).toThrow('Revix was replaced while this ran; repeat the command');
    expect(told).toEqual(['Revix was replaced while this ran; repeat the command']);
  });
});

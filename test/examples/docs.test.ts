import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseInventory } from '../../src/backends/mock/index.js';
import { parseConfig } from '../../src/backends/config.js';
import { operationNames } from '../../src/world/operation-names.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const examples = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts') && !name.includes('/support/'))
  .toSorted();

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocksOf(page: string): Block[] {
  const found = read(page).matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return [...found].map(([, language = '', text = '']) => ({ language, text }));
}

/** Code without what a formatter decides: space, comments, commas before a closing bracket. */
function essence(code: string): string {
  return code
    .replaceAll(/^\s*\/\/.*$|(?<=[\s,;])\/\/ .*$/gm, '')
    .replaceAll(/\/\*.*?\*\//gs, '')
    .replaceAll(/\s+/g, '')
    .replaceAll(/,(?=[)\]}])/g, '');
}

/** The parts of a block between lines that stand for something left out. */
function fragmentsOf(text: string): string[] {
  return text
    .split(/^\s*\/\/ \.\.\.$/m)
    .map(essence)
    .filter((fragment) => fragment !== '' && fragment !== '}');
}

const sources = examples.map((name) => essence(read(`examples/${name}`)));

describe.each(['docs/porting.md', 'docs/mock.md'])('%s', (page) => {
  const blocks = blocksOf(page);

  it('shows no TypeScript that is not part of an example', () => {
    const fragments = blocks.filter(({ language }) => language === 'ts').flatMap(({ text }) => fragmentsOf(text));
    expect(fragments.length).toBeGreaterThan(5);
    const unknown = fragments.filter((fragment) => !sources.some((source) => source.includes(fragment)));
    expect(unknown).toEqual([]);
  });

  it('shows only inventories and configurations that are in order', () => {
    const data = blocks.filter(({ language }) => language === 'yaml' || language === 'json');
    const check = (text: string): unknown =>
      text.includes('"providers"') ? parseConfig(JSON.parse(text), page) : parseInventory(text, page);
    for (const { text } of data) expect(() => check(text)).not.toThrow();
    expect(blocks.every(({ language }) => ['c', 'json', 'sh', 'text', 'ts', 'yaml'].includes(language))).toBe(true);
  });
});

describe('docs/examples.md', () => {
  it('names every example, and no other', () => {
    const named = [...read('docs/examples.md').matchAll(/\]\(\.\.\/examples\/([^)]+\.ts)\)/g)];
    expect(named.map(([, name]) => String(name)).toSorted()).toEqual(examples);
  });
});

it('docs/mock.md lists every operation that a fault rule can name, and no other', () => {
  const page = read('docs/mock.md');
  const table = page.slice(page.indexOf('| Family | Operations |'));
  const rows = table.slice(0, table.indexOf('\n\n')).split('\n').slice(2);
  const listed = rows.flatMap((row) => {
    const [, family = '', operations = ''] = row.split('|');
    const prefix = /`(.*)\.\*`/.exec(family)?.[1];
    const names = [...operations.matchAll(/`([\w.]+)`/g)].map(([, name = '']) => name);
    return names.map((name) => (prefix === undefined ? name : `${prefix}.${name}`));
  });
  expect(listed.toSorted()).toEqual([...operationNames].toSorted());
});

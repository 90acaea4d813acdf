import { describe, expect, it } from 'vitest';
import { inRepository, TempProject } from './temp-project.js';

/** One file in each zone, with nothing in it that another file may not import. */
const layout = [
  'src/index.ts',
  'src/base/a.ts',
  'src/vix/a.ts',
  'src/errors/a.ts',
  'src/handles/a.ts',
  'src/backends/backend.ts',
  'src/jobs/a.ts',
  'src/guest/a.ts',
  'src/api/a.ts',
  'src/world/a.ts',
  'src/backends/mock/a.ts',
  'src/backends/vsphere/a.ts',
  'src/backends/vsphere/soap/a.ts',
  'src/backends/vsphere/vim/a.ts',
  'src/simulator/a.ts',
  'src/compose/a.ts',
  'src/doors/sync/a.ts',
  'src/testing/a.ts',
  'src/bindings/a.ts',
  'src/cli/a.ts',
  'src/cli/doctor/a.ts',
  'examples/a.ts',
  'compat-tests/a.ts',
];

const engine = [
  'src/compose/a.ts',
  'src/api/a.ts',
  'src/jobs/a.ts',
  'src/handles/a.ts',
  'src/errors/a.ts',
  'src/vix/a.ts',
  'src/base/a.ts',
  'src/backends/backend.ts',
];

/** What each zone may import, as imports of the files above; everything that is not here is a violation. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'src/base/a.ts': [],
  'src/vix/a.ts': [],
  'src/errors/a.ts': ['src/vix/a.ts', 'src/base/a.ts'],
  'src/handles/a.ts': ['src/vix/a.ts', 'src/errors/a.ts', 'src/base/a.ts'],
  'src/backends/backend.ts': ['src/errors/a.ts', 'src/base/a.ts'],
  'src/jobs/a.ts': ['src/vix/a.ts', 'src/errors/a.ts', 'src/handles/a.ts', 'src/base/a.ts', 'src/backends/backend.ts'],
  'src/guest/a.ts': ['src/errors/a.ts', 'src/base/a.ts', 'src/backends/backend.ts'],
  'src/api/a.ts': [
    'src/vix/a.ts',
    'src/errors/a.ts',
    'src/handles/a.ts',
    'src/jobs/a.ts',
    'src/guest/a.ts',
    'src/backends/backend.ts',
    'src/base/a.ts',
  ],
  'src/world/a.ts': ['src/base/a.ts'],
  'src/backends/mock/a.ts': ['src/world/a.ts', 'src/backends/backend.ts', 'src/errors/a.ts', 'src/base/a.ts'],
  'src/backends/vsphere/a.ts': [
    'src/backends/vsphere/soap/a.ts',
    'src/backends/vsphere/vim/a.ts',
    'src/guest/a.ts',
    'src/backends/backend.ts',
    'src/errors/a.ts',
    'src/base/a.ts',
  ],
  'src/backends/vsphere/soap/a.ts': [
    'src/backends/vsphere/vim/a.ts',
    'src/backends/backend.ts',
    'src/errors/a.ts',
    'src/base/a.ts',
  ],
  // Within one zone both directions are allowed; both at once would be a circle.
  'src/backends/vsphere/vim/a.ts': ['src/backends/backend.ts', 'src/errors/a.ts', 'src/base/a.ts'],
  'src/simulator/a.ts': [
    'src/errors/a.ts',
    'src/world/a.ts',
    'src/base/a.ts',
    'src/backends/vsphere/soap/a.ts',
    'src/backends/vsphere/vim/a.ts',
  ],
  'src/compose/a.ts': [
    'src/api/a.ts',
    'src/backends/backend.ts',
    'src/backends/mock/a.ts',
    'src/backends/vsphere/a.ts',
    'src/vix/a.ts',
    'src/base/a.ts',
    'src/errors/a.ts',
    'src/handles/a.ts',
    'src/jobs/a.ts',
  ],
  'src/index.ts': engine,
  'src/doors/sync/a.ts': engine,
  'src/testing/a.ts': engine,
  'src/bindings/a.ts': engine,
  'src/cli/a.ts': [
    'src/cli/doctor/a.ts',
    'src/guest/a.ts',
    'src/world/a.ts',
    'src/simulator/a.ts',
    'src/backends/mock/a.ts',
    ...engine,
  ],
  // The other direction is allowed as well; both at once would be a circle.
  'src/cli/doctor/a.ts': [
    'src/guest/a.ts',
    'src/backends/mock/a.ts',
    'src/backends/vsphere/a.ts',
    'src/backends/vsphere/soap/a.ts',
    'src/backends/vsphere/vim/a.ts',
    ...engine,
  ],
  'examples/a.ts': [],
  'compat-tests/a.ts': [],
};

function sameZone(file: string, other: string): boolean {
  const both = [/^src\/backends\/vsphere\/(soap|vim)\//, /^src\/cli\//];
  return file === other || both.some((zone) => zone.test(file) && zone.test(other));
}

function relativeImport(from: string, to: string): string {
  const up = '../'.repeat(from.split('/').length - 1);
  return `${up === '' ? './' : up}${to.replace(/\.ts$/, '.js')}`;
}

/** Runs the check over a tree of these files and returns the lines that it prints. */
async function check(files: Readonly<Record<string, string>>): Promise<string[]> {
  const project = new TempProject(files);
  const { exitCode, stdout, stderr } = await project.run(inRepository('scripts/check-imports.mjs'), project.root);
  expect(stderr).toBe('');
  const lines = stdout.split('\n').filter((line) => line !== '');
  expect(exitCode).toBe(lines.length === 0 ? 0 : 1);
  return lines;
}

/** Where the problems are, without what they say. */
async function placesOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  return (await check(files)).map((line) => line.split(': ')[0] ?? '');
}

describe('the directions of imports', () => {
  it('lets through every import that is allowed, and these close no circle', async () => {
    const files = Object.entries(allowed).map(([file, targets]) => [
      file,
      targets.map((target) => `import '${relativeImport(file, target)}';\n`).join(''),
    ]);
    expect(await check(Object.fromEntries(files))).toEqual([]);
  });

  it('reports every import that is not allowed', async () => {
    const expected: string[] = [];
    const files = Object.fromEntries(
      layout.map((file) => {
        const forbidden = layout.filter((target) => !sameZone(file, target) && !allowed[file]?.includes(target));
        expected.push(...forbidden.map((_, index) => `${file}:${index + 1}`));
        return [file, forbidden.map((target) => `import '${relativeImport(file, target)}';\n`).join('')];
      }),
    );
    const places = (await placesOf(files)).filter((place) => /:\d+$/.test(place));
    expect(expected.length).toBeGreaterThan(300);
    expect(places.toSorted()).toEqual(expected.toSorted());
  });

  it('says who may not import whom', async () => {
    expect(await check({ 'src/vix/a.ts': '\nimport "../base/b.js";\n', 'src/base/b.ts': '' })).toEqual([
      "src/vix/a.ts:2: vix may not import base ('../base/b.js'); it may import nothing outside itself",
    ]);
  });

  it('sees every form of import', async () => {
    const forms = {
      'types.ts': `import type { A } from '../api/b.js';`,
      're-export.ts': `export * from '../api/b.js';`,
      'named-re-export.ts': `export { a } from '../api/b.js';`,
      'import-call.ts': `const api = await import('../api/b.js');`,
      'type-by-import-call.ts': `export type A = import('../api/b.js').A;`,
      'require.ts': `const api = require('../api/b.js');`,
      'import-require.ts': `import api = require('../api/b.js');`,
      'worker.ts': `new Worker(new URL('../api/b.js', import.meta.url));`,
      'by-expression.ts': `const api = await import(name);`,
      'missing-file.ts': `import './none.js';`,
      'outside-the-checked-folders.ts': `import '../../test/b.js';`,
    };
    const planted = Object.entries(forms).map(([name, code]) => [`src/base/${name}`, code]);
    expect(await placesOf({ ...Object.fromEntries(planted), 'src/api/b.ts': '', 'test/b.ts': '' })).toEqual(
      planted.map(([path]) => `${path}:1`).toSorted(),
    );
  });

  it('does not see imports in comments and strings', async () => {
    const text = `// import '../api/b.js';\n/* import '../api/b.js' */ export const text = "import '../api/b.js'";\n`;
    expect(await check({ 'src/base/a.ts': text, 'src/api/b.ts': '' })).toEqual([]);
  });

  it('reports a file that lies in no zone', async () => {
    expect(await placesOf({ 'src/elsewhere/a.ts': 'export {};', 'src/base/a.ts': '' })).toEqual(['src/elsewhere/a.ts']);
  });

  it('fails when there is nothing to check', async () => {
    expect(await check({ 'README.md': '' })).toHaveLength(1);
  });
});

describe('packages', () => {
  const places: Readonly<Record<string, readonly string[]>> = {
    'p-queue': ['src/jobs/a.ts', 'src/backends/vsphere/a.ts'],
    eventemitter3: ['src/jobs/a.ts'],
    'just-bash': ['src/world/a.ts'],
    yaml: [
      'src/world/a.ts',
      'src/compose/a.ts',
      'src/cli/a.ts',
      'src/cli/doctor/a.ts',
      ...layout.filter((file) => file.startsWith('src/backends/')),
    ],
    undici: ['src/backends/vsphere/a.ts'],
    valibot: [
      'src/world/a.ts',
      'src/compose/a.ts',
      'src/simulator/a.ts',
      'src/cli/a.ts',
      ...layout.filter((file) => file.startsWith('src/backends/')),
    ],
    'node-forge': ['src/simulator/a.ts'],
    'left-pad': [],
    '@scope/tool': [],
    revix: ['examples/a.ts', 'compat-tests/a.ts'],
    'revix/sync': ['examples/a.ts', 'compat-tests/a.ts'],
  };

  it('are imported only where they belong', async () => {
    const names = Object.keys(places);
    const imports = names.map((name) => `import '${name}';\n`).join('');
    const expected = layout.flatMap((file) =>
      names.flatMap((name, index) => (places[name]?.includes(file) ? [] : [`${file}:${index + 1}`])),
    );
    const found = await placesOf(Object.fromEntries(layout.map((file) => [file, imports])));
    expect(found.toSorted()).toEqual(expected.toSorted());
  });

  it('keeps Node out of the vocabulary, the errors, the handles, the jobs and the index', async () => {
    const files = Object.fromEntries(layout.map((file) => [file, `import 'node:fs';\n`]));
    expect((await placesOf(files)).toSorted()).toEqual([
      'src/errors/a.ts:1',
      'src/handles/a.ts:1',
      'src/index.ts:1',
      'src/jobs/a.ts:1',
      'src/vix/a.ts:1',
    ]);
  });

  it("asks for the node: prefix of Node's modules", async () => {
    expect(await check({ 'examples/a.ts': `import 'fs';` })).toEqual([
      `examples/a.ts:1: imports 'fs': write 'node:fs'`,
    ]);
  });
});

describe('circles', () => {
  it('reports a circle of three files with its whole way', async () => {
    const files = {
      'src/base/a.ts': `import './b.js';`,
      'src/base/b.ts': `export * from './c.js';`,
      'src/base/c.ts': `import type { A } from './a.js';`,
    };
    expect(await check(files)).toEqual([
      'src/base/a.ts: circular import: src/base/a.ts -> src/base/b.ts -> src/base/c.ts -> src/base/a.ts',
    ]);
  });

  it('reports a file that imports itself', async () => {
    expect(await check({ 'src/base/a.ts': `import './a.js';` })).toEqual([
      'src/base/a.ts: circular import: src/base/a.ts -> src/base/a.ts',
    ]);
  });

  it('accepts two ways to the same file', async () => {
    const files = {
      'src/base/a.ts': `import './b.js';\nimport './c.js';`,
      'src/base/b.ts': `import './d.js';`,
      'src/base/c.ts': `import './d.js';`,
      'src/base/d.ts': '',
    };
    expect(await check(files)).toEqual([]);
  });
});

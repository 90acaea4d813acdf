import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { inRepository, TempProject } from './temp-project.js';

const optional = v.optional(v.record(v.string(), v.string()), {});

const lockFile = v.object({
  packages: v.record(v.string(), v.object({ optionalDependencies: optional })),
});

const manifest = v.object({ dependencies: optional, devDependencies: optional, peerDependencies: optional });

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(inRepository(path), 'utf8'));
}

describe('package-lock.json', () => {
  it('holds the binaries of the tools for every platform, so that `npm ci` works on each', () => {
    const { packages } = v.parse(lockFile, readJson('package-lock.json'));
    const missing = Object.entries(packages).flatMap(([folder, { optionalDependencies }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${folder}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });
});

describe('docs/dependencies.md', () => {
  it('says why each dependency is there, and of no other', () => {
    const { dependencies, devDependencies, peerDependencies } = v.parse(manifest, readJson('package.json'));
    const used = Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies });
    const rows = readFileSync(inRepository('docs/dependencies.md'), 'utf8').matchAll(/^\| `([^`]+)` +\|/gm);
    expect([...rows].map(([, name]) => String(name)).toSorted()).toEqual(used.toSorted());
  });
});

/** A module of the build and all that it imports from the start, as paths in the repository. */
function loadedWith(path: string, found: Set<string> = new Set()): ReadonlySet<string> {
  if (found.has(path)) return found;
  found.add(path);
  const imports = readFileSync(inRepository(path), 'utf8').matchAll(/^(?:import|export) [^;]*?["'](\.[^"']+)["'];$/gm);
  for (const [, address = ''] of imports) loadedWith(join(dirname(path), address), found);
  return found;
}

const entries = v.object({ exports: v.record(v.string(), v.string()) });

describe('the entries of the package', () => {
  const { exports } = v.parse(entries, readJson('package.json'));
  const modules = Object.values(exports).filter((path) => path.endsWith('.js'));

  it.each([...modules, 'dist/doors/sync/engine-worker.js'])('%s loads from few files', (path) => {
    expect(loadedWith(path).size).toBeLessThan(60);
  });
});

describe('the type tests of the public surface', () => {
  it('fail when a call that must be an error compiles', async () => {
    const project = new TempProject({
      'package.json': '{ "type": "module" }',
      'test/types/planted.test-d.ts': `// @ts-expect-error a string is no number\nexport const wrong: number = 'one';
// @ts-expect-error nothing is wrong here\nexport const right: number = 1;\n`,
    });
    project.copyFromRepository('tsconfig.json');
    project.copyFromRepository('tsconfig.types.json');
    project.linkPackage('@types');
    const tsc = inRepository('node_modules/typescript/bin/tsc');
    const { exitCode, stdout } = await project.run(tsc, '-p', 'tsconfig.types.json', '--pretty', 'false');
    expect(stdout.trim()).toBe(`test/types/planted.test-d.ts(3,1): error TS2578: Unused '@ts-expect-error' directive.`);
    expect(exitCode).not.toBe(0);
  });
});

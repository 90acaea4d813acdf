import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inRepository } from './temp-project.js';

/** To pack, to install, and to compile takes its time on a loaded machine. */
const timeout = 300_000;

const text = (path: string): string => readFileSync(path, 'utf8');
const { exports } = v.parse(
  v.object({ exports: v.record(v.string(), v.string()) }),
  JSON.parse(text(inRepository('package.json'))),
);
const entries = Object.keys(exports)
  .filter((entry) => entry !== './package.json')
  .map((entry) => `revix${entry.slice(1)}`);

const isWindows = process.platform === 'win32';
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'revix-packed-')));
const installed = join(folder, 'node_modules', 'revix');
let packed: readonly string[] = [];

interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in the user's folder, with the Node of this test. */
async function run(command: string, args: readonly string[], directory = folder): Promise<Said> {
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`;
  const env = { ...process.env, PATH, REVIX_HOME: join(folder, 'home'), REVIX_CONFIG: '' };
  return await promisify(execFile)(command, args, { cwd: directory, env, timeout, shell: isWindows });
}

/** Runs a program of modules as the user's own file. */
async function runModule(code: string, ...flags: readonly string[]): Promise<string> {
  writeFileSync(join(folder, 'program.mjs'), code);
  return (await run(process.execPath, [...flags, 'program.mjs'])).stdout.trim();
}

/** What `revix` of the package prints; `npx` takes seconds to find it. */
async function revix(...args: readonly string[]): Promise<string> {
  return (await run(process.execPath, [join(installed, 'dist', 'bin', 'revix.js'), ...args])).stdout;
}

beforeAll(async () => {
  const root = inRepository('.');
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root);
  const [pack] = v.parse(
    v.tuple([v.object({ filename: v.string(), files: v.array(v.object({ path: v.string() })) })]),
    JSON.parse(stdout),
  );
  packed = pack.files.map(({ path }) => path);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', ['install', ...quiet, join(folder, pack.filename)]);
}, timeout);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package, as it is installed in an empty folder', { timeout }, () => {
  it('holds no module beside its bundles, and nothing of one machine', () => {
    const built = packed.filter((path) => path.startsWith('dist/') && !/(?:\.d\.c?ts|\.map)$/.test(path));
    const known = [...Object.values(exports), './dist/doors/sync/engine-worker.js'].map((path) => path.slice(2));
    const others = built.filter(
      (path) =>
        !known.includes(path) && !/^dist\/(?:bin|doors\/parts|bindings\/helper(?:-body|-rest)?\.cjs$)/.test(path),
    );
    expect(others).toEqual([]);
    expect(built).toEqual(expect.arrayContaining(known.filter((path) => path !== 'package.json')));
    expect(packed.length).toBeLessThan(2_000);
  });

  it('has the sources that its traces name', () => {
    const missing = packed
      .filter((path) => path.endsWith('.map'))
      .flatMap((path) => {
        const { sources } = v.parse(
          v.object({ sources: v.array(v.string()) }),
          JSON.parse(text(join(installed, path))),
        );
        return sources.map((source) => join(installed, dirname(path), source)).filter((source) => !existsSync(source));
      });
    expect(missing).toEqual([]);
  });

  it('has all of the native library and of the Perl modules', () => {
    const ours = readdirSync(inRepository('native'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(inRepository('native').length));
    expect(ours.length).toBeGreaterThan(30);
    expect(ours.filter((path) => !existsSync(join(installed, 'native', path)))).toEqual([]);
  });

  it('gives each entry to `import`, and to `require` where Node lets modules be required', async () => {
    const counted = await runModule(`
      import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      const given = {};
      for (const entry of ${JSON.stringify(entries)}) {
        const names = Object.keys(await import(entry));
        if (process.features.require_module === true && Object.keys(require(entry)).length < names.length) throw entry;
        given[entry] = names.length;
      }
      console.log(JSON.stringify([given, require('revix/package.json').name]));
      process.exit();
    `);
    const [given, name] = v.parse(v.tuple([v.record(v.string(), v.number()), v.string()]), JSON.parse(counted));
    expect(Object.keys(given)).toEqual(entries);
    // This one is of types only.
    const empty = Object.keys(given).filter((entry) => given[entry] === 0);
    expect([empty, name]).toEqual([['revix/doctor'], 'revix']);
  });

  it('has each class once, so that `instanceof` holds across its entries', async () => {
    const found = await runModule(`
      const homes = {};
      const several = [];
      for (const entry of ${JSON.stringify(entries)}) {
        for (const [name, value] of Object.entries(await import(entry))) {
          if (typeof value !== 'function' || !/^class\\b/.test(Function.prototype.toString.call(value))) continue;
          homes[name] ??= value;
          if (homes[name] !== value) several.push(name + ' of ' + entry);
        }
      }
      console.log(JSON.stringify([several, Object.keys(homes)]));
      process.exit();
    `);
    const [several, classes] = v.parse(v.tuple([v.array(v.string()), v.array(v.string())]), JSON.parse(found));
    expect(several).toEqual([]);
    expect(classes).toEqual(expect.arrayContaining(['Fault', 'Secret', 'World', 'FakeClock', 'VixError']));
  });

  it('runs programs, also those that block, and their traces name the sources', async () => {
    const said = await runModule(
      `
      import * as vix from 'revix/sync';
      import { InventoryBuilder } from 'revix/mock';
      const host = vix.Vix_Out(vix.VIX_INVALID_HANDLE);
      const job = vix.VixHost_Connect(vix.VIX_API_VERSION, vix.VIX_SERVICEPROVIDER_DEFAULT, null, 0, null, null, 0, 0, null, null);
      const error = vix.VixJob_Wait(job, vix.VIX_PROPERTY_JOB_RESULT_HANDLE, host, vix.VIX_PROPERTY_NONE);
      vix.VixHost_Disconnect(host.value);
      let stack = '';
      try { new InventoryBuilder().linux(7); } catch (thrown) { stack = thrown.stack; }
      console.log(JSON.stringify([error, host.value > 0, stack]));
    `,
      '--enable-source-maps',
    );
    const [error, isConnected, stack] = v.parse(v.tuple([v.number(), v.boolean(), v.string()]), JSON.parse(said));
    expect([error, isConnected]).toEqual([0, true]);
    expect(stack).toMatch(/revix[/\\]src[/\\][\w/\\-]+\.ts:\d+/);
  });

  it('has its commands', async () => {
    expect((await run('npx', ['vmrun', 'list'])).stdout).toBe('Total running VMs: 0\n');
    const { version } = v.parse(v.object({ version: v.string() }), JSON.parse(text(inRepository('package.json'))));
    expect((await run('npx', ['revix', '--version'])).stdout.trim()).toContain(version);
    for (const command of ['simulate', 'agent', 'doctor', 'convert', 'completion']) {
      expect(await revix(command, '--help')).toContain('Usage: revix');
    }
  });

  it('builds the native library, which finds its helper', { skip: process.platform !== 'linux' }, async () => {
    const prefix = join(folder, 'prefix');
    await revix('native', 'install', '--prefix', prefix);
    expect(await revix('doctor', 'native', '--prefix', prefix)).toContain('ok      a C program loads it and connects');
  });

  it('has the types of each entry', async () => {
    for (const name of ['@types', 'undici-types']) {
      const link = join(folder, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      if (!existsSync(link)) symlinkSync(inRepository(join('node_modules', name)), link, 'junction');
    }
    const imports = entries.map((entry, index) => `import * as entry${index} from '${entry}';`);
    const uses = `export type All = [${entries.map((_, index) => `typeof entry${index}`).join(', ')}];`;
    const wrong = "// @ts-expect-error a host has a handle\nexport const host: entry0.VixHandle = 'host';";
    writeFileSync(join(folder, 'program.ts'), [...imports, uses, wrong].join('\n'));
    const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2023', types: ['node'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
    const tsc = inRepository('node_modules/typescript/bin/tsc');
    expect((await run(process.execPath, [tsc, '-p', '.', '--pretty', 'false'])).stdout).toBe('');
  });
});

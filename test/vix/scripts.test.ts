import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));

/** Runs a Node script to its end and gives its exit code and all that it printed. */
function run(...args: string[]): Promise<{ exitCode: number | string; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: root }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : (error.code ?? 'killed'), output: stdout + stderr });
    });
  });
}

let folder: string;
let dist: string;

/** A copy of the built tables in which one text of one module is another. */
async function changedTables(name: string, module: string, from: string, to: string): Promise<string> {
  const copy = join(folder, name);
  await cp(dist, copy, { recursive: true });
  const path = join(copy, 'vix', module);
  const text = await readFile(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${path} has no "${from}"`);
  await writeFile(path, text.replace(from, to));
  return copy;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'revix-vocabulary-'));
  dist = join(folder, 'dist');
  await mkdir(dist);
  // The scripts run on what tsc makes of the sources as they are now, whatever dist/ holds.
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  const project = {
    extends: join(root, 'tsconfig.build.json'),
    compilerOptions: { rootDir: join(root, 'src'), outDir: dist, types: [], declaration: false, declarationMap: false },
    include: [join(root, 'src/vix')],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(project));
  const built = await run(join(typescript, 'bin/tsc'), '-p', join(folder, 'tsconfig.json'));
  if (built.exitCode !== 0) throw new Error(`building src/vix failed:\n${built.output}`);
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(['gen-names', 'gen-docs'])('scripts/%s.mjs --check', (script) => {
  const check = (tables: string) => run(`scripts/${script}.mjs`, '--check', '--dist', tables);

  it('finds the generated files up to date', async () => {
    expect(await check(dist)).toEqual({ exitCode: 0, output: '' });
  });

  it('fails when the tables have changed since, and says what to do', async () => {
    const changed = await changedTables(script, 'error-codes.js', 'The disk is full', 'The disk is quite full');
    const { exitCode, output } = await check(changed);
    expect(exitCode).toBe(1);
    expect(output).toMatch(
      new RegExp(
        `differs from what scripts/${script}.mjs generates. Run .npm run build., then .node scripts/${script}.mjs.`,
      ),
    );
  });

  it('says that there is nothing built', async () => {
    const { exitCode, output } = await check(join(folder, 'nowhere'));
    expect(exitCode).toBe(1);
    expect(output).toContain('run `npm run build` first');
  });
});

describe('scripts/check-vocabulary.mjs', () => {
  const check = (reference: string) => run('scripts/check-vocabulary.mjs', '--dist', dist, '--reference', reference);

  it('says so where there is nothing to compare with', async () => {
    expect(await check(join(folder, 'nowhere'))).toEqual({
      exitCode: 0,
      output: 'skipped: reference tables are not beside this checkout\n',
    });
  });

  it('prints what differs and what only one side has, and fails', async () => {
    const reference = join(folder, 'reference');
    await mkdir(reference);
    const constantFacts = {
      typedefs: {},
      handle: { VIX_INVALID_HANDLE: { value: 0 } },
      apiVersion: { VIX_API_VERSION: { value: 4 } },
      cloneTypes: {
        VIX_CLONETYPE_FULL: { value: 0 },
        VIX_CLONETYPE_LINKED: { value: 1 },
        VIX_CLONETYPE_NEW: { value: 2 },
      },
      errors: { VIX_OK: { code: 0, group: 'success' }, VIX_E_FAIL: { code: 5, group: 'general' } },
      internalErrors: {},
      renamedOrRenumbered: [],
      properties: { VIX_PROPERTY_VM_NAME: { id: 108, type: 'blob', of: 'vm' } },
    };
    const reset = {
      category: 'power',
      returnType: 'int',
      async: true,
      params: [
        { name: 'resetOptions', type: 'const char *' },
        { name: 'vmHandle', type: 'VixHandle' },
      ],
      jobResults: [],
      products: {},
      errors: [],
    };
    const functionFacts = { functions: { VixVM_Reset: reset }, legacyExportNames: { map: {} } };
    await writeFile(join(reference, 'constants.json'), JSON.stringify(constantFacts));
    await writeFile(join(reference, 'functions.json'), JSON.stringify(functionFacts));

    const { exitCode, output } = await check(reference);
    expect(exitCode).toBe(1);
    expect(output.split('\n')).toEqual(
      expect.arrayContaining([
        'group apiVersion, constant VIX_API_VERSION, value: -1 here, 4 in the reference',
        'group cloneTypes, constant VIX_CLONETYPE_NEW: missing here',
        'group handleTypes: not in the reference',
        'error VIX_E_FAIL, code: 1 here, 5 in the reference',
        'property VIX_PROPERTY_VM_NAME, type: "string" here, "blob" in the reference',
        'function VixVM_Reset, returns: "VixHandle" here, "int" in the reference',
        'function VixVM_Reset, resetOptions: kind int does not fit C type const char *',
        'function VixVM_Pause: not in the reference',
        'legacy name VixVM_DeleteFileOnGuest: not in the reference',
      ]),
    );
    expect(output).not.toContain('error VIX_OK');
    expect(output).not.toContain('VIX_CLONETYPE_FULL');
  });
});

import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { libraryName, nativeFolder } from '../../src/cli/native/build-library.js';
import { createVix } from '../../src/compose/create-vix.js';
import { constants } from '../../src/vix/constants.js';
import { errorRows } from '../../src/vix/error-codes.js';
import { functions, legacyFunctionNames, type VixFunctionName } from '../../src/vix/functions.js';
import type { FunctionRow } from '../../src/vix/functions/function-row.js';
import { VIX_PROPERTY_NONE } from '../../src/vix/names.js';
import { properties } from '../../src/vix/properties.js';
import type { ParamKind, VixHandle } from '../../src/vix/types.js';
import { commandOf, helperPath, NativeBuild, temporaryFolder, whyNotNative } from './native-build.js';

const run = promisify(execFile);
const timeout = 120_000;

/** What a program gives for a parameter when it gives nothing: in C, and in TypeScript. */
const nothing: Readonly<Record<ParamKind, { readonly c: string; readonly ts: readonly unknown[] }>> = {
  host: { c: '0', ts: [0] },
  vm: { c: '0', ts: [0] },
  job: { c: '0', ts: [0] },
  snapshot: { c: '0', ts: [0] },
  handle: { c: '0', ts: [0] },
  propertyList: { c: '0', ts: [0] },
  searchCriteria: { c: '0', ts: [0] },
  int: { c: '0', ts: [0] },
  uint64: { c: '0', ts: [0] },
  bool: { c: '0', ts: [false] },
  string: { c: 'NULL', ts: [null] },
  secret: { c: 'NULL', ts: [null] },
  error: { c: '3', ts: [3] },
  buffer: { c: 'NULL', ts: [null] },
  callback: { c: 'NULL', ts: [null] },
  clientData: { c: 'NULL', ts: [null] },
  propertyId: { c: '0', ts: [0] },
  outHandle: { c: 'NULL', ts: [null] },
  outInt: { c: 'NULL', ts: [null] },
  outBool: { c: 'NULL', ts: [null] },
  outPropertyType: { c: 'NULL', ts: [null] },
  propertyCells: { c: '0', ts: [0] },
  propertyValues: { c: '0', ts: [0] },
};

const all: [string, FunctionRow][] = [
  ...Object.entries<FunctionRow>(functions),
  ...Object.entries(legacyFunctionNames).map(([old, name]): [string, FunctionRow] => [old, functions[name]]),
];

/** Prints what each function answers to nothing; of a job, its error. */
function programText(): string {
  const print = {
    VixError: (call: string, name: string) => `printf("${name} %d\\n", (int)${call});`,
    VixHandle: (call: string, name: string) => `printf("${name} %d\\n", (int)VixJob_Wait(${call}, 0));`,
    VixHandleType: (call: string, name: string) => `printf("${name} %d\\n", ${call});`,
    int: (call: string, name: string) => `printf("${name} %d\\n", ${call});`,
    'const char *': (call: string, name: string) => `printf("${name} %s\\n", ${call});`,
    void: (call: string, name: string) => `${call}; printf("${name}\\n");`,
  };
  const declared = Object.keys(legacyFunctionNames).map((old) => `VixHandle ${old}();`);
  const calls = all.map(([name, row]) => {
    const args = Object.values(row.params).map((kind) => nothing[kind].c);
    return `    ${print[row.returns](`${name}(${args.join(', ')})`, name)}`;
  });
  return `#include <stdio.h>\n#include <vix.h>\n${declared.join('\n')}\nint main(void)\n{\n${calls.join('\n')}\n    return 0;\n}\n`;
}

/** The lines that the program should print, by the functions in TypeScript. */
async function expectedLines(): Promise<string[]> {
  const vix = createVix({ config: {} });
  const lines: string[] = [];
  for (const [name, row] of all) {
    const current = (name in legacyFunctionNames ? Reflect.get(legacyFunctionNames, name) : name) as VixFunctionName;
    const target: (...args: never[]) => unknown = vix[current];
    const args = Object.values(row.params).flatMap((kind) => nothing[kind].ts);
    const value = await target(...(args as never[]));
    const shown = row.returns === 'VixHandle' ? await vix.VixJob_Wait(value as VixHandle, VIX_PROPERTY_NONE) : value;
    lines.push(row.returns === 'void' ? name : `${name} ${String(shown)}`);
  }
  await vix.Revix_Close();
  return lines;
}

describe.skipIf(whyNotNative !== undefined)('the functions of the native library', { timeout }, () => {
  const build = new NativeBuild(temporaryFolder('functions'));
  beforeAll(() => build.library(), timeout);

  it('are those of the table, with those of the 1.1 library and of revix.h, and nothing else', () => {
    const { stdout } = spawnSync('nm', ['-D', '--defined-only', join(build.folder, libraryName(process.platform))], {
      encoding: 'utf8',
    });
    const exported = [...stdout.matchAll(/ T (\S+)/g)].map(([, name]) => String(name));
    const own = readFileSync(join(nativeFolder(), 'include', 'revix.h'), 'utf8').matchAll(/(Revix_\w+)\(/g);
    const expected = [...all.map(([name]) => name), ...[...own].map(([, name]) => String(name))];
    expect(exported.toSorted()).toEqual(expected.toSorted());
  });

  // A linked program records the name of a library, if it has one; VMware's has none, so programs look for its file.
  it.skipIf(process.platform !== 'linux')('are in a library without a name of its own', () => {
    const { stdout } = spawnSync('readelf', ['-d', join(build.folder, libraryName(process.platform))], {
      encoding: 'utf8',
    });
    expect(stdout).toContain('(NEEDED)');
    expect(stdout).not.toContain('(SONAME)');
  });

  it('answer as those in TypeScript when they are given nothing', { timeout }, async () => {
    const source = join(build.folder, 'all.c');
    writeFileSync(source, programText());
    const program = await build.program(source, 'all', ['-std=gnu99', '-Wno-error']);
    const env = { ...process.env, REVIX_HELPER: helperPath, REVIX_CONFIG: '' };
    const { stdout } = await run(...commandOf(program), { cwd: build.folder, env, timeout });
    expect(stdout.trimEnd().split('\n')).toEqual(await expectedLines());
  });

  it('have a header that says every number of the tables', { timeout }, async () => {
    const numbers = [
      ...Object.values(constants).flatMap(({ values }) => Object.entries<number | string>(values)),
      ...Object.entries(properties).map(([name, { id }]) => [name, id] as const),
      ...errorRows.filter(({ group }) => group !== 'internal').map(({ name, code }) => [name, code] as const),
    ];
    const lines = numbers.map(([name, value]) =>
      typeof value === 'string' ? `    puts("${name} " ${name});` : `    printf("%s %d\\n", "${name}", (int)${name});`,
    );
    const source = join(build.folder, 'numbers.c');
    writeFileSync(source, `#include <stdio.h>\n#include <vix.h>\nint main(void)\n{\n${lines.join('\n')}\n}\n`);
    const { stdout } = await run(...commandOf(await build.program(source, 'numbers', ['-std=c99'])));
    expect(stdout.trimEnd().split('\n')).toEqual(numbers.map(([name, value]) => `${name} ${value}`));
  });
});

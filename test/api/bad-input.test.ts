import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { functions, type VixFunctionName } from '../../src/vix/functions.js';
import {
  VIX_E_ARGUMENT_TOO_BIG,
  VIX_E_INVALID_ARG,
  VIX_E_INVALID_HANDLE,
  VIX_E_INVALID_UTF8_STRING,
  VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE,
  VIX_OK,
  VIX_PROPERTY_NONE,
} from '../../src/vix/names.js';
import type { ParamKind, VixHandle } from '../../src/vix/types.js';
import { jobCaseList, Stage, type JobCase, type TextRule } from '../fixtures/vix-catalogue.js';

/** A bad value, what it is, and the code that it must end in. */
type Bad = readonly [label: string, value: unknown, code: number];

const tooLong = 'x'.repeat(60_536);

const notStrings: readonly Bad[] = [
  ['a number', 5, VIX_E_INVALID_ARG],
  ['NaN', Number.NaN, VIX_E_INVALID_ARG],
  ['true', true, VIX_E_INVALID_ARG],
  ['an object', {}, VIX_E_INVALID_ARG],
  ['an array', ['/a'], VIX_E_INVALID_ARG],
  ['a function', () => '/a', VIX_E_INVALID_ARG],
  ['a symbol', Symbol('a'), VIX_E_INVALID_ARG],
  ['a bigint', 5n, VIX_E_INVALID_ARG],
  ['bytes', Uint8Array.of(47), VIX_E_INVALID_ARG],
];

const nothing: readonly Bad[] = [
  ['null', null, VIX_E_INVALID_ARG],
  ['undefined', undefined, VIX_E_INVALID_ARG],
];

const badTexts: readonly Bad[] = [
  ['a NUL character', '/a\0b', VIX_E_INVALID_ARG],
  ['a lone high surrogate', '/a\ud800', VIX_E_INVALID_UTF8_STRING],
  ['a lone low surrogate', '/\udc00a', VIX_E_INVALID_UTF8_STRING],
  ['one byte too many', `/${tooLong}`, VIX_E_ARGUMENT_TOO_BIG],
  ['too many bytes in few characters', `/${'€'.repeat(20_179)}`, VIX_E_ARGUMENT_TOO_BIG],
];

const textRules: Record<TextRule, readonly Bad[]> = {
  optional: [...notStrings, ...badTexts],
  text: [...notStrings, ...nothing, ...badTexts],
  filled: [...notStrings, ...nothing, ...badTexts, ['an empty string', '', VIX_E_INVALID_ARG]],
  guestPath: [
    ...notStrings,
    ...nothing,
    ...badTexts,
    ['an empty string', '', VIX_E_INVALID_ARG],
    ['a relative path', 'tmp/a', VIX_E_INVALID_ARG],
    ['a path from here', './a', VIX_E_INVALID_ARG],
    ['a path upwards', '../a', VIX_E_INVALID_ARG],
    ['a drive without a root', 'C:a', VIX_E_INVALID_ARG],
    ['a root without a drive', '\\a', VIX_E_INVALID_ARG],
  ],
};

function badHandles(code: number, wrongKind: unknown): readonly Bad[] {
  return [
    ['an unknown handle', 999_999, VIX_E_INVALID_HANDLE],
    ['a negative handle', -3, VIX_E_INVALID_HANDLE],
    ['NaN', Number.NaN, VIX_E_INVALID_HANDLE],
    ['a string', '1', VIX_E_INVALID_HANDLE],
    ['an object', {}, VIX_E_INVALID_HANDLE],
    ['a handle of another kind', wrongKind, code],
  ];
}

const badIntegers: readonly Bad[] = [
  ['a string', '0', VIX_E_INVALID_ARG],
  ['null', null, VIX_E_INVALID_ARG],
  ['undefined', undefined, VIX_E_INVALID_ARG],
  ['NaN', Number.NaN, VIX_E_INVALID_ARG],
  ['Infinity', Number.POSITIVE_INFINITY, VIX_E_INVALID_ARG],
  ['a fraction', 0.5, VIX_E_INVALID_ARG],
  ['more than 32 bits', 2 ** 32, VIX_E_INVALID_ARG],
  ['less than 32 bits', -(2 ** 31) - 1, VIX_E_INVALID_ARG],
  ['true', true, VIX_E_INVALID_ARG],
  ['an object', {}, VIX_E_INVALID_ARG],
  ['a bigint', 0n, VIX_E_INVALID_ARG],
];

/** Bad values for a parameter of a kind; none for the kinds that take anything. */
function badValues(stage: Stage, kind: ParamKind, rule: TextRule | undefined, name: VixFunctionName): readonly Bad[] {
  switch (kind) {
    case 'string':
    case 'secret':
      return rule === undefined ? [] : textRules[rule];
    case 'int':
      return badIntegers;
    case 'uint64':
      return [
        ...badIntegers.filter(([label]) => label !== 'a bigint' && label !== 'more than 32 bits'),
        ['more than 2^53', 2 ** 53, VIX_E_INVALID_ARG],
        ['a bigint above 2^53', 2n ** 60n, VIX_E_INVALID_ARG],
        ['a negative number', -1, VIX_E_INVALID_ARG],
        ['a negative bigint', -1n, VIX_E_INVALID_ARG],
      ];
    case 'bool':
      return ['true', 2, null, undefined, Number.NaN, {}, 1n].map((value): Bad => [
        typeof value,
        value,
        VIX_E_INVALID_ARG,
      ]);
    case 'snapshot':
      return [
        ...badHandles(VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE, stage.vm),
        ...(name === 'VixVM_Clone' ? [] : [['no handle', 0, VIX_E_INVALID_HANDLE] as const]),
      ];
    case 'propertyList':
    case 'searchCriteria':
      return badHandles(VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE, stage.host);
    case 'callback':
      return ['f', 1, {}, true, 5n, Symbol('f')].map((value): Bad => [typeof value, value, VIX_E_INVALID_ARG]);
    default:
      return [];
  }
}

let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'revix-bad-'));
  writeFileSync(join(directory, 'a.txt'), 'from the host');
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function newStage(): Promise<Stage> {
  const stage = await Stage.make();
  stage.hostFile = join(directory, 'a.txt');
  return stage;
}

const tables = jobCaseList.flatMap(([name, item]) =>
  Object.entries<ParamKind>(functions[name].params)
    .filter(([, kind]) => kind !== 'host' && kind !== 'vm' && kind !== 'clientData')
    .map(([parameter, kind], index): [string, VixFunctionName, JobCase, string, ParamKind, number] => [
      `${name} ${parameter}`,
      name,
      item,
      parameter,
      kind,
      // The handle comes first everywhere but in Connect.
      name === 'VixHost_Connect' ? index : index + 1,
    ]),
);

describe('a bad argument', () => {
  it.each(tables)('%s ends the job with a clear error', async (_, name, item, parameter, kind, position) => {
    const stage = await newStage();
    const rows = badValues(stage, kind, item.texts?.[parameter], name);
    const before = stage.live;
    const asked = stage.control.calls.length;
    expect(rows.length).toBeGreaterThan(0);
    for (const [label, value, code] of rows) {
      const args = [...item.args(stage), null, null];
      expect(position).toBeLessThan(args.length);
      args[position] = value;
      const job = stage.call(name, args) as VixHandle;
      expect(job).toBeGreaterThan(0);
      expect(await stage.vix.VixJob_Wait(job, VIX_PROPERTY_NONE), label).toBe(code);
      const message = stage.vix.Revix_GetJobMessage(job);
      expect(message.startsWith(name), message).toBe(true);
      const isHandle = code === VIX_E_INVALID_HANDLE || code === VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE;
      expect(message).toContain(isHandle ? name : kind === 'callback' ? 'callbackProc' : parameter);
      stage.vix.Vix_ReleaseHandle(job);
    }
    await settle();
    expect([stage.live, stage.control.calls.length, stage.diagnostics]).toEqual([before, asked, []]);
  });

  it('never shows a password', async () => {
    const stage = await newStage();
    for (const password of ['hunter2\0', 'hunter2\ud800', `hunter2${tooLong}`]) {
      const job = stage.vix.VixVM_LoginInGuest(stage.vm as VixHandle, 'user', password, 0, null, null);
      expect(await stage.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).not.toBe(VIX_OK);
      expect(stage.vix.Revix_GetJobMessage(job)).not.toContain('hunter2');
    }
  });
});

describe('a good argument at the edge', () => {
  it.each(tables.filter(([, , , , kind]) => kind === 'propertyList' || kind === 'searchCriteria'))(
    '%s may be left out in every way',
    async (_, name, item, __, ___, position) => {
      const stage = await newStage();
      for (const none of [0, null, undefined]) {
        const args = [...item.args(stage), null, null];
        args[position] = none;
        const job = stage.call(name, args) as VixHandle;
        const error = await stage.settleJob(job);
        const message = stage.vix.Revix_GetJobMessage(job);
        // Some operations cannot be done twice; what matters is that the argument is taken.
        expect([VIX_E_INVALID_ARG, VIX_E_INVALID_HANDLE], message).not.toContain(error);
      }
    },
  );

  it.each(tables.filter(([, , item, parameter]) => item.texts?.[parameter] === 'optional'))(
    '%s may be null, undefined or empty',
    async (_, name, item, __, ___, position) => {
      const stage = await newStage();
      for (const none of [null, undefined, '']) {
        const args = [...item.args(stage), null, null];
        args[position] = none;
        const job = stage.call(name, args) as VixHandle;
        const error = await stage.settleJob(job);
        expect(error, stage.vix.Revix_GetJobMessage(job)).not.toBe(VIX_E_INVALID_ARG);
      }
    },
  );

  it('takes exactly 60536 bytes', async () => {
    const stage = await newStage();
    const job = stage.vix.VixVM_WriteVariable(stage.vm as VixHandle, 1, 'big', tooLong, 0, null, null);
    expect(await stage.finish(job)).toBe(VIX_OK);
    expect(stage.lab.guestVariables.get('big')).toBe(tooLong);
  });

  it.each([
    ['a program', () => ['VixVM_RunProgramInGuest', '/bin/a', 'x'.repeat(60_536 - 5)]],
    ['a script', () => ['VixVM_RunScriptInGuest', '/bin/a', 'x'.repeat(60_536 - 5)]],
  ] as const)('counts both parts of %s together', async (_, make) => {
    const stage = await newStage();
    const [name, path, rest] = make();
    const run = async (text: unknown): Promise<number> =>
      stage.settleJob(
        stage.call(name as 'VixVM_RunProgramInGuest', [stage.vm, path, text, 0, 0, null, null]) as VixHandle,
      );
    expect(await run(rest)).toBe(VIX_E_ARGUMENT_TOO_BIG);
    expect(await run(String(rest).slice(1))).toBe(VIX_OK);
  });
});

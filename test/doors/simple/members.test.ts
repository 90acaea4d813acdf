import { describe, expect, it } from 'vitest';
import { isCell } from '../../../src/api/property-cells.js';
import type { DoorVix } from '../../../src/doors/door-calls.js';
import { awaitedSimple, blockingSimple } from '../../../src/doors/simple/simple.js';
import { functions } from '../../../src/vix/functions.js';
import type { FunctionRow } from '../../../src/vix/functions/function-row.js';
import * as C from '../../../src/vix/names.js';
import { simpleAnswers, simpleFunctions, simpleKeys } from './simple-functions.js';

type Call = readonly [name: string, ...args: unknown[]];
type AnyFunctions = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** The handle of every job. */
const job = 77;
/** How many items a job with repeating results has found. */
const itemCount = 2;

/** What a reader finds of a property; the n-th of those that repeat. */
function valueOf(id: unknown, nth: unknown = ''): string {
  return `property ${String(id)} ${String(nth)}`;
}

function fillCells(args: readonly unknown[], nth?: unknown): void {
  let id: unknown;
  for (const argument of args) {
    if (isCell(argument)) argument.value = valueOf(id, nth);
    else id = argument;
  }
}

function returned(name: string, row: FunctionRow): unknown {
  if (row.call === 'job') return job;
  if (row.returns === 'void') return undefined;
  return row.returns === 'VixError' ? C.VIX_OK : `what ${name} returns`;
}

/** A set of functions that note what they are called with, and find something of every property. */
function recording() {
  const calls: Call[] = [];
  const vix = new Proxy({} as DoorVix, {
    get: (_target, key) => {
      const name = String(key);
      return (...args: readonly unknown[]) => {
        calls.push([name, ...args]);
        if (name === 'VixJob_GetNumProperties') return itemCount;
        fillCells(args, name === 'VixJob_GetNthProperties' ? args[1] : undefined);
        return returned(name, functions[name as keyof typeof functions]);
      };
    },
  });
  return { calls, vix };
}

/** The functions whose parameters are varargs; each has a test of its own. */
const withVarargs: ReadonlySet<string> = new Set(['GetProperties', 'AllocPropertyList']);
const names = Object.keys(simpleFunctions).filter((name) => !withVarargs.has(name));

/** C's name of a function: `Vix` and an underscore are what Perl leaves out, and of some the `Host` as well. */
function functionOf(name: string): string {
  const plain = name.replace(/Ex$/, '');
  const special: Readonly<Record<string, string>> = {
    RegisterVM: 'VixHost_RegisterVM',
    UnregisterVM: 'VixHost_UnregisterVM',
    FindItems: 'VixHost_FindItems',
    FindRunningVMs: 'VixHost_FindItems',
  };
  const [, owner = '', rest = ''] = /^(Host|VM|Snapshot)(.+)$/.exec(plain) ?? [];
  return special[plain] ?? (owner === '' ? `Vix_${plain}` : `Vix${owner}_${rest}`);
}

/** The names that C gives to a parameter of Perl, where they are not the same. */
const namesInC: Readonly<Record<string, readonly string[]>> = {
  host: ['hostHandle'],
  vm: ['vmHandle'],
  snap: ['snapshotHandle', 'parentSnapshotHandle'],
  snapshot: ['snapshotHandle'],
  h: ['handle'],
  vmx: ['vmxFilePathName', 'vmxFilePath'],
  opt: ['options', 'powerOnOptions', 'powerOffOptions', 'resetOptions', 'suspendOptions', 'deleteOptions'],
  propertyList: ['propertyListHandle', 'propertyList', 'additionalProperties'],
  seconds: ['timeoutInSeconds'],
  user: ['userName'],
  program: ['guestProgramName'],
  args: ['commandLineArgs'],
  interp: ['interpreter'],
  text: ['scriptText'],
  hostPath: ['hostPathName'],
  guestPath: ['guestPathName'],
  path: ['guestPathName', 'pathName'],
  old: ['oldName'],
  new: ['newName'],
  type: ['variableType'],
  name: ['displayName', 'shareName', 'valueName'],
  format: ['captureType'],
  destVmx: ['destConfigPathName'],
  desc: ['description'],
};

/** What C is given where Perl has no parameter. */
const givenByDoor: Readonly<Record<string, unknown>> = {
  searchCriteria: C.VIX_INVALID_HANDLE,
  searchType: C.VIX_FIND_RUNNING_VMS,
  locale: null,
};

/** An argument like no other. None has the bit by which a program is not awaited. */
const argument = (position: number): number => 1024 * (position + 1);

/** What C must get, with the arguments of Perl that went into it. An out parameter is a cell. */
function expectedArguments(name: string, row: FunctionRow) {
  const own: readonly string[] = simpleFunctions[name as keyof typeof simpleFunctions];
  const used: string[] = [];
  const args = Object.entries(row.params).map(([inC, kind]): unknown => {
    if (kind === 'callback' || kind === 'clientData') return null;
    if (kind.startsWith('out')) return { value: valueOf(argument(own.length - 1)) };
    const position = own.findIndex((perl) => perl === inC || namesInC[perl]?.includes(inC) === true);
    if (position === -1) return inC in givenByDoor ? givenByDoor[inC] : `no parameter of Perl is C's ${inC}`;
    used.push(own[position] ?? '');
    return argument(position);
  });
  return { args, used: used.toSorted(), own };
}

/** The property that a key of a hash, or a value by its name, stands for. */
const properties: Readonly<Record<string, number>> = {
  $hostHandle: C.VIX_PROPERTY_JOB_RESULT_HANDLE,
  $vm: C.VIX_PROPERTY_JOB_RESULT_HANDLE,
  $cloneHandle: C.VIX_PROPERTY_JOB_RESULT_HANDLE,
  $snapshot: C.VIX_PROPERTY_JOB_RESULT_HANDLE,
  $exists: C.VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS,
  $path: C.VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  $value: C.VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
  $size: C.VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_SIZE,
  $bytes: C.VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  $n: C.VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT,
  $flags: C.VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_FLAGS,
  $name: C.VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  $hostPath: C.VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST,
  '@paths': C.VIX_PROPERTY_FOUND_ITEM_LOCATION,
  PROCESS_NAME: C.VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  PROCESS_ID: C.VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
  PROCESS_OWNER: C.VIX_PROPERTY_JOB_RESULT_PROCESS_OWNER,
  PROCESS_COMMAND: C.VIX_PROPERTY_JOB_RESULT_PROCESS_COMMAND,
  PROCESS_BEING_DEBUGGED: C.VIX_PROPERTY_JOB_RESULT_PROCESS_BEING_DEBUGGED,
  PROCESS_START_TIME: C.VIX_PROPERTY_JOB_RESULT_PROCESS_START_TIME,
  FILE_NAME: C.VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  FILE_SIZE: C.VIX_PROPERTY_JOB_RESULT_FILE_SIZE,
  FILE_ATTRIBUTES: C.VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
  FILE_FLAGS: C.VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
  FILE_MOD_TIME: C.VIX_PROPERTY_JOB_RESULT_FILE_MOD_TIME,
  MOD_TIME: C.VIX_PROPERTY_JOB_RESULT_FILE_MOD_TIME,
  ELAPSED_TIME: C.VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_ELAPSED_TIME,
  EXIT_CODE: C.VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
};

/** What a function must return, when C is asked for every property by its own id. */
function expectedAnswer(name: string, row: FunctionRow): unknown {
  const wanted = simpleAnswers[name];
  if (wanted === undefined) return row.call === 'job' ? C.VIX_OK : returned(functionOf(name), row);
  const last = simpleFunctions[name as keyof typeof simpleFunctions].length - 1;
  const valueNamed = (key: string, nth?: number): string =>
    row.call === 'promise' ? valueOf(argument(last)) : valueOf(properties[key] ?? `of ${key}`, nth);
  const hash = (nth?: number): unknown =>
    Object.fromEntries((simpleKeys[name] ?? []).map((key) => [key, valueNamed(key, nth)]));
  const each = Array.from({ length: itemCount }, (_, nth) => nth);
  const found = wanted.flatMap((key) => {
    if (key === '@hashes') return each.map(hash);
    if (key.startsWith('@')) return each.map((nth) => valueNamed(key, nth));
    return [key === '%info' ? hash() : valueNamed(key)];
  });
  return [C.VIX_OK, ...found];
}

const forms: readonly (readonly [string, (vix: DoorVix) => AnyFunctions])[] = [
  ['awaited', (vix) => awaitedSimple(vix) as unknown as AnyFunctions],
  ['blocking', (vix) => blockingSimple(vix) as unknown as AnyFunctions],
];

describe.each(forms)(
  '%s: a function calls the one of C with the arguments and answers of the reference',
  (_form, make) => {
    it.each(names)('%s', async (name) => {
      const { calls, vix } = recording();
      const inC = functionOf(name) as keyof typeof functions;
      const row: FunctionRow = functions[inC];
      const { args, used, own } = expectedArguments(name, row);
      expect(used).toEqual(own.toSorted());
      const answer = await make(vix)[name]?.(...own.map((_, position) => argument(position)));

      expect(calls[0]).toEqual([inC, ...args]);
      expect(answer).toEqual(expectedAnswer(name, row));
      const rest = calls.slice(1);
      const release = ['Vix_ReleaseHandle', job];
      expect({ last: rest.at(-1), releases: rest.filter(([called]) => called === 'Vix_ReleaseHandle') }).toEqual(
        row.call === 'job' ? { last: release, releases: [release] } : { last: undefined, releases: [] },
      );
    });

    it('GetProperties', async () => {
      const { calls, vix } = recording();
      for (const end of [[], [C.VIX_PROPERTY_NONE]]) {
        calls.length = 0;
        const answer = await make(vix)['GetProperties']?.(
          1,
          C.VIX_PROPERTY_VM_NAME,
          C.VIX_PROPERTY_VM_NUM_VCPUS,
          ...end,
        );
        const [first, second] = [valueOf(C.VIX_PROPERTY_VM_NAME), valueOf(C.VIX_PROPERTY_VM_NUM_VCPUS)];
        const cells = [C.VIX_PROPERTY_VM_NAME, { value: first }, C.VIX_PROPERTY_VM_NUM_VCPUS, { value: second }];
        expect(calls).toEqual([['Vix_GetProperties', 1, ...cells, C.VIX_PROPERTY_NONE]]);
        expect(answer).toEqual([C.VIX_OK, first, second]);
      }
    });

    it('AllocPropertyList', async () => {
      const { calls, vix } = recording();
      const list = [C.VIX_PROPERTY_VM_NAME, 'a', C.VIX_PROPERTY_VM_NUM_VCPUS, 2, C.VIX_PROPERTY_NONE];
      const answer = await make(vix)['AllocPropertyList']?.(1, ...list);
      expect(calls).toEqual([['VixPropertyList_AllocPropertyList', 1, { value: valueOf(1) }, ...list]]);
      expect(answer).toEqual([C.VIX_OK, valueOf(1)]);
    });

    it.each(['VMRunProgramInGuestEx', 'VMRunScriptInGuestEx'])('%s of a program that is not awaited', async (name) => {
      const { calls, vix } = recording();
      const answer = await make(vix)[name]?.(1, 'a', 'b', C.VIX_RUNPROGRAM_RETURN_IMMEDIATELY, 2);
      expect(answer).toEqual([C.VIX_OK, { PROCESS_ID: valueOf(C.VIX_PROPERTY_JOB_RESULT_PROCESS_ID) }]);
      const asked = calls.filter(([called]) => called === 'VixJob_Wait').flatMap(([, , ...ids]) => ids);
      expect(asked).not.toContain(C.VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE);
    });
  },
);

import { describe, expect, it } from 'vitest';
import {
  callByName,
  callRows,
  type CallName,
  type CallParamKind,
  type CallRow,
} from '../../../src/api/call-by-name.js';
import type { VixOut } from '../../../src/api/vix-out.js';
import type { Vix } from '../../../src/api/vix.js';
import { encodeCall, writeCells } from '../../../src/doors/sync/encode-call.js';
import type { VixEventProc } from '../../../src/jobs/job-events.js';
import {
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_NAME,
} from '../../../src/vix/names.js';

const callback: VixEventProc = () => undefined;
const standIn: VixEventProc = () => undefined;

interface Sample {
  /** Arguments as a program gives them. */
  readonly given: readonly unknown[];
  /** What the function must get. */
  readonly got: readonly unknown[];
  /** What the function writes into the cells that it got. */
  readonly written?: readonly unknown[];
}

const cell = (): VixOut<unknown> => ({ value: undefined });
const same = (value: unknown): Sample => ({ given: [value], got: [value] });
const out = (value: unknown): Sample => ({ given: [cell()], got: [cell()], written: [value] });

/** For each kind of parameter, a value that travels. Made anew for each function, because cells are filled. */
const samples: Readonly<Record<CallParamKind, () => Sample>> = {
  host: () => same(1),
  vm: () => same(2),
  job: () => same(3),
  snapshot: () => same(4),
  handle: () => same(5),
  propertyList: () => same(0),
  searchCriteria: () => same(0),
  int: () => same(-1),
  uint64: () => same(2n ** 53n),
  bool: () => same(true),
  string: () => same('naïve 🐧 \0'),
  secret: () => same('pässword'),
  error: () => same(4),
  propertyId: () => same(3000),
  buffer: () => ({ given: [new Uint8Array(3)], got: [null] }),
  callback: () => ({ given: [callback], got: [standIn] }),
  clientData: () => ({ given: [{ stays: () => 1 }], got: [null] }),
  outHandle: () => out(7),
  outInt: () => out(8),
  outBool: () => out(true),
  outPropertyType: () => out(9),
  outList: () => out([{ index: 0, network: 'VM Network' }]),
  propertyCells: () => ({
    given: [VIX_PROPERTY_VM_NAME, cell(), VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA, cell(), cell(), VIX_PROPERTY_NONE],
    got: [VIX_PROPERTY_VM_NAME, cell(), VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA, cell(), cell(), VIX_PROPERTY_NONE],
    written: ['name', 2, new Uint8Array([1, 2])],
  }),
  propertyValues: () => ({
    given: [VIX_PROPERTY_VM_NAME, 'name', VIX_PROPERTY_NONE],
    got: [VIX_PROPERTY_VM_NAME, 'name', VIX_PROPERTY_NONE],
  }),
};

function isCell(value: unknown): value is VixOut<unknown> {
  return typeof value === 'object' && value !== null && 'value' in value;
}

/** Functions of which only the given one exists. It keeps its arguments as they come and fills its cells. */
function oneFunction(name: CallName, written: readonly unknown[], answer: unknown) {
  const calls: unknown[][] = [];
  const target = (...args: unknown[]): unknown => {
    calls.push(args.map((argument) => (isCell(argument) ? { ...argument } : argument)));
    args.filter(isCell).forEach((to, index) => {
      to.value = written[index];
    });
    return answer;
  };
  const vix: Partial<Record<CallName, unknown>> = { [name]: target };
  return { vix: vix as Vix, calls };
}

describe('the way of a call to another thread', () => {
  it.each(Object.entries<CallRow>(callRows))('carries the arguments and answers of %s', (rowName, row) => {
    const name = rowName as CallName;
    const parts = Object.values(row.params).map((kind) => samples[kind]());
    const given = parts.flatMap((part) => part.given);
    const written = parts.flatMap((part) => part.written ?? []);
    const { vix, calls } = oneFunction(name, written, 42);
    const encoded = encodeCall(name, given, () => 11);
    const asked: number[] = [];
    const answer = callByName(vix, structuredClone(encoded.call), (id) => {
      asked.push(id);
      return standIn;
    });
    expect(calls).toEqual([parts.flatMap((part) => part.got)]);
    expect(answer).toEqual({ value: 42, outs: written });
    expect(asked).toEqual(Object.values(row.params).includes('callback') ? [11] : []);
    if (!(answer instanceof Promise)) writeCells(encoded, structuredClone(answer));
    const cells = given.filter((value) => isCell(value) && Object.keys(value).join() === 'value');
    expect(cells).toEqual(written.map((value) => ({ value })));
  });

  it('waits for functions that answer later', async () => {
    const { vix } = oneFunction('VixJob_Wait', ['name'], Promise.resolve(0));
    const { call } = encodeCall('VixJob_Wait', [3, VIX_PROPERTY_VM_NAME, cell(), VIX_PROPERTY_NONE], () => 1);
    await expect(callByName(vix, call, () => standIn)).resolves.toEqual({ value: 0, outs: ['name'] });
  });

  it('takes no more of a buffer than what the program gave', () => {
    const view = new Uint8Array(new ArrayBuffer(1024), 16, 4);
    const { call } = encodeCall('VixPropertyList_AllocPropertyList', [0, cell(), 3059, view, 0], () => 1);
    const [, , values] = call.args;
    expect(values).toEqual([3059, new Uint8Array(4), 0]);
    expect(Array.isArray(values) && values[1] instanceof Uint8Array && values[1].buffer.byteLength).toBe(4);
  });

  it('tells no callback from a bad one', () => {
    const none = [null, undefined, 0].map(
      (value) => encodeCall('VixVM_Open', [1, 'path', value], () => 1).call.args[2],
    );
    expect(none).toEqual([null, null, null]);
    const { vix, calls } = oneFunction('VixVM_Open', [], 1);
    void callByName(vix, encodeCall('VixVM_Open', [1, 'path', 5], () => 1).call, () => standIn);
    expect(typeof calls[0]?.[2]).toBe('string');
  });
});

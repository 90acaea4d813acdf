import {
  callRows,
  type CallName,
  type CallParamKind,
  type CallRow,
  type WireAnswer,
  type WireCall,
} from '../../api/call-by-name.js';
import { isCell, parseCells } from '../../api/property-cells.js';
import { VixFailure } from '../../errors/vix-failure.js';
import type { VixOut } from '../../api/vix-out.js';
import type { VixEventProc } from '../../jobs/job-events.js';

/** Keeps a callback with its client data. @returns the number under which the engine knows it. */
export type KeepCallback = (callback: VixEventProc, clientData: unknown) => number;

/** A call with what stays behind when it travels. */
export interface EncodedCall {
  readonly call: WireCall;
  /** Cells that take the answer. */
  readonly cells: readonly VixOut<unknown>[];
  /** Number of the callback, if there is one. */
  readonly callback: number | undefined;
}

interface Frame {
  readonly cells: VixOut<unknown>[];
  readonly keep: KeepCallback;
  callback: number | undefined;
}

/** Encodes the argument at one place; `rest` are that argument and all later ones. */
type Encoder = (rest: readonly unknown[], frame: Frame) => unknown;

const plainValue: Encoder = ([value]) => cloneable(value);
const stays: Encoder = () => null;
const outCell: Encoder = ([cell], frame) => {
  if (!isCell(cell)) return false;
  frame.cells.push(cell);
  return true;
};

/** How the arguments of each kind travel; `WireCall` describes the forms. */
const encoders: Readonly<Record<CallParamKind, Encoder>> = {
  host: plainValue,
  vm: plainValue,
  job: plainValue,
  snapshot: plainValue,
  handle: plainValue,
  propertyList: plainValue,
  searchCriteria: plainValue,
  int: plainValue,
  uint64: plainValue,
  bool: plainValue,
  string: plainValue,
  secret: plainValue,
  error: plainValue,
  propertyId: plainValue,
  buffer: stays,
  clientData: stays,
  callback: ([callback, clientData], frame) => {
    if (callback === null || callback === undefined || callback === 0) return null;
    if (typeof callback !== 'function') return 'not a function';
    frame.callback = frame.keep(callback as VixEventProc, clientData);
    return frame.callback;
  },
  outHandle: outCell,
  outInt: outCell,
  outBool: outCell,
  outPropertyType: outCell,
  outList: outCell,
  propertyCells: (varargs, frame) => {
    const requests = parseCells(varargs);
    if (requests instanceof VixFailure) return null;
    // One by one: a call takes only so many arguments, and the program may have given nearly as many.
    for (const { cells } of requests) for (const cell of cells) frame.cells.push(cell);
    return requests.map(({ id }) => id);
  },
  propertyValues: (varargs) => varargs.map(cloneable),
};

/** Makes a call fit to travel. */
export function encodeCall(name: CallName, args: readonly unknown[], keep: KeepCallback): EncodedCall {
  const { params }: CallRow = callRows[name];
  const frame: Frame = { cells: [], keep, callback: undefined };
  const encoded = Object.values(params).map((kind, position) => encoders[kind](args.slice(position), frame));
  return { call: { name, args: encoded }, cells: frame.cells, callback: frame.callback };
}

/** Writes the answer into the cells. One that got none keeps what it held. */
export function writeCells({ cells }: EncodedCall, { outs }: WireAnswer): void {
  cells.forEach((cell, index) => {
    const out = outs[index];
    if (out !== undefined) cell.value = out;
  });
}

/**
 * A value that can cross threads. No parameter takes an object or a function, so what stands for one only has to be
 * as wrong as the original; the engine then answers with its own error.
 */
function cloneable(value: unknown): unknown {
  // A view may show a small part of a large buffer, all of which would travel.
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return [];
  const isPlain = value === null || (typeof value !== 'object' && typeof value !== 'function');
  return isPlain && typeof value !== 'symbol' ? value : {};
}

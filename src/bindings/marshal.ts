import {
  callRows,
  type CallName,
  type CallParamKind,
  type CallRow,
  type WireAnswer,
  type WireCall,
} from '../api/call-by-name.js';
import { VIX_ERROR_CODE } from '../vix/macros.js';
import { propertyById } from '../vix/lookup.js';
import type { VixError, VixHandle } from '../vix/types.js';
import type { WireValue } from './wire-values.js';

type Decoder = (value: WireValue) => unknown;

const asIs: Decoder = (value) => value;

/** How the arguments of each kind are made from what travelled; what is not listed stays as it is. */
const decoders: Readonly<Partial<Record<CallParamKind, Decoder>>> = {
  error: (value) => (isInteger(value) ? errorValue(value) : value),
  uint64: (value) => (typeof value === 'bigint' || isNegative(value) ? BigInt.asUintN(64, BigInt(value)) : value),
  buffer: () => null,
  clientData: () => null,
};

/** Whether a function can be called by this name. Those that answer with a list cannot: the protocol has none. */
export function isCallName(name: string): name is CallName {
  if (!Object.hasOwn(callRows, name)) return false;
  const { params }: CallRow = callRows[name as CallName];
  return !Object.values(params).includes('outList');
}

/**
 * Makes a call of the engine from one that travelled.
 *
 * @throws RangeError when the number of arguments is wrong.
 */
export function decodeCall(name: CallName, args: readonly WireValue[]): WireCall {
  const { params }: CallRow = callRows[name];
  const paramKinds = Object.values(params);
  if (args.length !== paramKinds.length) {
    throw new RangeError(`${name} was called with ${args.length} arguments; it has ${paramKinds.length}`);
  }
  return { name, args: paramKinds.map((kind, position) => (decoders[kind] ?? asIs)(args[position] ?? null)) };
}

/** Makes an answer of the engine fit to travel. */
export function encodeAnswer({ value, outs }: WireAnswer): { readonly value: WireValue; readonly outs: WireValue[] } {
  return { value: wireValue(value), outs: outs.map(wireValue) };
}

/** The number of the callback that a call is given, if any. */
export function callbackIn({ name, args }: WireCall): number | undefined {
  const { params }: CallRow = callRows[name];
  const callback = args[Object.values(params).indexOf('callback')];
  return typeof callback === 'number' ? callback : undefined;
}

/** The handles that an answer gives to the program; they are lost when nobody takes the answer. */
export function handlesIn({ name, args }: WireCall, { outs }: WireAnswer): VixHandle[] {
  const { params }: CallRow = callRows[name];
  const types = Object.values(params).flatMap((kind, position) => outTypes(kind, args[position]));
  return outs.filter((out, index): out is VixHandle => types[index] === 'handle' && typeof out === 'number');
}

function outTypes(kind: CallParamKind, arg: unknown): readonly string[] {
  if (kind === 'outHandle') return arg === true ? ['handle'] : [];
  if (kind.startsWith('out')) return arg === true ? [kind] : [];
  if (kind !== 'propertyCells' || !Array.isArray(arg)) return [];
  return arg.flatMap((id: unknown) => {
    const type = typeof id === 'number' ? (propertyById(id)?.type ?? 'unknown') : 'unknown';
    return type === 'blob' ? ['integer', 'blob'] : [type];
  });
}

/** What no engine answers with becomes null, as an out parameter that was not written. */
function wireValue(value: unknown): WireValue {
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
  return value instanceof Uint8Array ? value : null;
}

/**
 * A 64-bit error value as a number. Its low 16 bits are the code, and all that the engine looks at unless they are 0;
 * a number could not hold them beside the upper ones.
 */
function errorValue(value: number | bigint): VixError {
  const bits = BigInt.asUintN(64, BigInt(value));
  const code = VIX_ERROR_CODE(Number(bits & 0xffffn) as VixError);
  return code === 0 ? (Number(bits) as VixError) : code;
}

function isInteger(value: WireValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function isNegative(value: WireValue): value is number {
  return typeof value === 'number' && value < 0;
}

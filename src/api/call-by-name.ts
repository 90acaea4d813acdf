import type { VixEventProc } from '../jobs/job-events.js';
import { functions } from '../vix/functions.js';
import type { FunctionRow } from '../vix/functions/function-row.js';
import { propertyById } from '../vix/lookup.js';
import { VIX_PROPERTY_NONE } from '../vix/names.js';
import type { ParamKind } from '../vix/types.js';
import type { VixOut } from './vix-out.js';
import type { Vix } from './vix.js';

/** What a parameter of a function is, for marshalling; `outList` is a cell for a list of plain objects, which VIX has not. */
export type CallParamKind = ParamKind | 'outList';

/** What a caller has to know of a function to marshal a call of it. */
export interface CallRow extends Pick<FunctionRow, 'call' | 'returns'> {
  readonly params: Readonly<Record<string, CallParamKind>>;
}

/** Functions of Revix that say why something failed. */
const messageRows = {
  Revix_GetJobMessage: { call: 'plain', returns: 'const char *', params: { jobHandle: 'job' } },
  Revix_GetErrorMessage: { call: 'plain', returns: 'const char *', params: { handle: 'handle' } },
} as const satisfies Record<string, CallRow>;

type MessageFunctionName = keyof typeof messageRows;

/** Whether a function says why something failed. */
export function isMessageFunction(name: CallName): name is MessageFunctionName {
  return Object.hasOwn(messageRows, name);
}

/**
 * Every function that can be called by its name: those of VIX, and those of Revix that the doors of other shapes need.
 */
export const callRows = {
  ...functions,
  ...messageRows,
  Revix_ReadToolsReport: {
    call: 'job',
    returns: 'VixHandle',
    params: { vmHandle: 'vm', name: 'string', callbackProc: 'callback', clientData: 'clientData' },
  },
  Revix_SetTimeSync: {
    call: 'job',
    returns: 'VixHandle',
    params: { vmHandle: 'vm', isTimeSynced: 'bool', callbackProc: 'callback', clientData: 'clientData' },
  },
  Revix_GetNetworkAdapters: { call: 'promise', returns: 'VixError', params: { vmHandle: 'vm', result: 'outList' } },
  Revix_AddNetworkAdapter: {
    call: 'job',
    returns: 'VixHandle',
    params: { vmHandle: 'vm', network: 'string', callbackProc: 'callback', clientData: 'clientData' },
  },
  Revix_SetNetworkAdapter: {
    call: 'job',
    returns: 'VixHandle',
    params: { vmHandle: 'vm', index: 'int', network: 'string', callbackProc: 'callback', clientData: 'clientData' },
  },
  Revix_RemoveNetworkAdapter: {
    call: 'job',
    returns: 'VixHandle',
    params: { vmHandle: 'vm', index: 'int', callbackProc: 'callback', clientData: 'clientData' },
  },
  Revix_GetHostNetworks: { call: 'promise', returns: 'VixError', params: { hostHandle: 'host', result: 'outList' } },
  Revix_CancelJob: { call: 'plain', returns: 'VixError', params: { jobHandle: 'job' } },
  Revix_GetJobProgress: { call: 'plain', returns: 'int', params: { jobHandle: 'job' } },
} as const satisfies Record<string, CallRow>;

/** Name of a function that can be called by its name. */
export type CallName = keyof typeof callRows;

/**
 * A call on its way from another thread or process. Each argument stands at the place of its parameter:
 *
 * - plain values as they are;
 * - an out parameter as `true`, or anything else when the caller gave no cell;
 * - `propertyCells` as the list of property ids, or null when the caller's list is malformed;
 * - `propertyValues` as the whole list, id, value, ... , `VIX_PROPERTY_NONE`;
 * - `callback` as the number under which the caller knows its function, or null for none; a string is refused by the
 *   function as no callback. `clientData` and `buffer` stay with the caller.
 */
export interface WireCall {
  readonly name: CallName;
  readonly args: readonly unknown[];
}

/** What comes back. */
export interface WireAnswer {
  /** What the function returned. */
  readonly value: unknown;
  /** Content of each cell in the order of the call, two for a blob; undefined for one that was not written. */
  readonly outs: readonly unknown[];
}

/** Gives the function that stands for a callback of the caller. */
export type CallbackOf = (id: number) => VixEventProc;

interface Frame {
  readonly cells: VixOut<unknown>[];
  readonly callbackOf: CallbackOf;
}

type Decoder = (wire: unknown, frame: Frame) => readonly unknown[];

const asIs: Decoder = (wire) => [wire];
const absent: Decoder = () => [null];
const outCell: Decoder = (wire, frame) => [wire === true ? newCell(frame) : undefined];

/** How the arguments of each kind are made from what travelled. */
const decoders: Readonly<Record<CallParamKind, Decoder>> = {
  host: asIs,
  vm: asIs,
  job: asIs,
  snapshot: asIs,
  handle: asIs,
  propertyList: asIs,
  searchCriteria: asIs,
  int: asIs,
  uint64: asIs,
  bool: asIs,
  string: asIs,
  secret: asIs,
  error: asIs,
  propertyId: asIs,
  buffer: absent,
  clientData: absent,
  callback: (wire, frame) => [typeof wire === 'number' ? frame.callbackOf(wire) : wire],
  outHandle: outCell,
  outInt: outCell,
  outBool: outCell,
  outPropertyType: outCell,
  outList: outCell,
  propertyCells: (wire, frame) => (Array.isArray(wire) ? cellArguments(wire, frame) : []),
  propertyValues: (wire) => (Array.isArray(wire) ? wire : []),
};

/**
 * Calls a function for somebody in another thread or process. Plain functions and those that start a job answer at
 * once, those that may block answer with a promise.
 *
 * @throws what the function throws; none does for bad arguments.
 */
export function callByName(vix: Vix, call: WireCall, callbackOf: CallbackOf): WireAnswer | Promise<WireAnswer> {
  const { params }: CallRow = callRows[call.name];
  const frame: Frame = { cells: [], callbackOf };
  const args = Object.values(params).flatMap((kind, position) => decoders[kind](call.args[position], frame));
  const target: (...targetArgs: never[]) => unknown = vix[call.name];
  const value = target(...(args as never[]));
  return value instanceof Promise ? value.then((settled) => answer(settled, frame)) : answer(value, frame);
}

function answer(value: unknown, frame: Frame): WireAnswer {
  return { value, outs: frame.cells.map((cell) => cell.value) };
}

function newCell(frame: Frame): VixOut<unknown> {
  const cell = { value: undefined };
  frame.cells.push(cell);
  return cell;
}

function cellArguments(ids: readonly unknown[], frame: Frame): unknown[] {
  const args = ids.flatMap((id) => {
    const isBlob = typeof id === 'number' && propertyById(id)?.type === 'blob';
    return isBlob ? [id, newCell(frame), newCell(frame)] : [id, newCell(frame)];
  });
  return [...args, VIX_PROPERTY_NONE];
}

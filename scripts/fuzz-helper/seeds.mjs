import { callRows } from '../../dist/api/call-by-name.js';
import { FrameWriter } from '../../dist/bindings/wire-values.js';

function stream(...frames) {
  const writer = new FrameWriter();
  for (const [kind, ...values] of frames) writer.frame(kind, values);
  return writer.take();
}

const hello = ['H', 'revix', 1, 1, 0, 'the fuzzer', 0];
const connect = ['C', 1, 'VixHost_Connect', [], [-1, 3, null, 0, null, null, 0, 0, 5, null]];
const pumping = ['C', 1, 'VixHost_Connect', [], [-1, 3, null, 0, null, null, 2, 0, 5, null]];

/** Good conversations, with every kind of message, every function and every type of value. */
export const seeds = [
  stream(hello, connect, ['A', 1], ['C', 2, 'VixJob_Wait', [], [1, [3010]]], ['C', 3, 'Vix_ReleaseHandle', [], [1]]),
  stream(hello, connect, ['C', 2, 'VixHost_FindItems', [], [2, 1, 0, -1, 77, null]], ['A', 1], ['A', 2], ['X', 2]),
  stream(
    hello,
    pumping,
    ['C', 2, 'Vix_PumpEvents', [1], [0, 0]],
    ['C', 3, 'VixJob_Wait', [], [1, null]],
    ['A', 1],
    ['X', 3],
  ),
  stream(hello, ['D', '/'], ['C', 1, 'Vix_GetErrorText', [], [6, null]], ['C', 2, 'Revix_DumpHandles', [], []]),
  stream(hello, connect, [
    'C',
    2,
    'VixPropertyList_AllocPropertyList',
    [],
    [2, true, [101, 7, 108, 'a', 129, true, 5, -1, 0]],
  ]),
  stream(hello, connect, ['C', 2, 'Revix_Close', [], []], ['C', 3, 'Revix_CountHandles', [], []]),
  ...Object.entries(callRows).map(([name, { params }]) =>
    stream(hello, connect, ['C', 2, name, [1], Object.values(params).map(() => 0)]),
  ),
  stream(hello, ['C', 1, 'no such', [], [new Uint8Array([1, 2, 3]), 2n ** 62n, -1, '\u{1f600}', [[], [1]], false]]),
  stream(['H', 'other', 1, 1, 0, 'x', 0]),
  stream(['H', 'revix', 7, 9, 0, 'x', 0]),
  Buffer.alloc(0),
];

/** What is put into streams now and then. */
export const words = [
  ...[0, 1, 2, 3, 255, 2 ** 31, 2 ** 32 - 1].map((count) => Buffer.from(new Uint32Array([count]).buffer)),
  ...[null, true, false, 0, 1, 2, -1, 2n ** 63n - 1n, '', [], new Uint8Array(0), ...Object.keys(callRows)].map(
    (value) => stream(['C', value]).subarray(5),
  ),
  Buffer.from([0xc3, 0x28]),
];

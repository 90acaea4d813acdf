import { workerData } from 'node:worker_threads';
import { callByName } from '../../api/call-by-name.js';
import type { Vix } from '../../api/vix.js';
import { createVix } from '../../compose/create-vix.js';
import type { VixEventProc } from '../../jobs/job-events.js';
import { EngineMemory } from './engine-memory.js';
import { loadVixOptions } from './engine-options.js';
import { type EngineStart, type FromEngine, type ToEngine, toPlainError } from './messages.js';

// The thread of one engine: takes calls from the program's thread, answers them, and hands it the events.

const { port, memory: buffer, beatMs, options } = workerData as EngineStart;
const memory = new EngineMemory(buffer);

/** Events that the program has not finished with, and what goes on when it has. */
const unfinished = new Map<number, () => void>();
let lastEvent = 0;
let onFinished: (() => void) | undefined;

function send(message: FromEngine, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
  memory.announce();
}

/** Stands in for a callback of the program: ends when the program says that the callback has ended. */
function callbackOf(callback: number): VixEventProc {
  return (job, type, info) =>
    new Promise<void>((resolve) => {
      lastEvent += 1;
      unfinished.set(lastEvent, resolve);
      send({ kind: 'event', event: lastEvent, callback, job, type, info });
    });
}

/** Resolves when the program has finished with every event, save those whose callbacks wait for this very call. */
async function eventsFinished(within: readonly number[]): Promise<void> {
  for (;;) {
    // What the end of one event sets free needs a turn to come out.
    await new Promise(setImmediate);
    if ([...unfinished.keys()].every((event) => within.includes(event))) return;
    await new Promise<void>((resolve) => {
      onFinished = resolve;
    });
  }
}

function handles(vix: Vix) {
  return { lines: vix.Revix_DumpHandles(), counters: vix.Revix_CountHandles() };
}

function receive(vix: Vix, message: ToEngine): void {
  if (message.kind === 'ack') {
    unfinished.get(message.event)?.();
    unfinished.delete(message.event);
    onFinished?.();
    onFinished = undefined;
    return;
  }
  const { id } = message;
  const onThrown = (error: unknown): void => send({ kind: 'threw', id, error: toPlainError(error) });
  try {
    const work = request(vix, message);
    if (work instanceof Promise) work.catch(onThrown);
  } catch (error) {
    onThrown(error);
  }
}

/** Answers a request: at once where the engine does, so that its answer precedes every event that it causes. */
function request(vix: Vix, message: Exclude<ToEngine, { readonly kind: 'ack' }>): Promise<void> | undefined {
  const { id, within } = message;
  if (message.kind === 'count') {
    send({ kind: 'counted', id, handles: handles(vix) });
    return undefined;
  }
  if (message.kind === 'close') return close(vix, id, within);
  const answer = callByName(vix, message.call, callbackOf);
  const reply = (settled: Awaited<typeof answer>): void => {
    const transfer: ArrayBuffer[] = [];
    const outs = settled.outs.map((out) => (out instanceof Uint8Array ? copyToTransfer(out, transfer) : out));
    send({ kind: 'answer', id, answer: { value: settled.value, outs } }, transfer);
  };
  if (answer instanceof Promise) return answer.then(reply);
  // The callbacks that a pump sets off run while the program is in it.
  if (message.call.name === 'Vix_PumpEvents') return eventsFinished(within).then(() => reply(answer));
  reply(answer);
  return undefined;
}

/** A copy that can be given away; the job keeps its own. */
function copyToTransfer(bytes: Uint8Array, transfer: ArrayBuffer[]): Uint8Array {
  const copy = new Uint8Array(bytes);
  transfer.push(copy.buffer);
  return copy;
}

async function close(vix: Vix, id: number, within: readonly number[]): Promise<void> {
  await vix.Revix_Close();
  await eventsFinished(within);
  send({ kind: 'counted', id, handles: handles(vix) });
  process.exit(0);
}

process.on('exit', (code) => memory.end(code));
process.on('uncaughtException', (error) => {
  send({ kind: 'failed', error: toPlainError(error) });
  process.exit(1);
});
setInterval(() => memory.beat(), beatMs).unref();

try {
  const vix = createVix(await loadVixOptions(options));
  vix.Revix_OnDiagnostic(({ kind, error }) => {
    if (kind === 'background-failed') send({ kind: 'diagnostic', error: toPlainError(error) });
  });
  port.on('message', (message: ToEngine) => receive(vix, message));
  send({ kind: 'ready' });
} catch (error) {
  send({ kind: 'failed', error: toPlainError(error) });
  process.exit(1);
}

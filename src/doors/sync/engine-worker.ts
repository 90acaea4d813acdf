import { workerData } from 'node:worker_threads';
import { callByName } from '../../api/call-by-name.js';
import { EventCourier } from '../../api/event-courier.js';
import type { Vix } from '../../api/vix.js';
import { createVix } from '../../compose/create-vix.js';
import { VIX_E_UNFINISHED_JOB } from '../../vix/names.js';
import { EngineMemory } from './engine-memory.js';
import { loadVixOptions } from './engine-options.js';
import { type EngineStart, type FromEngine, type ToEngine, toPlainError } from './messages.js';

// The thread of one engine: takes calls from the program's thread, answers them, and hands it the events.

const { port, memory: buffer, beatMs, options } = workerData as EngineStart;
const memory = new EngineMemory(buffer);

function send(message: FromEngine, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
  memory.announce();
}

/** Hands the events to the program. */
const courier = new EventCourier((event) => send({ kind: 'event', ...event }));

function handles(vix: Vix) {
  return { lines: vix.Revix_DumpHandles(), counters: vix.Revix_CountHandles() };
}

function receive(vix: Vix, message: ToEngine): void {
  if (message.kind === 'ack') {
    courier.finish(message.event);
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
  const { name, args } = message.call;
  if (name === 'VixJob_Wait' && courier.isHeldUp(args[0], within)) {
    send({ kind: 'answer', id, answer: { value: VIX_E_UNFINISHED_JOB, outs: [] } });
    return undefined;
  }
  // The callbacks that a pump sets off run while the program is in it.
  if (name === 'Vix_PumpEvents') {
    const pumped = courier.pump(() => void callByName(vix, message.call, courier.callbackOf));
    return pumped.then(() => send({ kind: 'answer', id, answer: { value: undefined, outs: [] } }));
  }
  const answer = callByName(vix, message.call, courier.callbackOf);
  const reply = (settled: Awaited<typeof answer>): void => {
    const transfer: ArrayBuffer[] = [];
    const outs = settled.outs.map((out) => (out instanceof Uint8Array ? copyToTransfer(out, transfer) : out));
    send({ kind: 'answer', id, answer: { value: settled.value, outs } }, transfer);
  };
  if (answer instanceof Promise) return answer.then(reply);
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
  await courier.allFinished(within);
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

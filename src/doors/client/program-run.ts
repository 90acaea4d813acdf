import { runInGuest, type RunSpec } from '../../guest/run/run-in-guest.js';
import type { OutputSink, OutputStream } from '../../guest/run/run-output.js';
import { Fault } from '../../base/fault.js';
import { LinkedAbort } from '../../base/linked-abort.js';
import type { CallOptions } from './call-options.js';
import type { GuestCalls } from './guest-calls.js';
import { OutputQueue } from './output-queue.js';
import { usualKeptBytes, type OutputChunk, type RunOptions, type RunResult } from './run-types.js';
import { RunningProgram } from './running-program.js';
import { vixErrorFrom } from './vix-error.js';

/** Runs a program to its end. @throws VixError, when the program has been killed and what it left is gone. */
export async function runProgram(
  calls: GuestCalls,
  operation: string,
  spec: Omit<RunSpec, 'input'>,
  options: RunOptions,
): Promise<RunResult> {
  return carryOut(calls, operation, spec, options, { isStreamed: options.onOutput !== undefined });
}

/** Starts a program. @throws VixError when it does not start. */
export async function startProgram(
  calls: GuestCalls,
  operation: string,
  spec: Omit<RunSpec, 'input'>,
  options: RunOptions,
): Promise<RunningProgram> {
  const { engine, vm } = calls;
  const { location } = engine.entry(vm, 'vm', operation).payload;
  const abort = new LinkedAbort(options.signal);
  const output = new OutputQueue(options.maxKeptBytes ?? usualKeptBytes, abort.signal);
  const onOutput = async (chunk: OutputChunk): Promise<void> => {
    await options.onOutput?.(chunk);
    await output.put(chunk);
  };
  let tellBegun: (pid: number) => void = () => undefined;
  const begun = new Promise<number>((resolve) => (tellBegun = resolve));
  const listening = { ...options, signal: abort.signal, onOutput };
  const result = carryOut(calls, operation, spec, listening, { isStreamed: true, started: tellBegun });
  const over = (): void => {
    abort.release();
    output.end();
  };
  const ended = result.then(over, over);
  const pid = await Promise.race([begun, result.then((outcome) => outcome.pid)]);
  const kill = (killing: CallOptions): Promise<void> => {
    abort.abort(new Error('the program was killed'));
    return engine.within('program.kill', location, killing, () => ended);
  };
  return new RunningProgram({ pid, result, output: () => output.read(), kill });
}

/** What a door adds to the listeners of a run. */
interface Watch {
  readonly isStreamed: boolean;
  readonly started?: (pid: number) => void;
}

async function carryOut(
  calls: GuestCalls,
  operation: string,
  spec: Omit<RunSpec, 'input'>,
  options: RunOptions,
  watch: Watch,
): Promise<RunResult> {
  const { workingDirectory, environment, input, activateWindow, encoding = 'utf-8' } = options;
  const kept = new KeptOutput(options.maxKeptBytes ?? usualKeptBytes);
  const { onOutput } = options;
  const sink: OutputSink = async (stream, bytes) => {
    kept.add(stream, bytes);
    await onOutput?.({ stream, bytes });
  };
  const whole: RunSpec = {
    ...spec,
    ...(workingDirectory === undefined ? {} : { workingDirectory }),
    ...(environment === undefined ? {} : { environment }),
    ...(input === undefined ? {} : { input: typeof input === 'string' ? new TextEncoder().encode(input) : input }),
    ...(activateWindow === undefined ? {} : { activateWindow }),
  };
  const listeners = { ...watch, output: sink, leftBehind: calls.engine.runtime.report };
  const decode = decoderOf(encoding, operation);
  const outcome = await calls.work(operation, options, (call) => runInGuest(calls.session, whole, listeners, call));
  const { exitCode, pid, startTime, endTime } = outcome;
  const [stdoutBytes, stderrBytes] = [kept.of('stdout'), kept.of('stderr')];
  const { isTruncated } = kept;
  const [stdout, stderr] = [decode(stdoutBytes), decode(stderrBytes)];
  return { exitCode, stdout, stderr, stdoutBytes, stderrBytes, isTruncated, pid, startTime, endTime };
}

/** Keeps a byte order mark: what a program prints is told whole. */
function decoderOf(encoding: string, operation: string): (bytes: Uint8Array) => string {
  try {
    const decoder = new TextDecoder(encoding, { ignoreBOM: true });
    return (bytes) => decoder.decode(bytes);
  } catch {
    const message = `the encoding ${JSON.stringify(encoding)} is not known to TextDecoder`;
    throw vixErrorFrom(new Fault('invalid-argument', message), operation, '');
  }
}

/** The first bytes of both streams. */
class KeptOutput {
  isTruncated = false;
  readonly #limit: number;
  readonly #chunks: Record<OutputStream, Uint8Array[]> = { stdout: [], stderr: [] };
  readonly #sizes: Record<OutputStream, number> = { stdout: 0, stderr: 0 };

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(stream: OutputStream, bytes: Uint8Array): void {
    const part = bytes.subarray(0, Math.max(0, this.#limit - this.#sizes[stream]));
    if (part.byteLength < bytes.byteLength) this.isTruncated = true;
    if (part.byteLength === 0) return;
    this.#chunks[stream].push(part);
    this.#sizes[stream] += part.byteLength;
  }

  of(stream: OutputStream): Uint8Array {
    return Buffer.concat(this.#chunks[stream], this.#sizes[stream]);
  }
}

import { runInGuest, type RunOutcome, type RunSpec } from '../../guest/run/run-in-guest.js';
import type { OutputSink, OutputStream } from '../../guest/run/run-output.js';
import { Fault } from '../../base/fault.js';
import type { GuestCalls } from './guest-calls.js';
import { usualKeptBytes, type RunOptions, type RunResult } from './run-types.js';
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
  const program = new RunningProgram(options.signal, options.maxKeptBytes ?? usualKeptBytes);
  const { onOutput } = options;
  const result = carryOut(
    calls,
    operation,
    spec,
    {
      ...options,
      signal: program.signal,
      onOutput: async (chunk) => {
        await onOutput?.(chunk);
        await program.take(chunk);
      },
    },
    { isStreamed: true, started: (pid) => program.begin(pid) },
  );
  return program.ready(result);
}

/** What a door adds to the listeners of a run. */
interface Watch {
  readonly isStreamed: boolean;
  readonly started?: (pid: number) => void;
}

async function carryOut(
  { engine, vm, session }: GuestCalls,
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
  const listeners = { ...watch, output: sink, leftBehind: engine.runtime.report };
  const decode = decoderOf(encoding, operation);
  let running: Promise<RunOutcome> | undefined;
  const how = { operation, capability: 'guest', isUnlimited: true } as const;
  try {
    const outcome = await engine.onVm(vm, how, options, (entry, call) => {
      running = runInGuest(session, whole, listeners, call);
      // A connection that is closed meanwhile stays until the guest is tidy.
      entry.payload.host.payload.tidy(running);
      return running;
    });
    const { exitCode, pid, startTime, endTime } = outcome;
    const [stdoutBytes, stderrBytes] = [kept.of('stdout'), kept.of('stderr')];
    const { isTruncated } = kept;
    const [stdout, stderr] = [decode(stdoutBytes), decode(stderrBytes)];
    return { exitCode, stdout, stderr, stdoutBytes, stderrBytes, isTruncated, pid, startTime, endTime };
  } finally {
    // The job may end before its work has: what an abort leaves behind is tidied up first.
    await running?.catch(() => undefined);
  }
}

function decoderOf(encoding: string, operation: string): (bytes: Uint8Array) => string {
  try {
    const decoder = new TextDecoder(encoding);
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

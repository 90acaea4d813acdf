import type { CallContext } from '../../backends/backend.js';
import { sleep } from '../../base/clock.js';
import { untilAborted } from '../../base/until-aborted.js';
import type { GuestSession } from '../guest-session.js';
import { isPassing, patiently } from '../patiently.js';
import { runFiles } from './run-command.js';

/** The two streams of a program. */
export type OutputStream = 'stdout' | 'stderr';

/** Takes what a program prints, in pieces. The next piece comes when it has answered. */
export type OutputSink = (stream: OutputStream, bytes: Uint8Array) => Promise<void> | void;

const streams: readonly OutputStream[] = ['stdout', 'stderr'];

const firstLookMs = 250;
const longestLookMs = 5000;

/** Largest part of its time that a run spends on fetching output while the program runs. */
const fetchShare = 0.1;

/** A piece is at least this large, where there is as much. */
const smallestPieceBytes = 1024 * 1024;
/** ... and no larger, for it is held in memory. */
const largestPieceBytes = 16 * 1024 * 1024;

/** Follows the files into which a program prints, and hands on what is new in them. */
export class RunOutput {
  readonly #session: GuestSession;
  readonly #directory: string;
  readonly #sink: OutputSink;
  readonly #call: CallContext;
  readonly #delivered: Record<OutputStream, number> = { stdout: 0, stderr: 0 };

  constructor(session: GuestSession, directory: string, sink: OutputSink, call: CallContext) {
    this.#session = session;
    this.#directory = directory;
    this.#sink = sink;
    this.#call = call;
  }

  /** Hands on output until the signal of `until` says that the program has ended. @throws what the sink throws; the call's reason. */
  async follow(until: AbortSignal): Promise<void> {
    const { clock } = this.#call;
    let pauseMs = firstLookMs;
    while (!until.aborted) {
      try {
        await sleep(clock, pauseMs, until);
      } catch {
        return;
      }
      const beganMs = clock.monotonic();
      const before = this.#delivered.stdout + this.#delivered.stderr;
      try {
        await this.fetch();
      } catch (error) {
        // What cannot be had now is met again at the next look.
        if (!isPassing(error)) throw error;
      }
      const isQuiet = this.#delivered.stdout + this.#delivered.stderr === before;
      const spentMs = clock.monotonic() - beganMs;
      pauseMs = isQuiet ? Math.min(pauseMs * 2, longestLookMs) : Math.max(firstLookMs, spentMs / fetchShare);
    }
  }

  /** Hands on all that is there and was not handed on yet. */
  async fetch(): Promise<void> {
    const entries = await patiently(this.#call, () =>
      this.#session.request(this.#call, () => this.#session.ops.files.list(this.#directory, this.#call)),
    );
    for (const stream of streams) {
      const size = entries.find(({ name }) => name === runFiles[stream])?.size ?? 0;
      while (this.#delivered[stream] < size) {
        const bytes = await this.#piece(stream);
        if (bytes.byteLength === 0) break;
        this.#delivered[stream] += bytes.byteLength;
        // Who takes the output may take for ever; the run has its deadline all the same.
        await untilAborted(async () => this.#sink(stream, bytes), this.#call.signal);
      }
    }
  }

  /**
   * The next piece of a stream. Some hosts can only send a file from its start, so pieces grow with what was skipped: all
   * of it is then sent a few times and not once for each piece.
   */
  #piece(stream: OutputStream): Promise<Uint8Array> {
    const { ops } = this.#session;
    const from = this.#delivered[stream];
    const limit = Math.min(Math.max(smallestPieceBytes, from), largestPieceBytes);
    const path = `${this.#directory}${ops.family === 'windows' ? '\\' : '/'}${runFiles[stream]}`;
    return patiently(this.#call, () =>
      this.#session.request(this.#call, async () => {
        const { size, chunks } = await ops.files.readFrom(path, from, this.#call);
        return firstBytes(chunks, Math.min(limit, size));
      }),
    );
  }
}

async function firstBytes(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const taken: Uint8Array[] = [];
  let size = 0;
  if (limit > 0) {
    for await (const chunk of chunks) {
      const part = chunk.subarray(0, limit - size);
      // A producer may use its buffer again.
      taken.push(Uint8Array.from(part));
      size += part.byteLength;
      if (size >= limit) break;
    }
  }
  return Buffer.concat(taken, size);
}

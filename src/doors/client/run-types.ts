import type { OutputStream } from '../../guest/run/run-output.js';
import type { CallOptions } from './call-options.js';

/** A piece of what a program prints. */
export interface OutputChunk {
  readonly stream: OutputStream;
  readonly bytes: Uint8Array;
}

/** How a program is run. */
export interface RunOptions extends CallOptions {
  /** Absolute; by default a directory of the run's own, which goes with it. */
  readonly workingDirectory?: string;
  /** On top of the user's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What the program reads; by default nothing. */
  readonly input?: string | Uint8Array;
  /** Windows: show the window. */
  readonly activateWindow?: boolean;
  /** Gets what the program prints, while it runs. The next piece comes when it has answered. */
  readonly onOutput?: (chunk: OutputChunk) => Promise<void> | void;
  /** Bytes of each stream that the result keeps; 64 MiB by default. `onOutput` gets all of them. */
  readonly maxKeptBytes?: number;
  /** How `stdout` and `stderr` are decoded, by its name for `TextDecoder`; UTF-8 by default. */
  readonly encoding?: string;
}

/** How a program ended, and what it printed. */
export interface RunResult {
  /** Signed 32-bit, as the guest gave it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Uint8Array;
  readonly stderrBytes: Uint8Array;
  /** Whether a stream had more bytes than are kept. */
  readonly isTruncated: boolean;
  /** 0 for a program whose start the guest did not answer, and that had ended before it could be found. */
  readonly pid: number;
  /** By the clock of the guest. */
  readonly startTime: Date;
  readonly endTime: Date;
}

/** Bytes of a stream that a result keeps unless it is told otherwise. */
export const usualKeptBytes = 64 * 1024 * 1024;

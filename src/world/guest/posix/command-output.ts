import { Buffer, isUtf8 } from 'node:buffer';
import type { ProgramContext } from '../program.js';
import type { ExecResult } from './just-bash-types.js';

/** What a command prints, kept until it ends, as the library wants it. */
export class CommandOutput {
  readonly stdout: (Uint8Array | string)[] = [];
  readonly stderr: (Uint8Array | string)[] = [];
  readonly #context: ProgramContext;
  #kept = 0;

  /** @param context of the shell, whose limit the output counts against. */
  constructor(context: ProgramContext) {
    this.#context = context;
  }

  keep(data: Uint8Array | string, stream: (Uint8Array | string)[]): void {
    this.#kept += data.length;
    this.#context.holdOutput(data.length);
    stream.push(data);
  }

  /** Counts no longer what the library has by now. */
  release(): void {
    this.#context.holdOutput(-this.#kept);
    this.#kept = 0;
  }

  /** As text where it is text: the library counts wrong where bytes and text of two streams come together. */
  result(exitCode: number): ExecResult {
    const bytes = joined(this.stdout);
    const stderr = joined(this.stderr).toString('utf8');
    if (isUtf8(bytes)) return { stdout: bytes.toString('utf8'), stderr, exitCode };
    return { stdout: bytes.toString('latin1'), stdoutKind: 'bytes', stdoutEncoding: 'binary', stderr, exitCode };
  }
}

function joined(pieces: readonly (Uint8Array | string)[]): Buffer {
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}

/** Passes on what a command of the library has printed. */
export function write(target: (output: Uint8Array | string) => void, result: ExecResult): void {
  if (result.stdout === '') return;
  const isBytes = result.stdoutKind === 'bytes' || result.stdoutEncoding === 'binary';
  target(isBytes ? Uint8Array.from(Buffer.from(result.stdout, 'latin1')) : result.stdout);
}

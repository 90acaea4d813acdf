import { fstatSync, writeSync } from 'node:fs';
import type { PipedLines } from './piped-lines.js';
import { raiseAsTerminal } from './raise-as-terminal.js';
import type { StreamName, Terminal } from './terminal.js';
import type { TypedLines } from './typed-lines.js';
import { UsageError } from './usage-error.js';

const descriptors: Readonly<Record<StreamName, number>> = { stdin: 0, stdout: 1, stderr: 2 };
const interrupts: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const defaultColumns = 80;
/** How long to wait before writing again to a pipe that is full, in milliseconds. */
const fullPipeDelayMs = 5;
/** How often to look whether npx is still there, in milliseconds. */
const parentWatchMs = 250;

/**
 * The process that vmrun runs in. Its streams are written to directly: the stream objects of Node would cost as much as
 * all the rest of a short command.
 */
export class ProcessTerminal implements Terminal {
  readonly platform = process.platform;
  readonly env = process.env;
  #typed: TypedLines | undefined;
  #piped: PipedLines | undefined;
  #lostOutput: { readonly code: string; readonly message: string } | undefined;

  /** The first error of writing to stdout. */
  get lostOutput(): { readonly code: string; readonly message: string } | undefined {
    return this.#lostOutput;
  }

  /** @throws UsageError where the current directory was deleted. */
  get directory(): string {
    try {
      return process.cwd();
    } catch {
      throw new UsageError('the current directory is not there any more; change to another one and repeat the command');
    }
  }

  get columns(): number {
    return process.stderr.columns > 0 ? process.stderr.columns : defaultColumns;
  }

  write(stream: 'stdout' | 'stderr', data: string | Uint8Array): void {
    try {
      writeWhole(descriptors[stream], typeof data === 'string' ? Buffer.from(data) : data);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
      if (stream === 'stdout') this.#lostOutput ??= { code: String(error.code), message: error.message };
    }
  }

  isPerson(stream: StreamName): boolean {
    try {
      // What is a pipe or a file needs no closer look, which is expensive.
      if (!fstatSync(descriptors[stream]).isCharacterDevice()) return false;
    } catch {
      return false;
    }
    return process[stream].isTTY;
  }

  async readSecretLine(prompt: string): Promise<string | undefined> {
    if (!this.isPerson('stdin')) {
      const { PipedLines } = await import('./piped-lines.js');
      const lines = (this.#piped ??= new PipedLines(process.stdin));
      return lines.next();
    }
    const { TypedLines } = await import('./typed-lines.js');
    const lines = (this.#typed ??= new TypedLines(process.stdin, {
      show: (text) => this.write('stderr', text),
      raise: (signal) => raiseAsTerminal(signal, process),
    }));
    const stopListening = this.onInterrupt((signal) => {
      lines.close();
      stopListening();
      // Where nobody else listens, the signal ends the process, as it does without listeners.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
    const resume = (): void => lines.resume();
    process.on('SIGCONT', resume);
    try {
      return await lines.next(prompt);
    } finally {
      process.off('SIGCONT', resume);
      stopListening();
    }
  }

  /** Lets the process end although stdin was read. */
  close(): void {
    this.#typed?.close();
    this.#piped?.close();
  }

  onInterrupt(listener: (signal: NodeJS.Signals) => void): () => void {
    for (const signal of interrupts) process.on(signal, listener);
    const stopWatching = this.env['npm_command'] === 'exec' ? onParentLost(() => listener('SIGTERM')) : undefined;
    return () => {
      stopWatching?.();
      for (const signal of interrupts) process.off(signal, listener);
    };
  }
}

/** npx keeps SIGTERM to itself and its shell, and leaves what they run behind without a parent. */
function onParentLost(action: () => void): () => void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    action();
  }, parentWatchMs).unref();
  return () => clearInterval(timer);
}

function writeWhole(descriptor: number, data: Uint8Array): void {
  for (let offset = 0; offset < data.length;) {
    try {
      offset += writeSync(descriptor, data, offset);
    } catch (error) {
      // A pipe that its other user has made non-blocking is full: its reader needs time.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, fullPipeDelayMs);
    }
  }
}

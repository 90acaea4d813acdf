import { Fault } from '../../base/fault.js';
import { OutputLines } from './output-lines.js';

/** Takes output in place of the console. @returns false where it does not. */
export type OutputTaker = (output: Uint8Array | string, stream: 'stdout' | 'stderr') => boolean;

/** Output of a process: counted against the limit, and passed on, to the console line by line. */
export class RunOutput {
  readonly #controller: AbortController;
  readonly #lines: { readonly stdout: OutputLines; readonly stderr: OutputLines };
  readonly #takeOutput: OutputTaker | undefined;
  #left: number;
  #held = 0;

  /** @param controller ends the process when it is over the limit. */
  constructor(
    controller: AbortController,
    limitBytes: number,
    to: { readonly takeOutput: OutputTaker | undefined; readonly onLine: (line: string) => void },
  ) {
    this.#controller = controller;
    this.#left = limitBytes;
    this.#lines = { stdout: new OutputLines(to.onLine), stderr: new OutputLines(to.onLine) };
    this.#takeOutput = to.takeOutput;
  }

  /** @throws the reason of the process's end. */
  write(output: Uint8Array | string, stream: 'stdout' | 'stderr'): void {
    this.#controller.signal.throwIfAborted();
    this.#left -= output.length;
    this.#checkLimit();
    if (this.#takeOutput?.(output, stream) !== true) this.#lines[stream].push(output);
  }

  /**
   * Counts output that a shell keeps in memory, before it is known where it goes; a negative number gives it back.
   * @throws the reason of the process's end.
   */
  hold(bytes: number): void {
    this.#held += bytes;
    if (bytes < 0) return;
    this.#controller.signal.throwIfAborted();
    this.#checkLimit();
  }

  #checkLimit(): void {
    if (this.#held <= this.#left) return;
    this.#controller.abort(stopped('over its output limit'));
    this.#controller.signal.throwIfAborted();
  }

  flush(): void {
    this.#lines.stdout.flush();
    this.#lines.stderr.flush();
  }
}

/** Why a program ends that does not end by itself. */
export function stopped(how: string): Fault {
  return new Fault('cancelled', `The guest program is ${how}.`);
}

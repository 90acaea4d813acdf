import { spawn, type ChildProcess } from 'node:child_process';
import type { Duplex, Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { WireValue } from '../../src/bindings/wire-values.js';
import { type Frame, FrameLog, framesOf } from './session-rig.js';

const program = fileURLToPath(new URL('../../dist/bindings/helper.cjs', import.meta.url));

/** How a helper process ended. */
export interface HelperEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly errors: string;
}

/** A helper process, spoken to frame by frame over a socket or over standard input and output. */
export class HelperProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<HelperEnd>;
  readonly log = new FrameLog();
  readonly #input: Readable;
  readonly #output: Writable;
  #lastId = 0;
  #isOver = false;
  #wake: (() => void) | undefined;

  /**
   * @param setUp code that the helper's Node runs before anything else.
   * @param path of the helper.
   */
  constructor(way: 'socket' | 'stdio', setUp: string = '', path: string = program) {
    const nodeArgs = setUp === '' ? [] : ['--import', `data:text/javascript,${encodeURIComponent(setUp)}`];
    const args = [...nodeArgs, path, ...(way === 'socket' ? ['--fd', '3'] : [])];
    this.child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    const { stdin, stdout, stderr, stdio } = this.child;
    if (stdin === null || stdout === null || stderr === null) throw new Error('the helper has no standard streams');
    const socket = stdio[3] as Duplex;
    this.#input = way === 'socket' ? socket : stdout;
    this.#output = way === 'socket' ? socket : stdin;
    this.#input.on('data', (chunk: Buffer) => {
      this.log.push(chunk);
      this.#wake?.();
    });
    let errors = '';
    stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code, signal) => {
        this.#isOver = true;
        resolve({ code, signal, errors });
        this.#wake?.();
      });
    });
    for (const stream of [stdin, stdout, socket]) stream.on('error', () => undefined);
    onTestFinished(async () => {
      this.child.kill('SIGKILL');
      await this.ended;
    });
  }

  send(...frames: readonly (readonly [kind: string, ...values: WireValue[]])[]): void {
    this.#output.write(framesOf(...frames));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#output.write(bytes);
  }

  /** Closes the client's end. */
  hangUp(): void {
    this.#output.destroy();
    this.#input.destroy();
  }

  /** The first frame that fits, as soon as it has come. */
  async frame(isWanted: (frame: Frame) => boolean): Promise<Frame> {
    for (;;) {
      const found = this.log.frames.find(isWanted);
      if (found !== undefined) return found;
      if (this.#isOver) throw new Error(`the helper ended: ${JSON.stringify(await this.ended)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async greet(pid: number = 0, lastHandle: number = 0): Promise<Frame> {
    this.send(['H', 'revix', 1, 1, pid, 'the test', lastHandle]);
    return this.frame(({ kind }) => kind === 'W');
  }

  async ask(name: string, args: readonly WireValue[]): Promise<readonly WireValue[]> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.send(['C', id, name, [], args]);
    const { values } = await this.frame((frame) => frame.kind === 'R' && frame.values[0] === id);
    return values.slice(1);
  }
}

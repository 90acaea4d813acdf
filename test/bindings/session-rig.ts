import { settle } from '../../src/base/clock.js';
import { EngineSession, type SessionHost } from '../../src/bindings/engine-session.js';
import { FrameSplitter } from '../../src/bindings/frame-splitter.js';
import { FrameWriter, readValues, type WireValue } from '../../src/bindings/wire-values.js';
import { VIX_OK, VIX_PROPERTY_JOB_RESULT_HANDLE } from '../../src/vix/names.js';
import { VixRig } from '../fixtures/vix-rig.js';

/** A frame as the client sees it. */
export interface Frame {
  readonly kind: string;
  readonly values: readonly WireValue[];
}

/** Splits what the helper sends into frames. */
export class FrameLog {
  readonly #splitter = new FrameSplitter();
  readonly frames: Frame[] = [];

  push(bytes: Buffer): void {
    for (const body of this.#splitter.push(bytes)) {
      this.frames.push({ kind: body.toString('latin1', 0, 1), values: readValues(body.subarray(1)) });
    }
  }
}

/** Bytes of frames. */
export function framesOf(...frames: readonly (readonly [kind: string, ...values: WireValue[]])[]): Buffer {
  const writer = new FrameWriter();
  for (const [kind, ...values] of frames) writer.frame(kind, values);
  return writer.take();
}

/** A greeting of a client that speaks version 1. */
export const hello = ['H', 'revix', 1, 1, 0, 'the test', 0] as const;

/** A session over the fake backend and the fake clock, spoken to frame by frame. */
export class SessionRig {
  readonly engine = new VixRig();
  readonly log = new FrameLog();
  readonly directories: string[] = [];
  readonly watched: number[] = [];
  isEnded = false;
  readonly session: EngineSession;
  #lastId = 0;

  constructor() {
    const host: SessionHost = {
      makeRuntime: () => this.engine.runtime,
      name: 'helper of the test',
      send: (bytes) => this.log.push(bytes),
      end: () => {
        this.isEnded = true;
      },
      watch: (pid) => this.watched.push(pid),
      changeDirectory: (path) => this.directories.push(path),
    };
    this.session = new EngineSession(host);
  }

  /** Frames that came, of one kind. */
  of(kind: string): (readonly WireValue[])[] {
    return this.log.frames.filter((frame) => frame.kind === kind).map(({ values }) => values);
  }

  send(kind: string, ...values: readonly WireValue[]): void {
    this.session.receive(framesOf([kind, ...values]));
  }

  /** Starts a call. @returns its number. */
  call(name: string, args: readonly WireValue[], within: readonly number[] = []): number {
    this.#lastId += 1;
    this.send('C', this.#lastId, name, within, args);
    return this.#lastId;
  }

  /** The answer of a call, as value and outs; undefined as long as there is none. */
  answer(id: number): readonly [value: WireValue, outs: readonly WireValue[]] | undefined {
    const found = this.of('R').find((values) => values[0] === id);
    return found && [found[1] as WireValue, found[2] as readonly WireValue[]];
  }

  /** Calls and gives the answer, which must come without the clock. */
  async ask(
    name: string,
    args: readonly WireValue[],
    within: readonly number[] = [],
  ): Promise<readonly [value: WireValue, outs: readonly WireValue[]]> {
    const id = this.call(name, args, within);
    await settle();
    const answer = this.answer(id);
    if (answer === undefined) throw new Error(`${name} was not answered; came: ${JSON.stringify(this.log.frames)}`);
    return answer;
  }

  /** Greets, connects, and gives the handle of the host. */
  async connect(options: number = 0): Promise<number> {
    this.send(...hello);
    const [job] = await this.ask('VixHost_Connect', [-1, 3, null, 0, null, null, options, 0, null, null]);
    return this.resultOf(Number(job));
  }

  /** Waits for a job and gives its result handle. */
  async resultOf(job: number): Promise<number> {
    const [error, [handle]] = await this.ask('VixJob_Wait', [job, [VIX_PROPERTY_JOB_RESULT_HANDLE]]);
    if (error !== VIX_OK) throw new Error(`job ${job} failed with ${String(error)}`);
    await this.ask('Vix_ReleaseHandle', [job]);
    return Number(handle);
  }
}

import { callByName, type WireAnswer, type WireCall } from '../api/call-by-name.js';
import { EventCourier, type RemoteEvent } from '../api/event-courier.js';
import type { VixRuntime } from '../api/vix-runtime.js';
import { vixFunctions, type Vix } from '../api/vix.js';
import { handleLines } from '../handles/handle-report.js';
import type { HandleDumpLine } from '../handles/handle-table.js';
import { PumpChannel } from '../jobs/event-channel.js';
import { VIX_E_CANCELLED, VIX_E_UNFINISHED_JOB } from '../vix/names.js';
import type { VixHandle } from '../vix/types.js';
import { FrameSplitter } from './frame-splitter.js';
import { callbackIn, decodeCall, encodeAnswer, handlesIn, isCallName } from './marshal.js';
import { type ClientMessage, type HelperMessage, helperMessages, readClientMessage } from './messages.js';
import { greeting, newestVersion, oldestVersion, ProtocolError } from './protocol.js';
import { FrameWriter, type WireValue } from './wire-values.js';

/** What a session needs from the process that it runs in. */
export interface SessionHost {
  /** Sends bytes to the client. */
  send(bytes: Buffer): void;
  /** The conversation is over from this side; nothing more is sent. */
  end(): void;
  /** The process that the client says it is. */
  watch(pid: number): void;
  /** Makes a directory the one that relative paths start from. */
  changeDirectory(path: string): void;
  /**
   * Makes the engine, once.
   *
   * @param lastHandle number before the first handle.
   */
  makeRuntime(lastHandle: number): VixRuntime;
  /** Name and version of this program. */
  readonly name: string;
}

/** The engine of a client that has been greeted. */
interface Engine {
  readonly runtime: VixRuntime;
  readonly vix: Vix;
}

type Call = Extract<ClientMessage, { readonly kind: 'call' }>;

/** Functions that are no part of VIX and that only this door has. */
type OwnCall = (vix: Vix, finishEvents: () => Promise<void>) => WireValue | Promise<WireValue>;

/** One client and its engine: takes its calls, answers them as they are done, and hands it the events. */
export class EngineSession {
  #engine: Engine | undefined = undefined;
  readonly #host: SessionHost;
  readonly #splitter = new FrameSplitter();
  readonly #writer = new FrameWriter();
  readonly #courier = new EventCourier((event) => this.#sendEvent(event));
  /** Calls that are not answered. */
  readonly #pending = new Set<number>();
  /** Waits for jobs of each connection in event-pump mode, the latest last: their threads run its callbacks. */
  readonly #waits = new Map<PumpChannel, readonly number[]>();
  /** The pump that is on the stack. */
  #pumpCall: number | undefined = undefined;
  #isOver = false;

  constructor(host: SessionHost) {
    this.#host = host;
  }

  /** Takes bytes from the client. What cannot be understood ends the conversation. */
  receive(chunk: Buffer): void {
    try {
      for (const body of this.#splitter.push(chunk)) {
        if (this.#isOver) return;
        this.#take(readClientMessage(body));
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.fail(`the client broke the protocol: ${error.message}`);
    }
  }

  /** Tells the client why this side ends, and ends it. */
  fail(text: string): void {
    this.#send(helperMessages.fatal(text));
    this.#end();
  }

  /** The live handles; none before the client has greeted. */
  handles(): HandleDumpLine[] {
    return this.#engine?.vix.Revix_DumpHandles() ?? [];
  }

  /** The client has gone: ends its connections. Resolves when their sessions have ended. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#courier.abandon();
    await this.#engine?.vix.Revix_Close();
  }

  #take(message: ClientMessage): void {
    if (message.kind === 'hello') this.#greet(message);
    else if (this.#engine === undefined) {
      throw new ProtocolError(`the first frame is a ${message.kind}; it must be a greeting`);
    } else if (message.kind === 'call') this.#call(message, this.#engine);
    else if (message.kind === 'ack') this.#courier.finish(message.event);
    else if (message.kind === 'cancel') this.#cancel(message.id);
    else this.#host.changeDirectory(message.path);
  }

  #greet(hello: Extract<ClientMessage, { readonly kind: 'hello' }>): void {
    if (this.#engine !== undefined) throw new ProtocolError('a second greeting came');
    if (hello.greeting !== greeting) {
      throw new ProtocolError(`the greeting is ${JSON.stringify(hello.greeting.slice(0, 20))}, not "${greeting}"`);
    }
    const version = Math.min(hello.newest, newestVersion);
    if (version < Math.max(hello.oldest, oldestVersion)) {
      const theirs = `${hello.client} speaks versions ${hello.oldest} to ${hello.newest} of the protocol`;
      const ours = `this helper (${this.#host.name}) ${oldestVersion} to ${newestVersion}`;
      this.#send(helperMessages.refuse(`${theirs}, ${ours}; install both from one release of Revix`));
      this.#end();
      return;
    }
    const runtime = this.#host.makeRuntime(hello.lastHandle);
    this.#engine = { runtime, vix: vixFunctions(runtime) };
    this.#host.watch(hello.pid);
    this.#send(helperMessages.welcome(version, this.#host.name));
  }

  #call(message: Call, engine: Engine): void {
    const { id, name } = message;
    if (this.#pending.has(id)) throw new ProtocolError(`call ${id} came while another call of that number is not done`);
    this.#pending.add(id);
    const onThrown = (error: unknown): void => {
      this.#answerOnce(id, helperMessages.error(id, describe(name, error)));
    };
    try {
      this.#dispatch(message, engine)?.catch(onThrown);
    } catch (error) {
      onThrown(error);
    }
  }

  /** Carries a call out: at once where the engine does, so that the answer precedes every event that it causes. */
  #dispatch({ id, name, within, args }: Call, engine: Engine): Promise<void> | undefined {
    const own = Object.hasOwn(ownCalls, name) ? ownCalls[name] : undefined;
    if (own !== undefined) {
      const value = own(engine.vix, () => this.#courier.allFinished(within));
      if (value instanceof Promise) return value.then((settled) => this.#result(id, settled, []));
      this.#result(id, value, []);
      return undefined;
    }
    if (!isCallName(name)) throw new RangeError('there is no such function');
    const call = decodeCall(name, args);
    if (name === 'Vix_PumpEvents') return this.#pump(id, call, engine);
    if (name === 'VixJob_Wait') return this.#wait(id, call, within, engine);
    return this.#carryOut(id, call, engine);
  }

  #carryOut(id: number, call: WireCall, { vix }: Engine): Promise<void> | undefined {
    const answer = callByName(vix, call, this.#courier.callbackOf);
    if (answer instanceof Promise) return answer.then((settled) => this.#answer(id, call, settled, vix));
    this.#answer(id, call, answer, vix);
    return undefined;
  }

  #pump(id: number, call: WireCall, { vix }: Engine): Promise<void> {
    const action = (): void => {
      const outer = this.#pumpCall;
      this.#pumpCall = id;
      try {
        void callByName(vix, call, this.#courier.callbackOf);
      } finally {
        this.#pumpCall = outer;
      }
    };
    return this.#courier.pump(action).then(() => this.#result(id, null, []));
  }

  #wait(id: number, call: WireCall, within: readonly number[], engine: Engine): Promise<void> | undefined {
    const [job] = call.args;
    if (this.#courier.isHeldUp(job, within)) {
      this.#result(id, VIX_E_UNFINISHED_JOB, []);
      return undefined;
    }
    const finished = this.#courier.completionFinished(job, within);
    if (finished !== undefined) return finished.then(() => this.#carryOut(id, call, engine));
    const channel = this.#pumpChannel(job);
    if (channel === undefined) return this.#carryOut(id, call, engine);
    this.#waits.set(channel, [...(this.#waits.get(channel) ?? []), id]);
    return this.#carryOut(id, call, engine)?.finally(() => this.#endWait(channel, id));
  }

  #endWait(channel: PumpChannel, id: number): void {
    const left = (this.#waits.get(channel) ?? []).filter((wait) => wait !== id);
    if (left.length > 0) this.#waits.set(channel, left);
    else this.#waits.delete(channel);
  }

  #cancel(id: number): void {
    for (const channel of [...this.#waits.keys()]) this.#endWait(channel, id);
    this.#result(id, VIX_E_CANCELLED, []);
  }

  #answer(id: number, call: WireCall, answer: WireAnswer, vix: Vix): void {
    const { value, outs } = encodeAnswer(answer);
    this.#announcePump(call, value);
    if (this.#answerOnce(id, helperMessages.result(id, value, outs))) return;
    // Nobody takes what a cancelled call was given after all.
    for (const handle of handlesIn(call, answer)) vix.Vix_ReleaseHandle(handle);
  }

  #result(id: number, value: WireValue, outs: readonly WireValue[]): void {
    this.#answerOnce(id, helperMessages.result(id, value, outs));
  }

  /** @returns false for a call that was cancelled and so has its answer. */
  #answerOnce(id: number, message: HelperMessage): boolean {
    if (!this.#pending.delete(id)) return false;
    this.#send(message);
    return true;
  }

  /** Says whose pumps and waits run a callback in event-pump mode: the client needs it when this process is gone. */
  #announcePump(call: WireCall, job: WireValue): void {
    if (this.#pumpChannel(job) === undefined) return;
    const callback = callbackIn(call);
    if (callback !== undefined) this.#send(helperMessages.pumped(callback, this.#hostOf(job)));
  }

  #hostOf(job: WireValue): VixHandle | 0 {
    const entry = typeof job === 'number' ? this.#engine?.runtime.table.lookup(job, 'job') : undefined;
    return entry === undefined || typeof entry === 'number' ? 0 : (entry.owner?.handle ?? 0);
  }

  #sendEvent(event: RemoteEvent): void {
    this.#send(helperMessages.event(event, this.#threadOf(event.job)));
  }

  /** The call whose thread runs a callback of the job: a pump or a wait of its connection; 0 for the library's own. */
  #threadOf(job: VixHandle): number {
    const channel = this.#pumpChannel(job);
    if (channel === undefined) return 0;
    return this.#pumpCall ?? this.#waits.get(channel)?.at(-1) ?? 0;
  }

  #pumpChannel(job: unknown): PumpChannel | undefined {
    const entry = typeof job === 'number' ? this.#engine?.runtime.table.lookup(job, 'job') : undefined;
    if (entry === undefined || typeof entry === 'number') return undefined;
    const { channel } = entry.payload;
    return channel instanceof PumpChannel ? channel : undefined;
  }

  #send({ kind, values }: HelperMessage): void {
    if (this.#isOver) return;
    // All that one turn brings goes out at once.
    if (this.#writer.isEmpty) queueMicrotask(() => this.#flush());
    this.#writer.frame(kind, values);
  }

  #flush(): void {
    if (!this.#writer.isEmpty) this.#host.send(this.#writer.take());
  }

  #end(): void {
    if (this.#isOver) return;
    this.#flush();
    this.#isOver = true;
    this.#host.end();
  }
}

const ownCalls: Readonly<Record<string, OwnCall>> = {
  Revix_DumpHandles: (vix) => handleLines(vix.Revix_DumpHandles()),
  Revix_CountHandles: (vix) => vix.Revix_DumpHandles().filter(({ refs }) => refs > 0).length,
  // Also the callbacks of the jobs that this ends have run then.
  Revix_Close: async (vix, finishEvents) => {
    await vix.Revix_Close();
    await finishEvents();
    return null;
  },
};

function describe(name: string, error: unknown): string {
  return `${name}: ${error instanceof Error ? error.message : String(error)}`;
}

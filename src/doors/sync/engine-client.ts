import { callRows, isMessageFunction, type CallName, type CallRow, type WireAnswer } from '../../api/call-by-name.js';
import { printLeaksAtExit } from '../../compose/leaks.js';
import type { DiagnosticEvent } from '../../api/vix.js';
import { errorText } from '../../vix/lookup.js';
import {
  VIX_E_HOST_CONNECTION_LOST,
  VIX_HANDLETYPE_NONE,
  VIX_HOSTOPTION_USE_EVENT_PUMP,
  VIX_INVALID_HANDLE,
} from '../../vix/names.js';
import type { VixError } from '../../vix/types.js';
import { CallbackQueue } from './callback-queue.js';
import { encodeCall, writeCells } from './encode-call.js';
import type { EngineOptions } from './engine-options.js';
import { EngineThread } from './engine-thread.js';
import { fromPlainError, type FromEngine, type HandleReport, type ToEngine } from './messages.js';

/** Answer of a call to an engine that is gone, by what the function returns. */
const lostAnswers: Readonly<Record<CallRow['returns'], unknown>> = {
  VixError: VIX_E_HOST_CONNECTION_LOST,
  VixHandle: VIX_INVALID_HANDLE,
  VixHandleType: VIX_HANDLETYPE_NONE,
  int: 0,
  'const char *': '',
  void: undefined,
};

/** Functions that let callbacks run: a program that calls them waits for its jobs, or asks how far they are. */
const waitingCalls: ReadonlySet<CallName> = new Set<CallName>([
  'VixJob_Wait',
  'VixJob_CheckCompletion',
  'VixJob_GetError',
  'Vix_PumpEvents',
]);

/** Functions that need no engine. */
const localCalls: ReadonlyMap<CallName, (args: readonly unknown[]) => unknown> = new Map<
  CallName,
  (args: readonly unknown[]) => unknown
>([
  ['Vix_GetErrorText', ([error]) => errorText(error as VixError)],
  ['Vix_FreeBuffer', () => undefined],
]);

type Reply = Extract<FromEngine, { readonly id: number }>;

/** One engine in a thread of its own, called as if it were here: each call blocks until it is answered. */
export class EngineClient {
  readonly #options: EngineOptions;
  readonly #timeoutMs: number;
  readonly #listeners: ((event: DiagnosticEvent) => void)[] = [];
  readonly #replies = new Map<number, Reply>();
  readonly #callbacks: CallbackQueue;
  #thread: EngineThread | undefined = undefined;
  #lastId = 0;
  #isPumped = false;
  #isDeliveryDue = false;
  #hasSettledEnd = false;
  #lastReport: HandleReport | undefined = undefined;

  /**
   * @param options of the engine. Its thread starts with the first call, or with `start`.
   * @param timeoutMs silence after which the engine counts as hung.
   */
  constructor(options: EngineOptions, timeoutMs: number) {
    this.#options = options;
    this.#timeoutMs = timeoutMs;
    this.#callbacks = new CallbackQueue({
      onHandled: (event) => this.#thread?.post({ kind: 'ack', event }),
      onFailed: (error, job) => this.#report({ kind: 'callback-failed', error, job }),
    });
  }

  /** Starts the engine unless it was started. @throws Error when it cannot start. */
  start(): EngineThread {
    if (this.#thread === undefined) printLeaksAtExit(() => this.handles().lines);
    return (this.#thread ??= new EngineThread(this.#options, this.#timeoutMs, {
      onMessage: (message) => {
        this.#take(message);
        this.#settleEnd();
        this.#deliver();
      },
      onEnd: () => {
        this.#settleEnd();
        this.#deliver();
      },
    }));
  }

  /** Calls a function of VIX. After the engine is gone, every call answers at once with an error. */
  call(name: CallName, args: readonly unknown[]): unknown {
    const local = localCalls.get(name);
    if (local !== undefined) return local(args);
    const thread = this.start();
    if (name === 'VixHost_Connect' && asksForPump(args)) this.#isPumped = true;
    const encoded = encodeCall(name, args, this.#callbacks.keep);
    const lets = this.#letsCallbacksRun(name);
    if (lets) this.#deliver();
    const answer = this.#ask((id, within) => ({ kind: 'call', id, call: encoded.call, within }), lets);
    const value = answer?.kind === 'answer' ? this.#accept(answer.answer, encoded) : this.#lost(name, thread);
    if (encoded.callback !== undefined) {
      this.#callbacks.bind(encoded.callback, value);
      this.#updateNeed();
    }
    return value;
  }

  /** Calls the listener for each failure that reaches no program. */
  onDiagnostic(listener: (event: DiagnosticEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** The live handles; of an engine that was closed, those that it left. @throws Error when it ended otherwise. */
  handles(): HandleReport {
    const thread = this.start();
    const reply = this.#ask((id, within) => ({ kind: 'count', id, within }), false);
    if (reply?.kind === 'counted') return reply.handles;
    if (this.#lastReport !== undefined) return this.#lastReport;
    throw new Error(`the handles cannot be counted: ${thread.end?.message ?? ''}`, { cause: thread.end });
  }

  /** Closes the engine: ends its connections, runs the callbacks of the jobs that this ends, and ends its thread. */
  close(): void {
    const thread = this.start();
    thread.expectEnd(new Error('the engine was closed with Revix_Close'));
    const reply = this.#ask((id, within) => ({ kind: 'close', id, within }), true);
    if (reply?.kind !== 'counted') return;
    this.#lastReport = reply.handles;
    thread.awaitEnd();
  }

  #letsCallbacksRun(name: CallName): boolean {
    // A callback that only reads is not interrupted by another one.
    const isInCallback = this.#callbacks.running.length > 0;
    return waitingCalls.has(name) || (callRows[name].call === 'promise' && !isInCallback);
  }

  /** Sends a request and blocks until its reply. @returns undefined when the engine is gone. */
  #ask(request: (id: number, within: readonly number[]) => ToEngine, letsCallbacksRun: boolean): Reply | undefined {
    const thread = this.start();
    const id = (this.#lastId += 1);
    if (thread.end === undefined) thread.post(request(id, this.#callbacks.running));
    for (;;) {
      const seen = thread.messages;
      for (let message = thread.receive(); message !== undefined; message = thread.receive()) this.#take(message);
      const reply = this.#replies.get(id);
      const isOver = reply === undefined && thread.end !== undefined;
      if (isOver) this.#settleEnd();
      if (letsCallbacksRun) this.#deliver();
      if (reply !== undefined || isOver) {
        this.#replies.delete(id);
        this.#deliverLater();
        if (reply?.kind === 'threw') throw fromPlainError(reply.error);
        return reply;
      }
      thread.sleep(seen);
    }
  }

  #take(message: FromEngine): void {
    switch (message.kind) {
      case 'ready':
        return;
      case 'event':
        this.#callbacks.add(message);
        return;
      case 'diagnostic':
        this.#report({ kind: 'background-failed', error: fromPlainError(message.error), job: null });
        return;
      case 'failed': {
        const cause = fromPlainError(message.error);
        this.#thread?.stop(new Error(`the engine failed: ${cause.message}`, { cause }));
        return;
      }
      case 'answer':
      case 'counted':
      case 'threw':
        this.#replies.set(message.id, message);
    }
  }

  #accept(answer: WireAnswer, encoded: Parameters<typeof writeCells>[0]): unknown {
    writeCells(encoded, answer);
    return answer.value;
  }

  #lost(name: CallName, thread: EngineThread): unknown {
    return isMessageFunction(name) ? (thread.end?.message ?? '') : lostAnswers[callRows[name].returns];
  }

  /** Runs the callbacks that are due. */
  #deliver(): void {
    this.#callbacks.deliver();
    this.#updateNeed();
  }

  /** What came during a call that runs no callbacks is delivered when the program has returned to its event loop. */
  #deliverLater(): void {
    const isEndUnsettled = this.#thread?.end !== undefined && !this.#hasSettledEnd;
    if (this.#isDeliveryDue || !(this.#callbacks.hasWaiting || isEndUnsettled)) return;
    this.#isDeliveryDue = true;
    setImmediate(() => {
      this.#isDeliveryDue = false;
      this.#settleEnd();
      this.#deliver();
    });
  }

  /** The process lives on for callbacks, except where the program pumps and so decides itself how long. */
  #updateNeed(): void {
    this.#thread?.setNeeded(this.#callbacks.live > 0 && !this.#isPumped);
  }

  /** The engine is gone: takes what it still sent, and completes the jobs that it leaves. */
  #settleEnd(): void {
    const thread = this.#thread;
    if (thread?.end === undefined || this.#hasSettledEnd) return;
    this.#hasSettledEnd = true;
    for (let message = thread.receive(); message !== undefined; message = thread.receive()) this.#take(message);
    this.#callbacks.completeAll();
    const isClosed = this.#lastReport !== undefined;
    if (!isClosed) this.#report({ kind: 'background-failed', error: thread.end, job: null });
  }

  #report(event: DiagnosticEvent): void {
    if (this.#listeners.length === 0) warn(event);
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // As for a listener of any event: it must not harm the call that is under way, and must not pass unseen.
        process.nextTick(() => {
          throw error;
        });
      }
    }
  }
}

/** What nobody listens to must not pass unseen. */
function warn({ kind, error }: DiagnosticEvent): void {
  const what = kind === 'callback-failed' ? 'a callback' : 'work in the background';
  process.emitWarning(`${what} failed: ${String(error)}`, 'RevixWarning');
}

const connectOptionsAt = Object.keys(callRows.VixHost_Connect.params).indexOf('options');

/** Whether the arguments of `VixHost_Connect` ask for the single-threaded mode. */
function asksForPump(args: readonly unknown[]): boolean {
  const options = args[connectOptionsAt];
  return typeof options === 'number' && (options & VIX_HOSTOPTION_USE_EVENT_PUMP) !== 0;
}

import { MessageChannel, receiveMessageOnPort, SHARE_ENV, Worker, type MessagePort } from 'node:worker_threads';
import { EngineMemory } from './engine-memory.js';
import type { EngineOptions } from './engine-options.js';
import { EnginePulse, tickFor } from './engine-pulse.js';
import { fromPlainError, type EngineStart, type FromEngine, type ToEngine } from './messages.js';

/** How long an engine may take to load its modules. */
const startLimitMs = 60_000;

/** Who is told what happens while the program's thread is not blocked. */
export interface EngineListener {
  /** A message came. */
  readonly onMessage: (message: FromEngine) => void;
  /** The engine has ended by itself. */
  readonly onEnd: () => void;
}

/** The thread of one engine as the program's thread sees it: messages both ways, waiting, life and death. */
export class EngineThread {
  readonly #memory = new EngineMemory();
  readonly #port: MessagePort;
  readonly #worker: Worker;
  readonly #timeoutMs: number;
  readonly #listener: EngineListener;
  #pulse: EnginePulse;
  #watch: NodeJS.Timeout | undefined = undefined;
  #end: Error | undefined = undefined;
  #expectedEnd: Error | undefined = undefined;

  /**
   * Starts the thread and blocks until the engine is ready.
   *
   * @param timeoutMs silence after which the engine counts as hung.
   * @throws Error when the engine cannot start; it says why.
   */
  constructor(options: EngineOptions, timeoutMs: number, listener: EngineListener) {
    this.#timeoutMs = timeoutMs;
    this.#listener = listener;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#pulse = new EnginePulse(this.#memory, Math.max(startLimitMs, timeoutMs));
    const start: EngineStart = {
      port: port2,
      memory: this.#memory.buffer,
      beatMs: tickFor(timeoutMs),
      options,
    };
    this.#worker = startWorker(start);
    // The program's own work decides how long the process lives; see `setNeeded`.
    this.#worker.unref();
    this.#worker.on('error', (error) => this.#endUnblocked(`the engine failed: ${error.message}`, error));
    this.#worker.on('exit', (code) => this.#endUnblocked(endedWith(code)));
    this.#awaitReady();
    port1.on('message', (message: FromEngine) => listener.onMessage(message));
    port1.unref();
  }

  /** Why the engine is gone; undefined while it works. */
  get end(): Error | undefined {
    return this.#end;
  }

  /** How many messages the engine has sent, for `sleep`. */
  get messages(): number {
    return this.#memory.messages;
  }

  /** Sends a message. One to an engine that is gone is lost. */
  post(message: ToEngine, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  /** Takes the next message, if there is one. Behind the last message of an engine that has ended stands its end. */
  receive(): FromEngine | undefined {
    // Read first: what the engine sent before its end is in the port by now.
    const { exitCode } = this.#memory;
    const received: { readonly message: FromEngine } | undefined = receiveMessageOnPort(this.#port);
    if (received === undefined && exitCode !== undefined)
      this.stop(this.#expectedEnd ?? new Error(endedWith(exitCode)));
    return received?.message;
  }

  /** Blocks the thread until there may be a message, or until the engine is gone. `seen` is an earlier `messages`. */
  sleep(seen: number): void {
    if (this.#end === undefined && !this.#memory.waitForMessage(seen, this.#pulse.tickMs)) this.#feelPulse();
  }

  /** Says whether the process must live on for the engine. If so, a hang is noticed without anybody waiting. */
  setNeeded(isNeeded: boolean): void {
    const isWatched = isNeeded && this.#end === undefined;
    if (isWatched === (this.#watch !== undefined)) return;
    if (isWatched) {
      this.#port.ref();
      // The port closes with the thread; only the thread itself keeps the process alive until its end is told.
      this.#worker.ref();
      this.#watch = setInterval(() => {
        this.#feelPulse();
        if (this.#end !== undefined) this.#listener.onEnd();
      }, this.#pulse.tickMs).unref();
    } else {
      this.#port.unref();
      this.#worker.unref();
      clearInterval(this.#watch);
      this.#watch = undefined;
    }
  }

  /** Ends the thread, whatever it does. The first reason stays. */
  stop(reason: Error): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.setNeeded(false);
    void this.#worker.terminate();
  }

  /** Says that the engine was told to end, and so why it has ended when it has. */
  expectEnd(reason: Error): void {
    this.#expectedEnd = reason;
  }

  /** Blocks until the thread, which is ending by itself, has ended. */
  awaitEnd(): void {
    while (this.#end === undefined) {
      const seen = this.messages;
      const message = this.receive();
      if (message === undefined) this.sleep(seen);
      else this.#listener.onMessage(message);
    }
  }

  #awaitReady(): void {
    for (;;) {
      const seen = this.messages;
      const message = this.receive();
      if (message?.kind === 'ready') break;
      if (message?.kind === 'failed') this.stop(fromPlainError(message.error));
      if (this.#end !== undefined) {
        this.#port.close();
        throw new Error(`cannot start the VIX engine: ${this.#end.message}`, { cause: this.#end });
      }
      if (message === undefined) this.sleep(seen);
    }
    this.#pulse = new EnginePulse(this.#memory, this.#timeoutMs);
  }

  #feelPulse(): void {
    if (!this.#pulse.isLost()) return;
    const seconds = this.#timeoutMs / 1000;
    this.stop(new Error(`the engine gave no sign of life for ${seconds} s (engineTimeoutMs) and was stopped`));
  }

  #endUnblocked(message: string, cause?: unknown): void {
    for (let sent = this.receive(); sent !== undefined; sent = this.receive()) this.#listener.onMessage(sent);
    this.stop(new Error(message, { cause }));
    this.#listener.onEnd();
  }
}

function endedWith(exitCode: number): string {
  return `the engine's thread ended unexpectedly with code ${exitCode}`;
}

function startWorker(start: EngineStart): Worker {
  try {
    // From the parent of its folder, which holds also where this module lies when it is bundled with others.
    return new Worker(new URL('../sync/engine-worker.js', import.meta.url), {
      workerData: start,
      transferList: [start.port],
      env: SHARE_ENV,
      name: 'revix engine',
      ...inheritedArguments(),
    });
  } catch (cause) {
    const message =
      'cannot start the VIX engine: its options must be plain data, because it runs in a thread of its own; ' +
      'give backends and clocks through the module that the option engine names';
    throw new Error(message, { cause });
  }
}

/**
 * A thread takes over Node's arguments of the process. With --input-type among them it would refuse to load a file.
 */
function inheritedArguments(): { execArgv?: string[] } {
  return process.execArgv.some((argument) => argument.startsWith('--input-type')) ? { execArgv: [] } : {};
}

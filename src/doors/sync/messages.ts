import type { MessagePort } from 'node:worker_threads';
import type { WireAnswer, WireCall } from '../../api/call-by-name.js';
import type { RemoteEvent } from '../../api/event-courier.js';
import type { HandleKind } from '../../handles/handle-kind.js';
import type { HandleCounter, HandleDumpLine } from '../../handles/handle-table.js';
import type { EngineOptions } from './engine-options.js';

/** What the engine's thread is started with. */
export interface EngineStart {
  readonly port: MessagePort;
  readonly memory: SharedArrayBuffer;
  readonly beatMs: number;
  readonly options: EngineOptions;
}

/** From the program to its engine. */
export type ToEngine =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly call: WireCall;
      /** Events whose callbacks are on the program's stack: they cannot end before this call does. */
      readonly within: readonly number[];
    }
  /** Reports the live handles. */
  | { readonly kind: 'count'; readonly id: number; readonly within: readonly number[] }
  /** Closes the engine, reports the handles that it leaves, and ends its thread. */
  | { readonly kind: 'close'; readonly id: number; readonly within: readonly number[] }
  /** The callback is finished with the event. */
  | { readonly kind: 'ack'; readonly event: number };

/** From the engine to its program. */
export type FromEngine =
  | { readonly kind: 'ready' }
  /** The engine could not start, or ended by a failure of its own. */
  | { readonly kind: 'failed'; readonly error: PlainError }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: WireAnswer }
  | { readonly kind: 'counted'; readonly id: number; readonly handles: HandleReport }
  /** A call threw, which is a defect of the engine. */
  | { readonly kind: 'threw'; readonly id: number; readonly error: PlainError }
  | EngineEvent
  | { readonly kind: 'diagnostic'; readonly error: PlainError };

/** An event for a callback of the program. */
export interface EngineEvent extends RemoteEvent {
  readonly kind: 'event';
}

/** The live handles and their numbers. */
export interface HandleReport {
  readonly lines: HandleDumpLine[];
  readonly counters: Record<HandleKind, HandleCounter>;
}

/** An error without what cannot cross threads. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/** Takes from a thrown value what can cross threads. */
export function toPlainError(thrown: unknown): PlainError {
  if (!(thrown instanceof Error)) return { name: 'Error', message: String(thrown), stack: undefined };
  return { name: thrown.name, message: thrown.message, stack: thrown.stack };
}

/** Makes an error again. */
export function fromPlainError(plain: PlainError): Error {
  const error = new Error(plain.message);
  error.name = plain.name;
  if (plain.stack !== undefined) error.stack = plain.stack;
  return error;
}

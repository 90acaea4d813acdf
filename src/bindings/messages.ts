import type { RemoteEvent } from '../api/event-courier.js';
import { propertyTypes } from '../api/vix-handle.js';
import { properties } from '../vix/properties.js';
import { kinds, ProtocolError } from './protocol.js';
import { readValues, type WireValue } from './wire-values.js';

/** What a client says. */
export type ClientMessage =
  | {
      readonly kind: 'hello';
      readonly greeting: string;
      /** Versions of the protocol that the client speaks. */
      readonly oldest: number;
      readonly newest: number;
      /** Process that the helper lives for. */
      readonly pid: number;
      /** Name of the client library, for messages. */
      readonly client: string;
      /** Highest handle that an earlier helper gave the client; 0 for the first one. */
      readonly lastHandle: number;
    }
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly name: string;
      /** Events whose callbacks are on the stack of the calling thread. */
      readonly within: readonly number[];
      readonly args: readonly WireValue[];
    }
  /** The callback is finished with the event. */
  | { readonly kind: 'ack'; readonly event: number }
  /** Nobody waits for the answer of the call any more. */
  | { readonly kind: 'cancel'; readonly id: number }
  /** The client's current directory, from which relative paths of the calls that follow start. */
  | { readonly kind: 'directory'; readonly path: string };

/** Type of each known property, as `[id, VIX_PROPERTYTYPE_*]`; 0 for one whose type no source tells. */
const propertyTable: readonly WireValue[] = Object.values(properties).map(({ id, type }) => [
  id,
  type === 'none' || type === 'unknown' ? 0 : propertyTypes[type],
]);

/** What the helper says: the kind of a frame and its values. */
export interface HelperMessage {
  readonly kind: string;
  readonly values: readonly WireValue[];
}

/** Answers to a greeting, and what follows. docs/protocol.md describes the values. */
export const helperMessages = {
  welcome: (version: number, helper: string): HelperMessage => ({
    kind: kinds.welcome,
    values: [version, helper, propertyTable],
  }),
  refuse: (text: string): HelperMessage => ({ kind: kinds.refuse, values: [text] }),
  result: (id: number, value: WireValue, outs: readonly WireValue[]): HelperMessage => ({
    kind: kinds.result,
    values: [id, value, outs],
  }),
  error: (id: number, text: string): HelperMessage => ({ kind: kinds.error, values: [id, text] }),
  event: ({ event, callback, job, type, info }: RemoteEvent, during: number): HelperMessage => ({
    kind: kinds.event,
    values: [event, callback, job, type, info, during],
  }),
  pumped: (callback: number, host: number): HelperMessage => ({ kind: kinds.pumped, values: [callback, host] }),
  fatal: (text: string): HelperMessage => ({ kind: kinds.fatal, values: [text] }),
};

/** Reads a frame's body. @throws ProtocolError naming what is wrong with it. */
export function readClientMessage(body: Buffer): ClientMessage {
  const kind = String.fromCharCode(body[0] ?? 0);
  const fields = new Fields(kind, readValues(body.subarray(1)));
  const message = decode(kind, fields);
  fields.end();
  return message;
}

function decode(kind: string, fields: Fields): ClientMessage {
  switch (kind) {
    case kinds.hello: {
      const greeting = fields.text('greeting');
      const oldest = fields.count('oldest version');
      const newest = fields.count('newest version');
      const pid = fields.count('process');
      const client = fields.text('client');
      return { kind: 'hello', greeting, oldest, newest, pid, client, lastHandle: fields.count('last handle') };
    }
    case kinds.call: {
      const id = fields.count('call');
      const name = fields.text('function');
      return { kind: 'call', id, name, within: fields.counts('events'), args: fields.list('arguments') };
    }
    case kinds.ack:
      return { kind: 'ack', event: fields.count('event') };
    case kinds.cancel:
      return { kind: 'cancel', id: fields.count('call') };
    case kinds.directory:
      return { kind: 'directory', path: fields.text('path') };
    default:
      throw new ProtocolError(`a frame has the kind ${JSON.stringify(kind)}, which no client message has`);
  }
}

/** The values of a frame, taken one after the other. */
class Fields {
  readonly #kind: string;
  readonly #values: readonly WireValue[];
  #next = 0;

  constructor(kind: string, values: readonly WireValue[]) {
    this.#kind = kind;
    this.#values = values;
  }

  text(name: string): string {
    const value = this.#take(name);
    if (typeof value !== 'string') throw this.#wrong(name, 'a string');
    return value;
  }

  count(name: string): number {
    const value = this.#take(name);
    if (!isCount(value)) throw this.#wrong(name, 'an integer from 0 on');
    return value;
  }

  list(name: string): readonly WireValue[] {
    const value = this.#take(name);
    if (!Array.isArray(value)) throw this.#wrong(name, 'a list');
    return value as readonly WireValue[];
  }

  counts(name: string): readonly number[] {
    const list = this.list(name);
    if (!list.every(isCount)) throw this.#wrong(name, 'a list of integers from 0 on');
    return list;
  }

  end(): void {
    if (this.#next === this.#values.length) return;
    throw new ProtocolError(`a frame ${this.#kind} has ${this.#values.length} values; it should have ${this.#next}`);
  }

  #take(name: string): WireValue {
    const value = this.#values[this.#next];
    if (value === undefined) throw new ProtocolError(`a frame ${this.#kind} ends before its ${name}`);
    this.#next += 1;
    return value;
  }

  #wrong(name: string, expected: string): ProtocolError {
    return new ProtocolError(`the ${name} of a frame ${this.#kind} must be ${expected}`);
  }
}

function isCount(value: WireValue): value is number {
  return typeof value === 'number' && value >= 0;
}

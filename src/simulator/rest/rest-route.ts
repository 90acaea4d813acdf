import type { IncomingMessage } from 'node:http';
import type { Endpoint } from '../endpoint.js';
import type { Fields } from '../fields.js';
import type { GuestServices } from '../guest/guest-services.js';
import type { Session } from '../sessions.js';

/** One request to a resource. */
export interface RestCall {
  readonly endpoint: Endpoint;
  readonly services: GuestServices;
  readonly session: Session;
  /** What the path says where the route has a `{name}`. */
  readonly param: (name: string) => string;
  readonly query: URLSearchParams;
  /** The JSON object of the body; empty where there is none. */
  readonly body: Fields;
  readonly isLegacy: boolean;
  readonly request: IncomingMessage;
  readonly signal: AbortSignal;
}

/** What a resource answers. */
export interface RestAnswer {
  readonly status: 200 | 201 | 204;
  readonly value?: unknown;
}

/** One operation of a resource. */
export interface RestRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api` or `/rest`, like `/vcenter/vm/{vm}/tools`. */
  readonly path: string;
  /** What the query calls the operation. */
  readonly action?: string;
  /** Also below `/rest`. */
  readonly isLegacyToo?: boolean;
  /** Needs no session. */
  readonly isForAnybody?: boolean;
  readonly run: (call: RestCall) => Promise<RestAnswer>;
}

export function ok(value: unknown): RestAnswer {
  return { status: 200, value };
}

export function created(value: unknown): RestAnswer {
  return { status: 201, value };
}

export const noContent: RestAnswer = { status: 204 };

/** A map in the answer: an object below `/api`, a list of `key` and `value` below `/rest`. */
export class RestMap {
  readonly entries: Readonly<Record<string, unknown>>;

  constructor(entries: Readonly<Record<string, unknown>>) {
    this.entries = entries;
  }
}

/** The value as JSON has it. */
export function asJson(value: unknown, isLegacy: boolean): unknown {
  if (value instanceof RestMap) {
    const entries = Object.entries(value.entries).map(([key, item]) => [key, asJson(item, isLegacy)] as const);
    return isLegacy ? entries.map(([key, item]) => ({ key, value: item })) : Object.fromEntries(entries);
  }
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => asJson(item, isLegacy));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asJson(item, isLegacy)]));
}

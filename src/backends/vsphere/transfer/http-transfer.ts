import { getDefaultHighWaterMark, type Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../../base/clock.js';
import type { TraceDetails } from '../../../base/timeline.js';
import type { HttpPeer } from '../http/dispatchers.js';
import { httpFailureFrom } from '../http/http-exchange.js';
import { HttpFailure } from '../http/http-failure.js';
import { DownloadBuffer } from './download-buffer.js';
import { IdleLimit } from './idle-limit.js';

/** How long a transfer may stand still. A host may write a large file to its disk before it answers. */
const idleMs = 120_000;

/** A socket takes a piece below this size to send it later, and the next piece may come in the same buffer. */
const keptBelowBytes = getDefaultHighWaterMark(false);

/** Longest error page that is read to keep the connection in order. */
const errorPageBytes = 64 * 1024;

/** What every transfer is given beside its URL. */
export interface TransferContext {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Headers beside the length; a guest file needs none, for its token is in the URL. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Bytes with their number known beforehand. */
interface Content {
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Sends bytes by PUT, with their number in `Content-Length` as ESXi demands, in constant memory.
 *
 * @throws HttpFailure; the signal's reason when it was aborted; what the chunks throw, as it is; a `RangeError` when they
 *   are not as many bytes as was said.
 */
export async function put(peer: HttpPeer, url: URL, content: Content, context: TransferContext): Promise<void> {
  const { timeline } = peer;
  if (timeline === undefined) return sent(peer, url, content, context);
  const details = { ...drawnDetails(peer, context), bytes: content.size };
  return timeline.draw('http', `PUT ${url.pathname}`, details, () => sent(peer, url, content, context));
}

function drawnDetails({ timeline, origin }: HttpPeer, { signal }: TransferContext): TraceDetails {
  return { job: timeline?.ownerOf(signal), host: origin };
}

async function sent(peer: HttpPeer, url: URL, content: Content, context: TransferContext): Promise<void> {
  const limit = new IdleLimit(context.clock, idleMs, context.signal, () => standsStill(peer));
  const source = new SourceWatch(content, limit);
  try {
    const answer = await peer.dispatcher.request({
      method: 'PUT',
      path: pathOf(url),
      headers: { ...context.headers, 'content-length': String(content.size) },
      // undici's documentation names iterables, its types do not.
      body: content.size === 0 ? null : (source.chunks() as unknown as Readable),
      signal: limit.signal,
      // The token is spent, and hosts end such connections in their own way: each transfer has its own.
      reset: true,
    });
    await requireOk(answer, peer);
    source.requireWhole();
  } catch (error) {
    throw source.failure ?? reasonOf(error, limit, context.signal, peer);
  } finally {
    limit.end();
  }
}

/** Bytes that are on their way. */
export interface Download {
  /** What the server says, before a byte has come; undefined where it does not. */
  readonly size: number | undefined;
  /** Whether the bytes begin where the request asked for it, rather than at the start of the file. */
  readonly isPartial: boolean;
  /** The bytes, to be read once and to their end; leaving the loop early ends the transfer. */
  readonly chunks: AsyncGenerator<Uint8Array>;
}

/** Asks for bytes by GET. @throws HttpFailure, here and while the chunks are read; the signal's reason. */
export function get(peer: HttpPeer, url: URL, context: TransferContext): Promise<Download> {
  const { clock, headers, signal } = context;
  const limit = new IdleLimit(clock, idleMs, signal, () => standsStill(peer));
  const buffer = new DownloadBuffer();
  const span = peer.timeline?.begin('http', `GET ${url.pathname}`, drawnDetails(peer, context));
  return new Promise((resolve, reject) => {
    let started: Dispatcher.DispatchController | undefined;
    const end = (): void => {
      limit.signal.removeEventListener('abort', onStop);
      limit.end();
      span?.end();
    };
    const fail = (error: unknown): void => {
      const reason = reasonOf(error, limit, signal, peer);
      end();
      // Whichever comes first counts: before the head of the answer nobody reads, and after it nobody awaits the head.
      reject(reason);
      buffer.fail(reason);
      started?.abort(new Error('the transfer is over'));
    };
    const onStop = (): void => fail(limit.signal.reason);
    limit.signal.addEventListener('abort', onStop, { once: true });
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(controller) {
        started = controller;
        if (limit.signal.aborted) controller.abort(new Error('the transfer is over'));
      },
      onResponseStart(controller, status, received) {
        limit.moved();
        if (status < 200 || status >= 300) return fail(refusal(status, peer));
        const length = received['content-length'];
        const size = typeof length === 'string' && /^\d+$/.test(length) ? Number(length) : undefined;
        const resume = (): void => {
          limit.moved();
          controller.resume();
        };
        const stop = (): void => fail(new Error('nobody reads the rest'));
        resolve({ size, isPartial: status === 206, chunks: untilLeft(buffer.pieces(resume), stop) });
      },
      onResponseData(controller, chunk) {
        limit.moved();
        buffer.add(chunk);
        if (buffer.isFull) controller.pause();
      },
      onResponseEnd() {
        end();
        buffer.end();
      },
      onResponseError(_controller, error) {
        fail(error);
      },
    };
    if (limit.signal.aborted) return onStop();
    const options = { method: 'GET', path: pathOf(url), headers: { ...headers }, reset: true } as const;
    peer.dispatcher.dispatch(options, handler);
  });
}

/** Passes pieces on, and tells when their reader is through with them or leaves. */
async function* untilLeft(pieces: AsyncGenerator<Uint8Array>, left: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } finally {
    left();
  }
}

/** Passes the bytes of an upload on, and remembers what the network layer would wrap or hide. */
class SourceWatch {
  /** What the source itself threw. */
  failure: unknown;
  readonly #content: Content;
  readonly #limit: IdleLimit;
  #sent = 0;

  constructor(content: Content, limit: IdleLimit) {
    this.#content = content;
    this.#limit = limit;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of this.#content.chunks) {
        this.#sent += chunk.byteLength;
        if (this.#sent > this.#content.size) this.#refuseLength();
        this.#limit.moved();
        yield chunk.byteLength < keptBelowBytes ? Uint8Array.from(chunk) : chunk;
        this.#limit.moved();
      }
      this.requireWhole();
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  /** @throws RangeError when the source had fewer bytes than it said. */
  requireWhole(): void {
    if (this.#sent < this.#content.size) this.#refuseLength();
  }

  #refuseLength(): never {
    throw new RangeError(`${this.#content.size} bytes were to be sent, but the source has ${this.#sent}`);
  }
}

async function requireOk(answer: Dispatcher.ResponseData, peer: HttpPeer): Promise<void> {
  const { statusCode: status, body } = answer;
  if (status >= 200 && status < 300) return;
  await body.dump({ limit: errorPageBytes }).catch(() => undefined);
  throw refusal(status, peer);
}

function refusal(status: number, { origin }: HttpPeer): HttpFailure {
  const kind = status >= 500 ? 'unavailable' : 'refused';
  return new HttpFailure(kind, `${origin} answered the transfer with HTTP status ${status}`, {
    mayHaveRun: true,
    status,
  });
}

function standsStill({ origin }: HttpPeer): HttpFailure {
  return new HttpFailure('timeout', `no byte has moved to or from ${origin} in ${idleMs / 1000} seconds`, {
    mayHaveRun: true,
  });
}

/** Why a transfer ended: the caller's wish, the time limit, or what happened on the network. */
function reasonOf(error: unknown, limit: IdleLimit, signal: AbortSignal, { origin }: HttpPeer): unknown {
  if (signal.aborted) return signal.reason;
  if (limit.signal.aborted) return limit.signal.reason;
  return error instanceof HttpFailure ? error : httpFailureFrom(error, origin);
}

function pathOf(url: URL): string {
  return `${url.pathname}${url.search}`;
}

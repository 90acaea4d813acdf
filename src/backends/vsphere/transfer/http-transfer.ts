import { channel } from 'node:diagnostics_channel';
import { getDefaultHighWaterMark, type Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../../base/clock.js';
import type { TraceDetails } from '../../../base/timeline.js';
import { AnswerReader, MalformedAnswer } from '../http/answer-reader.js';
import type { HttpPeer } from '../http/dispatchers.js';
import { HttpFailure } from '../http/http-failure.js';
import { connectFailureFrom, httpFailureFrom } from '../http/http-failure-from.js';
import { DownloadBuffer } from './download-buffer.js';
import { IdleLimit } from './idle-limit.js';

/** How long a transfer may stand still. A host may write a large file to its disk before it answers. */
const idleMs = 120_000;

/**
 * Tell whoever watches the network of the process of each download, as undici tells of its requests by channels of its own.
 * The same `{ origin, path }` at the start and at the end; the query is left out, for it holds the token.
 */
const [startOfDownload, endOfDownload] = [channel('revix:download:start'), channel('revix:download:end')];

/** A socket takes a piece below this size to send it later, and the next piece may come in the same buffer. */
const keptBelowBytes = getDefaultHighWaterMark(false);

/** Longest answer to an upload that is read to its end. */
const mostAnswerBytes = 64 * 1024;

/** What every transfer is given beside its URL. */
export interface TransferContext {
  readonly signal: AbortSignal;
  readonly clock: Clock;
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
  const leave = await peer.transfers.enter('up', context.signal);
  const limit = new IdleLimit(context.clock, idleMs, context.signal, () => standsStill(peer));
  const source = new SourceWatch(content, limit);
  try {
    const request = {
      method: 'PUT',
      path: pathOf(url),
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(content.size) },
      // undici's documentation names iterables, its types do not.
      body: content.size === 0 ? null : (source.chunks() as unknown as Readable),
      // The token is spent, and hosts end such connections in their own way: each transfer has its own.
      reset: true,
    } as const;
    const status = await statusOf(peer, request, limit.signal);
    if (!isSuccess(status)) throw refusal(status, peer);
    source.requireWhole();
  } catch (error) {
    throw source.failure ?? reasonOf(error, limit, context.signal, peer);
  } finally {
    limit.end();
    leave();
  }
}

/**
 * Sends a request and gives the status of the answer. The rest of the answer is dropped as it comes: undici 7 ends the
 * process when a connection ends whose answer waits for a reader (nodejs/undici#5360).
 */
function statusOf(
  { origin, transfers }: HttpPeer,
  request: Dispatcher.DispatchOptions,
  signal: AbortSignal,
): Promise<number> {
  return new Promise<number>((resolve, reject) => {
    let started: Dispatcher.DispatchController | undefined;
    let status = 0;
    let size = 0;
    const stop = (): void => {
      reject(signal.reason);
      started?.abort(new Error('the transfer is over'));
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    transfers.dispatcher.dispatch(request, {
      onRequestStart(controller) {
        started = controller;
        if (signal.aborted) stop();
      },
      onResponseStart(_controller, received) {
        status = received;
      },
      onResponseData(controller, chunk) {
        size += chunk.byteLength;
        if (size > mostAnswerBytes) controller.abort(new Error('the rest of the answer is not wanted'));
      },
      onResponseEnd: () => resolve(status),
      onResponseError(_controller, error) {
        // What the server thinks of the upload is known once its status is.
        if (status >= 200) resolve(status);
        else reject(started === undefined ? connectFailureFrom(error, origin) : error);
      },
    });
  });
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

/**
 * Asks for bytes by GET.
 *
 * @param firstByte where to begin; a server may not heed it.
 * @throws HttpFailure, here and while the chunks are read; the signal's reason.
 */
export async function get(peer: HttpPeer, url: URL, context: TransferContext, firstByte = 0): Promise<Download> {
  const { clock, signal } = context;
  const leave = await peer.transfers.enter('down', signal);
  const limit = new IdleLimit(clock, idleMs, signal, () => standsStill(peer));
  const buffer = new DownloadBuffer();
  const span = peer.timeline?.begin('http', `GET ${url.pathname}`, drawnDetails(peer, context));
  const told = { origin: peer.origin, path: url.pathname };
  startOfDownload.publish(told);
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = (settle: () => void): void => {
      if (isOver) return;
      isOver = true;
      limit.signal.removeEventListener('abort', onStop);
      limit.end();
      connection.close();
      leave();
      span?.end();
      endOfDownload.publish(told);
      settle();
    };
    const fail = (error: unknown): void => {
      const reason = reasonOf(error, limit, signal, peer);
      end(() => {
        // Whichever comes first counts: before the head of the answer nobody reads, and after it nobody awaits the head.
        reject(reason);
        buffer.fail(reason);
      });
    };
    const onStop = (): void => fail(limit.signal.reason);
    const resume = (): void => {
      limit.moved();
      connection.resume();
    };
    const reader = new AnswerReader({
      onHead({ status, headers }) {
        if (!isSuccess(status)) return fail(refusal(status, peer));
        const length = headers.get('content-length');
        const size = length === undefined ? undefined : Number(length);
        const stop = (): void => fail(new Error('nobody reads the rest'));
        resolve({ size, isPartial: status === 206, chunks: untilLeft(buffer.pieces(resume), stop) });
      },
      onContent: (bytes) => buffer.add(bytes),
      onWhole: () => end(() => buffer.end()),
    });
    const reading = (step: () => void): void => {
      limit.moved();
      try {
        step();
      } catch (error) {
        fail(error);
      }
    };
    let isOpen = false;
    const connection = peer.transfers.open({
      onOpen() {
        isOpen = true;
        connection.write(requestText(url, firstByte));
      },
      onBytes(bytes) {
        reading(() => reader.read(bytes));
        if (buffer.isFull) connection.pause();
      },
      onEnd: () => reading(() => reader.end()),
      onError: (error) => fail(isOpen ? error : connectFailureFrom(error, peer.origin)),
    });
    if (limit.signal.aborted) onStop();
    else limit.signal.addEventListener('abort', onStop, { once: true });
  });
}

function requestText(url: URL, firstByte: number): string {
  const range = firstByte === 0 ? '' : `range: bytes=${firstByte}-\r\n`;
  return `GET ${pathOf(url)} HTTP/1.1\r\nhost: ${url.host}\r\nconnection: close\r\n${range}\r\n`;
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

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
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
  if (error instanceof MalformedAnswer) {
    return new HttpFailure('bad-answer', `${origin} cannot be understood: ${error.message}`, {
      mayHaveRun: true,
      cause: error,
    });
  }
  return error instanceof HttpFailure ? error : httpFailureFrom(error, origin);
}

function pathOf(url: URL): string {
  return `${url.pathname}${url.search}`;
}

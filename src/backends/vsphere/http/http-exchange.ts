import { setMaxListeners } from 'node:events';
import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, createInflate, gunzip, inflate } from 'node:zlib';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../../base/clock.js';
import type { TraceDetails } from '../../../base/timeline.js';
import type { HttpPeer } from './dispatchers.js';
import { HttpFailure } from './http-failure.js';
import { connectFailureFrom, httpFailureFrom } from './http-failure-from.js';

/** A request with a short body, whose answer is read as a whole. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE' | 'PATCH';
  /** Path and query. */
  readonly path: string;
  /** What it asks for where the path does not tell: the method of an object that a SOAP request calls. */
  readonly what?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** From the start to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Largest answer, after decompression. */
  readonly maxAnswerBytes: number;
  /** Of whoever wants the answer. */
  readonly signal?: AbortSignal | undefined;
  /** Of what the request belongs to: the session, which many requests share. */
  readonly ended?: AbortSignal | undefined;
  readonly clock: Clock;
}

interface AnswerHead {
  readonly status: number;
  /** Lower-case name -> value; several values as a list. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface HttpAnswer extends AnswerHead {
  readonly body: Buffer;
}

/** An answer of which some has arrived and the rest comes as it is read. */
export interface StreamedAnswer extends AnswerHead {
  /** To be read once; leaving the loop early ends the exchange. Throws what `exchange` throws. */
  readonly stream: AsyncIterable<Buffer>;
}

/**
 * Exchanges one request for one answer.
 *
 * @throws HttpFailure when no answer came; the reason of a signal that was aborted.
 */
export async function exchange(peer: HttpPeer, request: HttpRequest): Promise<HttpAnswer> {
  throwIfUnwanted(request);
  return drawn(peer, request, async () => {
    const answer = (await plainExchange(peer, request, Number.POSITIVE_INFINITY)) as HttpAnswer;
    return decompressed(peer, request, answer);
  });
}

/** As `exchange`, but a long answer with status 200 is given as soon as so many bytes of it have travelled. */
export async function exchangeLong(
  peer: HttpPeer,
  request: HttpRequest,
  longBytes: number,
): Promise<HttpAnswer | StreamedAnswer> {
  throwIfUnwanted(request);
  return drawn(peer, request, async () => {
    const answer = await plainExchange(peer, request, longBytes);
    return 'body' in answer ? decompressed(peer, request, answer) : answer;
  });
}

function throwIfUnwanted({ signal, ended }: HttpRequest): void {
  signal?.throwIfAborted();
  ended?.throwIfAborted();
}

/** Shows an exchange on the timeline, where there is one. */
function drawn<Answer extends HttpAnswer | StreamedAnswer>(
  { timeline, origin }: HttpPeer,
  request: HttpRequest,
  work: () => Promise<Answer>,
): Promise<Answer> {
  if (timeline === undefined) return work();
  const name = request.what ?? `${request.method} ${withoutQuery(request.path)}`;
  const details = { job: timeline.ownerOf(request.signal), host: origin };
  return timeline.draw('http', name, details, work, answerDetails);
}

/** The query of a URL may hold a ticket. */
function withoutQuery(path: string): string {
  return path.replace(/\?.*$/s, '');
}

/** How long a streamed answer is shows only at its end. */
function answerDetails(answer: HttpAnswer | StreamedAnswer): TraceDetails {
  return { status: answer.status, ...('body' in answer ? { bytes: answer.body.byteLength } : {}) };
}

async function decompressed(peer: HttpPeer, request: HttpRequest, answer: HttpAnswer): Promise<HttpAnswer> {
  const decompress = decompressions[encodingOf(answer)]?.whole;
  if (decompress === undefined) return answer;
  try {
    return { ...answer, body: await decompress(answer.body, { maxOutputLength: request.maxAnswerBytes }) };
  } catch (error) {
    if (error instanceof RangeError) throw tooLong(peer.origin, request.maxAnswerBytes);
    throw httpFailureFrom(error, peer.origin);
  }
}

function encodingOf({ headers }: AnswerHead): string {
  return String(headers['content-encoding'] ?? '').toLowerCase();
}

interface Decompression {
  readonly whole: typeof gunzip.__promisify__;
  readonly stream: typeof createGunzip;
}

const decompressions: Readonly<Record<string, Decompression>> = {
  gzip: { whole: promisify(gunzip), stream: createGunzip },
  deflate: { whole: promisify(inflate), stream: createInflate },
};

/**
 * The exchange with the answer as it travelled. A small call is over in a millisecond, of which streams and their
 * iterators would take a good part, so the pieces are taken from the connection itself.
 */
function plainExchange(
  { origin, dispatcher }: HttpPeer,
  request: HttpRequest,
  longBytes: number,
): Promise<HttpAnswer | StreamedAnswer> {
  const { method, path, headers, body = null, timeoutMs, maxAnswerBytes, clock } = request;
  const signals = [request.signal, request.ended].filter((signal) => signal !== undefined);
  return new Promise((resolve, reject) => {
    /** Of the request, once there is a connection for it: not a byte of it is sent before. */
    let started: Dispatcher.DispatchController | undefined;
    let isOver = false;
    let status = 0;
    let answerHeaders: AnswerHead['headers'] = {};
    let long: LongBody | undefined;
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (settle: () => void): void => {
      if (isOver) return;
      isOver = true;
      deadline.cancel();
      for (const signal of signals) signal.removeEventListener('abort', onAbort);
      settle();
    };
    const stop = (reason: unknown): void => {
      end(() => fail(reason));
      started?.abort(new Error('the answer is not wanted any more'));
    };
    const fail = (reason: unknown): void => {
      if (long === undefined) reject(reason);
      else long.fail(reason);
    };
    const onAbort = (): void => stop(signals.find(({ aborted }) => aborted)?.reason);
    const drop = (): void => {
      if (!isOver) stop(new Error('nobody reads the answer to its end'));
    };
    const deadline = clock.after(timeoutMs, () => {
      const message = `${origin} gave no whole answer in ${Math.round(timeoutMs / 1000)} seconds`;
      stop(new HttpFailure('timeout', message, { mayHaveRun: started !== undefined }));
    });
    for (const signal of signals) {
      // However many requests follow one signal, each of them leaves it: that is no leak to warn of.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', onAbort, { once: true });
    }
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(controller) {
        started = controller;
        // Given up while it waited for a connection.
        if (isOver) controller.abort(new Error('the answer is not wanted any more'));
      },
      onResponseStart(_controller, statusCode, received) {
        status = statusCode;
        answerHeaders = received;
      },
      onResponseData(_controller, chunk) {
        size += chunk.byteLength;
        if (size > maxAnswerBytes) {
          stop(tooLong(origin, maxAnswerBytes));
          return;
        }
        if (long !== undefined) {
          // Its reader is soon through: what waits for him is no more than the answer as a whole would be.
          long.push(chunk);
          return;
        }
        chunks.push(chunk);
        if (size < longBytes || status !== 200) return;
        long = new LongBody(drop);
        for (const one of chunks.splice(0)) long.push(one);
        const head = { status, headers: answerHeaders };
        resolve({ ...head, stream: readLong(long, head, origin, maxAnswerBytes) });
      },
      onResponseEnd() {
        end(() => {
          const reader = long;
          if (reader !== undefined) return whenFree(() => reader.push(null));
          const answer = { status, headers: answerHeaders, body: Buffer.concat(chunks, size) };
          return whenFree(() => resolve(answer));
        });
      },
      onResponseError(_controller, error) {
        const failureFrom = started === undefined ? connectFailureFrom : httpFailureFrom;
        end(() => fail(failureFrom(error, origin)));
      },
    };
    dispatcher.dispatch({ method, path, headers: { ...headers }, body }, handler);
  });
}

/**
 * Acts when the connection of an answer that has ended takes the next request. undici frees it a turn of the event loop
 * later (`onMessageComplete` in its `client-h1.js`); whoever sent the next request at once would make it open another
 * connection, whose handshake takes longer than most calls.
 */
function whenFree(action: () => void): void {
  queueMicrotask(() => setImmediate(action));
}

/** The body of a long answer between the connection and its reader. */
class LongBody extends Readable {
  /** Why it broke off, where it did: a stream itself can only be ended by an `Error`. */
  failure: { readonly reason: unknown } | undefined;

  /** @param drop called at the end, also when nobody reads as far. */
  constructor(drop: () => void) {
    super({
      read: () => undefined,
      destroy: (error, done) => {
        drop();
        done(error);
      },
    });
    // Whoever reads it is told; until then nobody has to.
    this.on('error', () => undefined);
  }

  fail(reason: unknown): void {
    this.failure = { reason };
    this.destroy(new Error('the answer broke off'));
  }
}

async function* readLong(
  body: LongBody,
  head: AnswerHead,
  origin: string,
  maxAnswerBytes: number,
): AsyncGenerator<Buffer> {
  const decompress = decompressions[encodingOf(head)]?.stream;
  const source = decompress === undefined ? body : pipeline(body, decompress(), () => undefined);
  let size = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      size += chunk.byteLength;
      if (size > maxAnswerBytes) throw tooLong(origin, maxAnswerBytes);
      yield chunk;
    }
  } catch (error) {
    if (body.failure !== undefined) throw body.failure.reason;
    throw error instanceof HttpFailure ? error : httpFailureFrom(error, origin);
  }
}

function tooLong(origin: string, maxBytes: number): HttpFailure {
  const message = `${origin} answered with more than ${maxBytes} bytes, which is more than Revix takes`;
  return new HttpFailure('bad-answer', message, { mayHaveRun: true });
}

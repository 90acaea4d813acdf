import type { Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { errors, type Dispatcher } from 'undici';
import type { Clock } from '../../../base/clock.js';
import { LinkedAbort } from '../../../base/linked-abort.js';
import type { HttpPeer } from './dispatchers.js';
import { CertificateRefused, HttpFailure, type HttpFailureKind, ProxyFailure } from './http-failure.js';

/** A request with a short body, whose answer is read as a whole. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE' | 'PATCH';
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** From the start to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Largest answer, after decompression. */
  readonly maxAnswerBytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly clock: Clock;
}

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case name -> value; several values as a list. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * Exchanges one request for one answer.
 *
 * @throws HttpFailure when no answer came; the signal's reason when it was aborted.
 */
export async function exchange(peer: HttpPeer, request: HttpRequest): Promise<HttpAnswer> {
  const { signal, clock, timeoutMs } = request;
  signal?.throwIfAborted();
  const stop = new LinkedAbort(signal);
  const deadline = clock.after(timeoutMs, () => {
    const message = `${peer.origin} gave no whole answer in ${Math.round(timeoutMs / 1000)} seconds`;
    stop.abort(new HttpFailure('timeout', message, { mayHaveRun: true }));
  });
  try {
    const answer = await peer.dispatcher.request({
      method: request.method,
      path: request.path,
      headers: { ...request.headers },
      signal: stop.signal,
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    const body = await wholeBody(answer, request.maxAnswerBytes, peer.origin);
    return { status: answer.statusCode, headers: answer.headers, body };
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    if (error instanceof HttpFailure) throw error;
    throw httpFailureFrom(error, peer.origin);
  } finally {
    deadline.cancel();
    stop.release();
  }
}

async function wholeBody(answer: Dispatcher.ResponseData, maxBytes: number, origin: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of decompressed(answer)) {
    const bytes: Buffer = Buffer.from(chunk as Uint8Array);
    size += bytes.byteLength;
    if (size > maxBytes) {
      answer.body.destroy();
      const message = `${origin} answered with more than ${maxBytes} bytes, which is more than Revix takes`;
      throw new HttpFailure('bad-answer', message, { mayHaveRun: true });
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, size);
}

function decompressed({ headers, body }: Dispatcher.ResponseData): Readable {
  const coding = String(headers['content-encoding'] ?? '').toLowerCase();
  const inflate = coding === 'gzip' ? createGunzip() : coding === 'deflate' ? createInflate() : undefined;
  if (inflate === undefined) return body;
  body.once('error', (error) => inflate.destroy(error));
  return body.pipe(inflate);
}

/** Failures before a connection stood, by the code of Node or undici. */
const connectCodes: Readonly<Record<string, readonly [HttpFailureKind, string]>> = {
  ENOTFOUND: ['resolve', 'its name is unknown'],
  EAI_AGAIN: ['resolve', 'its name cannot be resolved at the moment'],
  ECONNREFUSED: ['connect', 'it refuses connections'],
  EHOSTUNREACH: ['connect', 'there is no way to it'],
  ENETUNREACH: ['connect', 'there is no way to it'],
  UND_ERR_CONNECT_TIMEOUT: ['connect', 'it does not answer'],
  EPROTO: ['connect', 'it does not speak TLS as this program does'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['connect', 'it does not speak TLS; is the port right?'],
};

/** What an error of undici or Node means. @param origin scheme, name and port, for the message. */
export function httpFailureFrom(error: unknown, origin: string): HttpFailure {
  if (error instanceof CertificateRefused) {
    return new HttpFailure('certificate', error.message, { mayHaveRun: false, cause: error });
  }
  if (error instanceof ProxyFailure) {
    return new HttpFailure('proxy', error.message, { mayHaveRun: false, cause: error });
  }
  const code = codeOf(error);
  const known = connectCodes[code] ?? (code.startsWith('ERR_SSL_') ? connectCodes['EPROTO'] : undefined);
  if (known !== undefined) {
    const message = `${origin} cannot be reached: ${known[1]} (${code})`;
    return new HttpFailure(known[0], message, { mayHaveRun: false, cause: error });
  }
  if (error instanceof errors.ClientDestroyedError || error instanceof errors.ClientClosedError) {
    return new HttpFailure('lost', `the connection to ${origin} was closed`, { mayHaveRun: false, cause: error });
  }
  const reason = error instanceof Error ? error.message : String(error);
  const message = `the connection to ${origin} broke: ${reason}`;
  return new HttpFailure('lost', message, { mayHaveRun: true, cause: error });
}

/** The code of an error, or of the first of those that it gathers: Node tries every address of a name. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error ? codeOf(error.cause) : '';
}

import { errors } from 'undici';
import { CertificateRefused, HttpFailure, type HttpFailureKind, ProxyFailure } from './http-failure.js';

/** Failures before a connection stood, by the code of Node or undici. */
const connectCodes: Readonly<Record<string, readonly [HttpFailureKind, string]>> = {
  ENOTFOUND: ['resolve', 'its name is unknown'],
  EAI_AGAIN: ['resolve', 'its name cannot be resolved at the moment'],
  ECONNREFUSED: ['connect', 'it refuses connections'],
  EHOSTUNREACH: ['connect', 'there is no way to it'],
  ENETUNREACH: ['connect', 'there is no way to it'],
  UND_ERR_CONNECT_TIMEOUT: ['connect', 'it does not answer'],
  EPROTO: ['tls', 'it does not speak TLS as this program does'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['tls', 'it does not speak TLS; is the port right?'],
};

/**
 * What an error of undici or Node means for a request that had a connection. Whatever its code, the server may have seen
 * the request: a way that vanishes ends a standing connection with `EHOSTUNREACH`, too.
 *
 * @param origin scheme, name and port, for the message.
 */
export function httpFailureFrom(error: unknown, origin: string): HttpFailure {
  return new HttpFailure('lost', lostMessage(error, origin), { mayHaveRun: true, cause: error });
}

/** What it means for a request that had no connection yet, so that the server has not seen it. */
export function connectFailureFrom(error: unknown, origin: string): HttpFailure {
  const unsent = { mayHaveRun: false, cause: error };
  if (error instanceof CertificateRefused) return new HttpFailure('certificate', error.message, unsent);
  if (error instanceof ProxyFailure) return new HttpFailure('proxy', error.message, unsent);
  if (isClosed(error)) return new HttpFailure('lost', lostMessage(error, origin), unsent);
  const code = codeOf(error);
  const known = connectCodes[code] ?? (code.startsWith('ERR_SSL_') ? connectCodes['EPROTO'] : undefined);
  const [kind, why] = known ?? ['connect', `the connection broke before it stood: ${reasonOf(error)}`];
  return new HttpFailure(kind, `${origin} cannot be reached: ${why}${known === undefined ? '' : ` (${code})`}`, unsent);
}

function lostMessage(error: unknown, origin: string): string {
  return isClosed(error)
    ? `the connection to ${origin} was closed`
    : `the connection to ${origin} broke: ${reasonOf(error)}`;
}

/** Whether the connections were closed at this end. */
function isClosed(error: unknown): boolean {
  return error instanceof errors.ClientDestroyedError || error instanceof errors.ClientClosedError;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of an error, or of the first of those that it gathers: Node tries every address of a name. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error ? codeOf(error.cause) : '';
}

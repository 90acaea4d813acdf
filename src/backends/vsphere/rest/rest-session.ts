import { Buffer } from 'node:buffer';
import type { Clock } from '../../../base/clock.js';
import { settledWithin } from '../../../base/settled-within.js';
import { untilAborted } from '../../../base/until-aborted.js';
import type { HttpPeer } from '../http/dispatchers.js';
import { exchange, type HttpAnswer } from '../http/http-exchange.js';
import { HttpFailure } from '../http/http-failure.js';
import { type Login, logoutMs } from '../session/login.js';
import { restErrorOf, RestUnavailable } from './rest-error.js';

/** The two forms of the API: `/api` from 7.0 on, and `/rest`, which wraps every result. */
export type RestForm = 'api' | 'rest';

const loginPaths: Readonly<Record<RestForm, string>> = { api: '/api/session', rest: '/rest/com/vmware/cis/session' };

/** Statuses by which a server says that there is nothing at a path. */
const absent: ReadonlySet<number> = new Set([400, 404, 405, 501]);

const sessionHeader = 'vmware-api-session-id';
const maxAnswerBytes = 16 * 1024 * 1024;

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** Path and query below `/api` or `/rest`, beginning with a slash. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: object;
  readonly signal: AbortSignal;
}

interface RestLogin {
  readonly form: RestForm;
  readonly token: string;
}

/** A login at the REST API of one vCenter, made at the first request and again when the server has forgotten it. */
export class RestSession {
  readonly #peer: HttpPeer;
  readonly #login: Login;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #current: Promise<RestLogin> | undefined;
  #isClosed = false;

  constructor(peer: HttpPeer, login: Login, clock: Clock, timeoutMs: number) {
    this.#peer = peer;
    this.#login = login;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Which form of the API the server has. @throws as `send`. */
  async form(signal: AbortSignal): Promise<RestForm> {
    return (await this.#loggedIn(signal)).form;
  }

  /**
   * Exchanges one request. @returns the result without its wrapping, undefined for none.
   *
   * @throws RestUnavailable where there is no REST API for this login, RestError for an answer that says what went wrong,
   *   HttpFailure where no answer came, the signal's reason when aborted.
   */
  async send(request: RestRequest): Promise<unknown> {
    const login = await this.#loggedIn(request.signal);
    const answer = await this.#exchange(login, request);
    if (answer.status !== 401) return resultOf(login.form, answer);
    const current = this.#current;
    if ((await current) === login) this.#current = undefined;
    const renewed = await this.#loggedIn(request.signal);
    return resultOf(renewed.form, await this.#exchange(renewed, request));
  }

  /** Logs out, also after a login that comes late, but does not wait long for that. Idempotent; never rejects. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const leaving = this.#current?.then((login) => this.#logOut(login));
    if (leaving !== undefined) await settledWithin(this.#clock, logoutMs, leaving);
  }

  async #logOut({ form, token }: RestLogin): Promise<void> {
    const options = { timeoutMs: logoutMs };
    await this.#request('DELETE', loginPaths[form], { [sessionHeader]: token }, undefined, options);
  }

  /** One login for all who wait; it outlives whoever asked first. */
  async #loggedIn(signal: AbortSignal): Promise<RestLogin> {
    // Nobody would take the answer.
    signal.throwIfAborted();
    if (this.#isClosed) throw new RestUnavailable('the connection was closed', true);
    this.#current ??= this.#logIn().catch((error: unknown) => {
      if (!(error instanceof RestUnavailable) || !error.isLasting) this.#current = undefined;
      throw error;
    });
    const current = this.#current;
    return untilAborted(() => current, signal);
  }

  async #logIn(): Promise<RestLogin> {
    if (this.#login.kind !== 'password') throw new RestUnavailable('the REST API is used with a password only', true);
    const { userName, password } = this.#login;
    const credentials = Buffer.from(`${userName}:${password.reveal()}`, 'utf8').toString('base64');
    for (const form of ['api', 'rest'] as const) {
      const answer = await this.#request('POST', loginPaths[form], { authorization: `Basic ${credentials}` });
      if (absent.has(answer.status)) continue;
      const place = `${this.#peer.origin}${loginPaths[form]}`;
      if (answer.status >= 400) {
        throw new RestUnavailable(`${place} answered with HTTP status ${answer.status}`, answer.status < 500);
      }
      const token = resultOf(form, answer);
      if (typeof token === 'string' && token !== '') return { form, token };
      throw badAnswer(answer, `${place} gave no session`);
    }
    throw new RestUnavailable(`${this.#peer.origin} has no REST API`, true);
  }

  #exchange({ form, token }: RestLogin, { method, path, body, signal }: RestRequest): Promise<HttpAnswer> {
    const headers = { [sessionHeader]: token, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const text = body === undefined ? undefined : JSON.stringify(body);
    return this.#request(method, `/${form}${path}`, headers, text, { signal });
  }

  #request(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
    options: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
  ): Promise<HttpAnswer> {
    return exchange(this.#peer, {
      method,
      path,
      headers: { accept: 'application/json', 'user-agent': 'revix', ...headers },
      ...(body === undefined ? {} : { body }),
      timeoutMs: options.timeoutMs ?? this.#timeoutMs,
      maxAnswerBytes,
      signal: options.signal,
      clock: this.#clock,
    });
  }
}

function resultOf(form: RestForm, answer: HttpAnswer): unknown {
  const text = answer.body.toString('utf8').trim();
  const isGood = answer.status >= 200 && answer.status < 300;
  const body = parsed(text);
  if (answer.status === 503 && (typeof body !== 'object' || body === null)) {
    const message = 'what stands before the REST API answered with HTTP status 503';
    throw new HttpFailure('unavailable', message, { mayHaveRun: true, status: answer.status });
  }
  if (!isGood) throw restErrorOf(answer.status, body);
  if (text === '') return undefined;
  if (body === undefined) throw badAnswer(answer, 'the REST API answered with something other than JSON');
  if (form === 'api') return body;
  return typeof body === 'object' && body !== null && 'value' in body ? body.value : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function badAnswer({ status }: HttpAnswer, message: string): HttpFailure {
  return new HttpFailure('bad-answer', message, { mayHaveRun: true, status });
}

import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../../../base/clock.js';
import { VimError } from '../errors/vim-error.js';
import type { HttpPeer } from '../http/dispatchers.js';
import {
  exchange,
  exchangeLong,
  type HttpAnswer,
  type HttpRequest,
  type StreamedAnswer,
} from '../http/http-exchange.js';
import { HttpFailure } from '../http/http-failure.js';
import type { SoapHeader } from '../soap/envelope.js';
import { SoapCodec } from '../soap/soap-codec.js';
import { SoapFault } from '../soap/soap-fault.js';
import { parseXml } from '../soap/xml-tree.js';
import { decodePage, isPageMethod } from '../vim/page-decoder.js';
import type { ArgsOf, MethodName, RefFor, ResultOf } from '../vim/vim-call.js';
import { vimSchema } from '../vim/vim-schema.js';

/** Largest answer that is taken as a whole. */
const maxAnswerBytes = 64 * 1024 * 1024;

/** Largest page of properties, which is read while it arrives. Servers that do not divide lists send them in one. */
const maxPageBytes = 256 * 1024 * 1024;

/** A page from this size on is read while it arrives. */
const longPageBytes = 64 * 1024;

/** A page from this size on is read object by object: a little longer for a few with structures, a tenth for many. */
const dividedPageBytes = 4 * 1024;

/** Newest version of the API whose types Revix knows; a newer server answers in these terms. */
const newestVersion = '8.0.3.0';
/** What is asked for before the versions of the server are known; every server of interest knows it. */
const oldestVersion = '5.5';

/** Name of the cookie that carries the session. */
const sessionCookie = 'vmware_soap_session';

export interface ChannelCall {
  /** Of whoever wants the result. */
  readonly signal?: AbortSignal | undefined;
  /** Of the session. */
  readonly ended?: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly header?: SoapHeader;
  /** Begins a session: goes without the cookie that is kept, and the one that it brings is kept in its place. */
  readonly isLogin?: boolean;
  /** Goes along in place of the cookie that is kept. */
  readonly cookie?: string;
}

const codec = new SoapCodec(vimSchema);

/** Calls methods of one server: one envelope there, one back. Knows nothing of logins but the cookie that goes along. */
export class SoapChannel {
  readonly #peer: HttpPeer;
  readonly #path: string;
  readonly #clock: Clock;
  #version: string | undefined;
  #cookie: string | undefined;

  /**
   * @param path of the API: `/sdk`.
   * @param version of the API to speak, where it is known already.
   */
  constructor(peer: HttpPeer, path: string, clock: Clock, version?: string) {
    this.#peer = peer;
    this.#path = path;
    this.#clock = clock;
    this.#version = version;
  }

  /** Version of the API that is spoken; undefined before it was agreed on. */
  get version(): string | undefined {
    return this.#version;
  }

  /** The cookie of the session as a request has to carry it; undefined before the first call. */
  get cookie(): string | undefined {
    return this.#cookie;
  }

  /** Asks for the versions of the API that the server knows, and from now on speaks the newest one that both know. */
  async negotiate(call: ChannelCall): Promise<void> {
    const answer = await exchange(this.#peer, {
      method: 'GET',
      path: `${this.#path}/vimServiceVersions.xml`,
      headers: { 'user-agent': 'revix' },
      timeoutMs: call.timeoutMs,
      maxAnswerBytes,
      signal: call.signal,
      clock: this.#clock,
    });
    // Servers before 4.0 have no such list; a proxy that hides it is no reason not to connect either.
    if (answer.status !== 200) {
      this.#version = oldestVersion;
      return;
    }
    try {
      this.#version = commonVersion(serviceVersions(answer.body.toString('utf8')));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `${this.#peer.origin} gave no proper list of its versions: ${reason}`;
      throw new HttpFailure('bad-answer', message, { mayHaveRun: false, status: answer.status, cause: error });
    }
  }

  /**
   * Calls a method. @returns its result, undefined for none.
   *
   * @throws VimError for a fault, HttpFailure when there was no answer, the reason of a signal that was aborted.
   */
  async call<Method extends MethodName>(
    self: RefFor<Method>,
    method: Method,
    args: ArgsOf<Method>,
    call: ChannelCall,
  ): Promise<ResultOf<Method>> {
    const isPage = isPageMethod(method);
    const sent = call.isLogin === true ? undefined : (call.cookie ?? this.#cookie);
    const request: HttpRequest = {
      method: 'POST',
      path: this.#path,
      what: `${self.type}.${method}`,
      headers: {
        'content-type': 'text/xml; charset="utf-8"',
        soapaction: `urn:vim25/${this.#version ?? oldestVersion}`,
        'accept-encoding': 'gzip',
        'user-agent': 'revix',
        ...(sent === undefined ? {} : { cookie: sent }),
      },
      body: codec.encodeRequest(self, method, args, call.header),
      timeoutMs: call.timeoutMs,
      maxAnswerBytes: isPage ? maxPageBytes : maxAnswerBytes,
      signal: call.signal,
      ended: call.ended,
      clock: this.#clock,
    };
    const answer = await (isPage ? exchangeLong(this.#peer, request, longPageBytes) : exchange(this.#peer, request));
    const result = (await this.#result(method, answer, call)) as ResultOf<Method>;
    // A fault brings no session, and a late answer none that outlives the login made since its request.
    if (call.isLogin === true || this.#cookie === sent) this.#cookie = cookieIn(answer) ?? sent;
    return result;
  }

  async #result(method: string, answer: HttpAnswer | StreamedAnswer, call: ChannelCall): Promise<unknown> {
    const { status } = answer;
    if ('body' in answer && status !== 200 && status !== 500)
      throw statusFailure(answer, `${this.#peer.origin}${this.#path}`);
    try {
      if ('stream' in answer) return await decodePage(codec, method, textsOf(answer.stream));
      const isDivided = isPageMethod(method) && answer.body.length > dividedPageBytes;
      if (isDivided) return await decodePage(codec, method, textsOf([answer.body]));
      return codec.decodeResponse(method, answer.body.toString('utf8'));
    } catch (error) {
      call.signal?.throwIfAborted();
      call.ended?.throwIfAborted();
      if (error instanceof HttpFailure) throw error;
      if (error instanceof SoapFault) throw new VimError(error.fault ?? { $type: 'RuntimeFault' }, error.message);
      const reason = error instanceof Error ? error.message : String(error);
      const message = `${this.#peer.origin} answered ${method} with status ${answer.status} and no proper envelope: ${reason}`;
      throw new HttpFailure('bad-answer', message, { mayHaveRun: true, status: answer.status, cause: error });
    }
  }
}

/** The cookie of the session that an answer sets. Its value goes back as it came: real servers put it in quotes that belong to it. */
function cookieIn({ headers }: HttpAnswer | StreamedAnswer): string | undefined {
  const pairs = [headers['set-cookie'] ?? []].flat().map((line) => (line.split(';')[0] ?? '').trim());
  return pairs.findLast((pair) => pair.startsWith(`${sessionCookie}=`));
}

/** Texts of a 503 that say that the request got no further than the proxy before the server. */
const neverArrived = /failed to connect to endpoint|no healthy upstream|connection failure|license is not available/i;

function statusFailure(answer: HttpAnswer, place: string): HttpFailure {
  const { status } = answer;
  const text = answer.body.subarray(0, 2000).toString('utf8');
  const said = `${place} answered with HTTP status ${status}`;
  switch (status) {
    case 503: {
      const mayHaveRun = answer.headers['retry-after'] === undefined && !neverArrived.test(text);
      return new HttpFailure('unavailable', `${said}: the service starts or is overloaded`, { mayHaveRun, status });
    }
    case 502:
    case 504:
      return new HttpFailure('unavailable', `${said}: a proxy got no answer from it`, { mayHaveRun: true, status });
    case 401:
    case 403:
    case 407:
      return new HttpFailure('refused', `${said}: a proxy or firewall before it refuses`, {
        mayHaveRun: false,
        status,
      });
    case 404:
      return new HttpFailure('bad-answer', `${said}: there is no API of vSphere`, { mayHaveRun: false, status });
    default:
      return new HttpFailure('bad-answer', `${said}, which is no answer of vSphere`, { mayHaveRun: true, status });
  }
}

/** The versions in `vimServiceVersions.xml`: those of the namespace `urn:vim25`, newest first as servers write them. */
function serviceVersions(xml: string): readonly string[] {
  const namespaces = [...parseXml(xml).children()];
  const vim = namespaces.find((entry) => [...entry.children()].some((child) => child.text.trim() === 'urn:vim25'));
  return [...(vim?.children() ?? [])].flatMap((child) => {
    if (child.localName === 'version') return [child.text.trim()];
    return child.localName === 'priorVersions' ? [...child.children()].map(({ text }) => text.trim()) : [];
  });
}

/** The newest of the versions that Revix knows too; if all are newer, the oldest of them. */
function commonVersion(versions: readonly string[]): string {
  const sorted = versions.filter((version) => /^\d+(?:\.\d+)*$/.test(version)).sort(compareVersions);
  return sorted.findLast((version) => compareVersions(version, newestVersion) <= 0) ?? sorted[0] ?? oldestVersion;
}

function compareVersions(left: string, right: string): number {
  const [one, other] = [left.split('.').map(Number), right.split('.').map(Number)];
  for (let index = 0; index < Math.max(one.length, other.length); index += 1) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

async function* textsOf(pieces: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  for await (const piece of pieces) yield decoder.write(piece);
  yield decoder.end();
}

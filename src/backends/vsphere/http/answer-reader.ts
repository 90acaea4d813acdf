/** Most bytes outside the content that may come in a row: heads, lines between chunks, trailers. */
const mostHeadBytes = 64 * 1024;

const lineFeed = 0x0a;

/** The head of an answer over HTTP. */
export interface AnswerHead {
  readonly status: number;
  /** Lower-case name -> value; several values of a name joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Who gets the parts of an answer. */
export interface AnswerSink {
  /** Once, before any content. */
  onHead(head: AnswerHead): void;
  /** Some of the content. The bytes are there during the call only. */
  onContent(bytes: Buffer): void;
  /** Once, when all content has come. */
  onWhole(): void;
}

/** An answer that is not HTTP/1.1 as RFC 9112 has it. The message says which part, and shows nothing of it. */
export class MalformedAnswer extends Error {
  constructor(what: string) {
    super(`its answer is not in order: ${what}`);
    this.name = 'MalformedAnswer';
  }
}

/** What the next line is; `nothing` when the answer is whole. */
type Expected = 'status' | 'field' | 'chunk-size' | 'chunk-end' | 'trailer' | 'nothing';

/**
 * Reads one answer to a GET, by HTTP/1.1 or 1.0, from bytes cut at any places. Takes what RFC 9112 demands of a server and
 * refuses everything else.
 *
 * The parser of undici is not reachable without its connections, and those make a new buffer for every 16 KiB that come:
 * the collector took a third of the time of a large download. This one takes the bytes as a connection has them.
 */
export class AnswerReader {
  readonly #sink: AnswerSink;
  #expected: Expected = 'status';
  #line = '';
  /** Bytes since the last content. */
  #headBytes = 0;
  #status = 0;
  #headers = new Map<string, string>();
  /** Bytes of content before the next line. */
  #contentBytes = 0;
  #isChunked = false;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  /** Takes the next bytes; those behind the answer are dropped. @throws MalformedAnswer. */
  read(bytes: Buffer): void {
    for (let at = 0; at < bytes.length && this.#expected !== 'nothing';) {
      at = this.#contentBytes > 0 ? this.#takeContent(bytes, at) : this.#takeLine(bytes, at);
    }
  }

  /** Tells that no more bytes come. @throws Error when the answer is not whole. */
  end(): void {
    if (this.#contentBytes === Number.POSITIVE_INFINITY) this.#finish();
    if (this.#expected !== 'nothing') throw new Error('the server closed it before its answer was whole');
  }

  #takeContent(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#contentBytes);
    this.#contentBytes -= end - at;
    this.#headBytes = 0;
    this.#sink.onContent(bytes.subarray(at, end));
    if (this.#contentBytes === 0) {
      if (this.#isChunked) this.#expected = 'chunk-end';
      else this.#finish();
    }
    return end;
  }

  #takeLine(bytes: Buffer, at: number): number {
    const feed = bytes.indexOf(lineFeed, at);
    const end = feed === -1 ? bytes.length : feed + 1;
    this.#headBytes += end - at;
    if (this.#headBytes > mostHeadBytes) throw new MalformedAnswer(`its head has more than ${mostHeadBytes} bytes`);
    this.#line += bytes.toString('latin1', at, end);
    if (feed === -1) return end;
    if (!this.#line.endsWith('\r\n')) throw new MalformedAnswer('a line ends without a carriage return');
    const line = this.#line.slice(0, -2);
    this.#line = '';
    this.#understand(line);
    return end;
  }

  #understand(line: string): void {
    switch (this.#expected) {
      case 'status':
        this.#status = statusOf(line);
        this.#expected = 'field';
        return;
      case 'field':
        if (line === '') this.#endHead();
        else addField(this.#headers, line);
        return;
      case 'chunk-size':
        this.#contentBytes = chunkSizeOf(line);
        if (this.#contentBytes === 0) this.#expected = 'trailer';
        return;
      case 'chunk-end':
        if (line !== '') throw new MalformedAnswer('a chunk is longer than it says');
        this.#expected = 'chunk-size';
        return;
      case 'trailer':
        if (line === '') this.#finish();
        else addField(new Map(), line);
        return;
      case 'nothing':
    }
  }

  #endHead(): void {
    const [status, headers] = [this.#status, this.#headers];
    if (status === 101) throw new MalformedAnswer('it changes to a protocol that nobody asked for');
    if (status < 200) {
      this.#headers = new Map();
      this.#expected = 'status';
      return;
    }
    const [length, coding] = [headers.get('content-length'), headers.get('transfer-encoding')];
    const size = length === undefined ? undefined : sizeOf(length);
    if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
      throw new MalformedAnswer('its transfer coding is another one than chunked');
    }
    // Whoever believes the one may be made to read something else than who believes the other.
    if (coding !== undefined && size !== undefined) throw new MalformedAnswer('it has both a length and chunks');
    this.#sink.onHead({ status, headers });
    if (status === 204 || status === 304 || size === 0) return this.#finish();
    this.#isChunked = coding !== undefined;
    this.#expected = 'chunk-size';
    if (!this.#isChunked) this.#contentBytes = size ?? Number.POSITIVE_INFINITY;
  }

  #finish(): void {
    this.#contentBytes = 0;
    this.#expected = 'nothing';
    this.#sink.onWhole();
  }
}

function statusOf(line: string): number {
  const [, status] = /^HTTP\/1\.[01] ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/.exec(line) ?? [];
  if (status === undefined) throw new MalformedAnswer('it begins with no status line of HTTP/1.1');
  return Number(status);
}

function addField(headers: Map<string, string>, line: string): void {
  const [, name, text = ''] = /^([!#$%&'*+.^_`|~\w-]+):([\t\x20-\x7e\x80-\xff]*)$/.exec(line) ?? [];
  if (name === undefined) throw new MalformedAnswer('a header field is malformed');
  const key = name.toLowerCase();
  const before = headers.get(key);
  headers.set(key, before === undefined ? text.trim() : `${before}, ${text.trim()}`);
}

function sizeOf(text: string): number {
  const size = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw new MalformedAnswer('its Content-Length is no number of bytes');
  return size;
}

function chunkSizeOf(line: string): number {
  const [, digits = ''] = /^([\da-f]+)[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/i.exec(line) ?? [];
  const size = Number.parseInt(digits, 16);
  if (!Number.isSafeInteger(size)) throw new MalformedAnswer('the size of a chunk is no number');
  return size;
}

import { setImmediate } from 'node:timers/promises';
import type { SoapCodec } from '../soap/soap-codec.js';
import type { ObjectContent, RetrieveResult } from './generated/types.js';
import { ObjectReader } from './object-reader.js';

/** Methods whose answer is a page of objects with their properties, the only ones that grow to megabytes. */
const pageMethods: ReadonlySet<string> = new Set(['RetrievePropertiesEx', 'ContinueRetrievePropertiesEx']);

/** Whether the answer of a method is a page, for `decodePage`. */
export function isPageMethod(method: string): boolean {
  return pageMethods.has(method);
}

/** Characters that are waited for before the next look at a page. */
const lookSize = 65_536;

/** Characters read between two turns of the event loop, some milliseconds of work. */
const sliceSize = 65_536;

const firstObject = /<objects(?=[\s>])/;
const anotherObject = /\s*<objects[\s>]/y;
/** What stands before the objects of a page of the usual shape. */
const usualHead = /<returnval(?:\s[^<>]*)?>\s*(?:<token>[^<]*<\/token>\s*)?$/;
const tags = /<(\/?)([\w:.-]+)(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*>/g;

/**
 * Decodes a page while it arrives, object by object, without holding up the event loop: what has been read is not kept as
 * text, so a page takes little more memory than its objects. The result is that of `SoapCodec.decodeResponse`.
 *
 * @param texts the answer in pieces of any size.
 * @throws as `SoapCodec.decodeResponse`, and what `texts` throws.
 */
export async function decodePage(
  codec: SoapCodec,
  method: string,
  texts: AsyncIterable<string>,
  pause: () => Promise<unknown> = setImmediate,
): Promise<unknown> {
  const page = new PageDecoder(codec, method, pause);
  for await (const text of texts) await page.add(text);
  return page.end();
}

class PageDecoder {
  readonly #codec: SoapCodec;
  readonly #method: string;
  readonly #pause: () => Promise<unknown>;
  readonly #objects: ObjectContent[] = [];
  /** What has arrived and is not read. */
  #unread = '';
  #fresh: string[] = [];
  #freshSize = 0;
  /** What stood before the first object. */
  #head = '';
  /** undefined before the first object, and for an answer that has to be read as a whole. */
  #reader: ObjectReader | undefined;
  #isUnusual = false;
  /** The cost at which others get their turn. */
  #pauseAt = sliceSize;

  constructor(codec: SoapCodec, method: string, pause: () => Promise<unknown>) {
    this.#codec = codec;
    this.#method = method;
    this.#pause = pause;
  }

  async add(text: string): Promise<void> {
    this.#fresh.push(text);
    this.#freshSize += text.length;
    // As much again as was not enough at the last look, so that a large object is not looked through ever anew.
    if (this.#freshSize >= Math.max(lookSize, this.#unread.length)) await this.#look();
  }

  async end(): Promise<unknown> {
    await this.#look();
    if (this.#reader === undefined) return this.#codec.decodeResponse(this.#method, this.#unread);
    const frame = this.#codec.readResponse(this.#method, this.#head + this.#unread);
    const result = this.#codec.resultOf(this.#method, frame) as RetrieveResult;
    return { ...result, objects: [...this.#objects, ...(result.objects ?? [])] };
  }

  async #look(): Promise<void> {
    const text = this.#unread + this.#fresh.join('');
    this.#fresh = [];
    this.#freshSize = 0;
    this.#unread = text;
    if (this.#reader === undefined) this.#begin();
    const reader = this.#reader;
    if (reader === undefined) return;
    let at = text.length - this.#unread.length;
    while (isMatch(anotherObject, text, at)) {
      const object = reader.read(text, at);
      if (object !== undefined) {
        this.#objects.push(object);
        at = reader.end;
      } else if (!reader.isBusy) break;
      if (reader.cost < this.#pauseAt && !reader.isBusy) continue;
      await this.#pause();
      this.#pauseAt = reader.cost + sliceSize;
    }
    this.#unread = text.slice(at);
  }

  /** Looks for the first object and keeps what is before it. */
  #begin(): void {
    const start = this.#isUnusual ? -1 : this.#unread.search(firstObject);
    if (start === -1) return;
    const head = this.#unread.slice(0, start);
    this.#isUnusual = head.includes('<!') || !usualHead.test(head);
    if (this.#isUnusual) return;
    const frame = this.#codec.readResponse(this.#method, head + closingTags(head));
    const [scope] = frame.children();
    if (scope === undefined) return;
    this.#reader = new ObjectReader(this.#codec.answerDecoder(), scope);
    this.#head = head;
    this.#unread = this.#unread.slice(start);
  }
}

function isMatch(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

/** What closes the elements that are open at the end of a text. */
function closingTags(head: string): string {
  const open: string[] = [];
  for (const [, slash, name = ''] of head.matchAll(tags)) {
    if (slash === '') open.unshift(name);
    else open.shift();
  }
  return open.map((name) => `</${name}>`).join('');
}

import { setImmediate } from 'node:timers/promises';
import type { ValueDecoder } from '../soap/decode-value.js';
import type { SoapCodec } from '../soap/soap-codec.js';
import { SoapFormatError } from '../soap/soap-format-error.js';
import { resolveReferences } from '../soap/xml-text.js';
import { parseXml, type XmlElement } from '../soap/xml-tree.js';
import type { DynamicProperty, ObjectContent, RetrieveResult } from './generated/types.js';

/** Methods whose answer is a page of objects with their properties, the only ones that grow to megabytes. */
const pageMethods: ReadonlySet<string> = new Set(['RetrievePropertiesEx', 'ContinueRetrievePropertiesEx']);

/** Answers below this many characters decode in one go, in a few milliseconds. */
const smallAnswer = 65_536;

/** Characters read between two turns of the event loop, some milliseconds of work. */
const sliceSize = 262_144;

/** What a character costs the parser, measured against one that the patterns below read. */
const parserCost = 20;

const objectStart = /\s*<objects>\s*<obj([^>]*)>([^<]*)<\/obj>/y;
const objectEnd = /\s*<\/objects>/y;
/** A property whose value is text: nearly all of a list of machines. */
const plainProperty = /\s*<propSet>\s*<name>([^<]*)<\/name>\s*<val([^>]*)>([^<]*)<\/val>\s*<\/propSet>/y;
const propertyStart = /\s*<propSet>/y;
const attributes = /^(?:\s+[\w:.-]+="[^"<&]*")*\s*$/;

const openTag = '<objects>';
const closeTag = '</objects>';

type ReadText = (text: string) => unknown;

/**
 * Decodes an answer without holding up the event loop. Pages of properties are cut into their objects: what has the usual
 * plain shape is read by patterns, several times faster than a parser can, everything else goes to the parser piece by
 * piece. The result is the same as that of `SoapCodec.decodeResponse`.
 */
export async function decodeAnswer(
  codec: SoapCodec,
  method: string,
  xml: string,
  pause: () => Promise<unknown> = setImmediate,
): Promise<unknown> {
  const cut = pageMethods.has(method) && xml.length >= smallAnswer ? cutObjects(xml) : undefined;
  if (cut === undefined) return codec.decodeResponse(method, xml);
  const response = codec.readResponse(method, cut.frame);
  const result = codec.resultOf(method, response) as RetrieveResult;
  const [scope] = response.children();
  if (scope === undefined) return codec.decodeResponse(method, xml);
  const objects: ObjectContent[] = [];
  const reader = new ObjectReader(codec.answerDecoder(), scope, xml);
  let at = cut.start;
  while (at < cut.end) {
    const sliceEnd = reader.cost + sliceSize;
    while (at < cut.end && reader.cost < sliceEnd) {
      objects.push(reader.read(at));
      at = reader.end;
    }
    // One object after the other, with other work between them.
    await pause();
  }
  return { ...result, objects };
}

/** Finds the objects of a page and what is around them; undefined where the document is anything out of the ordinary. */
function cutObjects(xml: string): { frame: string; start: number; end: number } | undefined {
  const start = xml.indexOf(openTag);
  const end = xml.lastIndexOf(closeTag) + closeTag.length;
  if (start === -1 || end < start || xml.includes('<!') || xml.indexOf('<?', 2) !== -1) return undefined;
  const before = xml.slice(0, start);
  const after = xml.slice(end);
  if (!/<returnval>\s*(?:<token>[^<]*<\/token>\s*)?$/.test(before) || !/^\s*<\/returnval>/.test(after))
    return undefined;
  return { frame: before + after, start, end };
}

class ObjectReader {
  readonly #decoder: ValueDecoder;
  /** The element around the objects, for the prefixes declared there. */
  readonly #scope: XmlElement;
  readonly #xml: string;
  /** How values read their text, by the attributes of their element as they stand in the document. */
  readonly #readers = new Map<string, ReadText | undefined>();
  /** The place behind what was read. */
  end = 0;
  /** How much work reading was so far, in characters of plain reading. */
  cost = 0;

  constructor(decoder: ValueDecoder, scope: XmlElement, xml: string) {
    this.#decoder = decoder;
    this.#scope = scope;
    this.#xml = xml;
  }

  /** Reads the object that begins at a place. */
  read(start: number): ObjectContent {
    const object = this.#plainObject(start) ?? this.#parsedObject(start);
    this.cost += this.end - start;
    return object;
  }

  #plainObject(start: number): ObjectContent | undefined {
    const opening = this.#match(objectStart, start);
    if (opening === null) return undefined;
    const [, written = '', value = ''] = opening;
    const type = this.#type(written);
    if (type === undefined) return undefined;
    const propSet: DynamicProperty[] = [];
    for (let property = this.#property(); property !== undefined; property = this.#property()) propSet.push(property);
    if (this.#match(objectEnd, this.end) === null) return undefined;
    const obj = { type, value: resolveReferences(value) };
    return propSet.length === 0 ? { $type: 'ObjectContent', obj } : { $type: 'ObjectContent', obj, propSet };
  }

  #property(): DynamicProperty | undefined {
    const start = this.end;
    const plain = this.#match(plainProperty, start);
    if (plain !== null) {
      const [, name = '', written = '', text = ''] = plain;
      const read = this.#reader(written);
      if (read !== undefined) return readProperty(resolveReferences(name), read, resolveReferences(text));
    }
    if (this.#match(propertyStart, start) === null) return undefined;
    return this.#parsed(start, '<propSet>', '</propSet>', 'DynamicProperty') as DynamicProperty | undefined;
  }

  #parsedObject(start: number): ObjectContent {
    const object = this.#parsed(start, openTag, closeTag, 'ObjectContent');
    if (object === undefined) throw new SoapFormatError('the objects of a page are not one beside the other');
    return object as ObjectContent;
  }

  /** Hands one element to the parser; undefined where it holds others of its own name. */
  #parsed(start: number, open: string, close: string, type: string): unknown {
    const end = this.#xml.indexOf(close, start) + close.length;
    if (end < start) return undefined;
    const piece = this.#xml.slice(start, end).trimStart();
    if (!piece.startsWith(open) || piece.includes(open, 1)) return undefined;
    this.end = end;
    this.cost += piece.length * parserCost;
    return this.#decoder.value(parseXml(piece, this.#scope), type);
  }

  #match(pattern: RegExp, at: number): RegExpExecArray | null {
    pattern.lastIndex = at;
    const match = pattern.exec(this.#xml);
    if (match !== null) this.end = pattern.lastIndex;
    return match;
  }

  /** How a value with these attributes reads its text; undefined where it is more than text. */
  #reader(written: string): ReadText | undefined {
    const known = this.#readers.get(written);
    if (known !== undefined || this.#readers.has(written)) return known;
    const element = this.#element(written);
    const reader = element && this.#decoder.leafReader(element);
    this.#readers.set(written, reader);
    return reader;
  }

  /** The type that the attributes of a reference say, if they say nothing else. */
  #type(written: string): string | undefined {
    return /^ type="([^"&<]*)"$/.exec(written)?.[1];
  }

  #element(written: string): XmlElement | undefined {
    return attributes.test(written) ? parseXml(`<val${written}/>`, this.#scope) : undefined;
  }
}

function readProperty(name: string, read: ReadText, text: string): DynamicProperty {
  try {
    return { $type: 'DynamicProperty', name, val: read(text) };
  } catch (error) {
    if (error instanceof SoapFormatError) throw new SoapFormatError(`the property ${name} ${error.message}`);
    throw error;
  }
}

import type { ValueDecoder } from '../soap/decode-value.js';
import { SoapFormatError } from '../soap/soap-format-error.js';
import type { Ref } from '../soap/values.js';
import { resolveReferences } from '../soap/xml-text.js';
import { parseXml } from '../soap/xml-tree.js';
import type { XmlElement } from '../soap/xml-element.js';
import type { DynamicProperty, ObjectContent } from './generated/types.js';

/** What a character of what is not plain costs at most, measured against one that the patterns below read. */
const parserCost = 20;

const objectStart = /\s*<objects>\s*<obj([^>]*)>([^<]*)<\/obj>/y;
const objectEnd = /\s*<\/objects>/y;
/** A property whose value is text: nearly all of a list of machines. */
const plainProperty = /\s*<propSet>\s*<name>([^<]*)<\/name>\s*<val([^>]*)>([^<]*)<\/val>\s*<\/propSet>/y;
/** A property that is a list of references, up to the first of them: all members of a view. */
const listStart = /\s*<propSet>\s*<name>([^<]*)<\/name>\s*<val([^>]*)>(?=\s*<ManagedObjectReference\s)/y;
const listedReference = /\s*<ManagedObjectReference([^>]*)>([^<]*)<\/ManagedObjectReference>/y;
const listEnd = /\s*<\/val>\s*<\/propSet>/y;
const propertyStart = /\s*<propSet>/y;
const attributes = /^(?:\s+[\w:.-]+="[^"<&]*")*\s*$/;

/** What begins or ends an object, or hides such things. */
const objectTokens = /<!--|<!\[CDATA\[|<\?|<objects(?=[\s>])|<\/objects\s*>/g;
const hidingEnds: Readonly<Record<string, string>> = { '<!--': '-->', '<![CDATA[': ']]>', '<?': '?>' };

/** Characters of a list of references that are read before others get their turn. */
const listSlice = 65_536;

/** An object of which the properties before a list have been read. */
interface BegunObject {
  readonly obj: Ref;
  readonly propSet: DynamicProperty[];
}

/** A list of references of which some have been read. */
interface BegunList {
  readonly name: string;
  /** The element of the list. */
  readonly scope: XmlElement;
  /** The types of its references by their attributes as they stand in the document. */
  readonly types: Map<string, string | undefined>;
  readonly references: Ref[];
  /** The place behind the last one that was read. */
  end: number;
}

type ReadText = (text: string) => unknown;

/**
 * Reads the objects of a page of properties one by one. What has the usual plain shape is read by patterns, several times
 * faster than element by element; everything else goes to `parseXml` piece by piece.
 */
export class ObjectReader {
  readonly #decoder: ValueDecoder;
  /** The element around the objects, for the prefixes declared there. */
  readonly #scope: XmlElement;
  /** How values read their text, by the attributes of their element as they stand in the document. */
  readonly #readers = new Map<string, ReadText | undefined>();
  #xml = '';
  /** What `read` stopped in. */
  #begun: BegunObject | undefined;
  #list: BegunList | undefined;
  /** The place behind the last object that was read. */
  end = 0;
  /** How much work reading was so far, in characters of plain reading. */
  cost = 0;

  constructor(decoder: ValueDecoder, scope: XmlElement) {
    this.#decoder = decoder;
    this.#scope = scope;
  }

  /** Whether `read` stopped in the middle of an object to let others have their turn. */
  get isBusy(): boolean {
    return this.#list !== undefined;
  }

  /**
   * Reads the object that begins at a place of a text; undefined where it is not there as a whole, and where `isBusy`: the
   * same call again goes on.
   */
  read(xml: string, start: number): ObjectContent | undefined {
    // Without its end nothing of it is looked at, so that a long one costs next to nothing until it is there.
    if (!this.isBusy && !xml.includes('</objects', start)) return undefined;
    this.#xml = xml;
    const plain = this.#plainObject(start);
    if (this.#list !== undefined) return undefined;
    const object = plain ?? this.#parsedObject(start);
    if (object !== undefined) this.cost += this.end - start;
    return object;
  }

  #plainObject(start: number): ObjectContent | undefined {
    const begun = this.#begun ?? this.#beginObject(start);
    this.#begun = undefined;
    if (begun === undefined) return undefined;
    const { obj, propSet } = begun;
    for (let property = this.#property(); property !== undefined; property = this.#property()) propSet.push(property);
    if (this.#list !== undefined) {
      this.#begun = begun;
      return undefined;
    }
    if (this.#match(objectEnd, this.end) === null) return undefined;
    return propSet.length === 0 ? { $type: 'ObjectContent', obj } : { $type: 'ObjectContent', obj, propSet };
  }

  #beginObject(start: number): BegunObject | undefined {
    const opening = this.#match(objectStart, start);
    if (opening === null) return undefined;
    const [, written = '', value = ''] = opening;
    const type = this.#type(written);
    return type === undefined ? undefined : { obj: { type, value: resolveReferences(value) }, propSet: [] };
  }

  #property(): DynamicProperty | undefined {
    if (this.#list !== undefined) return this.#listProperty(this.#list);
    const start = this.end;
    const plain = this.#match(plainProperty, start);
    if (plain !== null) {
      const [, name = '', written = '', text = ''] = plain;
      const read = this.#reader(written);
      if (read !== undefined) return readProperty(resolveReferences(name), read, resolveReferences(text));
    }
    const list = this.#beginList(start);
    const property = list && this.#listProperty(list);
    if (property !== undefined || this.#list !== undefined) return property;
    if (this.#match(propertyStart, start) === null) return undefined;
    return this.#parsedProperty(start);
  }

  #beginList(start: number): BegunList | undefined {
    const opening = this.#match(listStart, start);
    if (opening === null) return undefined;
    const [, name = '', written = ''] = opening;
    const scope = this.#element(written, this.#scope);
    if (scope === undefined || !this.#decoder.isReferenceList(scope)) return undefined;
    return { name: resolveReferences(name), scope, types: new Map(), references: [], end: this.end };
  }

  /** Reads on in a list of references; undefined where it stops, and where something else stands in it. */
  #listProperty(list: BegunList): DynamicProperty | undefined {
    this.#list = undefined;
    const { name, references } = list;
    const stop = list.end + listSlice;
    for (;;) {
      const item = this.#match(listedReference, list.end);
      if (item === null) break;
      const [, written = '', value = ''] = item;
      const type = this.#listedType(list, written);
      if (type === undefined) break;
      references.push({ type, value: resolveReferences(value) });
      list.end = this.end;
      if (list.end < stop) continue;
      this.#list = list;
      return undefined;
    }
    if (this.#match(listEnd, list.end) !== null) return { $type: 'DynamicProperty', name, val: references };
    // What follows may be the end of an object to the letter, but not of one whose list is still open.
    this.end = this.#xml.length;
    return undefined;
  }

  #listedType({ types, scope }: BegunList, written: string): string | undefined {
    const known = types.get(written);
    if (known !== undefined || types.has(written)) return known;
    const element = this.#element(written, scope);
    const type = element && this.#decoder.referenceType(element);
    types.set(written, type);
    return type;
  }

  /** Hands one property to the parser; undefined where it is not there as a whole, or its end is not plain to see. */
  #parsedProperty(start: number): DynamicProperty | undefined {
    const close = '</propSet>';
    const end = this.#xml.indexOf(close, start) + close.length;
    if (end < start) return undefined;
    const piece = this.#xml.slice(start, end).trimStart();
    if (piece.includes('<propSet>', 1) || piece.includes('<!') || piece.includes('<?')) return undefined;
    return this.#parsed(piece, end, 'DynamicProperty') as DynamicProperty;
  }

  #parsedObject(start: number): ObjectContent | undefined {
    const end = objectEndIn(this.#xml, start);
    if (end === undefined) return undefined;
    return this.#parsed(this.#xml.slice(start, end), end, 'ObjectContent') as ObjectContent;
  }

  #parsed(piece: string, end: number, type: string): unknown {
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
    const element = this.#element(written, this.#scope);
    const reader = element && this.#decoder.leafReader(element);
    this.#readers.set(written, reader);
    return reader;
  }

  /** The type that the attributes of a reference say, if they say nothing else. */
  #type(written: string): string | undefined {
    return /^ type="([^"&<]*)"$/.exec(written)?.[1];
  }

  #element(written: string, scope: XmlElement): XmlElement | undefined {
    return attributes.test(written) ? parseXml(`<val${written}/>`, scope) : undefined;
  }
}

/** The place behind the object that begins at `start`, whatever it holds; undefined where its end is not there yet. */
function objectEndIn(xml: string, start: number): number | undefined {
  objectTokens.lastIndex = start;
  let depth = 0;
  for (let match = objectTokens.exec(xml); match !== null; match = objectTokens.exec(xml)) {
    const hidingEnd = hidingEnds[match[0]];
    if (hidingEnd !== undefined) {
      const at = xml.indexOf(hidingEnd, objectTokens.lastIndex);
      if (at === -1) return undefined;
      objectTokens.lastIndex = at + hidingEnd.length;
      continue;
    }
    depth += match[0] === '<objects' ? 1 : -1;
    if (depth === 0) return objectTokens.lastIndex;
  }
  return undefined;
}

function readProperty(name: string, read: ReadText, text: string): DynamicProperty {
  try {
    return { $type: 'DynamicProperty', name, val: read(text) };
  } catch (error) {
    if (error instanceof SoapFormatError) throw new SoapFormatError(`the property ${name} ${error.message}`);
    throw error;
  }
}

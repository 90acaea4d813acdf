import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { SoapFormatError } from './soap-format-error.js';
import { resolveReferences } from './xml-text.js';

/** Elements within elements: more than any vSphere object needs, with a chain of snapshots at its longest. */
const maxDepth = 1200;

/** A node as fast-xml-parser gives it: one key for the element's name, and its attributes under `:@`. */
type RawNode = Readonly<Record<string, unknown>>;

const noNodes: readonly RawNode[] = [];
const noAttributes: Readonly<Record<string, string>> = {};
const noNamespaces: ReadonlyMap<string, string> = new Map();

/** The prefix that attributes get in the parser's output. */
const mark = '@';

const doctypeFound = 'the XML has a DOCTYPE, which SOAP forbids';

/** One parser for all documents; it keeps nothing between two of them. */
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: mark,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  jPath: false,
  maxNestedTags: maxDepth,
  entityDecoder: {
    decode: resolveReferences,
    addInputEntities: () => {
      throw new SoapFormatError(doctypeFound);
    },
    setExternalEntities: () => {},
    setXmlVersion: () => {},
    reset: () => {},
  },
});

/** An element of a document, with its namespaces resolved. Children are read as they are asked for. */
export class XmlElement {
  readonly prefix: string;
  readonly localName: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly #nodes: readonly RawNode[];
  /** The namespaces of the prefixes declared here and around. */
  readonly namespaces: ReadonlyMap<string, string>;

  constructor(node: RawNode, name: string, namespaces: ReadonlyMap<string, string>) {
    const colon = name.indexOf(':');
    this.prefix = colon === -1 ? '' : name.slice(0, colon);
    this.localName = name.slice(colon + 1);
    this.#nodes = node[name] as readonly RawNode[];
    const attributes = node[':@'] as Readonly<Record<string, string>> | undefined;
    this.attributes = attributes ?? noAttributes;
    this.namespaces = attributes === undefined ? namespaces : withDeclarations(attributes, namespaces);
  }

  /** The namespace of the element, undefined where its prefix is not declared. */
  get namespace(): string | undefined {
    return this.namespaceOf(this.prefix);
  }

  /** The namespace that a prefix means at this place. */
  namespaceOf(prefix: string): string | undefined {
    return this.namespaces.get(prefix);
  }

  /** The value of the attribute that has no prefix. */
  attribute(name: string): string | undefined {
    return this.attributes[mark + name];
  }

  /** The value of the attribute of a namespace. One whose prefix is not declared counts, too: some servers forget it. */
  attributeOf(namespace: string, localName: string): string | undefined {
    if (this.attributes === noAttributes) return undefined;
    const ending = `:${localName}`;
    for (const [name, value] of Object.entries(this.attributes)) {
      if (!name.endsWith(ending)) continue;
      const declared = this.namespaceOf(name.slice(mark.length, -ending.length));
      if (declared === namespace || declared === undefined) return value;
    }
    return undefined;
  }

  /** The elements directly inside, in order. */
  *children(): Generator<XmlElement> {
    for (const node of this.#nodes) {
      const name = nameOf(node);
      if (name !== '#text') yield new XmlElement(node, name, this.namespaces);
    }
  }

  get hasChildren(): boolean {
    return this.#nodes.some((node) => nameOf(node) !== '#text');
  }

  /** The text directly inside; what is CDATA there is text like any other. */
  get text(): string {
    const [only] = this.#nodes;
    if (only === undefined) return '';
    if (this.#nodes.length === 1 && typeof only['#text'] === 'string') return only['#text'];
    return this.#nodes.map((node) => (typeof node['#text'] === 'string' ? node['#text'] : '')).join('');
  }
}

function nameOf(node: RawNode): string {
  for (const name in node) if (name !== ':@') return name;
  return '#text';
}

function withDeclarations(
  attributes: Readonly<Record<string, string>>,
  namespaces: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  let changed: Map<string, string> | undefined;
  for (const name in attributes) {
    if (!name.startsWith('@xmlns')) continue;
    const prefix = name === '@xmlns' ? '' : name.slice('@xmlns:'.length);
    changed ??= new Map(namespaces);
    changed.set(prefix, attributes[name] ?? '');
  }
  return changed ?? namespaces;
}

/** What the validator's codes mean. Its own messages may quote the text, which may be secret. */
const faultsOfForm: Readonly<Record<string, string>> = {
  InvalidXml: 'it is empty or breaks off',
  InvalidChar: 'a character that cannot stand there',
  InvalidTag: 'a tag that cannot stand there',
  InvalidAttr: 'an attribute that cannot stand there',
};

/**
 * Reads a document and gives its root element. With `scope` the text is a piece of the document that `scope` is an
 * element of: the prefixes declared there count.
 */
export function parseXml(xml: string, scope?: XmlElement): XmlElement {
  const text = xml.startsWith('\uFEFF') ? xml.slice(1) : xml;
  const valid = XMLValidator.validate(text);
  if (valid !== true) {
    const { line, col, code } = valid.err;
    throw new SoapFormatError(`malformed XML in line ${line}, column ${col}: ${faultsOfForm[code] ?? code}`);
  }
  const roots = parse(text).filter((node) => typeof node['#text'] !== 'string' || node['#text'].trim() !== '');
  const [root, more] = roots;
  // The parser leaves out text behind the last tag.
  const endsInText = !text.trimEnd().endsWith('>');
  if (root === undefined || more !== undefined || nameOf(root) === '#text' || endsInText) {
    throw new SoapFormatError('malformed XML: not one element with nothing beside it');
  }
  return new XmlElement(root, nameOf(root), scope?.namespaces ?? noNamespaces);
}

function parse(text: string): readonly RawNode[] {
  if (/^[^<]*(?:<[!?](?!DOCTYPE)[^<]*)*<!DOCTYPE/.test(text)) throw new SoapFormatError(doctypeFound);
  try {
    return (parser.parse(text) as readonly RawNode[] | undefined) ?? noNodes;
  } catch (error) {
    if (error instanceof SoapFormatError) throw error;
    throw new SoapFormatError(`unreadable XML: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

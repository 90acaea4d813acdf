import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { SoapFormatError } from './soap-format-error.js';
import { readPlainXml } from './plain-xml.js';
import { XmlElement, type XmlNode } from './xml-element.js';
import { resolveReferences } from './xml-text.js';

/** Elements within elements: more than any vSphere object needs, with a chain of snapshots at its longest. */
const maxDepth = 1200;

/** A node as fast-xml-parser gives it: one key for the element's name, and its attributes under `:@`. */
type RawNode = Readonly<Record<string, unknown>>;

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
  const plain = readPlainXml(text, scope);
  if (plain !== undefined) return plain;
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
  return elementOf(root, scope);
}

function parse(text: string): readonly RawNode[] {
  if (/^[^<]*(?:<[!?](?!DOCTYPE)[^<]*)*<!DOCTYPE/.test(text)) throw new SoapFormatError(doctypeFound);
  try {
    return (parser.parse(text) as readonly RawNode[] | undefined) ?? [];
  } catch (error) {
    if (error instanceof SoapFormatError) throw error;
    throw new SoapFormatError(`unreadable XML: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function elementOf(node: RawNode, around: XmlElement | undefined): XmlElement {
  const name = nameOf(node);
  const attributes = Object.entries((node[':@'] ?? {}) as Readonly<Record<string, string>>);
  const nodes: XmlNode[] = [];
  const element = new XmlElement(
    name,
    new Map(attributes.map(([key, value]) => [key.slice(mark.length), value])),
    around,
    nodes,
  );
  for (const inner of node[name] as readonly RawNode[]) nodes.push(nodeOf(inner, element));
  return element;
}

function nodeOf(node: RawNode, around: XmlElement): XmlNode {
  const text = node['#text'];
  return typeof text === 'string' ? text : elementOf(node, around);
}

function nameOf(node: RawNode): string {
  for (const name in node) if (name !== ':@') return name;
  return '#text';
}

import { XmlElement, noAttributes, type XmlNode } from './xml-element.js';
import { resolveReferences } from './xml-text.js';

const declaration = /^<\?xml version="1\.\d"(?: encoding="[A-Za-z][\w.-]*")?(?: standalone="(?:yes|no)")? ?\?>/;
const names = '[A-Za-z_][\\w.-]*(?::[A-Za-z_][\\w.-]*)?';
/** A tag of not too many attributes, with the text behind it. */
const tag = new RegExp(`<(/?)(${names})((?:[ \\t\\n]+${names}="[^"<]*"){0,99})[ \\t\\n]*(/?)>([^<]*)`, 'y');
const attribute = new RegExp(`(${names})="([^"]*)"`, 'g');

/**
 * What is not for this reader: what XML forbids, ends of lines that a reader has to change, and names that mean something
 * to JavaScript, which the parser refuses or changes.
 */
const unusual =
  /[\u0000-\u0008\u000B-\u001F\uFFFE\uFFFF]|]]>|__(?:proto|define|lookup)|constructor|prototype|hasOwnProperty|toString|valueOf/;
const blank = /^[ \t\n]*$/;

/** An element whose end has not come yet. */
interface OpenElement {
  readonly name: string;
  readonly element: XmlElement;
  /** What stands inside, as far as it has been read. */
  readonly nodes: XmlNode[];
}

/** Elements within elements beyond which the parser is asked. */
const mostDepth = 100;

/**
 * Reads a document that is nothing but elements, attributes and text, as all servers of vSphere write it. A small answer is
 * read in a fraction of the time that a parser takes which has to be ready for everything.
 *
 * @returns its root element; undefined for any other document, which may be malformed.
 * @throws SoapFormatError for a reference to what is not defined.
 */
export function readPlainXml(xml: string, scope?: XmlElement): XmlElement | undefined {
  if (unusual.test(xml)) return undefined;
  let at = declaration.exec(xml)?.[0].length ?? 0;
  while (isBlank(xml.charCodeAt(at))) at += 1;
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  while (at < xml.length) {
    tag.lastIndex = at;
    const found = tag.exec(xml);
    if (found === null) return undefined;
    at = tag.lastIndex;
    const [, closing, name = '', written = '', empty, text = ''] = found;
    if (closing === '') {
      const parent = open.at(-1);
      const attributes = attributesIn(written);
      if (attributes === undefined || open.length === mostDepth) return undefined;
      const nodes: XmlNode[] = [];
      const element = new XmlElement(name, attributes, parent?.element ?? scope, nodes);
      if (parent !== undefined) parent.nodes.push(element);
      else if (root === undefined) root = element;
      else return undefined;
      if (empty === '') open.push({ name, element, nodes });
    } else if (written !== '' || empty !== '' || open.pop()?.name !== name) return undefined;
    if (text === '') continue;
    const around = open.at(-1);
    if (around !== undefined) around.nodes.push(resolveReferences(text));
    else if (!blank.test(text)) return undefined;
  }
  return open.length === 0 ? root : undefined;
}

/** undefined where one occurs twice. */
function attributesIn(written: string): ReadonlyMap<string, string> | undefined {
  if (written === '') return noAttributes;
  const attributes = new Map<string, string>();
  for (const [, key = '', value = ''] of written.matchAll(attribute)) {
    if (attributes.has(key)) return undefined;
    attributes.set(key, resolveReferences(value));
  }
  return attributes;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09;
}

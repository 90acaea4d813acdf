import { XmlElement, noAttributes, type XmlNode } from './xml-element.js';
import { resolveReferences } from './xml-text.js';

const declaration = /^<\?xml version="1\.\d"(?: encoding="[A-Za-z][\w.-]*")?(?: standalone="(?:yes|no)")? ?\?>/;
const name = '[A-Za-z_][\\w.-]*(?::[A-Za-z_][\\w.-]*)?';
/** A tag of not too many attributes, with the text behind it. */
const tag = new RegExp(`<(/?)(${name})((?:[ \\t\\n]+${name}="[^"<]*"){0,99})[ \\t\\n]*(/?)>([^<]*)`, 'y');
const attribute = new RegExp(`(${name})="([^"]*)"`, 'g');

/**
 * What is not for this reader: what XML forbids, ends of lines that a reader has to change, and names that mean something
 * to JavaScript, which the parser refuses or changes.
 */
const unusual =
  /[\u0000-\u0008\u000B-\u001F\uFFFE\uFFFF]|]]>|__(?:proto|define|lookup)|constructor|prototype|hasOwnProperty|toString|valueOf/;
const blank = /^[ \t\n]*$/;

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
  const openNames: string[] = [];
  const openElements: XmlElement[] = [];
  const openNodes: XmlNode[][] = [];
  let root: XmlElement | undefined;
  while (at < xml.length) {
    tag.lastIndex = at;
    const found = tag.exec(xml);
    if (found === null) return undefined;
    at = tag.lastIndex;
    const [, closing, element = '', written = '', empty, text = ''] = found;
    if (closing === '') {
      const depth = openNames.length;
      const attributes = attributesIn(written);
      if (attributes === undefined || depth === mostDepth) return undefined;
      const nodes: XmlNode[] = [];
      const begun = new XmlElement(element, attributes, openElements[depth - 1] ?? scope, nodes);
      if (depth > 0) openNodes[depth - 1]?.push(begun);
      else if (root === undefined) root = begun;
      else return undefined;
      if (empty === '') {
        openNames.push(element);
        openElements.push(begun);
        openNodes.push(nodes);
      }
    } else {
      if (written !== '' || empty !== '' || openNames.pop() !== element) return undefined;
      openElements.pop();
      openNodes.pop();
    }
    if (text === '') continue;
    if (openNames.length > 0) openNodes.at(-1)?.push(resolveReferences(text));
    else if (!blank.test(text)) return undefined;
  }
  return openNames.length === 0 ? root : undefined;
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

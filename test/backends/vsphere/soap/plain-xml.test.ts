import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPlainXml } from '../../../../src/backends/vsphere/soap/plain-xml.js';
import type { XmlElement } from '../../../../src/backends/vsphere/soap/xml-element.js';
import { SoapFormatError } from '../../../../src/backends/vsphere/soap/soap-format-error.js';
import { parseXml } from '../../../../src/backends/vsphere/soap/xml-tree.js';

const folder = new URL('../../../fixtures/vsphere/wire-samples/', import.meta.url);
const samples = readdirSync(folder).filter((name) => name.endsWith('.xml'));

/** What stands in a document, for comparison. */
function contentOf(element: XmlElement): unknown {
  return {
    name: `${element.prefix}:${element.localName}`,
    namespace: element.namespace,
    attributes: [...element.attributes],
    text: element.text,
    children: [...element.children()].map(contentOf),
  };
}

type Outcome = { readonly content: unknown } | 'malformed' | 'not plain';

function outcomeOf(read: () => XmlElement | undefined): Outcome {
  try {
    const element = read();
    return element === undefined ? 'not plain' : { content: contentOf(element) };
  } catch (error) {
    if (error instanceof SoapFormatError) return 'malformed';
    throw error;
  }
}

/** The same document, read by the parser: a comment is nothing for the plain reader. */
const byParser = (xml: string): Outcome => outcomeOf(() => parseXml(`${xml}<!-- -->`));
const plainly = (xml: string): Outcome => outcomeOf(() => readPlainXml(xml));

const names = fc.constantFrom('a', 'b', 'returnval', 's:Body', 'x-1.y_', '_z', 'xmlns:p', 'xmlns', 'p:type');
const texts = fc.string({
  unit: fc.constantFrom('x', ' ', '\n', '\t', '&amp;', '&lt;', '&#10;', '&#x1F600;', 'é', '𝒳', '"', "'", '>', '/', '='),
  maxLength: 8,
});
const attributes = fc
  .uniqueArray(fc.tuple(names, texts), { selector: ([name]) => name, maxLength: 3 })
  .map((pairs) => pairs.map(([name, value]) => ` ${name}="${value.replaceAll(/["\n\t]/g, '')}"`).join(''));

const { element } = fc.letrec<{ element: string }>((tie) => ({
  element: fc
    .tuple(
      names,
      attributes,
      fc.array(fc.oneof(texts, tie('element')), { maxLength: 4 }),
      fc.constantFrom('', ' ', '\n'),
    )
    .map(([name, written, inner, blank]) =>
      inner.length === 0
        ? `<${name}${written}${blank}/>`
        : `<${name}${written}${blank}>${inner.join('')}</${name}${blank}>`,
    ),
}));

const documents = fc
  .tuple(
    fc.constantFrom('', '<?xml version="1.0" encoding="UTF-8"?>', '<?xml version="1.0"?>\n', ' ', '\n'),
    element,
    fc.constantFrom('', '\n', ' '),
  )
  .map((parts) => parts.join(''));

/** Documents with something put in place of a few of their characters, most of them malformed by it. */
const spoilt = fc
  .tuple(
    documents,
    fc.nat(),
    fc.nat({ max: 3 }),
    fc.constantFrom(
      ...['<', '>', '/', '"', '&', '=', ' ', "'", '<a>', '</a>', '<a/>', '<!-- c -->', '<![CDATA[x]]>', '<?p?>', ']]>'],
      ...[
        '\r\n',
        '\u0000',
        '\uFFFE',
        '&nbsp;',
        '&#0;',
        ' a="1" a="2"',
        '<__proto__/>',
        '<constructor/>',
        '<toString/>',
        '&#X41;',
        '\u00A0',
        '\uFEFF',
        '\u2028',
        '<1/>',
        '<:a/>',
        '',
      ],
    ),
  )
  .map(([xml, at, length, piece]) => {
    const start = at % (xml.length + 1);
    return xml.slice(0, start) + piece + xml.slice(start + length);
  });

describe('the plain reader', () => {
  test('reads what servers write', () => {
    const others = samples.filter((name) => plainly(readFileSync(new URL(name, folder), 'utf8')) === 'not plain');
    expect(others).toEqual([]);
  });

  test('reads every plain document as the parser does', () => {
    fc.assert(
      fc.property(documents, (xml) => {
        expect(plainly(xml)).toEqual(byParser(xml));
      }),
    );
  });

  test('leaves the rest to the parser, and takes nothing that it refuses', () => {
    fc.assert(
      fc.property(spoilt, (xml) => {
        const plain = plainly(xml);
        fc.pre(plain !== 'not plain');
        expect(plain).toEqual(byParser(xml));
      }),
      { numRuns: 1000 },
    );
  });
});

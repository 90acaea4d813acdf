import { describe, expect, test } from 'vitest';
import { SoapFormatError } from '../../../../src/backends/vsphere/soap/soap-format-error.js';
import { parseXml } from '../../../../src/backends/vsphere/soap/xml-tree.js';

const malformed: Readonly<Record<string, string>> = {
  nothing: '',
  blanks: ' \n ',
  'plain text': 'Service Unavailable',
  'a page that breaks off': '<a><b>hello',
  'tags that do not match': '<a></b>',
  'two roots': '<a/><b/>',
  'text before the root': 'x<a/>',
  'text after the root': '<a/>x',
  'an attribute twice': '<a x="1" x="2"/>',
  'an attribute without quotes': '<a x=1/>',
  'an attribute without a value': '<a x/>',
  'a bare ampersand': '<a>a & b</a>',
  'a bare ampersand in an attribute': '<a x="a & b"/>',
  'a bare less-than': '<a>1 < 2</a>',
  'a section that does not end': '<a><![CDATA[x</a>',
  'a comment that does not end': '<a><!-- x</a>',
  'a page of HTML': '<!doctype html><html><body><p>503<br></body></html>',
  'a blank before the declaration': ' <?xml version="1.0"?><a/>',
};

describe('malformed XML is refused', () => {
  test.each(Object.entries(malformed))('%s', (_, xml) => {
    expect(() => parseXml(xml)).toThrow(SoapFormatError);
    expect(() => parseXml(xml)).toThrow(/^malformed XML/);
  });

  test('by its place, without its text', () => {
    const xml = '<a>\n  <password>s3cret</passwd>\n</a>';
    expect(() => parseXml(xml)).toThrow('malformed XML in line 2, column 19: a tag that cannot stand there');
  });
});

describe('what tries to cost more than it weighs is refused', () => {
  test.each([
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    '<!DOCTYPE a><a/>',
    '<?xml version="1.0"?>\n<!-- c -->\n<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    `<!DOCTYPE a [<!ENTITY b0 "b">${Array.from({ length: 30 }, (_, n) => `<!ENTITY b${n + 1} "&b${n};&b${n};">`).join('')}]><a>&b30;</a>`,
  ])('%s', (xml) => {
    expect(() => parseXml(xml)).toThrow('the XML has a DOCTYPE, which SOAP forbids');
  });

  test.each(['&nbsp;', '&bomb;', '&toString;', '&#X41;', '&#0;', '&#xD800;', '&#x110000;', '&#xFFFE;'])(
    'the reference %s',
    (reference) => {
      const message = 'malformed XML: a reference to what is not defined';
      expect(() => parseXml(`<a>${reference}</a>`)).toThrow(message);
      expect(() => parseXml(`<a x="${reference}"/>`)).toThrow(message);
    },
  );

  test('elements nested without end', () => {
    const nested = (depth: number) => `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`;
    expect(() => parseXml(nested(2000))).toThrow('unreadable XML: Maximum nested tags exceeded');
    expect(parseXml(nested(1000)).localName).toBe('a');
  });

  test('declarations that count in many elements', () => {
    const declarations = Array.from({ length: 2000 }, (_, index) => ` xmlns:p${index}="urn:${index}"`).join('');
    const inside = '<p7:a xmlns=""/>'.repeat(20_000);
    for (const xml of [`<a${declarations}>${inside}</a>`, `<a>${inside.replaceAll('p7:', '')}</a>`]) {
      const before = process.memoryUsage().heapUsed;
      const namespaces = new Set([...parseXml(xml).children()].map(({ namespace }) => namespace));
      expect([...namespaces]).toEqual([xml.includes('p7:') ? 'urn:7' : '']);
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(200 * 1024 ** 2);
    }
  });

  test('more attributes than anybody needs', () => {
    const xml = `<a${Array.from({ length: 100_000 }, (_, index) => ` a${index}="${index}"`).join('')}/>`;
    expect(parseXml(xml).attribute('a99999')).toBe('99999');
  });

  test('names that mean something to JavaScript', () => {
    expect(() => parseXml('<a><__proto__>x</__proto__></a>')).toThrow(SoapFormatError);
    expect(() => parseXml('<a><constructor>x</constructor></a>')).toThrow(SoapFormatError);
  });
});

describe('what counts in a document', () => {
  test.each([
    ['<a>x<![CDATA[<!DOCTYPE &amp;]]>z</a>', 'x<!DOCTYPE &amp;z'],
    ['<a>x<!-- c -->y</a>', 'xy'],
    ['<a><?foo bar?>x</a>', 'x'],
    ['<a> x\t</a>', ' x\t'],
    ['<a>x\r\ny&#xD;&#10;</a>', 'x\ny\r\n'],
    ['<a>&lt;&gt;&amp;&quot;&apos;&#x1F600;&#34;</a>', '<>&"\'😀"'],
    ['<a>&amp;lt;</a>', '&lt;'],
    ['<a/>', ''],
    ['<a></a>', ''],
    ['\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n<!-- c -->\n<a>x</a>\n<!-- d -->\n', 'x'],
  ])('the text of %s', (xml, text) => {
    expect(parseXml(xml).text).toBe(text);
  });

  test('namespaces by their declarations, not by their prefixes', () => {
    const root = parseXml(
      '<p:a xmlns:p="urn:1" xmlns="urn:2"><b p:x="1" x="2"/><c xmlns="" xmlns:p="urn:3"><p:d/></c></p:a>',
    );
    const [b, c] = root.children();
    const [d] = c?.children() ?? [];
    expect([root, b, c, d].map((element) => element?.namespace)).toEqual(['urn:1', 'urn:2', '', 'urn:3']);
    expect(b?.attribute('x')).toBe('2');
    expect(b?.attributeOf('urn:1', 'x')).toBe('1');
    expect(b?.attributeOf('urn:2', 'x')).toBeUndefined();
  });
});

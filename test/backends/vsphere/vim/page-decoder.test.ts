import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SoapCodec } from '../../../../src/backends/vsphere/soap/soap-codec.js';
import { SoapFault } from '../../../../src/backends/vsphere/soap/soap-fault.js';
import { ref, typed } from '../../../../src/backends/vsphere/soap/values.js';
import { decodePage } from '../../../../src/backends/vsphere/vim/page-decoder.js';
import { vimSchema } from '../../../../src/backends/vsphere/vim/vim-schema.js';
import { pairs } from '../soap/arbitrary-values.js';

const codec = new SoapCodec(vimSchema);
const method = 'RetrievePropertiesEx';

/** Decodes a page that arrives in pieces and counts the turns of the event loop that it let pass. */
async function inSlices(xml: string, pieceSize = 16_384): Promise<{ result: unknown; pauses: number }> {
  let pauses = 0;
  const result = await decodePage(codec, method, piecesOf(xml, pieceSize), async () => (pauses += 1));
  return { result, pauses };
}

async function* piecesOf(xml: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < xml.length; at += size) yield xml.slice(at, at + size);
}

const filler = Array.from({ length: 300 }, (_, index) => ({
  obj: ref('VirtualMachine', `vm-${index}`),
  propSet: [
    { name: 'name', val: `machine ${index} & more` },
    { name: 'config.template', val: false },
  ],
}));

function page(objects: readonly unknown[], token?: string): string {
  return codec.encodeResponse(method, { ...(token === undefined ? {} : { token }), objects });
}

/** Ways in which servers write the same page. */
const styles: Readonly<Record<string, (xml: string) => string>> = {
  plain: (xml) => xml,
  indented: (xml) => xml.replaceAll(/>(<(?:objects|propSet|name|val|obj|\/propSet|\/objects|\/returnval))/g, '>\n  $1'),
  'with the prefix declared at each value': (xml) =>
    xml
      .replace(' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"', '')
      .replaceAll(
        ' xsi:type="',
        ' xmlns:XMLSchema-instance="http://www.w3.org/2001/XMLSchema-instance" XMLSchema-instance:type="',
      ),
  'with comments': (xml) => xml.replaceAll('<propSet>', '<!-- a > b </objects> --><propSet>'),
  'with comments between the objects': (xml) => xml.replaceAll('</objects>', '</objects><!-- <objects> -->'),
  'with attributes of objects': (xml) => xml.replaceAll('<objects>', '<objects xsi:type="ObjectContent">'),
  'with sections of character data': (xml) =>
    xml.replaceAll('<name>name</name>', '<name><![CDATA[</objects>]]></name>'),
  'with single quotes': (xml) => xml.replaceAll(/ type="(\w+)"/g, " type='$1'"),
};

describe.each(Object.keys(styles))('a page %s', (style) => {
  const write = styles[style] ?? String;

  test('decodes in slices to the same as in one go', async () => {
    const pages = fc.record({
      objects: fc.array(pairs('ObjectContent', 3), { maxLength: 4 }),
      token: fc.boolean(),
      pieceSize: fc.integer({ min: 5000, max: 300_000 }),
    });
    await fc.assert(
      fc.asyncProperty(pages, async ({ objects, token, pieceSize }) => {
        const all = [...filler, ...objects.map(({ sent }) => sent), ...filler];
        const xml = write(page(all, token ? 'token <1>' : undefined));
        const { result } = await inSlices(xml, pieceSize);
        expect(result).toEqual(codec.decodeResponse(method, xml));
      }),
      { numRuns: 3 },
    );
  });
});

describe('a long list of references', () => {
  const references = Array.from({ length: 3000 }, (_, index) => ref('VirtualMachine', `vm-${index}`));
  const property = { name: 'view', val: typed('&[]', references) };
  const view = { obj: ref('ContainerView', 'view <1>'), propSet: [property] };
  const item = '<ManagedObjectReference type="VirtualMachine" xsi:type="ManagedObjectReference">vm-2000<';
  const val = '<val xsi:type="ArrayOfManagedObjectReference">';

  const listStyles: Readonly<Record<string, (xml: string) => string>> = {
    plain: (xml) => xml,
    'without the type of the items': (xml) => xml.replaceAll(' xsi:type="ManagedObjectReference"', ''),
    indented: (xml) => xml.replaceAll(/><(?=ManagedObjectReference|\/val|\/propSet)/g, '>\n  <'),
    'with the prefix declared at the list': (xml) =>
      xml
        .replace(' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"', '')
        .replace(val, val.replace(' ', ' xmlns:i="http://www.w3.org/2001/XMLSchema-instance" ').replace('xsi', 'i'))
        .replaceAll(' xsi:type="ManagedObjectReference"', ' i:type="ManagedObjectReference"')
        .replace('<ManagedObjectReference ', '<ManagedObjectReference i:nil="true" '),
    'of several types': (xml) => xml.replaceAll(/"VirtualMachine"(?=[^>]*>vm-\d*7<)/g, '"VirtualApp"'),
    'with a reference that is nil': (xml) => xml.replace(item, item.replace('>', ' xsi:nil="true">')),
    'with a comment': (xml) => xml.replace(item, `<!-- </objects></val> -->${item}`),
    'with characters in references': (xml) => xml.replace('vm-2000', 'vm-&lt;&#50;000'),
    'with something else in it': (xml) => xml.replace(item, `<other/>${item}`),
    'with a section of character data': (xml) => xml.replace('vm-2000', '<![CDATA[</objects>]]>'),
    'in single quotes': (xml) => xml.replaceAll('type="VirtualMachine"', "type='VirtualMachine'"),
    'of something else': (xml) => xml.replace(val, '<val xsi:type="ArrayOfAnyType">'),
    'without a type': (xml) => xml.replace(val, '<val>'),
    empty: (xml) => xml.replace(/<ManagedObjectReference.*<\/ManagedObjectReference>/, ''),
  };

  test.each(Object.keys(listStyles))('%s decodes to the same as in one go', async (style) => {
    const more = { ...view, propSet: [{ name: 'a', val: 'b' }, property, { name: 'type', val: 'c' }, property] };
    const xml = (listStyles[style] ?? String)(page([...filler, view, more, ...filler]));
    const expected = codec.decodeResponse(method, xml);
    for (const pieceSize of [20_000, 150_000, xml.length]) {
      expect((await inSlices(xml, pieceSize)).result).toEqual(expected);
    }
  });

  test('lets others have their turns', async () => {
    const { pauses } = await inSlices(page([view]));
    expect(pauses).toBeGreaterThanOrEqual(5);
  });

  test('that is left open is refused, and not left out', async () => {
    const xml = page([view]).replace('</val></propSet></objects>', '</objects>');
    expect(xml).not.toContain('</val>');
    await expect(inSlices(xml)).rejects.toThrow(/^malformed XML/);
  });

  test('that breaks off is refused', async () => {
    const xml = page([view]);
    for (const length of [xml.indexOf(item), xml.length - 200, xml.length - 100]) {
      await expect(inSlices(xml.slice(0, length))).rejects.toThrow(/^malformed XML/);
    }
  });
});

test('the event loop gets its turns', async () => {
  const many = Array.from({ length: 20 }, () => filler).flat();
  const { result, pauses } = await inSlices(page(many));
  expect(result).toHaveProperty('objects.length', many.length);
  expect(pauses).toBeGreaterThanOrEqual(4);
});

test('values that only the parser can read let more turns pass', async () => {
  const plain = Array.from({ length: 8 }, () => filler).flat();
  const nested = plain.map((object) => ({
    ...object,
    propSet: [{ name: 'runtime.question', val: { $type: 'VirtualMachineMessage', id: 'a', text: 'b' } }],
  }));
  const { pauses } = await inSlices(page(plain));
  expect((await inSlices(page(nested))).pauses).toBeGreaterThan(4 * pauses);
});

test('a page that breaks off is refused, not half read', async () => {
  const xml = page([...filler, ...filler]);
  for (const length of [xml.length - 20, xml.length - 200, 70_000]) {
    await expect(inSlices(xml.slice(0, length))).rejects.toThrow(/^malformed XML/);
  }
  const broken = xml.replace('<name>name</name><val xsi:type="xsd:string">machine 5 ', '<name>name</val>machine 5 ');
  await expect(inSlices(broken)).rejects.toThrow(/^malformed XML/);
});

test('a value that is not of its type is refused by the name of its property', async () => {
  const xml = page([...filler, ...filler]).replace('>false<', '>maybe<');
  await expect(inSlices(xml)).rejects.toThrow('the property config.template is no boolean');
});

test('an entity that nobody defined is refused', async () => {
  const xml = page([...filler, ...filler]).replace('machine 7 ', '&bomb; ');
  await expect(inSlices(xml)).rejects.toThrow('malformed XML: a reference to what is not defined');
});

test('a fault of any length stays a fault', async () => {
  const fault = { $type: 'SystemError', reason: 'x'.repeat(100_000) };
  await expect(inSlices(codec.encodeFault({ message: 'It failed.', fault }))).rejects.toThrow(SoapFault);
});

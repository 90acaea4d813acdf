import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerRules, requestRules, ValueDecoder } from '../../../../src/backends/vsphere/soap/decode-value.js';
import { ValueEncoder } from '../../../../src/backends/vsphere/soap/encode-value.js';
import { typed } from '../../../../src/backends/vsphere/soap/values.js';
import { parseXml } from '../../../../src/backends/vsphere/soap/xml-tree.js';
import { vimSchema } from '../../../../src/backends/vsphere/vim/vim-schema.js';
import { pairs } from './arbitrary-values.js';

const declarations =
  'xmlns="urn:vim25" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

/** Writes a value as it stands in a document, and reads the document. */
function travel(declared: string, value: unknown): unknown {
  const written = new ValueEncoder(vimSchema, 'test').element('v', declared, value);
  const root = parseXml(`<r ${declarations}>${written}</r>`);
  const [element] = root.children();
  return element && new ValueDecoder(vimSchema, requestRules).value(element, declared);
}

/** The whole number of runs is that of `npm run test:whole`. */
const numRuns = process.env['REVIX_WHOLE_PROOF'] === undefined ? 200 : 600;

const types = [...vimSchema.dataTypeNames(), ...vimSchema.enumNames(), 'xsd:anyType', '&ManagedEntity', 'xsd:string'];

test('every value of every type comes back as it was sent', () => {
  const values = fc.constantFrom(...types).chain((type) => pairs(type, 3).map((pair) => ({ type, ...pair })));
  fc.assert(
    fc.property(values, ({ type, sent, read }) => {
      expect(travel(type, sent)).toEqual(read);
    }),
    { numRuns },
  );
});

test('every data object travels under xsd:anyType, alone and in a list', () => {
  const values = fc
    .constantFrom(...vimSchema.dataTypeNames())
    .chain((type) => pairs(type, 1).map((pair) => ({ type, ...pair })));
  fc.assert(
    fc.property(values, ({ type, sent, read }) => {
      expect(travel('xsd:anyType', sent)).toEqual(read);
      expect(travel('xsd:anyType', typed(`${type}[]`, [sent, sent]))).toEqual([read, read]);
    }),
    { numRuns: numRuns / 2 },
  );
});

test('secrets of an answer do not print', () => {
  const root = parseXml(`<r ${declarations}><v><id>ticket-1</id></v></r>`);
  const [element] = root.children();
  const ticket =
    element && new ValueDecoder(vimSchema, answerRules).value(element, 'SessionManagerGenericServiceTicket');
  expect(JSON.stringify(ticket)).toBe('{"$type":"SessionManagerGenericServiceTicket","id":"***"}');
});

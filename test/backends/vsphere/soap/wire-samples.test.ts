import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SoapCodec } from '../../../../src/backends/vsphere/soap/soap-codec.js';
import { SoapFormatError } from '../../../../src/backends/vsphere/soap/soap-format-error.js';
import { SoapFault } from '../../../../src/backends/vsphere/soap/soap-fault.js';
import { vimSchema } from '../../../../src/backends/vsphere/vim/vim-schema.js';
import { canonical, withPropertyTypes } from './canonical.js';

const folder = new URL('../../../fixtures/vsphere/wire-samples/', import.meta.url);
const samples = readdirSync(folder).filter((name) => name.endsWith('.xml'));
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const packed = (xml: string) => xml.replaceAll(/>\s+</g, '><');
const codec = new SoapCodec(vimSchema);

/** Decodes an answer and encodes what came out of it. */
function again(xml: string): string {
  const method = /<(?:\w+:)?(\w+)Response[ >]/.exec(xml)?.[1];
  try {
    const result = codec.decodeResponse(method ?? 'CurrentTime', xml);
    return codec.encodeResponse(method ?? '', withPropertyTypes(result));
  } catch (error) {
    if (!(error instanceof SoapFault)) throw error;
    return codec.encodeFault({ code: error.code, message: error.message, fault: error.fault });
  }
}

describe('wire samples', () => {
  test('are all here', () => {
    expect(samples.length).toBe(138);
  });

  test.each(samples.filter((name) => name.endsWith('.request.xml')))('%s decodes and encodes to the same', (name) => {
    const xml = read(name);
    const { self, method, args, header } = codec.decodeRequest(xml);
    expect(canonical(codec.encodeRequest(self, method.name, args, header))).toEqual(canonical(xml));
  });

  test.each(samples.filter((name) => name.endsWith('.response.xml')))('%s decodes and encodes to the same', (name) => {
    const xml = read(name);
    expect(canonical(again(xml))).toEqual(canonical(xml));
    expect(canonical(again(packed(xml)))).toEqual(canonical(packed(xml)));
  });

  /** The same, as other servers write it. */
  const dialects: Readonly<Record<string, (xml: string) => string>> = {
    'the prefix of types declared at each value': (xml) =>
      xml.replaceAll(/ xsi:type="([^"]*)"/g, ' xmlns:t="http://www.w3.org/2001/XMLSchema-instance" t:type="$1"'),
    'another prefix for the namespace': (xml) =>
      xml
        .replaceAll(/<(\/?)(?!soapenv|\?|wsse|wsu|saml2|faultcode|faultstring|detail)(\w)/g, '<$1v:$2')
        .replaceAll(' xmlns="urn:vim25"', ' xmlns:v="urn:vim25"'),
    'characters by their numbers': (xml) =>
      xml.replaceAll(/>([^<>&]+)</g, (whole, text: string) =>
        text.trim() === ''
          ? whole
          : `>${[...text].map((character) => `&#x${character.codePointAt(0)?.toString(16)};`).join('')}<`,
      ),
    'sections of character data': (xml) =>
      xml.replaceAll(/>([^<>&]+)</g, (whole, text: string) => (text.trim() === '' ? whole : `><![CDATA[${text}]]><`)),
  };

  test.each(Object.keys(dialects))('decode to the same with %s', (dialect) => {
    const write = dialects[dialect] ?? String;
    for (const name of samples) {
      const xml = read(name);
      const decode = (text: string): unknown =>
        name.includes('request') ? codec.decodeRequest(text).args : canonical(again(text));
      expect(decode(write(xml)), name).toEqual(decode(xml));
    }
  });

  test('with any character lost, doubled or changed decode or are refused by a clear error', () => {
    const name = fc.constantFrom(...samples);
    const place = fc.nat(4000);
    const change = fc.constantFrom(
      '',
      '<',
      '>',
      '&',
      '"',
      '/',
      ' ',
      '\u0000',
      ':',
      'x',
      ']]>',
      '<!--',
      '<![CDATA[',
      '<?',
    );
    fc.assert(
      fc.property(name, place, change, fc.boolean(), (sample, position, text, keep) => {
        const xml = read(sample);
        const at = position % xml.length;
        const broken = xml.slice(0, at) + text + xml.slice(keep ? at : at + 1);
        const decode = () => (sample.includes('request') ? codec.decodeRequest(broken) : again(broken));
        expect(() => outcome(decode)).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });
});

/** What a call gives or refuses; anything that it did not mean to throw, it throws. */
function outcome(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    if (error instanceof SoapFormatError || error instanceof SoapFault) return error;
    throw error;
  }
}

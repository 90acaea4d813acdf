import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ValueType } from '../../../../src/backends/vsphere/soap/schema.js';
import { SoapCodec } from '../../../../src/backends/vsphere/soap/soap-codec.js';
import { SoapFault } from '../../../../src/backends/vsphere/soap/soap-fault.js';
import { ref } from '../../../../src/backends/vsphere/soap/values.js';
import { parseXml } from '../../../../src/backends/vsphere/soap/xml-tree.js';
import { vimSchema } from '../../../../src/backends/vsphere/vim/vim-schema.js';
import { pairs, recordPair, reveal, type Pair } from '../soap/arbitrary-values.js';

const codec = new SoapCodec(vimSchema);

/** How many methods each manager has, so that none gets lost. */
const managers = {
  GuestAuthManager: 3,
  GuestFileManager: 11,
  GuestProcessManager: 4,
  GuestAliasManager: 5,
  GuestWindowsRegistryManager: 6,
  VirtualMachineGuestCustomizationManager: 3,
};

const methods = vimSchema.methodNames().filter((name) => (vimSchema.method(name)?.owner ?? '') in managers);

function elementNames(xml: string): string[] {
  const [body] = parseXml(xml).children();
  const [call] = body?.children() ?? [];
  return [...(call?.children() ?? [])].map(({ localName }) => localName);
}

const shuffled = (values: object, order: readonly string[]) =>
  Object.fromEntries(order.map((name) => [name, (values as Record<string, unknown>)[name]]));

test('every method of the six managers is known', () => {
  for (const [manager, count] of Object.entries(managers)) {
    expect(methods.filter((name) => vimSchema.method(name)?.owner === manager)).toHaveLength(count);
  }
});

describe.each(methods)('%s', (name) => {
  const method = vimSchema.method(name);
  const self = ref(method?.owner ?? '', 'manager-1');

  test('is encoded in wire order, whatever the order of the arguments, and decoded again', () => {
    const calls = recordPair(method?.params ?? [], 3).chain((args) => {
      const names = Object.keys(args.sent as object);
      return fc.shuffledSubarray(names, { minLength: names.length }).map((order) => ({ ...args, order }));
    });
    fc.assert(
      fc.property(calls, ({ sent, read, order }) => {
        const xml = codec.encodeRequest(self, name, shuffled(sent as object, order), { operationId: 'op-1' });
        const present = new Set(order);
        const expected = (method?.params ?? []).map((param) => param.name).filter((param) => present.has(param));
        expect([...new Set(elementNames(xml.replace(/<soapenv:Header>.*?<\/soapenv:Header>/, '')))]).toEqual([
          '_this',
          ...expected,
        ]);
        expect(codec.decodeRequest(xml)).toMatchObject({ self, args: read, header: { operationId: 'op-1' } });
      }),
      { numRuns: 6 },
    );
  });

  test('has its answer decoded', () => {
    const answers = answersOf(method?.result);
    fc.assert(
      fc.property(answers, ({ sent, read }) => {
        expect(reveal(codec.decodeResponse(name, codec.encodeResponse(name, sent)))).toEqual(read);
      }),
      { numRuns: 6 },
    );
  });

  test('has its faults decoded', () => {
    for (const type of method?.faults ?? []) {
      fc.assert(
        fc.property(pairs(type, 2), ({ sent, read }) => {
          const xml = codec.encodeFault({ message: 'It failed.', fault: sent as { readonly $type: string } });
          const { code, fault, message } = faultOf(name, xml);
          expect({ code, message, fault: reveal(fault) }).toEqual({
            code: 'ServerFaultCode',
            message: 'It failed.',
            fault: read,
          });
        }),
        { numRuns: 3 },
      );
    }
  });
});

function answersOf(result: ValueType | undefined): fc.Arbitrary<Pair> {
  if (result === undefined) return fc.constant({ sent: undefined, read: undefined });
  if (!result.array) return pairs(result.type, 3);
  return fc.array(pairs(result.type, 3), { maxLength: 3 }).map((items) => ({
    sent: items.map(({ sent }) => sent),
    read: items.map(({ read }) => read),
  }));
}

function faultOf(name: string, xml: string): SoapFault {
  try {
    codec.decodeResponse(name, xml);
  } catch (error) {
    if (error instanceof SoapFault) return error;
    throw error;
  }
  throw new Error('the answer was no fault');
}

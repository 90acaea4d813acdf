import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Field } from '../../../../src/backends/vsphere/soap/schema.js';
import { vimSchema } from '../../../../src/backends/vsphere/vim/vim-schema.js';

interface WireOrder {
  readonly methods: Readonly<Record<string, { owner: string; params: string; result: string | null }>>;
  readonly types: Readonly<Record<string, { base?: string | null; fields?: string; values?: string }>>;
}

const file = new URL('../../../fixtures/vsphere/wire-order.json', import.meta.url);
const { methods, types } = JSON.parse(readFileSync(file, 'utf8')) as WireOrder;

const written = (field: Field) => `${field.name}${field.optional ? '?' : ''}`;

/** Fields that the tables leave out: on purpose (`cut` in scripts/vim/input.yaml), or because their source lacks them. */
const left: Readonly<Record<string, string>> = {
  VirtualMachineRelocateSpec: 'service profile cryptoSpec',
  VirtualMachineConfigSpec:
    'vAppConfig ftInfo repConfig vmProfile crypto sgxInfo guestMonitoringModeInfo virtualNuma deviceSwap pmem ' +
    'deviceGroups tagSpecs vmPlacementPolicies extensionCompatibilityConstraint skipExtensionCompatibilityChecks',
};

describe('the tables agree with the reference', () => {
  test.each(Object.entries(methods))('on the method %s', (name, { owner, params, result }) => {
    const method = vimSchema.method(name);
    expect(method?.owner).toBe(owner);
    expect(method?.params.map(written).join(' ')).toBe(params);
    const type = method?.result;
    const known =
      type && `${type.type.startsWith('&') ? 'ManagedObjectReference' : type.type}${type.array ? '[]' : ''}`;
    expect(known ?? null).toBe(result);
  });

  test.each(Object.entries(types).filter(([, type]) => 'values' in type))('on the enum %s', (name, { values }) => {
    expect(vimSchema.enumValues(name)?.join(' ')).toBe(values);
  });

  test.each(Object.entries(types).filter(([, type]) => 'fields' in type))(
    'on the type %s',
    (name, { base, fields }) => {
      const type = vimSchema.dataType(name);
      expect(type?.base).toBe(base ?? 'DynamicData');
      const missing = new Set(left[name]?.split(' '));
      const expected = (fields ?? '')
        .split(' ')
        .filter((field) => field !== '' && !missing.has(field.replace('?', '')));
      const known = new Set(expected.map((field) => field.replace('?', '')));
      // Newer servers know more fields; what the reference names stands in the same order among them.
      expect(type?.fields.filter((field) => known.has(field.name)).map(written)).toEqual(expected);
    },
  );
});

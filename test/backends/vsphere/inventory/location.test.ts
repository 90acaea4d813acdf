import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datastorePath, parseLocation } from '../../../../src/backends/vsphere/inventory/location.js';
import { escapedName, plainName } from '../../../../src/backends/vsphere/inventory/names.js';

describe('a location', () => {
  it.each([
    ['[ds] a/a.vmx', { kind: 'datastore', datacenter: null, datastore: 'ds', path: 'a/a.vmx' }],
    ['[ds]a/a.vmx', { kind: 'datastore', datacenter: null, datastore: 'ds', path: 'a/a.vmx' }],
    [' [ds (1)]  /a b/a.vmx ', { kind: 'datastore', datacenter: null, datastore: 'ds (1)', path: 'a b/a.vmx' }],
    ['[dc/ds] a/a.vmx', { kind: 'datastore', datacenter: 'dc', datastore: 'ds', path: 'a/a.vmx' }],
    ['[folder/dc/ds] a.vmx', { kind: 'datastore', datacenter: 'folder/dc', datastore: 'ds', path: 'a.vmx' }],
    ['/dc/vm/folder/machine', { kind: 'inventory', path: 'dc/vm/folder/machine' }],
    ['dc/vm/machine', { kind: 'inventory', path: 'dc/vm/machine' }],
    ['5012B0C4-0a1b-2c3d-4e5f-60718293a4b5', { kind: 'uuid', uuid: '5012b0c4-0a1b-2c3d-4e5f-60718293a4b5' }],
    ['uuid:5012b0c40a1b2c3d4e5f60718293a4b5', { kind: 'uuid', uuid: '5012b0c4-0a1b-2c3d-4e5f-60718293a4b5' }],
  ])('%j is taken apart', (text, expected) => {
    expect(parseLocation(text)).toEqual(expected);
  });

  it.each(['', 'machine', '[ds]', '[] a.vmx', '[dc/] a.vmx', 'C:\\VMs\\a.vmx', '\\\\host\\share\\a.vmx'])(
    '%j leads nowhere',
    (text) => {
      expect(parseLocation(text)).toBeNull();
    },
  );

  it('that is written is read again', () => {
    const part = fc.stringMatching(/^[^[\]/\\\s][^[\]/\\]*[^[\]/\\\s]$/u);
    fc.assert(
      fc.property(part, fc.array(part, { minLength: 1, maxLength: 4 }), (datastore, parts) => {
        const path = parts.join('/');
        const read = parseLocation(datastorePath(datastore, path));
        expect(read).toEqual({ kind: 'datastore', datacenter: null, datastore, path });
      }),
    );
  });
});

describe('a name', () => {
  it('comes back as it was given', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(plainName(escapedName(name))).toBe(name);
      }),
    );
  });

  it('has the references that the server writes resolved, in any case', () => {
    expect(plainName('a%2fb%2Fc%5cd%25e%20f')).toBe('a/b/c\\d%e%20f');
  });
});

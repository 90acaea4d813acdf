import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  capacityIn,
  changedDescriptor,
  dashedUuid,
  diskTypeIn,
  diskTypes,
  formatDescriptor,
  isDescriptor,
  uuidIn,
} from '../../../src/simulator/datastores/disk-descriptor.js';

const sectors = fc.integer({ min: 1, max: 2 ** 40 });
const uuids = fc.uuid();

describe('a disk descriptor', () => {
  it('says what was written, and after a change what was changed', () => {
    const types = fc.constantFrom(...diskTypes);
    fc.assert(
      fc.property(sectors, sectors, types, types, uuids, (before, after, diskType, later, uuid) => {
        const first = { name: 'a.vmdk', capacityBytes: before * 512, hardwareVersion: 21, diskType, uuid };
        const text = formatDescriptor(first);
        expect(isDescriptor(text)).toBe(true);
        expect([capacityIn(text), diskTypeIn(text), uuidIn(text)]).toEqual([before * 512, diskType, uuid]);
        const grown = changedDescriptor(text, { capacityBytes: after * 512 });
        expect([capacityIn(grown), diskTypeIn(grown), uuidIn(grown)]).toEqual([after * 512, diskType, uuid]);
        expect(changedDescriptor(grown, { capacityBytes: before * 512 })).toBe(text);
        expect(diskTypeIn(changedDescriptor(text, { diskType: later }))).toBe(later);
      }),
    );
  });

  it('keeps what others have written into it', () => {
    const foreign = [
      '# Disk DescriptorFile',
      'RW 1000 VMFS "a-s001.vmdk"',
      'RW 24 VMFS "a-s002.vmdk"',
      'ddb.geometry.sectors = "63"',
      'ddb.uuid = "60 00 C2 90 11 11 22 22-33 33 44 44 55 55 66 66"',
    ].join('\n');
    expect([capacityIn(foreign), uuidIn(foreign)]).toEqual([1024 * 512, '6000c290-1111-2222-3333-444455556666']);
    const changed = changedDescriptor(foreign, { capacityBytes: 2048 * 512, diskType: 'thin' });
    expect(capacityIn(changed)).toBe(2048 * 512);
    expect(changed).toContain('RW 1000 VMFS "a-s001.vmdk"\nRW 1048 VMFS "a-s002.vmdk"\n');
    expect(changed).toContain('ddb.geometry.sectors = "63"\n');
    expect(changedDescriptor('# Disk DescriptorFile\nRW 8 VMFS "a-flat.vmdk"\n', { name: 'b.vmdk' })).toContain(
      'RW 8 VMFS "b-flat.vmdk"',
    );
  });

  it('takes a UUID in any of its forms, and nothing else', () => {
    fc.assert(
      fc.property(uuids, (uuid) => {
        const spaced = (uuid.replaceAll('-', '').match(/../gu) ?? []).join(' ').toUpperCase();
        expect([dashedUuid(uuid), dashedUuid(spaced)]).toEqual([uuid, uuid]);
      }),
    );
    for (const text of ['', 'no uuid', '6000c290-1111-2222-3333-44445555666']) expect(dashedUuid(text)).toBe(undefined);
  });
});

import * as fc from 'fast-check';
import { familyOf } from '../../../src/world/guest/guest-os-names.js';
import { describe, expect, it } from 'vitest';
import { VmxDocument } from '../../../src/world/store/vmx-file.js';
import {
  diskEntries,
  diskFileNames,
  readRecord,
  recordFromVmx,
  writeRecord,
} from '../../../src/world/store/vmx-record.js';
import type { VmRecord } from '../../../src/world/vm/vm-record.js';
import { sampleVm } from './sample-vm.js';

const origin = { id: 'i', datacenter: 'DC', location: '/vms/my vm/My VM.vmx', fileName: '/vms/my vm/My VM.vmx' };

function fromText(text: string): VmRecord {
  return recordFromVmx(VmxDocument.parse(Buffer.from(text), origin.fileName), origin);
}

describe('a record and its .vmx file', () => {
  it('say the same', () => {
    const names = fc.string({ unit: 'binary', maxLength: 20 });
    const records = fc.record({
      name: names,
      guestOs: names,
      memoryMb: fc.integer({ min: 1, max: 999_999 }),
      cpuCount: fc.integer({ min: 1, max: 64 }),
      hardwareVersion: fc.integer({ min: 3, max: 30 }),
      uuid: fc.uuid(),
      config: fc.dictionary(
        fc.constantFrom(
          'annotation',
          'Tools.syncTime',
          'ethernet0.present',
          'sata0:1.fileName',
          'scsi0.virtualDev',
          'a b',
        ),
        names,
      ),
    });
    fc.assert(
      fc.property(records, (fields) => {
        const folded = Object.keys(fields.config).map((key) => key.toLowerCase());
        fc.pre(new Set(folded).size === folded.length);
        const record = { ...sampleVm('a'), ...fields };
        const added = diskEntries('a.vmdk');
        const document = VmxDocument.empty();
        writeRecord(document, record, added);
        const text = document.toString();
        const read = VmxDocument.parse(Buffer.from(text), 'a.vmx');
        expect(readRecord(read, sampleVm('a'), added, 'a.vmx')).toEqual(record);
        writeRecord(read, record, added);
        expect(read.toString()).toBe(text);
      }),
    );
  }, 60_000);

  it('loses entries that the record no longer has, and no others', () => {
    const document = VmxDocument.parse(Buffer.from('# note\nkeep = "1"\ngo = "2"\nmemsize = "512"\n'), 'a.vmx');
    const record = readRecord(document, sampleVm('a'), {}, 'a.vmx');
    delete record.config['go'];
    writeRecord(document, record, {});
    expect(document.toString().startsWith('# note\nkeep = "1"\nmemsize = "512"\n')).toBe(true);
    expect(document.get('go')).toBeUndefined();
  });

  it('makes a plain machine of a file from elsewhere', () => {
    const record = fromText('guestOS = "ubuntu-64"\nuuid.bios = "56 4d 00 11 22 33 44 55-66 77 88 99 aa bb cc dd"\n');
    expect(record).toMatchObject({
      id: 'i',
      name: 'My VM',
      location: origin.location,
      uuid: '564d0011-2233-4455-6677-8899aabbccdd',
      cpuCount: 1,
      power: { phase: 'off' },
      guest: { family: 'posix', registry: null },
    });
    expect(fromText('').uuid).toBe(fromText('').uuid);
    expect(fromText('displayName = "Named"').name).toBe('Named');
  });

  it.each([
    ['memsize = "much"', 'memsize must be a whole number from 1 up'],
    ['numvcpus = "0"', 'numvcpus must be a whole number from 1 up'],
    ['virtualHW.version = "-1"', 'virtualHW.version must be a whole number'],
    ['uuid.bios = "56 4d"', 'uuid.bios must be 16 bytes in hexadecimal'],
  ])('refuses %s with file and line', (line, problem) => {
    expect(() => fromText(`a = "b"\n${line}\n`)).toThrow(`${origin.fileName}, line 2: ${problem}`);
  });

  it('tells guest families by the name of the system', () => {
    const windows = ['windows9-64', 'winnetstandard', 'winxppro', 'longhorn', 'Windows7Server64Guest'];
    const posix = ['ubuntu-64', 'darwin19-64', 'other', 'centos-64', 'freebsd'];
    expect(windows.map(familyOf)).toEqual(windows.map(() => 'windows'));
    expect(posix.map(familyOf)).toEqual(posix.map(() => 'posix'));
  });

  it('finds the disks that a configuration names', () => {
    const config = { 'sata0:1.fileName': 'disk.vmdk', 'ide1:0.fileName': 'cd.iso', 'SCSI0:0.FILENAME': 'Other.VMDK' };
    expect(diskFileNames(config)).toEqual(['disk.vmdk', 'Other.VMDK']);
  });
});

import { describe, expect, test } from 'vitest';
import { SoapCodec, UnknownMethodError } from '../../../../src/backends/vsphere/soap/soap-codec.js';
import { SoapFormatError } from '../../../../src/backends/vsphere/soap/soap-format-error.js';
import { ref } from '../../../../src/backends/vsphere/soap/values.js';
import { vimSchema } from '../../../../src/backends/vsphere/vim/vim-schema.js';

const codec = new SoapCodec(vimSchema);
const vm = ref('VirtualMachine', 'vm-1');

describe('a request', () => {
  test('for a method that is not known says which, and on what object', () => {
    const xml = codec.encodeRequest(vm, 'ShutdownGuest').replaceAll('ShutdownGuest', 'ExportVm');
    const decode = () => codec.decodeRequest(xml);
    expect(decode).toThrow(UnknownMethodError);
    expect(decode).toThrow(expect.objectContaining({ method: 'ExportVm', self: vm }));
  });

  test('that lacks a parameter is refused by the name of the parameter', () => {
    const xml = codec.encodeRequest(vm, 'Rename_Task', { newName: 'a' }).replace('<newName>a</newName>', '');
    expect(() => codec.decodeRequest(xml)).toThrow(new SoapFormatError('the request lacks "newName"'));
    expect(() => codec.encodeRequest(vm, 'Rename_Task')).toThrow(new SoapFormatError('Rename_Task.newName is missing'));
  });
});

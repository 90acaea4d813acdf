import { describe, expect, test } from 'vitest';
import { vimSchema } from '../../../../src/backends/vsphere/vim/vim-schema.js';

describe('the type of a property', () => {
  test.each([
    ['VirtualMachine', 'name', { type: 'xsd:string', array: false }],
    ['VirtualMachine', 'runtime.powerState', { type: 'VirtualMachinePowerState', array: false }],
    ['VirtualMachine', 'config.hardware.device', { type: 'VirtualDevice', array: true }],
    ['VirtualMachine', 'config.hardware.device[2000]', { type: 'VirtualDevice', array: false }],
    ['VirtualMachine', 'config.hardware.device[4000].macAddress', { type: 'xsd:string', array: false }],
    ['VirtualMachine', 'config.extraConfig["guestinfo.a.b"].value', { type: 'xsd:anyType', array: false }],
    ['VirtualMachine', 'datastore', { type: '&Datastore', array: true }],
    ['Task', 'info.error.fault', { type: 'MethodFault', array: false }],
    ['VirtualMachine', 'config.hardware.device.key', undefined],
    ['VirtualMachine', 'nothing', undefined],
    ['VirtualMachine', 'name.first', undefined],
    ['VirtualMachine', 'name[1]', undefined],
    ['VirtualMachine', '', undefined],
    ['VirtualMachine', 'constructor', undefined],
    ['Nothing', 'name', undefined],
  ])('%s.%s', (managed, path, type) => {
    expect(vimSchema.propertyType(managed, path)).toEqual(type);
  });
});

test('names that every object inherits are no names of the schema', () => {
  for (const name of ['constructor', 'toString', '__proto__']) {
    expect([
      vimSchema.dataType(name),
      vimSchema.enumValues(name),
      vimSchema.managedType(name),
      vimSchema.method(name),
    ]).toEqual([undefined, undefined, undefined, undefined]);
  }
});

test('methods know the privileges that they need', () => {
  expect(vimSchema.method('PowerOnVM_Task')).toMatchObject({
    owner: 'VirtualMachine',
    result: { type: '&Task' },
    privileges: { _this: 'VirtualMachine.Interact.PowerOn' },
  });
  expect(vimSchema.method('StartProgramInGuest')?.privileges).toEqual({ vm: 'VirtualMachine.GuestOperations.Execute' });
  expect(vimSchema.managedType('VirtualMachine')?.properties.get('parent')?.privilege).toBe('System.View');
});

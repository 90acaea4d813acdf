import { expect, it } from 'vitest';
import { comMembers } from '../../src/doors/com/com-members.js';
import { ownMembers } from '../../src/doors/com/own-members.js';
import { guestMembers } from '../../src/doors/virtual-server/guest-members.js';
import { machineMembers } from '../../src/doors/virtual-server/machine-members.js';
import { serverMembers } from '../../src/doors/virtual-server/server-members.js';
import { taskMembers } from '../../src/doors/virtual-server/task-members.js';
import { comReference, virtualServerReference } from './reference-members.js';

function sorted(members: readonly string[]): readonly string[] {
  return [...new Set(members)].toSorted();
}

it.each(Object.keys(comReference))('%s of revix/com has the members of the reference', (name) => {
  const tables: Readonly<Record<string, object>>[] = [comMembers, ownMembers];
  // Every object that stands for a handle has those of IVixHandle, Close among them.
  const inherited = name === 'IPropertyList' ? ['Close'] : [];
  const members = tables.flatMap((table) => Object.keys(table[name] ?? {}));
  expect(sorted([...members, ...inherited])).toEqual(sorted(comReference[name] ?? []));
});

/** What the reference mentions elsewhere than in its lists. */
const mentioned: Readonly<Record<string, readonly string[]>> = {
  IVMVirtualServer: ['CreateHostDriveVirtualHardDisk'],
  IVMVirtualMachine: [
    'RemoveConfigurationValue',
    'RemoveDVDROMDrive',
    'RemoveHardDiskConnection',
    'RemoveNetworkAdapter',
    'RemoveSCSIController',
    'SetConfigurationValue',
  ],
};

it.each([
  ['IVMVirtualServer', serverMembers],
  ['IVMVirtualMachine', machineMembers],
  ['IVMGuestOS', guestMembers],
  ['IVMTask', taskMembers],
])('%s of revix/virtual-server has the members of the reference', (name, table) => {
  expect(sorted(Object.keys(table))).toEqual(
    sorted([...(virtualServerReference[name] ?? []), ...(mentioned[name] ?? [])]),
  );
});

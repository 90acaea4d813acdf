import { createVix } from 'revix';
import { createVix as createBlockingVix } from 'revix/sync';
import * as awaited from 'revix/virtual-server';
import * as blocking from 'revix/virtual-server/sync';

declare const machine: awaited.IVMVirtualMachine;
declare const saved: blocking.IVMVirtualMachine;

export const accepted = [
  awaited.createVirtualServer(createVix()),
  blocking.createVirtualServer(createBlockingVix()),
  machine.Name satisfies Promise<string>,
  saved.Name satisfies string,
  saved.get_Memory() satisfies number,
  machine.State satisfies Promise<number>,
  machine.GuestOS satisfies awaited.IVMGuestOS,
  machine.Startup() satisfies Promise<awaited.IVMTask>,
  saved.Startup() satisfies blocking.IVMTask,
  saved.Startup().IsComplete satisfies boolean,
  machine.GuestOS.ExecuteCommand('/bin/true', null, 'user', 'password') satisfies Promise<number>,
  machine.GuestOS.put_IsHostTimeSyncEnabled(true) satisfies Promise<void>,
  new blocking.VMVirtualServer().VirtualMachines satisfies Iterable<blocking.IVMVirtualMachine>,
  new awaited.VMVirtualServer().DeleteVirtualMachine(machine) satisfies Promise<void>,
  blocking.HRESULTS.VM_E_VM_RUNNING satisfies number,
  machine.AddNetworkAdapter() satisfies Promise<awaited.IVMNetworkAdapter>,
  machine.RemoveNetworkAdapter(
    saved.AddNetworkAdapter() as unknown as awaited.IVMNetworkAdapter,
  ) satisfies Promise<void>,
  saved.NetworkAdapters.Item(1).VirtualNetwork satisfies blocking.IVMVirtualNetwork | null,
  saved.NetworkAdapters.Item(1).VirtualMachine satisfies blocking.IVMVirtualMachine,
  new blocking.VMVirtualServer().VirtualNetworks.Item(1).Name satisfies string,
];

saved.GuestOS.IsHostTimeSyncEnabled = true;
saved.Undoable = true;
void saved.put_Undoable(true);

export const refused = [
  // @ts-expect-error a state where a machine belongs
  new awaited.VMVirtualServer().DeleteVirtualMachine('web'),
  // @ts-expect-error a network where its card belongs
  saved.RemoveNetworkAdapter(new blocking.VMVirtualServer().VirtualNetworks.Item(1)),
  // @ts-expect-error no property of a machine
  machine.Nmae,
  // @ts-expect-error a promise of a name is none
  machine.Name satisfies string,
  // @ts-expect-error the functions that block make a door that blocks
  awaited.createVirtualServer(createBlockingVix()),
];

// @ts-expect-error nobody could wait for an assignment
machine.GuestOS.IsHostTimeSyncEnabled = Promise.resolve(true);

import type {
  CallContext,
  DeviceOps,
  HostNetwork,
  HostNetworkOps,
  NetworkAdapter,
  NetworkAdapterOps,
  PortForwarding,
  PortForwardingOps,
} from '../backends/backend.js';
import { Fault } from '../base/fault.js';
import { VixFailure } from '../errors/vix-failure.js';
import { VIX_E_INVALID_ARG, VIX_OK } from '../vix/names.js';
import type { VixError, VixHandle } from '../vix/types.js';
import { bool, filledText, integer, text } from './arguments.js';
import { isCell, noCell } from './property-cells.js';
import { callFailed, handleFailure } from './call-failure.js';
import { startHostJob, startVmJob, type VixCallback } from './start-job.js';
import type { HostEntry, VixRuntime, VmEntry } from './vix-runtime.js';
import type { VixOut } from './vix-out.js';

/**
 * Functions for what vmrun does and VIX does not: network cards, devices, the keyboard, networks of the host. They keep
 * the shapes of VIX: what changes something is a job, what only asks returns a promise. A host that does not offer it
 * answers `VIX_E_NOT_SUPPORTED`.
 */
export function revixDeviceFunctions(runtime: VixRuntime) {
  const { table } = runtime;

  /** Asks and writes the answer. What is thrown becomes the returned error. */
  async function ask<T>(
    name: string,
    handle: VixHandle,
    cell: VixOut<T>,
    question: (call: CallContext) => Promise<T>,
    signal: AbortSignal,
  ): Promise<VixError> {
    if (!isCell(cell)) return callFailed(runtime, name, handle, noCell('for the answer'));
    try {
      cell.value = await runtime.read(signal, question);
      return VIX_OK;
    } catch (error) {
      return callFailed(runtime, name, handle, error);
    }
  }

  function askVm<T>(
    name: string,
    handle: VixHandle,
    cell: VixOut<T>,
    question: (vm: VmEntry, call: CallContext) => Promise<T>,
  ): Promise<VixError> {
    const vm = table.lookup(handle, 'vm');
    if (typeof vm === 'number') {
      return Promise.resolve(callFailed(runtime, name, handle, handleFailure(runtime, 'vmHandle', handle, vm)));
    }
    const { signal } = vm.payload.host.payload;
    return ask(name, handle, cell, async (call) => question(vm, call), signal);
  }

  function askHost<T>(
    name: string,
    handle: VixHandle,
    cell: VixOut<T>,
    question: (host: HostEntry, call: CallContext) => Promise<T>,
  ): Promise<VixError> {
    const host = table.lookup(handle, 'host');
    if (typeof host === 'number') {
      return Promise.resolve(callFailed(runtime, name, handle, handleFailure(runtime, 'hostHandle', handle, host)));
    }
    const { signal } = host.payload;
    return ask(name, handle, cell, async (call) => question(host, call), signal);
  }

  /** Starts a job that changes a device. */
  function changeDevice(
    vmHandle: VixHandle,
    tail: { readonly call: string; readonly callback: VixCallback; readonly clientData: unknown },
    change: (vm: VmEntry, call: CallContext) => Promise<unknown>,
  ): VixHandle {
    return startVmJob(runtime, vmHandle, tail, {
      lane: 'exclusive',
      work: async (vm, context) => void (await change(vm, context)),
    });
  }

  return {
    /** The network cards of a virtual machine. */
    Revix_GetNetworkAdapters(vmHandle: VixHandle, result: VixOut<readonly NetworkAdapter[]>): Promise<VixError> {
      return askVm('Revix_GetNetworkAdapters', vmHandle, result, (vm, call) => adaptersOf(vm).adapters(call));
    },

    /** Adds a network card on a network of the host. */
    Revix_AddNetworkAdapter(
      vmHandle: VixHandle,
      network: string,
      callback: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'Revix_AddNetworkAdapter', callback, clientData };
      return changeDevice(vmHandle, tail, (vm, call) =>
        adaptersOf(vm).addAdapter(filledText('network', network), call),
      );
    },

    /** Puts a network card on another network. */
    Revix_SetNetworkAdapter(
      vmHandle: VixHandle,
      index: number,
      network: string,
      callback: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'Revix_SetNetworkAdapter', callback, clientData };
      return changeDevice(vmHandle, tail, (vm, call) =>
        adaptersOf(vm).setAdapter(integer('index', index), filledText('network', network), call),
      );
    },

    /** Removes a network card. */
    Revix_RemoveNetworkAdapter(
      vmHandle: VixHandle,
      index: number,
      callback: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'Revix_RemoveNetworkAdapter', callback, clientData };
      return changeDevice(vmHandle, tail, (vm, call) => adaptersOf(vm).removeAdapter(integer('index', index), call));
    },

    /** Connects or disconnects a device of a running virtual machine, such as `ethernet0` or `sound`. */
    Revix_SetDeviceConnected(
      vmHandle: VixHandle,
      device: string,
      isConnected: boolean,
      callback: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'Revix_SetDeviceConnected', callback, clientData };
      return changeDevice(vmHandle, tail, (vm, call) =>
        devicesOf(vm).setConnected(filledText('device', device), bool('isConnected', isConnected), call),
      );
    },

    /** Types at the console of a running virtual machine. */
    Revix_TypeKeystrokes(
      vmHandle: VixHandle,
      keystrokes: string,
      callback: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'Revix_TypeKeystrokes', callback, clientData };
      return changeDevice(vmHandle, tail, (vm, call) => devicesOf(vm).typeKeys(text('keystrokes', keystrokes), call));
    },

    /** The networks of a host. */
    Revix_GetHostNetworks(hostHandle: VixHandle, result: VixOut<readonly HostNetwork[]>): Promise<VixError> {
      return askHost('Revix_GetHostNetworks', hostHandle, result, (host, call) => networksOf(host).list(call));
    },

    /** The ports that a network of a host passes on to guests. */
    Revix_GetPortForwardings(
      hostHandle: VixHandle,
      network: string,
      result: VixOut<readonly PortForwarding[]>,
    ): Promise<VixError> {
      return askHost('Revix_GetPortForwardings', hostHandle, result, (host, call) =>
        forwardingsOf(host).portForwardings(filledText('network', network), call),
      );
    },

    /** Lets a network of a host pass a port on to a guest. */
    Revix_SetPortForwarding(
      hostHandle: VixHandle,
      network: string,
      forwarding: PortForwarding,
      callback: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'Revix_SetPortForwarding', callback, clientData };
      return startHostJob(runtime, hostHandle, tail, {
        work: (host, context) => {
          const checked = {
            protocol: protocolOf(forwarding.protocol),
            hostPort: integer('hostPort', forwarding.hostPort),
            guestIp: filledText('guestIp', forwarding.guestIp),
            guestPort: integer('guestPort', forwarding.guestPort),
            description: text('description', forwarding.description),
          };
          return forwardingsOf(host).setPortForwarding(filledText('network', network), checked, context);
        },
      });
    },

    /** Ends the passing on of a port. */
    Revix_DeletePortForwarding(
      hostHandle: VixHandle,
      network: string,
      protocol: 'tcp' | 'udp',
      hostPort: number,
      callback: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'Revix_DeletePortForwarding', callback, clientData };
      return startHostJob(runtime, hostHandle, tail, {
        work: (host, context) => {
          const port = integer('hostPort', hostPort);
          const name = filledText('network', network);
          return forwardingsOf(host).deletePortForwarding(name, protocolOf(protocol), port, context);
        },
      });
    },
  };
}

/** The functions of this file. */
export type RevixDevices = ReturnType<typeof revixDeviceFunctions>;

function adaptersOf({ payload }: VmEntry): NetworkAdapterOps {
  const { adapters } = payload.link;
  if (adapters === undefined) throw notOffered(payload.host);
  return adapters;
}

function devicesOf({ payload }: VmEntry): DeviceOps {
  const { devices } = payload.link;
  if (devices === undefined) throw notOffered(payload.host);
  return devices;
}

function networksOf(host: HostEntry): HostNetworkOps {
  const { networks } = host.payload.link;
  if (networks === undefined) throw notOffered(host);
  return networks;
}

function forwardingsOf(host: HostEntry): PortForwardingOps {
  const { portForwardings } = host.payload.link;
  if (portForwardings === undefined) throw notOffered(host);
  return portForwardings;
}

function notOffered({ payload }: HostEntry): Fault {
  return new Fault('not-supported', `${payload.link.about.product} does not offer this`);
}

function protocolOf(value: unknown): 'tcp' | 'udp' {
  if (value === 'tcp' || value === 'udp') return value;
  throw new VixFailure(VIX_E_INVALID_ARG, `parameter protocol must be tcp or udp, not ${String(value)}`);
}

import { type Command } from '../command.js';
import { text, vm } from '../parameters.js';
import { dropped } from './dropped.js';

const why = 'the VIX API has no function for it';

/** The commands for network adapters and host networks. */
export const networkCommands: readonly Command[] = [
  dropped('listNetworkAdapters', 'networkAdapter', [vm], 'list the network adapters of a VM', why),
  dropped('addNetworkAdapter', 'networkAdapter', [vm], 'add a network adapter to a VM', why),
  dropped('setNetworkAdapter', 'networkAdapter', [vm], 'change a network adapter of a VM', why),
  dropped('deleteNetworkAdapter', 'networkAdapter', [vm], 'remove a network adapter from a VM', why),
  dropped('listHostNetworks', 'hostNetwork', [], 'list the networks of the host', why),
  dropped('listPortForwardings', 'hostNetwork', [text('network', 'NETWORK')], 'list port forwardings', why),
  dropped('setPortForwarding', 'hostNetwork', [text('network', 'NETWORK')], 'set a port forwarding', why),
  dropped('deletePortForwarding', 'hostNetwork', [text('network', 'NETWORK')], 'delete a port forwarding', why),
];

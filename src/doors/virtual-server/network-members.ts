import { Vix_Out } from '../../api/vix-out.js';
import type { HostNetwork, NetworkAdapter } from '../../backends/backend.js';
import { VIX_OK } from '../../vix/names.js';
import { call } from '../door-calls.js';
import type { Flow } from '../flow.js';
import { hostOf, lookAt, work } from './engine.js';
import { VMVMState } from './enumerations.js';
import { hresultOf, VirtualServerError } from './hresults.js';
import { known, method, missingMethod, missingProperty, readOnly, type MemberTable } from './member.js';
import {
  CollectionState,
  NetworkAdapterState,
  NetworkState,
  requireState,
  type MachineState,
  type ServerState,
} from './states.js';

/** Members of `IVMNetworkAdapter`. */
export const networkAdapterMembers = {
  AttachToVirtualNetwork: method('Revix_SetNetworkAdapter', attach),
  EthernetAddress: readOnly('Revix_GetNetworkAdapters', function* (adapter: NetworkAdapterState): Flow<string> {
    return (yield* presentCard(adapter)).mac.toUpperCase().replaceAll(':', '-');
  }),
  VirtualMachine: known(null, ({ machine }: NetworkAdapterState) => machine),
  VirtualNetwork: readOnly('Revix_GetNetworkAdapters', networkOf),
  DetachFromVirtualNetwork: missingMethod,
  IsEthernetAddressDynamic: missingProperty,
  _ID: missingProperty,
} as const satisfies MemberTable<NetworkAdapterState>;

/** Members of `IVMVirtualNetwork`. */
export const networkMembers = {
  Name: known(null, ({ name }: NetworkState) => name),
  BytesDropped: missingProperty,
  BytesDroppedHistory: missingProperty,
  BytesReceived: missingProperty,
  BytesReceivedHistory: missingProperty,
  BytesSent: missingProperty,
  BytesSentHistory: missingProperty,
  DHCPVirtualNetworkServer: missingProperty,
  File: missingProperty,
  HostAdapter: missingProperty,
  NetworkAdapters: missingProperty,
  Notes: missingProperty,
  PacketsDropped: missingProperty,
  PacketsDroppedHistory: missingProperty,
  PacketsReceived: missingProperty,
  PacketsReceivedHistory: missingProperty,
  PacketsSent: missingProperty,
  PacketsSentHistory: missingProperty,
  Security: missingProperty,
  _ID: missingProperty,
} as const satisfies MemberTable<NetworkState>;

/** The networks of a host. */
export function* virtualNetworks(server: ServerState): Flow<CollectionState<NetworkState>> {
  const host = yield* hostOf(server);
  const cell = Vix_Out<readonly HostNetwork[]>([]);
  const error = yield* call(server.vix, 'Revix_GetHostNetworks', host, cell);
  if (error !== VIX_OK) throw new VirtualServerError(hresultOf(error), server.vix.Revix_GetErrorMessage(host));
  return new CollectionState(cell.value.map(({ name }) => new NetworkState(server, name)));
}

/** The network cards of a machine. */
export function* networkAdapters(machine: MachineState): Flow<CollectionState<NetworkAdapterState>> {
  const cards = yield* cardsOf(machine);
  return new CollectionState(cards.map(({ index, mac }) => new NetworkAdapterState(machine, index, mac)));
}

/** Adds a network card. A card without a network is nowhere to be had: the new one is on the first network of the host. */
export function* addNetworkAdapter(machine: MachineState): Flow<NetworkAdapterState> {
  yield* requireOff(machine);
  const { items: networks } = yield* virtualNetworks(machine.server);
  const [first] = networks;
  if (first === undefined) {
    throw new VirtualServerError('VM_E_ADAPTER_NOT_FOUND', 'the host has no network that a card could be on');
  }
  yield* work(machine.server, 'Revix_AddNetworkAdapter', [machine.handle, first.name]);
  const { items: cards } = yield* networkAdapters(machine);
  const added = cards.at(-1);
  if (added !== undefined) return added;
  throw new VirtualServerError('DISP_E_EXCEPTION', `the network card that ${machine.path} was given is gone again`);
}

export function* removeNetworkAdapter(machine: MachineState, adapter: NetworkAdapterState): Flow<void> {
  requireState(adapter, NetworkAdapterState, 'a network adapter');
  if (adapter.machine.handle !== machine.handle) {
    throw new VirtualServerError('E_INVALIDARG', `the network adapter is not one of ${machine.path}`);
  }
  yield* requireOff(machine);
  const { index } = yield* presentCard(adapter);
  yield* work(machine.server, 'Revix_RemoveNetworkAdapter', [machine.handle, index]);
}

function* attach(adapter: NetworkAdapterState, network: NetworkState): Flow<void> {
  requireState(network, NetworkState, 'a virtual network');
  const { machine } = adapter;
  yield* requireOff(machine);
  const { items: networks } = yield* virtualNetworks(machine.server);
  if (networks.every(({ name }) => name !== network.name)) {
    throw new VirtualServerError('VM_E_INVALID_VIRTUAL_NETWORK_ID', `the host has no network ${network.name} any more`);
  }
  const { index } = yield* presentCard(adapter);
  yield* work(machine.server, 'Revix_SetNetworkAdapter', [machine.handle, index, network.name]);
}

/** The network that a card is on; null where it is on none. */
function* networkOf(adapter: NetworkAdapterState): Flow<NetworkState | null> {
  const { network } = yield* presentCard(adapter);
  return network === '' ? null : new NetworkState(adapter.machine.server, network);
}

function* cardsOf({ server, handle }: MachineState): Flow<readonly NetworkAdapter[]> {
  const cell = Vix_Out<readonly NetworkAdapter[]>([]);
  const error = yield* call(server.vix, 'Revix_GetNetworkAdapters', handle, cell);
  if (error === VIX_OK) return cell.value;
  throw new VirtualServerError(hresultOf(error), server.vix.Revix_GetErrorMessage(handle));
}

/** A card as it is now. Cards move up when one before them goes, so that its address tells it. */
function* presentCard({ machine, index, mac }: NetworkAdapterState): Flow<NetworkAdapter> {
  const cards = yield* cardsOf(machine);
  const card = mac === '' ? cards[index] : cards.find((candidate) => candidate.mac === mac);
  if (card !== undefined) return card;
  throw new VirtualServerError('E_INVALIDARG', `${machine.path} does not have this network adapter any more`);
}

/** @throws VirtualServerError `VM_E_VM_RUNNING`, also for a machine that is saved. */
function* requireOff(machine: MachineState): Flow<void> {
  const { phase } = yield* lookAt(machine);
  if (phase === VMVMState.TurnedOff) return;
  throw new VirtualServerError('VM_E_VM_RUNNING', `${machine.path} must be off for a change of its network cards`);
}

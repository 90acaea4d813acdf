import type { Endpoint } from '../endpoint.js';
import type { EndpointKind } from '../endpoint-kind.js';
import { managed, type ManagedKind } from '../managed-object.js';
import type { Ref } from '../ref.js';
import { aliasManagerKind } from './alias-manager.js';
import { authManagerKind } from './auth-manager.js';
import { customizationManagerKind } from './customization-manager.js';
import { fileManagerKind } from './file-manager.js';
import { guestFileRoute } from './guest-file-route.js';
import type { GuestServices } from './guest-services.js';
import { GuestTickets } from './guest-tickets.js';
import { GuestTransfers } from './guest-transfers.js';
import { processManagerKind } from './process-manager.js';
import { registryManagerKind } from './registry-manager.js';

/** Managers by the property under which GuestOperationsManager names them, with their ids on either kind of host. */
const managers = [
  ['authManager', authManagerKind, 'guestOperationsAuthManager', 'ha-guest-operations-auth-manager'],
  ['fileManager', fileManagerKind, 'guestOperationsFileManager', 'ha-guest-operations-file-manager'],
  ['processManager', processManagerKind, 'guestOperationsProcessManager', 'ha-guest-operations-process-manager'],
  ['aliasManager', aliasManagerKind, 'guestOperationsAliasManager', 'ha-guest-operations-alias-manager'],
  [
    'guestWindowsRegistryManager',
    registryManagerKind,
    'guestOperationsWindowsRegistryManager',
    'ha-guest-operations-windows-registry-manager',
  ],
] as const;

const ownIds: Readonly<Record<EndpointKind, string>> = {
  vcenter: 'guestOperationsManager',
  esx: 'ha-guest-operations-manager',
};

/** Puts everything that works inside guests into an endpoint. */
export function addGuestOperations(endpoint: Endpoint): GuestServices {
  const services: GuestServices = {
    endpoint,
    tickets: new GuestTickets(),
    transfers: new GuestTransfers(endpoint.clock, () => endpoint.address?.transferOrigin ?? 'https://*'),
  };
  endpoint.routes.add('/guestFile', guestFileRoute(services));
  const refs = new Map<string, Ref>();
  for (const [property, kind, vcenterId, esxId] of managers) {
    const ref = { type: kind.type, value: endpoint.kind === 'vcenter' ? vcenterId : esxId };
    endpoint.objects.add(managed(ref, kind, services));
    refs.set(property, ref);
  }
  const ref = { type: 'GuestOperationsManager', value: ownIds[endpoint.kind] };
  endpoint.addManager('guestOperationsManager', managed(ref, operationsManagerKind, refs));
  if (endpoint.kind === 'esx') return services;
  const customization = { type: customizationManagerKind.type, value: 'GuestCustomizationManager' };
  endpoint.addManager('guestCustomizationManager', managed(customization, customizationManagerKind, services));
  return services;
}

const operationsManagerKind: ManagedKind<ReadonlyMap<string, Ref>> = {
  type: 'GuestOperationsManager',
  properties: Object.fromEntries(
    managers.map(([property]) => [property, (refs: ReadonlyMap<string, Ref>) => refs.get(property)]),
  ),
  methods: {},
};

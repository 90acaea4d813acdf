import { createHash } from 'node:crypto';
import { aboutInfo } from '../about-info.js';
import type { Endpoint } from '../endpoint.js';
import { managed, vimMethods, type ManagedKind } from '../managed-object.js';
import type { ServiceContent } from '../../backends/vsphere/vim/generated/types.js';

/** The same endpoint over the same datacentres has the same id each time. */
function instanceUuid({ kind, inventory }: Endpoint): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([kind, inventory.datacenters.map(({ name }) => name)]))
    .digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

function serviceContent(endpoint: Endpoint): ServiceContent {
  return {
    rootFolder: endpoint.inventory.rootFolder,
    about: aboutInfo(endpoint.kind, instanceUuid(endpoint)),
    // Managers are put in by name, and the codec checks that those which must be there are.
    ...(Object.fromEntries(endpoint.serviceContent) as unknown as Pick<ServiceContent, 'propertyCollector'>),
  };
}

const serviceInstanceKind: ManagedKind<Endpoint> = {
  type: 'ServiceInstance',
  properties: {
    capability: ({ kind }) => ({
      provisioningSupported: kind === 'vcenter',
      multiHostSupported: kind === 'vcenter',
      userShellAccessSupported: false,
    }),
    content: serviceContent,
    serverClock: ({ clock }) => new Date(clock.now()),
  },
  methods: vimMethods<Endpoint>({
    CurrentTime: ({ clock }) => new Date(clock.now()),
    RetrieveServiceContent: serviceContent,
  }),
};

/** Puts in the object that clients know before any other. */
export function addServiceInstance(endpoint: Endpoint): void {
  endpoint.objects.add(managed({ type: 'ServiceInstance', value: 'ServiceInstance' }, serviceInstanceKind, endpoint));
}

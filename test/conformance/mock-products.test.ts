import { describe, expect, it } from 'vitest';
import type { ProviderName } from '../../src/backends/backend.js';
import { products } from '../../src/backends/mock/products.js';
import { conformanceCases } from '../../src/testing/index.js';
import { constants } from '../../src/vix/constants.js';
import { mockTarget } from './mock-target.js';

const { serviceProviders } = constants;

const hostTypes: Readonly<Record<ProviderName, number>> = {
  default: serviceProviders.values.VIX_SERVICEPROVIDER_DEFAULT,
  server: serviceProviders.values.VIX_SERVICEPROVIDER_VMWARE_SERVER,
  workstation: serviceProviders.values.VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  player: serviceProviders.values.VIX_SERVICEPROVIDER_VMWARE_PLAYER,
  'vi-server': serviceProviders.values.VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
  'workstation-shared': serviceProviders.values.VIX_SERVICEPROVIDER_VMWARE_WORKSTATION_SHARED,
};

const [refusals] = conformanceCases().filter(({ group }) => group === 'capabilities');

describe('products of the mock', () => {
  it.each(Object.entries(products))('%s refuses what the product does not offer', async (provider, product) => {
    const claimsAll = { claims: (): 'accept' => 'accept' };
    const target = await mockTarget(['off'], {
      wrap: (mock) => ({ ...mock, ...claimsAll }),
      capabilities: product.capabilities,
    });
    const connection = { ...target.connection, hostType: hostTypes[provider as ProviderName] };
    await expect(refusals?.run({ ...target, connection })).resolves.toBeUndefined();
    await target.close();
  });

  it('a host that offers nothing refuses everything', async () => {
    const capabilities = new Set<never>();
    const target = await mockTarget(['off'], {
      wrap: (mock) => ({
        ...mock,
        connect: async (to, call) => {
          const link = await mock.connect(to, call);
          Object.defineProperty(link, 'capabilities', { value: capabilities });
          return link;
        },
      }),
      capabilities,
    });
    await expect(refusals?.run(target)).resolves.toBeUndefined();
    await target.close();
  });
});

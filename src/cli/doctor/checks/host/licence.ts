import { check, green, passedOver, trouble } from '../../check.js';
import { freeEdition } from '../../../../backends/vsphere/licence.js';
import { loginCheck } from './login.js';

export const licenceCheck = check({
  id: 'host.licence',
  title: 'Licence',
  looksAt: 'Whether the licence of an ESXi host lets the API change anything. A vCenter is not asked.',
  needs: { login: loginCheck },
  problems: {
    'read-only': {
      status: 'red',
      cause: 'The host has the free licence of ESXi ({edition}): its API reads and changes nothing.',
      next: 'Give it a licence of vSphere, or have a vCenter manage it.',
    },
  },
  run: async ({ login: { client } }, { signal }) => {
    const { licenseManager } = client.content;
    if (client.isVcenter) return passedOver('a vCenter always allows changes');
    if (licenseManager === undefined) return passedOver('the host does not tell');
    const { licenses = [] } = await client.properties(licenseManager, ['licenses'], { signal });
    const editions = licenses.map(({ editionKey }) => editionKey);
    const facts = { editions, edition: freeEdition };
    if (editions.includes(freeEdition)) return trouble('read-only', { facts, value: undefined });
    return green(editions.length === 0 ? 'allows changes' : `allows changes (${editions.join(', ')})`, undefined, {
      facts,
    });
  },
});

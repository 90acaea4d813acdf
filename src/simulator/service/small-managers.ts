import type { OptionValue } from '../../backends/vsphere/vim/generated/types.js';
import type { Endpoint } from '../endpoint.js';
import { managed, vimMethods, type ManagedKind } from '../managed-object.js';
import { VimFault } from '../vim-fault.js';

const minuteMs = 60_000;

/** The settings of the server itself, as far as it has such. */
function settings({ sessions, kind }: Endpoint): readonly OptionValue[] {
  const product = kind === 'esx' ? 'ESXi' : 'vCenter';
  return [
    {
      $type: 'OptionValue',
      key: 'config.vmacore.soap.sessionTimeout',
      value: String(sessions.idleTimeoutMs / minuteMs),
    },
    { $type: 'OptionValue', key: 'VirtualCenter.InstanceName', value: `Revix simulator (${product})` },
  ];
}

const optionManagerKind: ManagedKind<Endpoint> = {
  type: 'OptionManager',
  properties: { setting: settings },
  methods: vimMethods<Endpoint>({
    QueryOptions: (endpoint, { args }) => {
      const { name = '' } = args;
      const found = settings(endpoint).filter(({ key }) => key === name || name === '' || key.startsWith(name));
      if (found.length > 0) return found;
      throw new VimFault({ $type: 'InvalidName', name }, `There is no setting '${name}'.`);
    },
  }),
};

const licenseManagerKind: ManagedKind<Endpoint> = {
  type: 'LicenseManager',
  properties: {
    evaluation: () => ({ properties: [] }),
    licensedEdition: () => 'eval',
    licenses: () => [
      {
        licenseKey: '00000-00000-00000-00000-00000',
        editionKey: 'eval',
        name: 'Evaluation Mode',
        total: 0,
        costUnit: '',
      },
    ],
    source: () => ({ $type: 'EvaluationLicenseSource' }),
    sourceAvailable: () => true,
  },
  methods: {},
};

const customFieldsManagerKind: ManagedKind<Endpoint> = {
  type: 'CustomFieldsManager',
  properties: { field: () => [] },
  methods: {},
};

/** Puts in managers that clients look at on their way and that have little to tell here. */
export function addSmallManagers(endpoint: Endpoint): void {
  const isEsx = endpoint.kind === 'esx';
  const options = { type: 'OptionManager', value: isEsx ? 'HostAgentSettings' : 'VpxSettings' };
  endpoint.addManager('setting', managed(options, optionManagerKind, endpoint));
  const licenses = { type: 'LicenseManager', value: isEsx ? 'ha-license-manager' : 'LicenseManager' };
  endpoint.addManager('licenseManager', managed(licenses, licenseManagerKind, endpoint));
  if (isEsx) return;
  const fields = { type: 'CustomFieldsManager', value: 'CustomFieldsManager' };
  endpoint.addManager('customFieldsManager', managed(fields, customFieldsManagerKind, endpoint));
}

import type { AboutInfo } from '../backends/vsphere/vim/generated/types.js';
import type { EndpointKind } from './endpoint-kind.js';

/** Newest version of the API that an endpoint claims, and those before it that clients may ask for. */
export const apiVersion = '8.0.3.0';
export const priorApiVersions = ['8.0.2.0', '8.0.1.0', '8.0.0.1', '7.0.3.2', '7.0', '6.7', '6.5', '6.0', '5.5', '5.0'];

const products = {
  vcenter: {
    name: 'VMware vCenter Server',
    osType: 'linux-x64',
    productLineId: 'vpx',
    apiType: 'VirtualCenter',
    licenseProductName: 'VMware VirtualCenter Server',
  },
  esx: {
    name: 'VMware ESXi',
    osType: 'vmnix-x86',
    productLineId: 'embeddedEsx',
    apiType: 'HostAgent',
    licenseProductName: 'VMware ESX Server',
  },
} as const satisfies Record<EndpointKind, object>;

/** What an endpoint says it is. The build number is one that no real product has. */
export function aboutInfo(kind: EndpointKind, instanceUuid: string): AboutInfo {
  const { name, ...product } = products[kind];
  return {
    $type: 'AboutInfo',
    name,
    fullName: `${name} 8.0.3 build-00000000`,
    vendor: 'VMware, Inc.',
    version: '8.0.3',
    build: '00000000',
    localeVersion: 'INTL',
    localeBuild: '000',
    ...product,
    apiVersion,
    ...(instanceUuid === '' ? {} : { instanceUuid }),
    licenseProductVersion: '8.0',
  };
}

import {
  VIX_SERVICEPROVIDER_DEFAULT,
  VIX_SERVICEPROVIDER_VMWARE_PLAYER,
  VIX_SERVICEPROVIDER_VMWARE_SERVER,
  VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION_SHARED,
} from '../../vix/names.js';

/** One word after `-T`. */
interface HostType {
  readonly product: string;
  /** Service provider of a host that `-h` names. */
  readonly provider: number;
  /** Service provider without `-h`, where it is another. */
  readonly localProvider?: number;
}

/** The words that `-T` takes. */
export const hostTypes = {
  ws: { product: 'Workstation', provider: VIX_SERVICEPROVIDER_VMWARE_WORKSTATION },
  'ws-shared': {
    product: 'Workstation, shared machines',
    provider: VIX_SERVICEPROVIDER_VMWARE_WORKSTATION_SHARED,
  },
  // VIX has no number for it: programs asked for Workstation.
  fusion: { product: 'Fusion', provider: VIX_SERVICEPROVIDER_VMWARE_WORKSTATION },
  player: { product: 'Player', provider: VIX_SERVICEPROVIDER_VMWARE_PLAYER },
  server: {
    product: 'Server 2.x',
    provider: VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
    localProvider: VIX_SERVICEPROVIDER_VMWARE_SERVER,
  },
  server1: { product: 'Server 1.x', provider: VIX_SERVICEPROVIDER_VMWARE_SERVER },
  esx: { product: 'ESX, ESXi', provider: VIX_SERVICEPROVIDER_VMWARE_VI_SERVER },
  vc: { product: 'vCenter Server', provider: VIX_SERVICEPROVIDER_VMWARE_VI_SERVER },
} as const satisfies Readonly<Record<string, HostType>>;

/** A word that `-T` takes. */
export type HostTypeWord = keyof typeof hostTypes;

/** The host type of a word in any case. */
export function hostTypeOf(word: string): HostTypeWord | undefined {
  const lower = word.toLowerCase();
  return Object.hasOwn(hostTypes, lower) ? (lower as HostTypeWord) : undefined;
}

const thisMachine = /^(?:localhost|127\.\d+\.\d+\.\d+|::1)$/i;

/** The service provider to ask for: a host that is named without a type is a vSphere one. */
export function providerOf(type: HostTypeWord | undefined, hostName: string | undefined): number {
  const isRemote = hostName !== undefined && hostName !== '';
  if (type === undefined) {
    const isElsewhere = isRemote && !thisMachine.test(hostName);
    return isElsewhere ? VIX_SERVICEPROVIDER_VMWARE_VI_SERVER : VIX_SERVICEPROVIDER_DEFAULT;
  }
  const row: HostType = hostTypes[type];
  return isRemote ? row.provider : (row.localProvider ?? row.provider);
}

import type { Capability, CapabilitySet } from '../capabilities.js';

const everywhere: readonly Capability[] = [
  'registration',
  'findRunning',
  'findRegistered',
  'power',
  'softPower',
  'suspend',
  'delete',
  'keepDisksOnDelete',
  'hardwareUpgrade',
  'snapshots',
  'toolsInstall',
  'guest',
  'interactiveGuest',
  'screenshot',
  'guestVariables',
  'configRead',
];

/** An ESXi host by itself cannot clone. */
const vcenterOnly: readonly Capability[] = ['clone', 'linkedClone'];

/** What some vSphere can do. */
export const possibleCapabilities: CapabilitySet = new Set([...everywhere, ...vcenterOnly]);

/** What one server can do. */
export function capabilitiesOf(server: { readonly isVcenter: boolean }): CapabilitySet {
  return new Set(server.isVcenter ? possibleCapabilities : everywhere);
}

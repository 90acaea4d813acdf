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

/** What does nothing but change a machine or what is registered: a host whose licence allows no changes lacks it. */
const changing: CapabilitySet = new Set<Capability>([
  'registration',
  'power',
  'softPower',
  'suspend',
  'delete',
  'keepDisksOnDelete',
  'hardwareUpgrade',
  'toolsInstall',
  'screenshot',
]);

/** What one server can do. */
export function capabilitiesOf(server: { readonly isVcenter: boolean; readonly isReadOnly: boolean }): CapabilitySet {
  const offered = server.isVcenter ? [...possibleCapabilities] : everywhere;
  return new Set(offered.filter((capability) => !server.isReadOnly || !changing.has(capability)));
}

/** Whether a server without a fitting licence lacks a capability that others like it have. */
export function isLostWithLicence(capability: Capability): boolean {
  return changing.has(capability);
}

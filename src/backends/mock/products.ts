import type { ProviderName } from '../backend.js';
import { capabilityNames, type Capability, type CapabilitySet } from '../capabilities.js';

/** What one product of VMware's offered, as far as programs can tell. */
export interface Product {
  /** For people. */
  readonly name: string;
  readonly capabilities: CapabilitySet;
  /** Opens only machines that are registered, rather than any file. */
  readonly opensRegisteredOnly: boolean;
  /** Reachable on the program's own machine only; without an inventory, so that registering succeeds and does nothing. */
  readonly isLocalOnly: boolean;
  /** Keeps one snapshot: the next one takes its place. */
  readonly hasOneSnapshot: boolean;
  /** Lists its networks, and lets callers change the network cards of machines. */
  readonly hasNetworks: boolean;
  /** Lets callers connect devices, type at the console, and pass on ports of the host. */
  readonly hasDesktopDevices: boolean;
}

/** Every product of a provider; `findRegistered` works on all, also where the product itself had no inventory. */
export const products: Readonly<Record<ProviderName, Product>> = {
  default: product('Revix mock host', [], { hasNetworks: true, hasDesktopDevices: true }),
  workstation: product('Revix mock host (Workstation)', [], {
    isLocalOnly: true,
    hasNetworks: true,
    hasDesktopDevices: true,
  }),
  player: product(
    'Revix mock host (Player)',
    ['startPaused', 'pause', 'snapshots', 'clone', 'linkedClone', 'hardwareUpgrade', 'recording'],
    { isLocalOnly: true },
  ),
  server: product(
    'Revix mock host (Server)',
    ['startPaused', 'pause', 'clone', 'linkedClone', 'sharedFolders', 'recording', 'encryption'],
    { opensRegisteredOnly: true, hasOneSnapshot: true },
  ),
  'vi-server': product(
    'Revix mock host (vSphere)',
    [
      'startPaused',
      'pause',
      'clone',
      'linkedClone',
      'sharedFolders',
      'recording',
      'configWrite',
      'keepDisksOnDelete',
      'openUrl',
    ],
    { opensRegisteredOnly: true, hasNetworks: true },
  ),
  'workstation-shared': product(
    'Revix mock host (Workstation, shared machines)',
    ['startPaused', 'pause', 'clone', 'linkedClone', 'sharedFolders', 'recording'],
    { opensRegisteredOnly: true },
  ),
};

/** Everything that the mock could ever do. */
export const allCapabilities: CapabilitySet = new Set(capabilityNames);

function product(
  name: string,
  missing: readonly Capability[],
  traits: Partial<Omit<Product, 'name' | 'capabilities'>> = {},
): Product {
  return {
    name,
    capabilities: new Set(capabilityNames.filter((capability) => !missing.includes(capability))),
    opensRegisteredOnly: false,
    isLocalOnly: false,
    hasOneSnapshot: false,
    hasNetworks: false,
    hasDesktopDevices: false,
    ...traits,
  };
}

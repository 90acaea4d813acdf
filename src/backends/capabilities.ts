/**
 * What a backend, or one connection of it, can do. A function whose capability is missing answers
 * `VIX_E_NOT_SUPPORTED` at once, and the conformance suite skips its group.
 */
export const capabilityNames = [
  'registration',
  'findRunning',
  'findRegistered',
  'encryption',
  'power',
  'softPower',
  'startPaused',
  'pause',
  'suspend',
  'delete',
  'keepDisksOnDelete',
  'clone',
  'linkedClone',
  'hardwareUpgrade',
  'snapshots',
  'toolsInstall',
  'guest',
  'interactiveGuest',
  'openUrl',
  'guestVariables',
  'configRead',
  'configWrite',
  'environmentWrite',
  'sharedFolders',
  'screenshot',
  'recording',
] as const;

export type Capability = (typeof capabilityNames)[number];

export type CapabilitySet = ReadonlySet<Capability>;

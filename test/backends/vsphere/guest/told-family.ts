import { KnownFamily } from '../../../../src/backends/vsphere/guest/known-family.js';
import type { Properties } from '../../../../src/backends/vsphere/properties.js';

/** The family of a guest that runs, as its Tools told it. */
export function toldFamily(family: 'posix' | 'windows' = 'posix'): KnownFamily {
  const told = { 'guest.guestFamily': family === 'windows' ? 'windowsGuest' : 'linuxGuest' };
  return new KnownFamily(new Map(Object.entries(told)) as Properties);
}

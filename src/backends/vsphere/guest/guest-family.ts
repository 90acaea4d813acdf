import type { Properties } from '../properties.js';
import type { GuestFamily } from './guest-path.js';

/** Properties that tell what kind of guest a machine has. */
export const familyPaths = ['guest.guestFamily', 'summary.config.guestId'] as const;

/** What Tools says of the guest counts; while it never has, what the machine was configured for. */
export function familyOf(properties: Properties): GuestFamily {
  const told = properties.get('guest.guestFamily');
  if (told !== undefined && told !== '') return told === 'windowsGuest' ? 'windows' : 'posix';
  return properties.get('summary.config.guestId')?.toLowerCase().startsWith('win') === true ? 'windows' : 'posix';
}

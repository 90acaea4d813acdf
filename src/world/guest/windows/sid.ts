import type { GuestUser } from '../program.js';

/** What the security identifiers of a mock guest's own accounts begin with. */
const machinePart = 'S-1-5-21-1417001333-688789844-1957994488';
const administratorId = 500;

/** Security identifier of an account of the guest. */
export function userSid({ name, id }: Pick<GuestUser, 'name' | 'id'>): string {
  return `${machinePart}-${name.toLowerCase() === 'administrator' ? administratorId : id}`;
}

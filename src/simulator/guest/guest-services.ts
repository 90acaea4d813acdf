import type { Endpoint } from '../endpoint.js';
import type { GuestTickets } from './guest-tickets.js';
import type { GuestTransfers } from './guest-transfers.js';

/** What the guest managers of one endpoint share. */
export interface GuestServices {
  readonly endpoint: Endpoint;
  readonly tickets: GuestTickets;
  readonly transfers: GuestTransfers;
}

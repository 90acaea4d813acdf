import { randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import type { Session } from '../sessions.js';

/** How long a ticket can be used, ms. */
const lifetimeMs = 2 * 60_000;

interface Ticket {
  readonly session: Session;
  readonly purpose: string;
  readonly endsMs: number;
}

/** Texts that stand for a session once, for one purpose, for a short time. */
export class ServiceTickets {
  readonly #clock: Clock;
  readonly #tickets = new Map<string, Ticket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param purpose what the ticket is good for: nothing else takes it. */
  issue(session: Session, purpose: string): string {
    this.#forgetOld();
    const id = randomBytes(16).toString('hex');
    this.#tickets.set(id, { session, purpose, endsMs: this.#clock.now() + lifetimeMs });
    return id;
  }

  /** The session that a ticket stands for, which then is used up; undefined for one that is not good for this. */
  take(id: string, purpose: string): Session | undefined {
    this.#forgetOld();
    const ticket = this.#tickets.get(id);
    if (ticket === undefined || ticket.purpose !== purpose) return undefined;
    this.#tickets.delete(id);
    return ticket.session.closed.aborted ? undefined : ticket.session;
  }

  #forgetOld(): void {
    for (const [id, { endsMs }] of this.#tickets) if (endsMs <= this.#clock.now()) this.#tickets.delete(id);
  }
}

/** Purpose of a ticket for a file over HTTP. Host and port do not count: a client may know the host by another name. */
export function httpPurpose(verb: string, url: string): string {
  const { pathname, search } = new URL(url, 'https://localhost');
  return `http ${verb.toUpperCase().replace(/^HTTP/u, '')} ${pathname}${search}`;
}

/** Purpose of a ticket that opens another session of the same user. */
export const clonePurpose = 'clone';

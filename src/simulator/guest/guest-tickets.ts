import { randomBytes } from 'node:crypto';
import { Fault } from '../../base/fault.js';
import { findUser } from '../../world/guest/guest-users.js';
import type { GuestUser } from '../../world/guest/program.js';
import type { VmRecord } from '../../world/vm/vm-record.js';
import { VimFault } from '../vim-fault.js';
import { isNtlmOpening, ntlmAnswer, ntlmChallenge, provesPassword } from './ntlm.js';

/** As many tickets a guest gives out at a time; who forgets to release them is refused at some point. */
const mostTicketsPerGuest = 50;

/** As many handshakes may be open at a time; the oldest goes. */
const mostHandshakes = 1000;

interface Ticket {
  readonly vmId: string;
  readonly bootCount: number;
  readonly userName: string;
}

interface Handshake {
  readonly vmId: string;
  readonly challenge: Uint8Array;
}

/** Guest sessions of Windows that a client opens with SSPI: a handshake of two calls, and then a ticket. */
export class GuestTickets {
  readonly #tickets = new Map<string, Ticket>();
  readonly #handshakes = new Map<number, Handshake>();
  #count = 0;

  /**
   * One step of the handshake.
   * @param sspiToken of the client, base64.
   * @param sessionId absent for the first step.
   * @returns the ticket.
   * @throws VimFault `GuestAuthenticationChallenge` at the end of the first step, `TooManyGuestLogons`; Fault
   *   `guest-login-refused`.
   */
  acquire(record: VmRecord, sspiToken: string, sessionId: number | undefined): string {
    const token = Buffer.from(sspiToken, 'base64');
    if (sessionId === undefined) throw this.#challenge(record, token);
    const handshake = this.#handshakes.get(sessionId);
    this.#handshakes.delete(sessionId);
    const answer = ntlmAnswer(token);
    if (handshake === undefined || handshake.vmId !== record.id || answer === undefined) throw refused();
    const account = findUser(record.guest, answer.userName);
    const password = record.guest.users.find(({ name }) => name === account?.name)?.password;
    if (account === undefined || password === undefined) throw refused();
    if (!provesPassword(answer, handshake.challenge, password)) throw refused();
    return this.#open(record, account.name);
  }

  /** The account of a ticket. @throws Fault `guest-login-refused` when it was released, or the guest booted since. */
  identify(record: VmRecord, text: string): GuestUser {
    const ticket = this.#tickets.get(text);
    const isGood = ticket?.vmId === record.id && ticket.bootCount === record.power.bootCount;
    const user = ticket === undefined || !isGood ? undefined : findUser(record.guest, ticket.userName);
    if (user === undefined) throw refused();
    return user;
  }

  release(text: string): void {
    this.#tickets.delete(text);
  }

  #challenge(record: VmRecord, token: Uint8Array): unknown {
    if (!isNtlmOpening(token)) return refused();
    const challenge = randomBytes(8);
    const id = (this.#count += 1);
    this.#handshakes.set(id, { vmId: record.id, challenge });
    for (const oldest of this.#handshakes.keys()) {
      if (this.#handshakes.size <= mostHandshakes) break;
      this.#handshakes.delete(oldest);
    }
    const answer = Buffer.from(ntlmChallenge(challenge, record.guest.hostName)).toString('base64');
    const serverChallenge = { $type: 'SSPIAuthentication', interactiveSession: false, sspiToken: answer };
    return new VimFault(
      { $type: 'GuestAuthenticationChallenge', serverChallenge, sessionID: id },
      'The guest asks for the answer to its challenge.',
    );
  }

  #open(record: VmRecord, userName: string): string {
    const { bootCount } = record.power;
    let count = 0;
    for (const [text, ticket] of this.#tickets) {
      if (ticket.vmId !== record.id) continue;
      if (ticket.bootCount === bootCount) count += 1;
      else this.#tickets.delete(text);
    }
    if (count >= mostTicketsPerGuest) {
      throw new VimFault(
        { $type: 'TooManyGuestLogons' },
        `The guest has ${mostTicketsPerGuest} sessions open. Release some first.`,
      );
    }
    const text = randomBytes(24).toString('base64');
    this.#tickets.set(text, { vmId: record.id, bootCount, userName });
    return text;
  }
}

function refused(): Fault {
  return new Fault('guest-login-refused', 'The guest refuses the ticket or token; log in again.');
}

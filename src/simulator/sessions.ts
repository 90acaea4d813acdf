import { setMaxListeners } from 'node:events';
import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.js';
import { Secret } from '../base/secret.js';
import { anonymousPrivilege, Rights, type ObjectPermission } from './privileges.js';
import type { Ref } from './ref.js';
import { VimFault } from './vim-fault.js';

/** Somebody who may log in to an endpoint. */
export interface EndpointUser {
  readonly name: string;
  readonly password: string;
  /** What the user may do: privileges, families like `VirtualMachine.Interact.*`, or `*`; absent: everything. */
  readonly privileges?: readonly string[];
  /** What the user may do on single objects and all below them, in place of `privileges`; the nearest one holds. */
  readonly permissions?: readonly ObjectPermission[];
}

/** Ids from an object of the inventory up to the root; empty for other objects. */
export type LineOf = (object: Ref) => readonly string[];

/** What a user may do. Who has only permissions on objects may do nothing elsewhere. */
export function rightsOf(
  { privileges, permissions = [] }: Pick<EndpointUser, 'privileges' | 'permissions'>,
  lineOf: LineOf,
): Rights {
  return new Rights(privileges ?? (permissions.length > 0 ? [] : ['*']), permissions, lineOf);
}

/** Where a login came from. */
export interface SessionOrigin {
  readonly address: string;
  readonly userAgent: string;
  readonly locale?: string;
}

/** What one login may do. */
export class Session {
  /** Public name of the session; whoever knows it cannot use the session. */
  readonly key: string = randomUUID();
  /** The cookie's value, which is the right to use the session. */
  readonly token: Secret = new Secret(randomBytes(20).toString('hex'));
  readonly userName: string;
  /** Who logged in; null: nobody. */
  readonly user: Omit<EndpointUser, 'password'> | null;
  readonly rights: Rights;
  readonly isAnonymous: boolean;
  readonly origin: SessionOrigin;
  readonly loginMs: number;
  lastActiveMs: number;
  callCount = 0;
  readonly #closing = new AbortController();

  constructor(user: Omit<EndpointUser, 'password'> | null, origin: SessionOrigin, nowMs: number, lineOf: LineOf) {
    this.isAnonymous = user === null;
    this.userName = user?.name ?? '';
    this.user = user;
    this.rights = rightsOf(user ?? { privileges: [] }, lineOf);
    this.origin = origin;
    this.loginMs = nowMs;
    this.lastActiveMs = nowMs;
    // Each property collector of the session listens, and a session may have any number of them.
    setMaxListeners(0, this.#closing.signal);
  }

  /** Aborted when the session ends, by logout, time or order. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** @throws VimFault `NotAuthenticated` without a login, `NoPermission` without the privilege. */
  requirePrivilege(privilege: string, object: Ref): void {
    if (privilege === anonymousPrivilege) return;
    if (this.isAnonymous) {
      const fault = { $type: 'NotAuthenticated', object, privilegeId: privilege };
      throw new VimFault(fault, 'The session is not authenticated. Log in first.');
    }
    if (this.rights.holds(privilege, object)) return;
    throw new VimFault(
      { $type: 'NoPermission', object, privilegeId: privilege },
      `'${this.userName}' lacks the privilege ${privilege} on ${object.type} ${object.value}.`,
    );
  }

  close(): void {
    this.#closing.abort(new VimFault({ $type: 'NotAuthenticated' }, 'The session has ended. Log in again.'));
  }
}

/** The sessions of one endpoint. */
export class Sessions {
  /** What requests without a login have. */
  readonly anonymous: Session;
  readonly #clock: Clock;
  readonly #lineOf: LineOf;
  /** After so long without a call a session ends. */
  readonly idleTimeoutMs: number;
  readonly #byToken = new Map<string, Session>();

  /** @param idleTimeoutMs after so long without a call a session ends. */
  constructor(clock: Clock, idleTimeoutMs: number, lineOf: LineOf) {
    this.#clock = clock;
    this.#lineOf = lineOf;
    this.idleTimeoutMs = idleTimeoutMs;
    this.anonymous = new Session(null, { address: '', userAgent: '' }, clock.now(), lineOf);
  }

  open(user: Omit<EndpointUser, 'password'>, origin: SessionOrigin): Session {
    this.#endIdle();
    const session = new Session(user, origin, this.#clock.now(), this.#lineOf);
    this.#byToken.set(session.token.reveal(), session);
    return session;
  }

  /** The live session of a cookie; counts as activity. undefined when there is none, or it was idle for too long. */
  use(token: string): Session | undefined {
    this.#endIdle();
    const session = this.#byToken.get(token);
    if (session === undefined) return undefined;
    session.lastActiveMs = this.#clock.now();
    session.callCount += 1;
    return session;
  }

  byKey(key: string): Session | undefined {
    return this.list().find((session) => session.key === key);
  }

  list(): readonly Session[] {
    this.#endIdle();
    return [...this.#byToken.values()];
  }

  close(session: Session): void {
    if (this.#byToken.delete(session.token.reveal())) session.close();
  }

  closeAll(): void {
    for (const session of this.#byToken.values()) session.close();
    this.#byToken.clear();
  }

  #endIdle(): void {
    const oldestMs = this.#clock.now() - this.idleTimeoutMs;
    for (const session of this.#byToken.values()) if (session.lastActiveMs < oldestMs) this.close(session);
  }
}

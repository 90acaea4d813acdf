import { Fault } from '../../base/fault.js';
import { plainCertificate } from '../guest/certificate.js';
import { findUser } from '../guest/guest-users.js';
import type { WorldCall } from '../world-call.js';
import type { Admitted, GuestAccess } from './guest-access.js';
import type { GuestAliasRecord, VmRecord } from './vm-record.js';

/** Whom a token of a certificate may speak for: one subject, or with null everybody. */
export type AliasSubject = string | null;

/** A certificate by whose tokens one may act as a user. */
export interface GuestAliasView {
  /** Base64 of its DER form. */
  readonly certificate: string;
  readonly aliases: readonly { readonly subject: AliasSubject; readonly comment: string }[];
}

/** A certificate whose tokens need not name the user. */
export interface MappedAliasView {
  readonly certificate: string;
  readonly userName: string;
  readonly subjects: readonly AliasSubject[];
}

export interface NewGuestAlias {
  readonly userName: string;
  readonly certificate: string;
  /** Tokens of the certificate need not name the user. */
  readonly isMapped: boolean;
  readonly subject: AliasSubject;
  readonly comment: string;
}

/**
 * Certificates that stand for users of a guest. Each user manages the own ones, an administrator those of all.
 *
 * Every call throws what `GuestAccess` throws, and Fault `guest-permission` for another user's aliases,
 * `invalid-argument` for a user that there is not, and for what is no certificate.
 */
export class GuestAliasSession {
  readonly #access: GuestAccess;

  constructor(access: GuestAccess) {
    this.#access = access;
  }

  /**
   * @throws Fault `invalid-argument` for an alias that is there already, and for a subject without a name;
   *   `guest-alias-ambiguous` for mapping a certificate that is mapped to another user.
   */
  add(alias: NewGuestAlias, call: WorldCall): Promise<void> {
    return this.#access.change('guest.aliases.add', call, (admitted) => {
      const userName = this.#owned(admitted, alias.userName);
      const certificate = required(alias.certificate);
      const { subject, comment, isMapped } = alias;
      if (subject === '')
        throw new Fault('invalid-argument', 'The subject of the alias has no name; give one, or null.');
      const { aliases } = admitted.record.guest;
      if (isMapped) requireUnmapped(aliases, certificate, userName);
      const known = aliases.find((each) => isOf(each, userName, certificate));
      if (known?.subjects.some(({ name }) => name === subject) === true) {
        throw new Fault(
          'invalid-argument',
          `The alias of '${userName}' for ${subject ?? 'any subject'} is there already.`,
        );
      }
      const added = { name: subject, comment, isMapped };
      if (known === undefined) aliases.push({ userName, certificate, subjects: [added] });
      else known.subjects.push(added);
    });
  }

  /** Removes one subject of a certificate. @throws Fault `invalid-argument` when it is not there. */
  remove(userName: string, certificate: string, subject: AliasSubject, call: WorldCall): Promise<void> {
    return this.#access.change('guest.aliases.remove', call, (admitted) => {
      const alias = this.#found(admitted, userName, certificate);
      const left = alias.subjects.filter(({ name }) => name !== subject);
      if (left.length === alias.subjects.length) {
        throw new Fault('invalid-argument', `'${alias.userName}' has no alias for ${subject ?? 'any subject'}.`);
      }
      alias.subjects = left;
      if (left.length === 0) drop(admitted.record, alias);
    });
  }

  /** Removes a certificate with all its subjects. @throws Fault `invalid-argument` when it is not there. */
  removeCertificate(userName: string, certificate: string, call: WorldCall): Promise<void> {
    return this.#access.change('guest.aliases.remove', call, (admitted) =>
      drop(admitted.record, this.#found(admitted, userName, certificate)),
    );
  }

  /** The certificates that stand for a user. */
  list(userName: string, call: WorldCall): Promise<readonly GuestAliasView[]> {
    return this.#access.read('guest.aliases.list', call, (admitted) => {
      const owner = this.#owned(admitted, userName);
      return admitted.record.guest.aliases
        .filter((alias) => alias.userName === owner)
        .map(({ certificate, subjects }) => ({
          certificate,
          aliases: subjects.map(({ name, comment }) => ({ subject: name, comment })),
        }));
    });
  }

  /** The certificates whose tokens need not name the user, of all users. */
  listMapped(call: WorldCall): Promise<readonly MappedAliasView[]> {
    return this.#access.read('guest.aliases.listMapped', call, ({ record }) =>
      record.guest.aliases
        .map(({ certificate, userName, subjects }) => ({
          certificate,
          userName,
          subjects: subjects.filter(({ isMapped }) => isMapped).map(({ name }) => name),
        }))
        .filter(({ subjects }) => subjects.length > 0),
    );
  }

  /** The user's name as the guest has it. */
  #owned({ record, user }: Admitted, userName: string): string {
    const owner = findUser(record.guest, userName);
    if (owner === undefined) {
      throw new Fault('invalid-argument', `The guest of '${record.name}' has no user '${userName}'.`);
    }
    if (owner.name === user.name || user.isAdministrator || (record.guest.family === 'posix' && user.id === 0)) {
      return owner.name;
    }
    throw new Fault(
      'guest-permission',
      `The guest user '${user.name}' may not manage the aliases of '${owner.name}'. Log in as that user, or as an administrator.`,
    );
  }

  #found(admitted: Admitted, userName: string, certificate: string): GuestAliasRecord {
    const owner = this.#owned(admitted, userName);
    const plain = required(certificate);
    const found = admitted.record.guest.aliases.find((alias) => isOf(alias, owner, plain));
    if (found !== undefined) return found;
    throw new Fault('invalid-argument', `'${owner}' has no alias with this certificate.`);
  }
}

function isOf(alias: GuestAliasRecord, userName: string, certificate: string): boolean {
  return alias.userName === userName && alias.certificate === certificate;
}

function drop({ guest }: VmRecord, alias: GuestAliasRecord): void {
  guest.aliases = guest.aliases.filter((each) => each !== alias);
}

function required(certificate: string): string {
  const plain = plainCertificate(certificate);
  if (plain !== undefined) return plain;
  throw new Fault(
    'invalid-argument',
    'The certificate cannot be read; give base64 of its DER form, without PEM lines.',
  );
}

/** A token that names no user must mean one only. */
function requireUnmapped(aliases: readonly GuestAliasRecord[], certificate: string, userName: string): void {
  const other = aliases.find(
    (alias) =>
      alias.certificate === certificate &&
      alias.userName !== userName &&
      alias.subjects.some(({ isMapped }) => isMapped),
  );
  if (other === undefined) return;
  throw new Fault(
    'guest-alias-ambiguous',
    `The certificate is mapped to '${other.userName}' already. Remove that mapping, or add the alias without one.`,
  );
}

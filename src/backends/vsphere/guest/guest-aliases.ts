import type { CallContext, GuestAlias, GuestAliasOps } from '../../backend.js';
import type { GuestAuthSubject } from '../vim/generated/types.js';
import type { GuestCaller } from './guest-caller.js';

/** Certificates that stand for users of one guest, over vSphere. */
export class VsphereGuestAliases implements GuestAliasOps {
  readonly #caller: GuestCaller;

  constructor(caller: GuestCaller) {
    this.#caller = caller;
  }

  async list(userName: string, call: CallContext): Promise<readonly GuestAlias[]> {
    const found = await this.#caller.any('ListGuestAliases', { username: userName }, call);
    return found.map(({ base64Cert, aliases }) => ({
      certificate: base64Cert,
      aliases: aliases.map(({ subject, comment }) => ({
        subject: subject.$type === 'GuestAuthNamedSubject' ? subject.name : null,
        comment,
      })),
    }));
  }

  add(alias: Parameters<GuestAliasOps['add']>[0], call: CallContext): Promise<void> {
    const { userName, certificate, isMapped, subject, comment } = alias;
    const args = {
      username: userName,
      mapCert: isMapped,
      base64Cert: certificate,
      aliasInfo: { subject: subjectOf(subject), comment },
    };
    return this.#caller.any('AddGuestAlias', args, call);
  }

  remove(userName: string, certificate: string, subject: string | null, call: CallContext): Promise<void> {
    const args = { username: userName, base64Cert: certificate, subject: subjectOf(subject) };
    return this.#caller.any('RemoveGuestAlias', args, call);
  }
}

function subjectOf(name: string | null): GuestAuthSubject {
  return name === null ? { $type: 'GuestAuthAnySubject' } : { $type: 'GuestAuthNamedSubject', name };
}

import type { GuestAlias, GuestAliasOps } from '../../backends/backend.js';
import { Fault } from '../../base/fault.js';
import type { CallOptions } from './call-options.js';
import type { GuestCalls } from './guest-calls.js';

/** A certificate that is to stand for a user. */
export interface NewAlias extends CallOptions {
  readonly userName: string;
  /** Base64 of its DER form. */
  readonly certificate: string;
  /** Whom a token has to speak for; by default anybody. */
  readonly subject?: string;
  readonly comment?: string;
  /** Tokens of the certificate need not name the user. */
  readonly isMapped?: boolean;
}

/** Which alias is to go. */
export type AliasChoice = Pick<NewAlias, 'userName' | 'certificate' | 'subject'> & CallOptions;

/** Certificates that stand for users of a guest. */
export class GuestAliases {
  readonly #calls: GuestCalls;

  constructor(calls: GuestCalls) {
    this.#calls = calls;
  }

  /** Certificates that stand for a user. @throws VixError. */
  async *list(userName: string, options: CallOptions = {}): AsyncGenerator<GuestAlias> {
    yield* await this.#calls.request('guest.aliases.list', options, (call) => this.#ops().list(userName, call));
  }

  /** @throws VixError `VIX_E_GUEST_AUTH_MULIPLE_MAPPINGS`. */
  add({ userName, certificate, subject, comment = '', isMapped = false, ...options }: NewAlias): Promise<void> {
    const alias = { userName, certificate, subject: subject ?? null, comment, isMapped };
    return this.#calls.request('guest.aliases.add', options, (call) => this.#ops().add(alias, call));
  }

  /** @throws VixError when it is not there. */
  remove({ userName, certificate, subject, ...options }: AliasChoice): Promise<void> {
    return this.#calls.request('guest.aliases.remove', options, (call) =>
      this.#ops().remove(userName, certificate, subject ?? null, call),
    );
  }

  #ops(): GuestAliasOps {
    const { aliases } = this.#calls.ops;
    if (aliases === undefined) throw new Fault('not-supported', 'this host does not offer aliases of guests');
    return aliases;
  }
}

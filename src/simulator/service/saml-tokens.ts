import { randomUUID } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import { Secret } from '../../base/secret.js';
import type { EndpointUser } from '../sessions.js';

/** How long a token is good for, ms. */
const lifetimeMs = 60 * 60_000;

const samlNamespace = 'urn:oasis:names:tc:SAML:2.0:assertion';

interface Issued {
  readonly user: Omit<EndpointUser, 'password'>;
  readonly endsMs: number;
}

/**
 * Tokens for `LoginByToken`, as a single sign-on service would give them out. The endpoint takes those that it has issued
 * itself: their id is as good as a signature here, and is known to nobody else.
 */
export class SamlTokens {
  readonly #clock: Clock;
  readonly #issued = new Map<string, Issued>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes a bearer token for a user: a `Security` header with a SAML assertion in it, as XML. */
  issue(user: Omit<EndpointUser, 'password'>): Secret {
    const id = `_${randomUUID()}`;
    const nowMs = this.#clock.now();
    const endsMs = nowMs + lifetimeMs;
    for (const [other, issued] of this.#issued) if (issued.endsMs <= nowMs) this.#issued.delete(other);
    this.#issued.set(id, { user, endsMs });
    const time = (ms: number): string => new Date(ms).toISOString();
    return new Secret(
      '<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">' +
        `<saml2:Assertion xmlns:saml2="${samlNamespace}" ID="${id}" IssueInstant="${time(nowMs)}" Version="2.0">` +
        '<saml2:Issuer>https://sso.example.test/websso/SAML2/Metadata</saml2:Issuer>' +
        `<saml2:Subject><saml2:NameID>${escaped(user.name)}</saml2:NameID></saml2:Subject>` +
        `<saml2:Conditions NotBefore="${time(nowMs)}" NotOnOrAfter="${time(endsMs)}"/>` +
        '</saml2:Assertion></wsse:Security>',
    );
  }

  /** The user of a token that this endpoint has issued and that is still good; undefined for any other. */
  userOf(security: Secret | undefined): Omit<EndpointUser, 'password'> | undefined {
    const [, id = ''] = /<[\w.-]*:?Assertion\b[^>]*\bID="([^"]+)"/u.exec(security?.reveal() ?? '') ?? [];
    const issued = this.#issued.get(id);
    return issued !== undefined && issued.endsMs > this.#clock.now() ? issued.user : undefined;
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

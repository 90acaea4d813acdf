import { SoapFormatError } from '../../backends/vsphere/soap/soap-format-error.js';
import type { XmlElement } from '../../backends/vsphere/soap/xml-element.js';
import { parseXml } from '../../backends/vsphere/soap/xml-tree.js';
import { Fault } from '../../base/fault.js';
import { plainCertificate } from '../../world/guest/certificate.js';
import { findUser } from '../../world/guest/guest-users.js';
import type { GuestUser } from '../../world/guest/program.js';
import type { GuestRecord } from '../../world/vm/vm-record.js';

const namespaces = {
  saml: 'urn:oasis:names:tc:SAML:2.0:assertion',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
} as const;

/** What a guest looks at in a SAML token of version 2. */
export interface SamlToken {
  readonly subject: string;
  /** Certificates that the token says it was signed with, as guests keep them. */
  readonly certificates: readonly string[];
  /** When the token begins and ceases to count, ms since 1970. */
  readonly notBeforeMs: number;
  readonly notOnOrAfterMs: number;
}

/**
 * Reads a token. Its signature is not checked: who tests with it would need the keys of a real issuer.
 * @throws Fault `guest-login-refused` for what is no token.
 */
export function readSamlToken(text: string): SamlToken {
  const assertion = assertionOf(text);
  const subject = firstBelow(assertion, ['Subject', 'NameID'], namespaces.saml)?.text.trim() ?? '';
  const data = firstBelow(assertion, ['Signature', 'KeyInfo', 'X509Data'], namespaces.signature);
  const certificates = [...(data?.children() ?? [])]
    .filter(({ localName }) => localName === 'X509Certificate')
    .map(({ text: base64 }) => plainCertificate(base64))
    .filter((certificate) => certificate !== undefined);
  if (subject === '' || certificates.length === 0) throw refused('it has no subject, or no certificate');
  const conditions = firstBelow(assertion, ['Conditions'], namespaces.saml);
  return {
    subject,
    certificates,
    notBeforeMs: timeOf(conditions?.attribute('NotBefore')) ?? Number.NEGATIVE_INFINITY,
    notOnOrAfterMs: timeOf(conditions?.attribute('NotOnOrAfter')) ?? Number.POSITIVE_INFINITY,
  };
}

/**
 * The account for which a token speaks by the aliases of a guest.
 * @param userName whom it is meant to be; undefined: whom its certificate is mapped to.
 * @throws Fault `guest-login-refused`; `guest-alias-ambiguous` for a token that may mean several.
 */
export function accountOfToken(
  guest: GuestRecord,
  token: SamlToken,
  userName: string | undefined,
  nowMs: number,
): GuestUser {
  if (nowMs < token.notBeforeMs || nowMs >= token.notOnOrAfterMs) throw refused('its time is not now');
  const wanted = userName === undefined ? undefined : findUser(guest, userName)?.name;
  const owners = new Set(
    guest.aliases
      .filter(({ certificate }) => token.certificates.includes(certificate))
      .filter(({ userName: owner }) => userName === undefined || owner === wanted)
      .filter(({ subjects }) =>
        subjects.some(
          ({ name, isMapped }) => (name === null || name === token.subject) && (isMapped || userName !== undefined),
        ),
      )
      .map(({ userName: owner }) => owner),
  );
  const [owner, another] = [...owners];
  if (another !== undefined) {
    throw new Fault('guest-alias-ambiguous', 'The token speaks for several users of the guest; name one of them.');
  }
  const account = owner === undefined ? undefined : findUser(guest, owner);
  if (account === undefined) throw refused('no alias of the guest fits it');
  return account;
}

function assertionOf(text: string): XmlElement {
  try {
    const root = parseXml(text);
    if (root.localName === 'Assertion' && root.namespace === namespaces.saml) return root;
  } catch (error) {
    if (!(error instanceof SoapFormatError)) throw error;
  }
  throw refused('it is no SAML assertion of version 2');
}

/** Goes down from element to element by their names. */
function firstBelow(top: XmlElement, names: readonly string[], namespace: string): XmlElement | undefined {
  let element: XmlElement | undefined = top;
  for (const name of names) {
    element = [...(element?.children() ?? [])].find(
      (child) => child.localName === name && child.namespace === namespace,
    );
  }
  return element;
}

function timeOf(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}

function refused(reason: string): Fault {
  return new Fault('guest-login-refused', `The guest refuses the token: ${reason}.`);
}

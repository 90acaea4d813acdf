import { soapNamespace, xsdNamespace, xsiNamespace } from './namespaces.js';
import { SoapFormatError } from './soap-format-error.js';
import { revealed, type SecretText } from './values.js';
import { escapeText } from './xml-text.js';
import type { XmlElement } from './xml-element.js';
import { Secret } from '../../../base/secret.js';

/** What travels beside the call itself. */
export interface SoapHeader {
  /** Appears in the logs of the server. */
  readonly operationId?: string | undefined;
  /** The session, on endpoints that take no cookie. */
  readonly sessionCookie?: SecretText | undefined;
  /** A `Security` element as XML, passed on byte for byte because it is signed. */
  readonly security?: SecretText | undefined;
}

const opening =
  '<?xml version="1.0" encoding="UTF-8"?>\n' +
  `<soapenv:Envelope xmlns:soapenv="${soapNamespace}" xmlns:xsd="${xsdNamespace}" xmlns:xsi="${xsiNamespace}">`;

export function writeEnvelope(body: string, header: SoapHeader): string {
  const parts = [
    header.operationId === undefined ? '' : `<operationID>${escapeText(header.operationId)}</operationID>`,
    header.sessionCookie === undefined
      ? ''
      : `<vcSessionCookie>${escapeText(revealed(header.sessionCookie))}</vcSessionCookie>`,
    header.security === undefined ? '' : revealed(header.security),
  ].join('');
  const head = parts === '' ? '' : `<soapenv:Header>${parts}</soapenv:Header>`;
  return `${opening}${head}<soapenv:Body>${body}</soapenv:Body></soapenv:Envelope>`;
}

/** The one element inside the body of an envelope. */
export function bodyOf(envelope: XmlElement): XmlElement {
  if (envelope.localName !== 'Envelope') {
    throw new SoapFormatError(`not a SOAP message: the root element is <${envelope.localName}>`);
  }
  if (envelope.namespace !== soapNamespace) {
    throw new SoapFormatError('the envelope is not of SOAP 1.1; other versions are not spoken here');
  }
  const body = childOf(envelope, 'Body');
  if (body === undefined) throw new SoapFormatError('the SOAP envelope has no body');
  const [element, more] = body.children();
  if (element === undefined || more !== undefined) throw new SoapFormatError('the SOAP body does not hold one element');
  return element;
}

/** What the header of an envelope says. `xml` is the document itself, from which the security element is cut. */
export function headerOf(envelope: XmlElement, xml: string): SoapHeader {
  const header = childOf(envelope, 'Header');
  if (header === undefined) return {};
  const cookie = childOf(header, 'vcSessionCookie');
  const security = childOf(header, 'Security');
  return {
    operationId: childOf(header, 'operationID')?.text,
    sessionCookie: cookie === undefined ? undefined : new Secret(cookie.text),
    security: security === undefined ? undefined : new Secret(cutOut(xml, security)),
  };
}

function childOf(parent: XmlElement, localName: string): XmlElement | undefined {
  for (const child of parent.children()) if (child.localName === localName) return child;
  return undefined;
}

/** The text of an element as it stands in the document. */
function cutOut(xml: string, { prefix, localName }: XmlElement): string {
  const name = prefix === '' ? localName : `${prefix}:${localName}`;
  const close = `</${name}`;
  const start = xml.indexOf(`<${name}`);
  const end = xml.lastIndexOf(close);
  return xml.slice(start, xml.indexOf('>', Math.max(start, end)) + 1);
}

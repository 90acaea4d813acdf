import { SoapFormatError } from './soap-format-error.js';

/** What XML 1.0 cannot carry, not even as a reference: most control characters, lone surrogates, U+FFFE and U+FFFF. */
const forbidden =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

const special = /[&<>"\r\n\t\u0000-\u0008\u000B\u000C\u000E-\u001F\uD800-\uDFFF\uFFFE\uFFFF]/;

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  // A reader turns a bare carriage return into a line feed.
  '\r': '&#xD;',
};

const attributeReferences: Readonly<Record<string, string>> = {
  ...references,
  '"': '&quot;',
  // A reader turns these into blanks inside an attribute.
  '\n': '&#xA;',
  '\t': '&#x9;',
};

/** Escapes the text of an element. Throws where XML cannot carry a character of it. */
export function escapeText(text: string): string {
  if (!special.test(text)) return text;
  refuseForbidden(text);
  return text.replaceAll(/[&<>\r]/g, (character) => references[character] ?? character);
}

/** Escapes the value of an attribute that stands in double quotes. */
export function escapeAttribute(text: string): string {
  if (!special.test(text)) return text;
  refuseForbidden(text);
  return text.replaceAll(/[&<>"\r\n\t]/g, (character) => attributeReferences[character] ?? character);
}

function refuseForbidden(text: string): void {
  const at = text.search(forbidden);
  if (at === -1) return;
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0');
  throw new SoapFormatError(`XML cannot carry the character U+${code} (number ${at + 1} of the text)`);
}

const named: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** Resolves the references of a text: the five names that XML knows, and numbers. Any other name is an error. */
export function resolveReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(/&([^;&\s]{1,32};)?/g, (_, reference: string | undefined) => {
    const name = reference?.slice(0, -1) ?? '';
    const character = named.get(name) ?? numbered(name);
    if (character !== undefined) return character;
    // Not quoted: it may be a part of a password that somebody forgot to escape.
    throw new SoapFormatError(
      reference === undefined ? 'malformed XML: a bare "&"' : 'malformed XML: a reference to what is not defined',
    );
  });
}

function numbered(name: string): string | undefined {
  const match = /^#(?:x([0-9A-Fa-f]{1,6})|(\d{1,7}))$/.exec(name);
  if (match === null) return undefined;
  const code = match[1] === undefined ? Number(match[2]) : Number.parseInt(match[1], 16);
  if (code > 0x10_ff_ff) return undefined;
  const character = String.fromCodePoint(code);
  return forbidden.test(character) ? undefined : character;
}

import { Fault } from '../../base/fault.js';

/**
 * A VMware dictionary file (`.vmx`, `.vmsd`): lines `key = "value"`, comments that begin with `#`, empty lines. Keys
 * compare without case. Inside a value `|` and two hexadecimal digits stand for a byte that could not be written as
 * it is (`|22` is the quote). What is not changed is written back as it was read: order, comments, spelling, line
 * ends.
 */
export class VmxDocument {
  readonly #lines: Line[];
  readonly #lineEnd: '\n' | '\r\n';
  readonly #entries = new Map<string, EntryLine>();

  private constructor(lines: Line[], lineEnd: '\n' | '\r\n') {
    this.#lines = lines;
    this.#lineEnd = lineEnd;
    // VMware takes the last of several equal keys.
    for (const line of lines) if (line.entry !== undefined) this.#entries.set(fold(line.entry.key), line.entry);
  }

  /** A file without lines. */
  static empty(): VmxDocument {
    return new VmxDocument([], '\n');
  }

  /**
   * Reads the bytes of a file, in the encoding that its `.encoding` entry names (UTF-8 by default).
   * @param fileName for the error text.
   * @throws Fault `vm-config-unreadable` that names the file and the line.
   */
  static parse(bytes: Uint8Array, fileName: string): VmxDocument {
    const text = decodeBytes(bytes, fileName);
    const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
    const texts = text.split(/\r?\n/);
    if (texts.at(-1) === '') texts.pop();
    const lines = texts.map((line, index) => parseLine(line, fileName, index + 1));
    return new VmxDocument(lines, lineEnd);
  }

  /** The value of a key, without escapes. */
  get(key: string): string | undefined {
    return this.#entries.get(fold(key))?.value;
  }

  /** Line number of a key, counted from 1; undefined if it is not there. */
  lineOf(key: string): number | undefined {
    const entry = this.#entries.get(fold(key));
    if (entry === undefined) return undefined;
    return this.#lines.findIndex((line) => line.entry === entry) + 1;
  }

  /** Keys as they are spelled, in the order of the file, with their values. */
  entries(): readonly (readonly [key: string, value: string])[] {
    return [...this.#entries.values()].map((entry) => [entry.key, entry.value] as const);
  }

  /**
   * Changes the value in place, or adds the entry at the end.
   * @throws Fault `invalid-argument` for an empty key.
   */
  set(key: string, value: string): void {
    if (key.trim() === '') {
      throw new Fault('invalid-argument', 'A configuration entry needs a name. Give one that is not blank.');
    }
    const known = this.#entries.get(fold(key));
    if (known !== undefined) {
      if (known.value === value) return;
      known.value = value;
      const line = this.#lines.find((candidate) => candidate.entry === known);
      if (line !== undefined) line.text = formatEntry(known.key, value);
      return;
    }
    const entry = { key, value };
    this.#lines.push({ text: formatEntry(key, value), entry });
    this.#entries.set(fold(key), entry);
  }

  /** Removes every line of the key. */
  delete(key: string): void {
    if (!this.#entries.delete(fold(key))) return;
    const kept = this.#lines.filter((line) => line.entry === undefined || fold(line.entry.key) !== fold(key));
    this.#lines.splice(0, this.#lines.length, ...kept);
  }

  /** The text of the file, to be written as UTF-8. */
  toString(): string {
    return this.#lines.map((line) => line.text + this.#lineEnd).join('');
  }
}

interface EntryLine {
  readonly key: string;
  value: string;
}

interface Line {
  text: string;
  readonly entry?: EntryLine;
}

/** The form of a key under which keys that differ only in case are the same. */
function fold(key: string): string {
  return key.toLowerCase();
}

const entryForm = /^\s*([^\s=#"][^="]*?)\s*=\s*(.*?)\s*$/s;
const quotedForm = /^"([^"]*)"\s*(?:#.*)?$/s;
const bareForm = /^[^"#]*$/s;

function parseLine(text: string, fileName: string, number: number): Line {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return { text };
  const [, key, rest] = entryForm.exec(text) ?? [];
  if (key === undefined || rest === undefined) {
    throw malformed(fileName, number, 'it is not of the form key = "value"');
  }
  const quoted = quotedForm.exec(rest)?.[1];
  const value = quoted ?? (bareForm.test(rest) ? rest : undefined);
  if (value === undefined) throw malformed(fileName, number, 'its quotes do not match (a quote inside a value is |22)');
  return { text, entry: { key: unescape(key), value: unescape(value) } };
}

function malformed(fileName: string, number: number, why: string): Fault {
  return new Fault(
    'vm-config-unreadable',
    `${fileName}, line ${number} cannot be read: ${why}. Correct or delete the line.`,
  );
}

function formatEntry(key: string, value: string): string {
  return `${escape(key, /[\x00-\x1f\x7f|"=#\s]/g)} = "${escape(value, /[\x00-\x1f\x7f|"]/g)}"`;
}

function escape(text: string, unsafe: RegExp): string {
  return text.replace(unsafe, (char) => Buffer.from(char).toString('hex').toUpperCase().replace(/../g, '|$&'));
}

const escapedBytes = /(?:\|[0-9A-Fa-f]{2})+/g;

/** Neighbouring escapes are the bytes of UTF-8 text together. */
function unescape(text: string): string {
  return text.replace(escapedBytes, (run) => Buffer.from(run.replaceAll('|', ''), 'hex').toString('utf8'));
}

const encodingLine = /^[ \t]*\.encoding[ \t]*=[ \t]*"?([^"\r\n]*?)"?[ \t]*\r?$/im;

function decodeBytes(bytes: Uint8Array, fileName: string): string {
  // Latin-1 reads the one line that is plain ASCII in every encoding that VMware writes.
  const label = encodingLine.exec(Buffer.from(bytes).toString('latin1'))?.[1]?.trim() ?? 'UTF-8';
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Fault(
      'vm-config-unreadable',
      `${fileName} is not text in the encoding ${label}, which its .encoding entry (or its absence) says. ` +
        'Save it as UTF-8 with the entry .encoding = "UTF-8".',
      { cause: error },
    );
  }
}

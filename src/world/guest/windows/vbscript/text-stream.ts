import { objectOf } from './members.js';
import { nothing, toText, toWhole, vbError, type VbObject, type VbValue } from './values.js';

/** Text to read, and where it is. */
export class TextReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  get isAtLineEnd(): boolean {
    return this.isAtEnd || /[\r\n]/.test(this.#text.charAt(this.#at));
  }

  get line(): number {
    return this.#text.slice(0, this.#at).split('\n').length;
  }

  read(count: number): string {
    if (this.isAtEnd) throw vbError(62);
    const text = this.#text.slice(this.#at, this.#at + count);
    this.#at += count;
    return text;
  }

  readLine(): string {
    if (this.isAtEnd) throw vbError(62);
    const newline = this.#text.indexOf('\n', this.#at);
    const end = newline < 0 ? this.#text.length : newline;
    const line = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return line.replace(/\r$/, '');
  }

  readAll(): string {
    return this.read(this.#text.length);
  }
}

export interface TextStreamParts {
  /** Absent for a stream that is only written. */
  readonly reader?: TextReader;
  /** Absent for a stream that is only read. */
  readonly write?: (text: string) => void;
  readonly close?: () => void;
}

/** A text stream as scripts know it. What the mode does not allow fails with `Bad file mode`. */
export function textStream({ reader, write, close }: TextStreamParts): VbObject {
  const reading = (): TextReader => {
    if (reader === undefined) throw vbError(54);
    return reader;
  };
  const writing = (text: string): VbValue => {
    if (write === undefined) throw vbError(54);
    write(text);
    return undefined;
  };
  return objectOf('TextStream', {
    members: {
      atendofline: () => reading().isAtLineEnd,
      atendofstream: () => reading().isAtEnd,
      close: () => {
        close?.();
        return undefined;
      },
      line: () => reading().line,
      read: ([count]) => reading().read(toWhole(count)),
      readall: () => reading().readAll(),
      readline: () => reading().readLine(),
      skipline: () => {
        reading().readLine();
        return undefined;
      },
      write: ([text]) => writing(toText(text)),
      writeblanklines: ([count]) => writing('\r\n'.repeat(toWhole(count))),
      writeline: ([text]) => writing(`${text === nothing ? '' : toText(text)}\r\n`),
    },
  });
}

/** Text of a Windows guest: console output is UTF-8 with CRLF line ends. */

/** Line end of everything that Windows programs print. */
export const lineEnd = '\r\n';

/** Text of a file: UTF-16 with a byte order mark, UTF-8, or else one byte per character. A mark is not part of it. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes.subarray(2));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Lines without their ends; a line end at the end of the text opens no further line. */
export function splitLines(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r(?!\n)/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Output as bytes, whichever form the program wrote. */
export function outputBytes(output: Uint8Array | string): Uint8Array {
  return typeof output === 'string' ? encodeText(output) : output;
}

/** Collects what a program writes. */
export class OutputCollector {
  readonly #pieces: Uint8Array[] = [];

  readonly write = (output: Uint8Array | string): void => {
    this.#pieces.push(outputBytes(output));
  };

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#pieces));
  }

  text(): string {
    return decodeText(this.bytes());
  }
}

/** Standard input of a program, all of it known from the start; commands that share it each take their part. */
export class InputReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next line without its end, or undefined when all was read. */
  readLine(): string | undefined {
    if (this.#at >= this.#bytes.length) return undefined;
    const newline = this.#bytes.indexOf(0x0a, this.#at);
    const end = newline < 0 ? this.#bytes.length : newline;
    const line = decodeText(this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }

  /** All that is left, which stays to be read. */
  peekRest(): Uint8Array {
    return this.#bytes.subarray(Math.min(this.#at, this.#bytes.length));
  }

  /** All that is left; it counts as read. */
  rest(): Uint8Array {
    const rest = this.#bytes.subarray(Math.min(this.#at, this.#bytes.length));
    this.#at = this.#bytes.length;
    return rest;
  }
}

const groupingPattern = /\B(?=(\d{3})+(?!\d))/g;

/** A whole number with commas between groups of three digits, as `dir` prints sizes. */
export function groupDigits(value: number): string {
  return String(value).replace(groupingPattern, ',');
}

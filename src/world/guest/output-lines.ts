import { StringDecoder } from 'node:string_decoder';
import { Buffer } from 'node:buffer';

/** Longest line that is passed on whole; a longer one comes in pieces. */
const longestLine = 4096;

/** Cuts what a program prints into lines of text, whatever pieces it arrives in. */
export class OutputLines {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(output: Uint8Array | string): void {
    const text = typeof output === 'string' ? output : this.#decoder.write(Buffer.from(output));
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line.replace(/\r$/u, ''));
    while (this.#rest.length > longestLine) {
      this.#onLine(this.#rest.slice(0, longestLine));
      this.#rest = this.#rest.slice(longestLine);
    }
  }

  /** Passes on a last line without an end. */
  flush(): void {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (rest !== '') this.#onLine(rest);
  }
}

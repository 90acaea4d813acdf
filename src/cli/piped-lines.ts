import { createInterface, type Interface } from 'node:readline';

/** Lines of an input at which no person sits. */
export class PipedLines {
  readonly #input: NodeJS.ReadableStream & { destroy(): unknown };
  readonly #reader: Interface;
  readonly #lines: AsyncIterator<string>;

  constructor(input: NodeJS.ReadableStream & { destroy(): unknown }) {
    this.#input = input;
    this.#reader = createInterface({ input, crlfDelay: Infinity });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** @returns the next line without its end; undefined where there is none any more. */
  async next(): Promise<string | undefined> {
    const next = await this.#lines.next();
    return next.done === true ? undefined : next.value;
  }

  /** Lets the process end although the input was read. */
  close(): void {
    this.#reader.close();
    this.#input.destroy();
  }
}

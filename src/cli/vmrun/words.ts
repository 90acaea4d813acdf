/** The words after a command, as its parameters use them up. */
export class Words {
  readonly #words: string[];

  constructor(words: readonly string[]) {
    this.#words = [...words];
  }

  get count(): number {
    return this.#words.length;
  }

  /** Takes the next word. */
  next(): string | undefined {
    return this.#words.shift();
  }

  /** The next word, which stays. */
  peek(): string | undefined {
    return this.#words[0];
  }

  /** Takes the first of the remaining words that passes the test, wherever it stands. */
  find(test: (word: string) => boolean): string | undefined {
    const index = this.#words.findIndex(test);
    return index === -1 ? undefined : this.#words.splice(index, 1)[0];
  }

  /** Takes the first remaining word that passes the test, and the word after it. */
  findWithNext(test: (word: string) => boolean): readonly [word: string, next: string | undefined] | undefined {
    const index = this.#words.findIndex(test);
    if (index === -1) return undefined;
    const [word = '', next] = this.#words.splice(index, 2);
    return [word, next];
  }

  /** Takes all that remain. */
  rest(): readonly string[] {
    return this.#words.splice(0);
  }
}

/** Whether two words are the same but for their case. */
export function isSameWord(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

import { CmdSyntaxError, type Redirection, unexpected } from './command.js';

/** Longest line that the interpreter takes, in characters. */
const longestLine = 8191;

const separators = new Set([' ', '\t', ',', ';', '=', '\u000b', '\u000c', '\u00a0']);
const operatorStarts = new Set(['&', '|', '<', '>']);

/** Characters that part the words of a command, like a blank. */
export function isSeparator(character: string): boolean {
  return separators.has(character);
}

/** Text under the parser's eye: one line at a time, more lines on request. Knows quotes, carets and redirections. */
export class CommandSource {
  readonly #nextLine: () => string | undefined;
  #line = '';
  #at = 0;
  /** Parentheses open at this point; a `)` means something only inside some. */
  depth = 0;

  /** @param nextLine gives lines with percent variables replaced already, undefined at the end. */
  constructor(nextLine: () => string | undefined) {
    this.#nextLine = nextLine;
  }

  /** Goes on to the next line. False: there is none. */
  advanceLine(): boolean {
    const line = this.#nextLine();
    if (line === undefined) return false;
    if (line.length > longestLine) throw new CmdSyntaxError('The input line is too long.');
    this.#line = line;
    this.#at = 0;
    return true;
  }

  get isAtLineEnd(): boolean {
    return this.#at >= this.#line.length;
  }

  /** The character here, or the empty string at the end of the line. */
  peek(): string {
    return this.#line.charAt(this.#at);
  }

  startsWith(text: string): boolean {
    return this.#line.startsWith(text, this.#at);
  }

  skip(count: number): void {
    this.#at += count;
  }

  skipLine(): void {
    this.#at = this.#line.length;
  }

  readLineRest(): string {
    const rest = this.#line.slice(this.#at);
    this.skipLine();
    return rest;
  }

  skipSeparators(): void {
    while (isSeparator(this.peek())) this.#at += 1;
  }

  skipBlanks(): void {
    while (this.peek() === ' ' || this.peek() === '\t') this.#at += 1;
  }

  /** Takes the word if it comes next and ends there, in any case. */
  takeWord(word: string): boolean {
    const end = this.#at + word.length;
    if (this.#line.slice(this.#at, end).toLowerCase() !== word) return false;
    const next = this.#line.charAt(end);
    if (next !== '' && !isSeparator(next) && !'()<>&|/"'.includes(next)) return false;
    this.#at = end;
    return true;
  }

  /** Does the command end here: at an operator, a closing parenthesis or the end of the line? */
  get isAtCommandEnd(): boolean {
    const character = this.peek();
    return character === '' || character === '&' || character === '|' || (character === ')' && this.depth > 0);
  }

  /** The character after a caret; at the end of the line the first of the next one. */
  readEscaped(): string {
    this.#at += 1;
    if (this.isAtLineEnd && !this.advanceLine()) return '';
    const character = this.peek();
    this.#at += 1;
    return character;
  }

  /** A word up to a separator or operator, quotes kept, carets gone. */
  readWord(): string {
    let word = '';
    let isQuoted = false;
    while (!this.isAtLineEnd) {
      const character = this.peek();
      if (character === '"') isQuoted = !isQuoted;
      if (!isQuoted) {
        if (isSeparator(character) || operatorStarts.has(character) || (character === ')' && this.depth > 0)) break;
        if (character === '^') {
          word += this.readEscaped();
          continue;
        }
      }
      word += character;
      this.#at += 1;
    }
    return word;
  }

  /** The text between the parentheses of a `for`, up to and with the closing one. Lines in it become blanks. */
  readSet(): string {
    let set = '';
    let isQuoted = false;
    for (;;) {
      if (this.isAtLineEnd) {
        if (!this.advanceLine()) throw new CmdSyntaxError('The syntax of the command is incorrect.');
        set += ' ';
        isQuoted = false;
        continue;
      }
      const character = this.peek();
      if (character === '"') isQuoted = !isQuoted;
      if (!isQuoted && character === '^') {
        set += this.readEscaped();
        continue;
      }
      this.#at += 1;
      if (!isQuoted && character === ')') return set;
      set += character;
    }
  }

  /** Text of a simple command up to its end, with its redirections taken out. */
  readSimple(): { text: string; redirections: Redirection[] } {
    let text = '';
    let isQuoted = false;
    /** Where a digit may stand that numbers the stream of a redirection: unquoted, unescaped, first of its word. */
    let digitAt = -1;
    const redirections: Redirection[] = [];
    while (!this.isAtLineEnd) {
      const character = this.peek();
      if (character === '"') isQuoted = !isQuoted;
      if (!isQuoted) {
        if (character === '<' || character === '>') {
          const hasDigit = digitAt >= 0 && digitAt === text.length - 1;
          const stream = hasDigit ? Number(text.slice(digitAt)) : undefined;
          if (hasDigit) text = text.slice(0, digitAt);
          redirections.push(this.readRedirection(stream));
          continue;
        }
        if (this.isAtCommandEnd) break;
        if (character === '^') {
          text += this.readEscaped();
          continue;
        }
        if (/\d/.test(character) && (text === '' || isSeparator(text.slice(-1)))) digitAt = text.length;
      }
      text += character;
      this.#at += 1;
    }
    return { text, redirections };
  }

  /** A redirection whose `<` or `>` comes next. */
  readRedirection(stream: number | undefined): Redirection {
    const sign = this.peek();
    this.#at += 1;
    const isAppend = sign === '>' && this.peek() === '>';
    if (isAppend) this.#at += 1;
    const number = stream ?? (sign === '<' ? 0 : 1);
    if (this.peek() === '&') {
      this.#at += 1;
      const digit = this.peek();
      if (!/\d/.test(digit)) throw unexpected(digit === '' ? '&' : digit);
      this.#at += 1;
      return { kind: 'duplicate', stream: number, from: Number(digit) };
    }
    this.skipSeparators();
    if (this.isAtLineEnd) throw new CmdSyntaxError('The syntax of the command is incorrect.');
    const target = this.readWord();
    if (target === '') throw unexpected(this.peek());
    return { kind: sign === '<' ? 'read' : isAppend ? 'append' : 'write', stream: number, target };
  }

  /** Redirections that stand here, before a command or after a closing parenthesis. */
  readRedirections(): Redirection[] {
    const redirections: Redirection[] = [];
    for (;;) {
      this.skipSeparators();
      const match = /^(\d?)(?=[<>])/.exec(this.#line.slice(this.#at));
      if (match === null) return redirections;
      const digit = match[1] ?? '';
      this.#at += digit.length;
      redirections.push(this.readRedirection(digit === '' ? undefined : Number(digit)));
    }
  }
}

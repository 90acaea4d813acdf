import { tokenize, type Token, VbCompileError } from './lexer.js';

const endToken: Token = { kind: 'end', text: '', source: '', line: 1, column: 1 };

/** Deepest nesting of expressions and statements; keeps hostile scripts from exhausting the stack. */
const deepestNesting = 200;

/** The tokens of a script, one after the other. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #nesting = 0;

  constructor(script: string) {
    this.#tokens = tokenize(script);
  }

  get token(): Token {
    return this.#tokens[this.#at] ?? this.#tokens.at(-1) ?? endToken;
  }

  get next(): Token {
    return this.#tokens[this.#at + 1] ?? endToken;
  }

  advance(): Token {
    const { token } = this;
    if (this.#at < this.#tokens.length - 1) this.#at += 1;
    return token;
  }

  /** Where it is, to come back to. */
  mark(): number {
    return this.#at;
  }

  reset(mark: number): void {
    this.#at = mark;
  }

  isName(...names: readonly string[]): boolean {
    return this.token.kind === 'name' && names.includes(this.token.text);
  }

  isSymbol(...symbols: readonly string[]): boolean {
    return this.token.kind === 'symbol' && symbols.includes(this.token.text);
  }

  /** Takes a dot that follows the token before it without a blank: one that names a member of it. */
  takeMemberDot(): boolean {
    const previous = this.#tokens[this.#at - 1];
    const { token } = this;
    const isAdjacent = previous?.line === token.line && previous.column + previous.source.length === token.column;
    return isAdjacent && this.takeSymbol('.');
  }

  takeName(name: string): boolean {
    if (!this.isName(name)) return false;
    this.advance();
    return true;
  }

  takeSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.advance();
    return true;
  }

  /** Takes a keyword or symbol, or fails with `Expected '...'`. */
  expect(text: string): void {
    const shown = /^[a-z]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
    if (!this.takeName(text) && !this.takeSymbol(text)) throw this.failure(`Expected '${shown}'`);
  }

  expectIdentifier(): Token {
    if (this.token.kind !== 'name') throw this.failure('Expected identifier');
    return this.advance();
  }

  get isAtStatementEnd(): boolean {
    return this.token.kind === 'end-of-statement' || this.token.kind === 'end';
  }

  skipStatementEnds(): void {
    while (this.token.kind === 'end-of-statement') this.advance();
  }

  expectStatementEnd(): void {
    if (!this.isAtStatementEnd) throw this.failure('Expected end of statement');
    this.skipStatementEnds();
  }

  failure(message: string): VbCompileError {
    return new VbCompileError(message, this.token.line, this.token.column);
  }

  /** Runs a part of a parser one level deeper. */
  nested<T>(parse: () => T): T {
    this.#nesting += 1;
    if (this.#nesting > deepestNesting) throw this.failure('Out of memory');
    try {
      return parse();
    } finally {
      this.#nesting -= 1;
    }
  }
}

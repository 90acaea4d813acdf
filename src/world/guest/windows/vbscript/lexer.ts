/** What a script is told of a part of the language that a mock guest has not. */
export function absenceOf(what: string): string {
  return `The VBScript of this mock guest has no ${what}`;
}

/** Text that is no VBScript: where, and what the script host prints. */
export class VbCompileError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.name = 'VbCompileError';
    this.line = line;
    this.column = column;
  }
}

export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'symbol' | 'end-of-statement' | 'end';
  /** Names in lower case; strings without quotes; symbols as they are. */
  readonly text: string;
  /** As written. */
  readonly source: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

const namePattern = /\[[^\]\r\n]*\]|\p{L}[\p{L}\p{N}_]*/uy;
const numberPattern = /&h[\da-f]+&?|&o[0-7]+&?|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/iy;
const symbolPattern = /<>|<=|>=|=<|=>|[-+*/\\^&=<>(),.:]/y;

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** Cuts a script into tokens. @throws VbCompileError */
export function tokenize(script: string): Token[] {
  const tokens: Token[] = [];
  const lines = script.split(/\r\n|\r|\n/);
  for (const [index, text] of lines.entries()) {
    const isContinued = tokenizeLine(text, index + 1, tokens);
    if (!isContinued) push(tokens, 'end-of-statement', '', '', index + 1, text.length + 1);
  }
  push(tokens, 'end', '', '', lines.length, 1);
  return tokens;
}

function push(tokens: Token[], kind: Token['kind'], text: string, source: string, line: number, column: number): void {
  tokens.push({ kind, text, source, line, column });
}

/** @returns whether the statement goes on in the next line. */
function tokenizeLine(text: string, line: number, tokens: Token[]): boolean {
  let at = 0;
  for (;;) {
    while (/\s/.test(text.charAt(at))) at += 1;
    const character = text.charAt(at);
    const column = at + 1;
    if (character === '' || character === "'") return false;
    if (character === '_' && text.slice(at + 1).trim() === '') return true;
    if (character === '"') {
      const quoted = /^"((?:[^"]|"")*)"/.exec(text.slice(at));
      if (quoted === null) throw new VbCompileError('Unterminated string constant', line, text.length + 1);
      push(tokens, 'string', (quoted[1] ?? '').replaceAll('""', '"'), quoted[0], line, column);
      at += quoted[0].length;
      continue;
    }
    const previous = tokens.at(-1);
    const isMember = previous?.kind === 'symbol' && previous.text === '.';
    const name = match(namePattern, text, at);
    if (name !== undefined) {
      const isStart = previous === undefined || previous.kind === 'end-of-statement';
      if (isStart && name.toLowerCase() === 'rem') return false;
      push(tokens, 'name', name.replace(/^\[(.*)\]$/, '$1').toLowerCase(), name, line, column);
      at += name.length;
      continue;
    }
    const number = isMember ? undefined : match(numberPattern, text, at);
    if (number !== undefined) {
      push(tokens, 'number', number.toLowerCase(), number, line, column);
      at += number.length;
      continue;
    }
    const symbol = match(symbolPattern, text, at);
    if (symbol === undefined && /^#[^#\r\n]+#/.test(text.slice(at))) {
      throw new VbCompileError(absenceOf('date literals'), line, column);
    }
    if (symbol === undefined) throw new VbCompileError('Invalid character', line, column);
    const kind = symbol === ':' ? 'end-of-statement' : 'symbol';
    const plain = symbol === '=<' ? '<=' : symbol === '=>' ? '>=' : symbol;
    push(tokens, kind, plain, symbol, line, column);
    at += symbol.length;
  }
}

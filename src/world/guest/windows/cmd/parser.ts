import {
  CmdSyntaxError,
  type Command,
  type Comparison,
  type Condition,
  type ForCommand,
  type Redirection,
  unexpected,
} from './command.js';
import { CommandSource } from './source.js';

/** Deepest nesting of commands in commands; keeps hostile text from exhausting the stack. */
const deepestNesting = 200;

const comparisons: ReadonlySet<string> = new Set<Comparison>(['equ', 'neq', 'lss', 'leq', 'gtr', 'geq']);

function isComparison(word: string): word is Comparison {
  return comparisons.has(word);
}

/** Operators from the one that binds least to the one that binds most. */
const operators = ['&', '||', '&&', '|'] as const;

class Parser {
  readonly #source: CommandSource;
  #nesting = 0;

  constructor(source: CommandSource) {
    this.#source = source;
  }

  parseLine(): Command {
    this.#source.skipSeparators();
    if (this.#source.isAtLineEnd) return { kind: 'nothing' };
    const command = this.#parseChain(0);
    if (!this.#source.isAtLineEnd) throw unexpected(this.#restWord());
    return command;
  }

  #restWord(): string {
    const word = this.#source.readWord();
    return word === '' ? this.#source.peek() : word;
  }

  /** @param first the left-most command if it was parsed already. */
  #parseChain(level: number, first?: Command): Command {
    const operator = operators[level];
    if (operator === undefined) return first ?? this.#parseNested();
    let left = this.#parseChain(level + 1, first);
    while (this.#isAtOperator(operator)) {
      this.#source.skip(operator.length);
      this.#source.skipSeparators();
      if (this.#source.isAtLineEnd || (this.#source.peek() === ')' && this.#source.depth > 0)) {
        if (operator === '&') return left;
        throw new CmdSyntaxError('The syntax of the command is incorrect.');
      }
      left = { kind: 'chain', operator, left, right: this.#parseChain(level + 1) };
    }
    return left;
  }

  #isAtOperator(operator: (typeof operators)[number]): boolean {
    const source = this.#source;
    source.skipBlanks();
    if (operator === '&') return source.startsWith('&') && !source.startsWith('&&');
    if (operator === '|') return source.startsWith('|') && !source.startsWith('||');
    return source.startsWith(operator);
  }

  #parseNested(): Command {
    this.#nesting += 1;
    if (this.#nesting > deepestNesting) throw new CmdSyntaxError('The input line is too long.');
    try {
      return this.#parseOne();
    } finally {
      this.#nesting -= 1;
    }
  }

  #parseOne(): Command {
    const source = this.#source;
    source.skipSeparators();
    if (source.peek() === '@') {
      source.skip(1);
      source.skipSeparators();
      if (source.isAtCommandEnd) return { kind: 'nothing' };
      return { kind: 'quiet', command: this.#parseNested() };
    }
    if (source.peek() === '(') return this.#parseBlock([]);
    if (source.peek() === ':') {
      source.skipLine();
      return { kind: 'nothing' };
    }
    if (source.isAtCommandEnd)
      throw unexpected(source.startsWith('&&') || source.startsWith('||') ? source.peek().repeat(2) : source.peek());
    const leading = source.readRedirections();
    if (leading.length > 0 && source.peek() === '(') return this.#parseBlock(leading);
    if (leading.length > 0) return this.#parseSimple(leading);
    if (source.takeWord('rem')) return { kind: 'simple', text: `rem${source.readLineRest()}`, redirections: [] };
    if (source.takeWord('if')) return this.#parseIf();
    if (source.takeWord('for')) return this.#parseFor();
    return this.#parseSimple([]);
  }

  /** @param leading redirections that stand before it. */
  #parseSimple(leading: readonly Redirection[]): Command {
    const { text, redirections } = this.#source.readSimple();
    return { kind: 'simple', text: text.trimStart(), redirections: [...leading, ...redirections] };
  }

  #parseBlock(leading: readonly Redirection[]): Command {
    const source = this.#source;
    source.skip(1);
    source.depth += 1;
    const commands: Command[] = [];
    for (;;) {
      source.skipSeparators();
      if (source.isAtLineEnd) {
        if (!source.advanceLine()) throw new CmdSyntaxError('The syntax of the command is incorrect.');
      } else if (source.peek() === ')') {
        break;
      } else {
        commands.push(this.#parseChain(0));
      }
    }
    if (commands.length === 0) throw unexpected(')');
    source.skip(1);
    source.depth -= 1;
    return { kind: 'block', commands, redirections: [...leading, ...source.readRedirections()] };
  }

  #parseIf(): Command {
    const source = this.#source;
    let isNegated = false;
    let ignoresCase = false;
    for (;;) {
      source.skipSeparators();
      if (source.takeWord('/i')) ignoresCase = true;
      else if (source.takeWord('not')) isNegated = !isNegated;
      else break;
    }
    const condition = this.#parseCondition();
    source.skipSeparators();
    if (source.isAtLineEnd) throw new CmdSyntaxError('The syntax of the command is incorrect.');
    const isBlock = source.peek() === '(';
    if (!isBlock) {
      const whenTrue = this.#parseChain(0);
      return { kind: 'if', isNegated, ignoresCase, condition, whenTrue, whenFalse: undefined };
    }
    const block = this.#parseNested();
    source.skipSeparators();
    if (source.takeWord('else')) {
      source.skipSeparators();
      if (source.isAtLineEnd) throw new CmdSyntaxError('The syntax of the command is incorrect.');
      const whenFalse = this.#parseChain(0);
      return { kind: 'if', isNegated, ignoresCase, condition, whenTrue: block, whenFalse };
    }
    if (!source.isAtCommandEnd) throw unexpected(this.#restWord());
    const whenTrue = this.#parseChain(0, block);
    return { kind: 'if', isNegated, ignoresCase, condition, whenTrue, whenFalse: undefined };
  }

  #parseCondition(): Condition {
    const source = this.#source;
    for (const kind of ['exist', 'defined', 'errorlevel', 'cmdextversion'] as const) {
      if (source.takeWord(kind)) return { kind, operand: this.#operand() };
    }
    const left = this.#operand();
    source.skipBlanks();
    if (source.startsWith('==')) {
      source.skip(2);
      return { kind: 'equal', left, right: this.#operand() };
    }
    const operator = this.#operand();
    const name = operator.toLowerCase();
    if (!isComparison(name)) throw unexpected(operator);
    return { kind: 'compare', operator: name, left, right: this.#operand() };
  }

  #operand(): string {
    const source = this.#source;
    source.skipSeparators();
    if (source.peek() === '(') throw unexpected('(');
    const word = source.readWord();
    if (word !== '') return word;
    if (source.isAtLineEnd) throw new CmdSyntaxError('The syntax of the command is incorrect.');
    throw unexpected(source.peek());
  }

  #parseFor(): Command {
    const source = this.#source;
    const options: string[] = [];
    const switches = new Set<string>();
    let variable = '';
    while (variable === '') {
      source.skipSeparators();
      const word = this.#operand();
      if (/^%.$/su.test(word)) variable = word.slice(1);
      else if (word.startsWith('%')) throw unexpected(word);
      else if (/^\/[dflr]$/i.test(word)) switches.add(word.slice(1).toLowerCase());
      else if (switches.has('f') || switches.has('r')) options.push(word);
      else throw unexpected(word);
    }
    source.skipSeparators();
    if (!source.takeWord('in')) throw unexpected(this.#restWord());
    source.skipSeparators();
    if (source.peek() !== '(') throw unexpected(this.#restWord());
    source.skip(1);
    const set = source.readSet();
    source.skipSeparators();
    if (!source.takeWord('do')) throw unexpected(this.#restWord());
    source.skipSeparators();
    if (source.isAtLineEnd) throw new CmdSyntaxError('The syntax of the command is incorrect.');
    const body = this.#parseChain(0);
    return { kind: 'for', over: loopKind(switches), option: options.join(' '), variable, set, body };
  }
}

function loopKind(switches: ReadonlySet<string>): ForCommand['over'] {
  if (switches.has('f')) return 'lines';
  if (switches.has('l')) return 'numbers';
  if (switches.has('r')) return switches.has('d') ? 'directory-tree' : 'tree';
  return switches.has('d') ? 'directories' : 'items';
}

/**
 * Parses the next command, taking as many lines as it needs.
 * @param nextLine gives lines with percent variables replaced already, undefined at the end.
 * @returns undefined at the end of the lines.
 * @throws CmdSyntaxError with the text that the interpreter prints.
 */
export function parseCommand(nextLine: () => string | undefined): Command | undefined {
  const source = new CommandSource(nextLine);
  if (!source.advanceLine()) return undefined;
  return new Parser(source).parseLine();
}

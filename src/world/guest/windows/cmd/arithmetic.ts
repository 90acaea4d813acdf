/** What `set /a` cannot compute: the text it prints and the error level it sets. */
export class ArithmeticError extends Error {
  readonly errorLevel: number;

  constructor(message: string, errorLevel: number) {
    super(message);
    this.name = 'ArithmeticError';
    this.errorLevel = errorLevel;
  }
}

const missingOperand = (): ArithmeticError => new ArithmeticError('Missing operand.', 1073750988);
const missingOperator = (): ArithmeticError => new ArithmeticError('Missing operator.', 1073750989);
const unbalanced = (): ArithmeticError => new ArithmeticError('Unbalanced parenthesis.', 1073750990);
const badNumber = (): ArithmeticError =>
  new ArithmeticError(
    'Invalid number.  Numeric constants are either decimal (17),\r\nhexadecimal (0x11), or octal (021).',
    1073750991,
  );
const tooLarge = (): ArithmeticError =>
  new ArithmeticError('Invalid number.  Numbers are limited to 32-bits of precision.', 1073750992);
const divideByZero = (): ArithmeticError => new ArithmeticError('Divide by zero error.', 1073750993);

/** Variables that an expression reads and writes. */
export interface ArithmeticVariables {
  get(name: string): string | undefined;
  set(name: string, value: number): void;
}

const deepestNesting = 200;

/** Binary operators by how strongly they bind, weakest first. */
const levels: readonly (readonly string[])[] = [['|'], ['^'], ['&'], ['<<', '>>'], ['+', '-'], ['*', '/', '%']];

const assignments = ['=', '+=', '-=', '*=', '/=', '%=', '&=', '^=', '|=', '<<=', '>>='];

const tokenPattern = /\s*(?:(<<=|>>=|[-+*/%&^|]=|<<|>>|[-+*/%&^|=(),!~])|([^\s<>+\-*/%&^|=(),!~]+))/y;

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  const trimmed = text.trimEnd();
  while (tokenPattern.lastIndex < trimmed.length) {
    const match = tokenPattern.exec(trimmed);
    if (match === null) throw missingOperand();
    tokens.push(match[1] ?? match[2] ?? '');
  }
  return tokens;
}

function isName(token: string | undefined): token is string {
  return token !== undefined && /^[^\d<>+\-*/%&^|=(),!~\s]/.test(token);
}

/** A decimal, octal (`017`) or hexadecimal (`0x1F`) number of 32 bits. */
function numberOf(token: string): number {
  const text = token.toLowerCase();
  const isHexadecimal = /^0x[\da-f]+$/.test(text);
  if (!isHexadecimal && !/^\d+$/.test(text)) throw badNumber();
  if (isHexadecimal) return fit(Number.parseInt(text.slice(2), 16));
  if (!text.startsWith('0')) return fit(Number(text));
  if (/[89]/.test(text)) throw badNumber();
  return fit(Number.parseInt(text, 8));
}

function fit(value: number): number {
  if (value > 0xffffffff) throw tooLarge();
  return value | 0;
}

/** The number that a variable's text begins with; 0 if it begins with none. */
function leadingNumber(text: string): number {
  const match = /^\s*([-+]?)(0x[\da-f]+|\d+)/i.exec(text);
  if (match === null) return 0;
  const value = numberOf(match[2] ?? '0');
  return match[1] === '-' ? -value | 0 : value;
}

function compute(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return (left + right) | 0;
    case '-':
      return (left - right) | 0;
    case '*':
      return Math.imul(left, right);
    case '/':
      if (right === 0) throw divideByZero();
      return (left / right) | 0;
    case '%':
      if (right === 0) throw divideByZero();
      return (left % right) | 0;
    case '&':
      return left & right;
    case '^':
      return left ^ right;
    case '|':
      return left | right;
    case '<<':
      return right > 31 || right < 0 ? 0 : left << right;
    default:
      return right > 31 || right < 0 ? (left < 0 ? -1 : 0) : left >> right;
  }
}

class Evaluator {
  readonly #tokens: readonly string[];
  readonly #variables: ArithmeticVariables;
  #at = 0;
  #nesting = 0;

  constructor(tokens: readonly string[], variables: ArithmeticVariables) {
    this.#tokens = tokens;
    this.#variables = variables;
  }

  evaluate(): number {
    const value = this.#list();
    if (this.#at < this.#tokens.length) throw this.#peek() === ')' ? unbalanced() : missingOperator();
    return value;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #list(): number {
    let value = this.#assignment();
    while (this.#peek() === ',') {
      this.#at += 1;
      value = this.#assignment();
    }
    return value;
  }

  #assignment(): number {
    const name = this.#peek();
    const operator = this.#tokens[this.#at + 1];
    if (!isName(name) || operator === undefined || !assignments.includes(operator)) return this.#binary(0);
    this.#at += 2;
    this.#enter();
    const right = this.#assignment();
    this.#nesting -= 1;
    const value = operator === '=' ? right : compute(operator.slice(0, -1), this.#valueOf(name), right);
    this.#variables.set(name, value);
    return value;
  }

  #binary(level: number): number {
    const operators = levels[level];
    if (operators === undefined) return this.#unary();
    let value = this.#binary(level + 1);
    for (let operator = this.#peek(); operator !== undefined && operators.includes(operator); operator = this.#peek()) {
      this.#at += 1;
      value = compute(operator, value, this.#binary(level + 1));
    }
    return value;
  }

  #unary(): number {
    const token = this.#peek();
    if (token === undefined) throw missingOperand();
    this.#at += 1;
    this.#enter();
    try {
      return this.#operand(token);
    } finally {
      this.#nesting -= 1;
    }
  }

  #operand(token: string): number {
    if (token === '-') return -this.#unary() | 0;
    if (token === '+') return this.#unary();
    if (token === '~') return ~this.#unary();
    if (token === '!') return this.#unary() === 0 ? 1 : 0;
    if (token === '(') {
      const value = this.#list();
      if (this.#peek() !== ')') throw unbalanced();
      this.#at += 1;
      return value;
    }
    if (isName(token)) return this.#valueOf(token);
    if (/^\d/.test(token)) return numberOf(token);
    throw missingOperand();
  }

  #enter(): void {
    this.#nesting += 1;
    if (this.#nesting > deepestNesting) throw unbalanced();
  }

  #valueOf(name: string): number {
    return leadingNumber(this.#variables.get(name) ?? '');
  }
}

/**
 * Computes an expression of `set /a` in 32-bit numbers, and makes its assignments.
 * @throws ArithmeticError
 */
export function evaluateArithmetic(expression: string, variables: ArithmeticVariables): number {
  const tokens = tokenize(expression.replaceAll('"', ''));
  if (tokens.length === 0) throw new ArithmeticError('The syntax of the command is incorrect.', 1);
  return new Evaluator(tokens, variables).evaluate();
}

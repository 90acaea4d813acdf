import { absenceOf } from './lexer.js';
import type { TokenReader } from './token-reader.js';
import type { BinaryOperator, Expression } from './syntax.js';

/** Binary operators from the one that binds least to the one that binds most; `Not` stands before the comparisons. */
const levels: readonly (readonly BinaryOperator[] | 'not')[] = [
  ['imp'],
  ['eqv'],
  ['xor'],
  ['or'],
  ['and'],
  'not',
  ['=', '<>', '<', '>', '<=', '>=', 'is'],
  ['&'],
  ['+', '-'],
  ['mod'],
  ['\\'],
  ['*', '/'],
];

/** Names that cannot begin an operand. */
const reserved = new Set([
  'and',
  'case',
  'dim',
  'do',
  'each',
  'else',
  'elseif',
  'end',
  'eqv',
  'exit',
  'for',
  'function',
  'if',
  'imp',
  'in',
  'is',
  'loop',
  'mod',
  'next',
  'or',
  'select',
  'set',
  'sub',
  'then',
  'to',
  'until',
  'wend',
  'while',
  'with',
  'xor',
]);

export function parseExpression(reader: TokenReader): Expression {
  return reader.nested(() => parseLevel(reader, 0));
}

function parseLevel(reader: TokenReader, level: number): Expression {
  const operators = levels[level];
  if (operators === undefined) return parseUnary(reader);
  if (operators === 'not') {
    if (!reader.takeName('not')) return parseLevel(reader, level + 1);
    return { kind: 'unary', operator: 'not', operand: reader.nested(() => parseLevel(reader, level)) };
  }
  let left = parseLevel(reader, level + 1);
  for (;;) {
    const { kind, text } = reader.token;
    const operator = kind === 'name' || kind === 'symbol' ? operators.find((each) => each === text) : undefined;
    if (operator === undefined) return left;
    reader.advance();
    left = { kind: 'binary', operator, left, right: parseLevel(reader, level + 1) };
  }
}

function parseUnary(reader: TokenReader): Expression {
  const operator = reader.isSymbol('-') ? '-' : reader.isSymbol('+') ? '+' : undefined;
  if (operator === undefined) return parsePower(reader);
  reader.advance();
  return { kind: 'unary', operator, operand: reader.nested(() => parseUnary(reader)) };
}

function parsePower(reader: TokenReader): Expression {
  let left = parsePostfix(reader);
  while (reader.takeSymbol('^')) {
    const isNegative = reader.takeSymbol('-');
    const operand = parsePostfix(reader);
    const right: Expression = isNegative ? { kind: 'unary', operator: '-', operand } : operand;
    left = { kind: 'binary', operator: '^', left, right };
  }
  return left;
}

function parsePostfix(reader: TokenReader): Expression {
  let expression = parsePrimary(reader);
  for (;;) {
    if (reader.isSymbol('(')) {
      expression = { kind: 'call', target: expression, args: parseParenthesized(reader) };
    } else if (reader.takeMemberDot()) {
      const { text: name, source } = reader.expectIdentifier();
      expression = { kind: 'member', target: expression, name, source };
    } else {
      return expression;
    }
  }
}

function literalNumber(text: string): number {
  if (text.startsWith('&h')) return Number.parseInt(text.slice(2), 16);
  if (text.startsWith('&o')) return Number.parseInt(text.slice(2), 8);
  return Number(text);
}

function parsePrimary(reader: TokenReader): Expression {
  const { token } = reader;
  if (token.kind === 'number') {
    reader.advance();
    return { kind: 'literal', value: literalNumber(token.text) };
  }
  if (token.kind === 'string') {
    reader.advance();
    return { kind: 'literal', value: token.text };
  }
  if (reader.takeSymbol('(')) {
    const expression = parseExpression(reader);
    reader.expect(')');
    return expression;
  }
  if (reader.takeSymbol('.')) {
    const { text: name, source } = reader.expectIdentifier();
    return { kind: 'member', target: undefined, name, source };
  }
  if (token.kind !== 'name') throw reader.failure(reader.isAtStatementEnd ? 'Expected expression' : 'Syntax error');
  if (token.text === 'new') throw reader.failure(absenceOf(`'${token.source}'`));
  if (reserved.has(token.text)) throw reader.failure('Expected expression');
  reader.advance();
  switch (token.text) {
    case 'true':
      return { kind: 'literal', value: true };
    case 'false':
      return { kind: 'literal', value: false };
    case 'empty':
      return { kind: 'literal', value: undefined };
    case 'null':
      return { kind: 'literal', value: null };
    case 'nothing':
      return { kind: 'nothing' };
    default:
      return { kind: 'name', name: token.text, source: token.source };
  }
}

/** Arguments in parentheses, both of them taken. */
function parseParenthesized(reader: TokenReader): Expression[] {
  reader.expect('(');
  if (reader.takeSymbol(')')) return [];
  const args = parseArguments(reader);
  reader.expect(')');
  return args;
}

/** Arguments parted by commas; one left out is Empty. */
export function parseArguments(reader: TokenReader): Expression[] {
  const args: Expression[] = [];
  do {
    const isLeftOut = reader.isSymbol(',') || reader.isSymbol(')');
    args.push(isLeftOut ? { kind: 'literal', value: undefined } : parseExpression(reader));
  } while (reader.takeSymbol(','));
  return args;
}

/**
 * What a statement begins with: the target of an assignment, or a call. Parentheses belong to it unless an operator or
 * a comma follows them, for then they only begin the first argument (`Echo (1) + 2`).
 */
export function parseTarget(reader: TokenReader): Expression {
  let target: Expression;
  if (reader.takeSymbol('.')) {
    const { text: name, source } = reader.expectIdentifier();
    target = { kind: 'member', target: undefined, name, source };
  } else {
    const { text: name, source } = reader.expectIdentifier();
    target = { kind: 'name', name, source };
  }
  for (;;) {
    if (reader.isSymbol('(')) {
      const mark = reader.mark();
      const args = parseParenthesized(reader);
      const ends = reader.isAtStatementEnd || reader.isSymbol('=', '.', '(') || reader.isName('else', 'end');
      if (!ends) {
        reader.reset(mark);
        return target;
      }
      target = { kind: 'call', target, args };
    } else if (reader.takeMemberDot()) {
      const { text: name, source } = reader.expectIdentifier();
      target = { kind: 'member', target, name, source };
    } else {
      return target;
    }
  }
}

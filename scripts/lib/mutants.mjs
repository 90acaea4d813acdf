import { parseSync } from 'oxc-parser';

/**
 * One small change of a source text.
 * @typedef {{ start: number, end: number, text: string, kind: string }} Mutant
 */

/** Operator -> what it is changed to. */
const swappedOperators = {
  '===': ['!=='],
  '!==': ['==='],
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '&&': ['||'],
  '||': ['&&'],
  '??': ['&&'],
  '+=': ['-='],
  '-=': ['+='],
  '??=': ['='],
};

/** Node type -> the changes that it offers. Types, imports and comments are in none of these nodes. */
const mutators = {
  BinaryExpression: swapOperator,
  LogicalExpression: swapOperator,
  AssignmentExpression: swapOperator,
  UnaryExpression: (node, text) =>
    node.operator === '!' ? [replace(node, text.slice(node.argument.start, node.argument.end), 'drop negation')] : [],
  Literal: mutateLiteral,
  IfStatement: (node) => forceTest(node.test),
  ConditionalExpression: (node) => forceTest(node.test),
  ExpressionStatement: (node) => [replace(node, ';', 'remove statement')],
  ReturnStatement: (node) =>
    node.argument === null || isUndefined(node.argument)
      ? []
      : [replace(node.argument, 'undefined', 'return undefined')],
  ArrowFunctionExpression: (node) =>
    node.body.type === 'BlockStatement' || isUndefined(node.body)
      ? []
      : [replace(node.body, 'undefined', 'return undefined')],
  MemberExpression: (node, text) => dropQuestionMark(node, node.object.end, text),
  CallExpression: (node, text) => dropQuestionMark(node, node.callee.end, text),
};

/**
 * Every change that one file offers, in the order of the text.
 * @param {string} file its name, for the parser
 * @param {string} text
 * @returns {Mutant[]}
 */
export function mutantsOf(file, text) {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0].message}`);
  const found = [];
  const visit = (node) => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (node === null || typeof node !== 'object' || typeof node.type !== 'string') return undefined;
    if (isTypeOnly(node)) return undefined;
    found.push(...(mutators[node.type]?.(node, text) ?? []));
    for (const [key, value] of Object.entries(node)) if (key !== 'type') visit(value);
    return undefined;
  };
  visit(program);
  return found.toSorted((left, right) => left.start - right.start || left.end - right.end);
}

/** The text with the change made. @param {string} text @param {Mutant} mutant */
export function applyMutant(text, mutant) {
  return text.slice(0, mutant.start) + mutant.text + text.slice(mutant.end);
}

/** Nodes with a value inside, such as `x as T`, count as code; all other nodes of the type system do not. */
function isTypeOnly(node) {
  if (node.type === 'ImportDeclaration' || node.type === 'ExportAllDeclaration') return true;
  return node.type.startsWith('TS') && !('expression' in node);
}

function replace(node, text, kind) {
  return { start: node.start, end: node.end, text, kind };
}

function swapOperator(node, text) {
  const [from, to] = [node.left.end, node.right.start];
  const at = from + text.slice(from, to).indexOf(node.operator);
  const end = at + node.operator.length;
  return (swappedOperators[node.operator] ?? []).map((operator) => ({
    start: at,
    end,
    text: operator,
    kind: `${node.operator} to ${operator}`,
  }));
}

function mutateLiteral(node) {
  if (typeof node.value === 'boolean') return [replace(node, String(!node.value), 'flip boolean')];
  if (typeof node.value !== 'number') return [];
  return [replace(node, String(node.value + 1), 'one more'), replace(node, `(${node.value - 1})`, 'one less')];
}

function forceTest(test) {
  return [replace(test, 'true', 'test is true'), replace(test, 'false', 'test is false')];
}

function isUndefined(node) {
  return node.type === 'Identifier' && node.name === 'undefined';
}

/** `a?.b` becomes `a.b`, and `f?.()` becomes `f()`. */
function dropQuestionMark(node, from, text) {
  if (!node.optional) return [];
  const at = from + text.slice(from, node.end).indexOf('?.');
  const isCallOrIndex = /^\?\.\s*[[(]/.test(text.slice(at));
  return [{ start: at, end: at + 2, text: isCallOrIndex ? '' : '.', kind: 'drop ?.' }];
}

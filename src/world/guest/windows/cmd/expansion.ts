import { applyModifiers, areModifiers, type ModifierContext } from './path-modifiers.js';

/** What the expansion of variables needs to know of the session. */
export interface ExpansionContext extends ModifierContext {
  /** Value of a variable, computed ones such as CD included. */
  variable(name: string): string | undefined;
  /** Words of the running batch, its own name first; undefined outside a batch. */
  readonly parameters: readonly string[] | undefined;
  /** The running batch file, for `%~f0` and its like; undefined when %0 was shifted away. */
  readonly batchPath: string | undefined;
  /** Everything after the batch's name, as it was written. */
  readonly allParameters: string;
}

/** Values of `for` variables by their one-character names. */
export type ForVariables = ReadonlyMap<string, string>;

function substring(value: string, range: string): string {
  const [from = '', count] = range.split(',');
  const start = Math.trunc(Number(from.trim())) || 0;
  const first = start < 0 ? Math.max(0, value.length + start) : start;
  if (count === undefined) return value.slice(first);
  const length = Math.trunc(Number(count.trim())) || 0;
  return length < 0 ? value.slice(first, Math.max(first, value.length + length)) : value.slice(first, first + length);
}

function replaceAll(value: string, change: string): string {
  const equals = change.indexOf('=', 1);
  if (equals < 0) return value;
  const search = change.slice(0, equals);
  const replacement = change.slice(equals + 1);
  const lower = value.toLowerCase();
  if (search.startsWith('*')) {
    const found = search.slice(1).toLowerCase();
    const at = lower.indexOf(found);
    return at < 0 || found === '' ? value : replacement + value.slice(at + found.length);
  }
  let result = '';
  let at = 0;
  for (;;) {
    const next = lower.indexOf(search.toLowerCase(), at);
    if (next < 0) return result + value.slice(at);
    result += value.slice(at, next) + replacement;
    at = next + search.length;
  }
}

/** Applies `~1,2` or `a=b`, whatever follows the colon of a variable. */
function modified(value: string, operation: string): string {
  return operation.startsWith('~') ? substring(value, operation.slice(1)) : replaceAll(value, operation);
}

interface Expanded {
  readonly text: string;
  readonly end: number;
}

function parameterAt(line: string, at: number, context: ExpansionContext): Expanded | undefined {
  if (context.parameters === undefined) return undefined;
  const rest = line.slice(at + 1);
  if (rest.startsWith('*')) return { text: context.allParameters, end: at + 2 };
  const plain = /^\d/.exec(rest);
  if (plain !== null) return { text: context.parameters[Number(plain[0])] ?? '', end: at + 2 };
  const withModifiers = /^~((?:\$[^:%\s]+:|[a-z]*))(\d)/i.exec(rest);
  if (withModifiers === null) return undefined;
  const [whole, modifiers = '', digit = ''] = withModifiers;
  if (!areModifiers(modifiers)) return undefined;
  const isBatchName = digit === '0' && modifiers !== '';
  const value = (isBatchName ? context.batchPath : undefined) ?? context.parameters[Number(digit)] ?? '';
  return { text: applyModifiers(value, modifiers, context), end: at + 1 + whole.length };
}

function variableAt(line: string, at: number, mark: '%' | '!', context: ExpansionContext): Expanded | undefined {
  const end = line.indexOf(mark, at + 1);
  const colon = line.indexOf(':', at + 1);
  if (colon > at + 1 && (end < 0 || colon < end)) {
    const value = context.variable(line.slice(at + 1, colon));
    if (value !== undefined && end > colon + 1)
      return { text: modified(value, line.slice(colon + 1, end)), end: end + 1 };
    if (value === undefined && end > colon + 1 && context.parameters !== undefined) {
      return { text: mark === '%' ? line.slice(colon + 1, end) : '', end: end + 1 };
    }
  }
  if (end <= at + 1) return undefined;
  const value = context.variable(line.slice(at + 1, end));
  if (value !== undefined) return { text: value, end: end + 1 };
  return context.parameters === undefined ? undefined : { text: '', end: end + 1 };
}

/**
 * Replaces percent variables and parameters of a line. In a batch what is unknown becomes nothing and `%%` becomes
 * `%`; outside one what is unknown stays.
 */
export function expandPercent(line: string, context: ExpansionContext): string {
  const isBatch = context.parameters !== undefined;
  let result = '';
  let at = 0;
  for (;;) {
    const next = line.indexOf('%', at);
    if (next < 0) return result + line.slice(at);
    result += line.slice(at, next);
    if (isBatch && line[next + 1] === '%') {
      result += '%';
      at = next + 2;
      continue;
    }
    const expanded = parameterAt(line, next, context) ?? variableAt(line, next, '%', context);
    if (expanded !== undefined) result += expanded.text;
    else if (!isBatch) result += '%';
    at = expanded?.end ?? next + 1;
  }
}

/** Replaces `!` variables; a caret keeps the character after it. Text without `!` stays as it is. */
export function expandDelayed(text: string, context: ExpansionContext): string {
  if (!text.includes('!')) return text;
  let result = '';
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '^') {
      result += text.charAt(at + 1);
      at += 2;
    } else if (character === '!') {
      const expanded = variableAt(text, at, '!', context);
      result += expanded?.text ?? '';
      at = expanded?.end ?? at + 1;
    } else {
      result += character;
      at += 1;
    }
  }
  return result;
}

/** Replaces the variables of running `for` loops: `%a`, `%~nxa`. */
export function expandForVariables(text: string, variables: ForVariables, context: ModifierContext): string {
  if (variables.size === 0 || !text.includes('%')) return text;
  let result = '';
  let at = 0;
  for (;;) {
    const next = text.indexOf('%', at);
    if (next < 0) return result + text.slice(at);
    result += text.slice(at, next);
    const expanded = forVariableAt(text, next, variables, context);
    result += expanded?.text ?? '%';
    at = expanded?.end ?? next + 1;
  }
}

function forVariableAt(
  text: string,
  at: number,
  variables: ForVariables,
  context: ModifierContext,
): Expanded | undefined {
  if (text[at + 1] !== '~') {
    const name = String.fromCodePoint(text.codePointAt(at + 1) ?? 0);
    const value = variables.get(name);
    return value === undefined ? undefined : { text: value, end: at + 1 + name.length };
  }
  const path = /^\$[^:%\s]+:/.exec(text.slice(at + 2))?.[0];
  // The longest run of modifier letters that leaves the name of a known variable.
  let end = at + 2 + (path?.length ?? /^[fdpnxsatz]*/i.exec(text.slice(at + 2))?.[0].length ?? 0);
  for (; end >= at + 2; end -= 1) {
    const modifiers = text.slice(at + 2, end);
    const value = variables.get(text.charAt(end));
    if (value !== undefined && areModifiers(modifiers)) {
      return { text: applyModifiers(value, modifiers, context), end: end + 1 };
    }
  }
  return undefined;
}

import { CmdSyntaxError } from './command.js';

/** Options of `for /f`. */
export interface LineOptions {
  /** Lines that begin with it are left out. */
  readonly endOfLine: string;
  readonly skip: number;
  readonly delimiters: string;
  /** Numbers of the words wanted, from 1, in rising order. */
  readonly tokens: readonly number[];
  /** Is the rest of the line wanted after them? */
  readonly hasRest: boolean;
  readonly usesBackquotes: boolean;
}

const optionPattern =
  /^\s*(?:(usebackq)|eol=(.)|skip=(\d+)|tokens=([\d,*-]+)|delims=(.*?)(?=$|\s+(?:usebackq|eol=|skip=|tokens=)))/is;

function parseTokens(text: string): { tokens: number[]; hasRest: boolean } {
  const hasRest = text.endsWith('*');
  const numbers = new Set<number>();
  for (const part of text.replace(/\*$/, '').split(',')) {
    if (part === '') continue;
    const [from, to = from] = part.split('-').map(Number);
    if (from === undefined || to === undefined || !(from >= 1) || !(to >= from) || to > 31) {
      throw new CmdSyntaxError(`${text}" was unexpected at this time.`);
    }
    for (let number = from; number <= to; number += 1) numbers.add(number);
  }
  return { tokens: [...numbers].sort((left, right) => left - right), hasRest };
}

/** @throws CmdSyntaxError for options that do not exist. */
export function parseLineOptions(text: string): LineOptions {
  let rest = text.replace(/^"(.*)"$/s, '$1');
  let options: LineOptions = {
    endOfLine: ';',
    skip: 0,
    delimiters: ' \t',
    tokens: [1],
    hasRest: false,
    usesBackquotes: false,
  };
  while (rest.trim() !== '') {
    const match = optionPattern.exec(rest);
    if (match === null) throw new CmdSyntaxError(`${rest.trim()}" was unexpected at this time.`);
    const [whole, backquotes, endOfLine, skip, tokens, delimiters] = match;
    if (backquotes !== undefined) options = { ...options, usesBackquotes: true };
    else if (endOfLine !== undefined) options = { ...options, endOfLine };
    else if (skip !== undefined) options = { ...options, skip: Number(skip) };
    else if (tokens !== undefined) options = { ...options, ...parseTokens(tokens) };
    else if (delimiters !== undefined) options = { ...options, delimiters };
    rest = rest.slice(whole.length);
  }
  return options;
}

/** The words of a line that the options ask for; undefined for a line that the loop leaves out. */
export function lineTokens(line: string, options: LineOptions): string[] | undefined {
  if (line === '' || (options.endOfLine !== '' && line.startsWith(options.endOfLine))) return undefined;
  const isDelimiter = (character: string): boolean => options.delimiters.includes(character);
  const wanted = new Set(options.tokens);
  const last = Math.max(0, ...options.tokens);
  const found: string[] = [];
  let at = 0;
  let number = 0;
  const skipDelimiters = (): void => {
    while (at < line.length && isDelimiter(line.charAt(at))) at += 1;
  };
  skipDelimiters();
  if (at >= line.length) return undefined;
  while (number < last && at < line.length) {
    const start = at;
    while (at < line.length && !isDelimiter(line.charAt(at))) at += 1;
    number += 1;
    if (wanted.has(number)) found.push(line.slice(start, at));
    skipDelimiters();
  }
  if (found.length === 0 && !options.hasRest) return undefined;
  while (found.length < options.tokens.length) found.push('');
  if (options.hasRest) found.push(line.slice(at));
  return found;
}

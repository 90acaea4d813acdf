import { CostlyPattern, testTexts } from './costly-pattern.js';

/** Classes of POSIX, which Perl's regular expressions know and those of JavaScript do not. */
const posixClasses: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
};

/**
 * Which of the names a Perl-compatible regular expression finds itself in.
 * @returns undefined for a pattern that is no good, or that takes too long.
 */
export function matchingNames(pattern: string, names: readonly string[]): ReadonlySet<string> | undefined {
  const expression = expressionOf(pattern);
  if (expression === undefined) return undefined;
  try {
    const fits = testTexts([expression], names);
    return new Set(names.filter((_name, index) => fits[index]));
  } catch (error) {
    if (error instanceof CostlyPattern) return undefined;
    throw error;
  }
}

function expressionOf(pattern: string): RegExp | undefined {
  const [whole = '', flags = ''] = /^\(\?([ims]+)\)/u.exec(pattern) ?? [];
  const source = pattern
    .slice(whole.length)
    .replaceAll(/\\A/gu, '^')
    .replaceAll(/\\[zZ]/gu, '$')
    .replaceAll(/\(\?P</gu, '(?<')
    .replaceAll(/\[:(\w+):\]/gu, (text, name: string) => posixClasses[name] ?? text);
  try {
    return new RegExp(source, flags);
  } catch {
    // The only thing that goes wrong here is a pattern that cannot be read.
    return undefined;
  }
}

import { runInNewContext } from 'node:vm';

/** How long a pattern may take over one listing; one that takes longer would take for ever. */
const longestMatchMs = 1000;

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
 * @returns undefined for a pattern that is no good.
 */
export function matchingNames(pattern: string, names: readonly string[]): ReadonlySet<string> | undefined {
  const expression = expressionOf(pattern);
  if (expression === undefined) return undefined;
  try {
    // In a context of its own, since nothing else can stop an expression that tries for ever.
    const found: unknown = runInNewContext(
      'names.filter((name) => expression.test(name))',
      { names, expression },
      {
        timeout: longestMatchMs,
      },
    );
    return new Set(Array.isArray(found) ? found.map(String) : []);
  } catch (error) {
    if (isTimeout(error)) return undefined;
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

/** By its code alone: the error comes out of another context, so it is no Error of this one. */
function isTimeout(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wildcardMatcher, type WildcardRules } from '../../src/base/wildcards.js';

/** The same meaning as a regular expression, which is right but may try for ever. */
function expression(pattern: string, { ignoresCase, starExcludes, mayEndBefore }: WildcardRules): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/gu, String.raw`\$&`)
    .replaceAll(/\*+/gu, starExcludes === undefined ? '.*' : `[^${starExcludes}]*`)
    .replaceAll('?', '.');
  const rest = mayEndBefore === undefined ? '' : `(?:[${mayEndBefore}].*)?`;
  return new RegExp(`^${source}${rest}$`, ignoresCase ? 'isu' : 'su');
}

const rules: fc.Arbitrary<WildcardRules> = fc.record(
  { ignoresCase: fc.boolean(), starExcludes: fc.constant('.'), mayEndBefore: fc.constant('.') },
  { requiredKeys: ['ignoresCase'] },
);
const text = (letters: string, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...letters), maxLength });

describe('wildcards', () => {
  it('mean what the regular expression means', () => {
    fc.assert(
      fc.property(text('aAbkß.*?*?[\\😀', 6), text('aAbB\u212Aẞı.[\\\n😀', 8), rules, (pattern, name, chosen) => {
        expect(wildcardMatcher(pattern, chosen)(name)).toBe(expression(pattern, chosen).test(name));
      }),
      { numRuns: 2000 },
    );
  });

  it.each<readonly [pattern: string, name: string, fits: boolean]>([
    ['k', '\u212A', true],
    ['?', '😀', true],
    ['', '', true],
    ['', 'a', false],
    ['a*b*', 'xab', false],
  ])('%s against %s: %s', (pattern, name, fits) => {
    expect(wildcardMatcher(pattern, { ignoresCase: true })(name)).toBe(fits);
  });

  it('answer at once for a pattern of many stars', () => {
    const pattern = `${'a*'.repeat(30)}b`;
    expect(wildcardMatcher(pattern, { ignoresCase: true })('a'.repeat(200))).toBe(false);
    expect(wildcardMatcher(pattern, { ignoresCase: true })(`${'a'.repeat(200)}B`)).toBe(true);
  });
});

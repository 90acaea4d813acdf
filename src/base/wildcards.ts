/** How a pattern of wildcards is read. */
export interface WildcardRules {
  readonly ignoresCase: boolean;
  /** A character that `*` does not stand for. */
  readonly starExcludes?: string;
  /** A character before which the name may end as far as the pattern goes; what follows may be anything. */
  readonly mayEndBefore?: string;
}

type CharacterTest = (character: string) => boolean;

/**
 * Tests whole names against a pattern of `*` (any characters or none) and `?` (one character). Takes at most as many
 * steps as the lengths of pattern and name multiplied, whatever the pattern: it comes from a guest or a client, and a
 * regular expression made of it could try for ever.
 */
export function wildcardMatcher(pattern: string, rules: WildcardRules): (name: string) => boolean {
  const steps = [...pattern.replaceAll(/\*+/gu, '*')];
  const tests = steps.map((step) => characterTest(step, rules));
  const reach = (places: Set<number>, place: number): void => {
    places.add(place);
    // A star may stand for nothing.
    if (steps[place] === '*') places.add(place + 1);
  };
  return (name) => {
    // Places in the pattern at which a reading of the name so far may be.
    let places = new Set<number>();
    reach(places, 0);
    for (const character of name) {
      if (character === rules.mayEndBefore && places.has(steps.length)) return true;
      const next = new Set<number>();
      for (const place of places) {
        if (tests[place]?.(character) === true) reach(next, steps[place] === '*' ? place : place + 1);
      }
      places = next;
    }
    return places.has(steps.length);
  };
}

function characterTest(step: string, { ignoresCase, starExcludes }: WildcardRules): CharacterTest {
  if (step === '*') return (character) => character !== starExcludes;
  if (step === '?') return () => true;
  if (!ignoresCase) return (character) => character === step;
  // Unicode's case folding of one character, which neither lower nor upper case is: `K` is also the Kelvin sign.
  const folded = new RegExp(`^${step.replace(/[.+^${}()|[\]\\]/u, String.raw`\$&`)}$`, 'iu');
  return (character) => character === step || folded.test(character);
}

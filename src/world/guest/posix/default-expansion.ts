import type { SimpleCommandNode } from './just-bash-types.js';

type Word = NonNullable<SimpleCommandNode['name']>;
type Part = Word['parts'][number];
type Expansion = Extract<Part, { type: 'ParameterExpansion' }>;
type Asking = Extract<
  NonNullable<Expansion['operation']>,
  { type: 'DefaultValue' | 'UseAlternative' | 'AssignDefault' }
>;

/** `"$@"` and arrays give several words, which only the library's own way keeps apart. */
const severalWords = /"parameter":"(?:[@*]|[^"]*\[[@*]\])"/u;

/**
 * Mends a word that is nothing but `"${X:-...}"` or its like, in place. With `set -u` the library refuses it where X is
 * not set, but not where its quotes have more inside: nothing is added to them. `${a[@]+"${a[@]}"}` and `${1+"$@"}`
 * would give one word: they become what they mean, `"${a[@]}"` and `"$@"`.
 */
export function rewriteDefault(word: Word): void {
  const [part, ...more] = word.parts;
  if (part === undefined || more.length > 0) return;
  const [expansion, ...others] = part.type === 'DoubleQuoted' ? part.parts : [part];
  if (expansion?.type !== 'ParameterExpansion' || others.length > 0 || !isAsking(expansion.operation)) return;
  const list = listOf(expansion, expansion.operation);
  if (list !== undefined) word.parts = [list];
  else if (part.type === 'DoubleQuoted' && !severalWords.test(JSON.stringify(expansion))) {
    part.parts = [expansion, { type: 'Literal', value: '' }];
  }
}

function isAsking(operation: Expansion['operation']): operation is Asking {
  return /^(?:DefaultValue|UseAlternative|AssignDefault)$/u.test(operation?.type ?? '');
}

/** The `"$@"` of `${1+"$@"}` and the like; otherwise undefined. */
function listOf({ parameter }: Expansion, { type, word }: Asking): Part | undefined {
  const [quoted, ...more] = word.parts;
  if (type !== 'UseAlternative' || quoted?.type !== 'DoubleQuoted' || more.length > 0) return undefined;
  const [list, ...others] = quoted.parts;
  if (list?.type !== 'ParameterExpansion' || list.operation !== null || others.length > 0) return undefined;
  const isArray = list.parameter === parameter && parameter.endsWith('[@]');
  const isOfScript = list.parameter === '@' && (parameter === '@' || parameter === '1');
  return isArray || isOfScript ? quoted : undefined;
}

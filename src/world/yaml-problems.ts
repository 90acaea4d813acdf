import { isAlias, isNode, isPair, isScalar, visit, type Document, type Node, type Pair } from 'yaml';

/** Something that is wrong with a node of a YAML text. */
export interface YamlProblem {
  readonly node: Node;
  readonly message: string;
}

/** Aliases that lead nowhere, or back into what they stand in. */
export function aliasProblems(document: Document): readonly YamlProblem[] {
  const problems: YamlProblem[] = [];
  visit(document, {
    Alias(_key, node, path) {
      const target = node.resolve(document);
      if (target === undefined) {
        problems.push({ node, message: `the alias *${node.source} has no anchor &${node.source} before it` });
      } else if (path.some((parent) => parent === target)) {
        problems.push({ node, message: `the alias *${node.source} stands inside its own anchor` });
      }
    },
  });
  return problems;
}

/** The last alias of a document: where a text that grows by aliases has become too big. */
export function lastAlias(document: Document): Node | undefined {
  let last: Node | undefined;
  visit(document, {
    Alias(_key, node) {
      if (isAlias(node)) last = node;
    },
  });
  return last;
}

/**
 * Gives the modes of files the number that people mean: YAML itself reads `0755` as 755. One without a leading 0 is
 * refused, since it is nearly always an octal number too.
 */
export function readModes(document: Document): readonly YamlProblem[] {
  const problems: YamlProblem[] = [];
  visit(document, {
    Pair(_key, pair, path) {
      const { value } = pair;
      if (!isFileMode(pair, path) || !isScalar(value) || typeof value.value !== 'number') return;
      const source = value.source ?? '';
      if (/^0[0-7]*$/u.test(source)) value.value = Number.parseInt(source, 8);
      else if (/^0\d+$/u.test(source)) problems.push({ node: value, message: `'${source}' is not an octal number` });
      else if (/^\d+$/u.test(source)) {
        problems.push({ node: value, message: `write the mode in octal, like 0o644; '${source}' is decimal` });
      }
    },
  });
  return problems;
}

/** Whether a pair is the `mode` of an entry of `files`. */
function isFileMode(pair: Pair, path: readonly unknown[]): boolean {
  return keyOf(pair) === 'mode' && keyOf(path.at(-3)) === 'files';
}

function keyOf(pair: unknown): unknown {
  if (!isPair(pair)) return undefined;
  return isNode(pair.key) && isScalar(pair.key) ? pair.key.value : pair.key;
}

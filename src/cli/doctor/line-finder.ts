import { isNode, LineCounter, parseDocument } from 'yaml';

/** The line of an entry, from 1, by the keys that lead to it; that of the nearest one above where it is not there. */
export type LineFinder = (keys: readonly string[]) => number;

/** Finds the lines of entries of JSON. JSON is YAML, whose parser keeps the places that `JSON.parse` forgets. */
export function lineFinder(text: string): LineFinder {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  return (keys) => {
    for (let depth = keys.length; depth > 0; depth -= 1) {
      const node: unknown = document.getIn(keys.slice(0, depth), true);
      const offset = isNode(node) ? node.range?.[0] : undefined;
      if (offset !== undefined) return lineCounter.linePos(offset).line;
    }
    return 1;
  };
}

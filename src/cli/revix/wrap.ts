/** Width of help texts in columns. */
const helpWidth = 80;

/**
 * Breaks a text into lines between its words.
 * @param indent columns before each line.
 */
export function wrap(text: string, indent = 0): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= helpWidth) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${' '.repeat(indent)}${word}`);
  }
  return lines;
}

/** Two columns: a name, and beside it (or below, where it is long) a text. */
export function twoColumns(rows: readonly (readonly [name: string, text: string])[], most = 26): string[] {
  const width = Math.min(most, Math.max(0, ...rows.map(([name]) => name.length + 4)));
  return rows.flatMap(([name, text]) => {
    const left = `  ${name}`;
    const lines = wrap(text, width);
    if (left.length + 2 > width) return [left, ...lines];
    const [first = '', ...more] = lines;
    return [`${left.padEnd(width)}${first.slice(width)}`, ...more];
  });
}

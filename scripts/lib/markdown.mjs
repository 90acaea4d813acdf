/** A piece of code in a line. */
export const code = (text) => `\`${text}\``;

/** A table of cells that are Markdown already. */
export function table(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Title of a column and its width; the last column has none. */
type Column = readonly [title: string, width?: number];

/** A header with a count, and a table below it where there is anything to show. */
export function tableText(header: string, columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(columns[index]?.[1] ?? 0))
      .join('')
      .trimEnd();
  const titles = rows.length === 0 ? [] : [line(columns.map(([title]) => title))];
  return [`${header}: ${rows.length}`, ...titles, ...rows.map(line), ''].join('\n');
}

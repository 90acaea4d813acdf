import type { HandleDumpLine } from './handle-table.js';

/** The live handles as text, one line each, for programs that print it: what is left at the end has leaked. */
export function handleLines(lines: readonly HandleDumpLine[]): string {
  return lines.map((line) => `${describe(line)}\n`).join('');
}

function describe({ handle, kind, refs, call, owner, ageSeconds }: HandleDumpLine): string {
  const references = `${refs} ${refs === 1 ? 'reference' : 'references'}`;
  const of = owner === null ? '' : `, of host ${owner}`;
  return `${handle}: ${kind}, ${references}, made by ${call} ${ageSeconds} s ago${of}`;
}

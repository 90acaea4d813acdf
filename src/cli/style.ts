import type { Terminal } from './terminal.js';

/** Ways to make text stand out. */
export type Look = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

const codes: Readonly<Record<Look, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
};

/** Gives a text a look, or leaves it as it is. */
export type Style = (look: Look, text: string) => string;

/** Looks for one stream: only where a person sees them, and has not asked for none by NO_COLOR. */
export function styleFor(terminal: Terminal, stream: 'stdout' | 'stderr'): Style {
  const isPlain = (terminal.env['NO_COLOR'] ?? '') !== '' || terminal.env['TERM'] === 'dumb';
  if (isPlain || !terminal.isPerson(stream)) return (_look, text) => text;
  return (look, text) => `\u001b[${codes[look][0]}m${text}\u001b[${codes[look][1]}m`;
}

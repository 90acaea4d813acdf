import type { Terminal } from '../terminal.js';

/** Below this a display would only flicker, in milliseconds. */
const showAfterMs = 1000;
const barWidth = 24;

/** A line on stderr that shows how far an operation is: for a person at a terminal, and never otherwise. */
export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  #startMs: number | undefined;
  #shown = '';

  /** @param now time in milliseconds. */
  constructor(terminal: Terminal, now: () => number) {
    this.#terminal = terminal;
    this.#now = now;
  }

  /** @param fraction 0 to 1; 1 takes the line away. */
  show(what: string, fraction: number): void {
    if (!this.#terminal.isPerson('stderr')) return;
    if (fraction >= 1) {
      this.#draw('');
      return;
    }
    this.#startMs ??= this.#now();
    const elapsedMs = this.#now() - this.#startMs;
    if (elapsedMs >= showAfterMs) this.#draw(this.#line(what, fraction, elapsedMs));
  }

  #line(what: string, fraction: number, elapsedMs: number): string {
    const filled = Math.round(fraction * barWidth);
    const bar = `${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}`;
    const leftS = fraction > 0 ? Math.ceil((elapsedMs / fraction - elapsedMs) / 1000) : undefined;
    const percent = `${Math.floor(fraction * 100)}`.padStart(3);
    const end = ` [${bar}] ${percent} %${leftS === undefined ? '' : `  ${leftS} s left`}`;
    const room = Math.max(8, this.#terminal.columns - end.length - 1);
    return shortened(what, room) + end;
  }

  #draw(line: string): void {
    if (line === this.#shown) return;
    // Back to the start of the line, and clear it.
    this.#terminal.write('stderr', `\r\x1b[K${line}`);
    this.#shown = line;
  }
}

/** The end of a path tells more than its beginning. */
function shortened(text: string, width: number): string {
  const visible = text.replaceAll(/\p{Cc}/gu, '?');
  return visible.length <= width ? visible : `...${visible.slice(visible.length - width + 3)}`;
}

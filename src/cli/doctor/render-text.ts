import type { Look, Style } from '../style.js';
import type { CheckStatus } from './check.js';
import { type CheckReport, type DoctorReport, type SectionName, sections } from './report.js';

/** How a status is shown: always in words, and to people with a sign and a colour beside them. */
const shows: Readonly<Record<CheckStatus, { readonly sign: string; readonly look: Look }>> = {
  green: { sign: '\u2714', look: 'green' },
  yellow: { sign: '!', look: 'yellow' },
  red: { sign: '\u2718', look: 'red' },
  skipped: { sign: '-', look: 'dim' },
};

/** How a report is laid out. */
export interface Layout {
  readonly style: Style;
  /** Show signs beside the words. */
  readonly hasSigns: boolean;
  /** Width to break lines at; Infinity: none. */
  readonly columns: number;
  /** Sections whose details are left out where all is well. */
  readonly brief: ReadonlySet<SectionName>;
}

const titleWidth = 17;
const statusWidth = 8;

/** Prints checks one by one, with the title of each section before its first. */
export class TextReport {
  readonly #layout: Layout;
  #section: SectionName | undefined;
  /** Checks that were skipped for one reason, which are shown together. */
  #skipped: CheckReport[] = [];

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** The lines of one check; they may come with those of the next one. */
  check(report: CheckReport): string {
    const [first] = this.#skipped;
    const isAlike =
      report.status === 'skipped' &&
      (first === undefined || (first.text === report.text && first.section === report.section));
    const before = isAlike ? '' : this.#takeSkipped();
    if (report.status === 'skipped') {
      this.#skipped.push(report);
      return before;
    }
    return before + this.#shown(report);
  }

  #takeSkipped(): string {
    const [first] = this.#skipped;
    if (first === undefined) return '';
    const title = this.#skipped.map((each) => each.title).join(', ');
    this.#skipped = [];
    return this.#shown({ ...first, title });
  }

  #shown(report: CheckReport): string {
    const { style } = this.#layout;
    const heading = this.#section === report.section ? [] : ['', style('bold', sections[report.section])];
    this.#section = report.section;
    return [...heading, ...this.#lines(report), ''].join('\n');
  }

  /** The lines at the end. @param hints what else could be looked at when nothing is red. */
  end({ counts, checks }: DoctorReport, hints: readonly string[]): string {
    const { style } = this.#layout;
    const counted = (['green', 'yellow', 'red', 'skipped'] as const)
      .filter((status) => counts[status] > 0)
      .map((status) => style(shows[status].look, `${counts[status]} ${status}`));
    const first = checks.find(({ status }) => status === 'red');
    const advice =
      first === undefined ? hints : [`Begin with "${first.title}" (${first.id}): what comes after may rest on it.`];
    return [this.#takeSkipped(), `${counted.join(', ')}.`, ...advice, ''].join('\n');
  }

  #lines({ status, title, text, next, details, id, section }: CheckReport): readonly string[] {
    const { style, hasSigns, brief } = this.#layout;
    const { sign, look } = shows[status];
    const word = style(look, status.padEnd(statusWidth));
    const left = `  ${hasSigns ? `${style(look, sign)} ` : ''}${word}`;
    const indent = 2 + (hasSigns ? 2 : 0) + statusWidth;
    const margin = ' '.repeat(indent);
    if (status === 'skipped') {
      const [first = '', ...more] = this.#wrapped(`${title}: ${text}`, indent);
      return [`${left}${style('dim', first)}`, ...more.map((line) => `${margin}${style('dim', line)}`)];
    }
    const textIndent = indent + titleWidth + 1;
    const [firstLine = '', ...more] = this.#wrapped(text, textIndent);
    return [
      `${left}${title.padEnd(titleWidth)} ${firstLine}`,
      ...more.map((line) => `${' '.repeat(textIndent)}${line}`),
      ...(next === null
        ? []
        : [`${margin}${style('dim', id)}`, ...this.#hanging(style('bold', 'Next:'), next, indent)]),
      ...(status === 'green' && brief.has(section) ? [] : details.map((line) => `${margin}${line}`)),
    ];
  }

  #hanging(label: string, text: string, indent: number): readonly string[] {
    const [first = '', ...more] = this.#wrapped(text, indent + 6);
    return [`${' '.repeat(indent)}${label} ${first}`, ...more.map((line) => `${' '.repeat(indent + 6)}${line}`)];
  }

  #wrapped(text: string, indent: number): readonly string[] {
    const width = Math.max(20, this.#layout.columns - indent);
    const lines: string[] = [];
    for (const word of text.split(/\s+/)) {
      const last = lines.at(-1);
      if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
    }
    return lines;
  }
}

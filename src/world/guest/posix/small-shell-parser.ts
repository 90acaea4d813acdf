/** A piece of a word: text, or a variable to be put in. */
export type WordPart =
  | { readonly text: string; readonly isQuoted: boolean }
  | { readonly variable: string; readonly isQuoted: boolean };

export type Word = readonly WordPart[];

export interface Redirection {
  readonly stream: 'stdin' | 'stdout' | 'stderr';
  readonly how: 'read' | 'write' | 'append' | 'merge';
  /** As written, with the number of the stream. */
  readonly operator: string;
  /** A file; for `merge` the other stream's number. */
  readonly target: Word;
}

export interface SimpleCommand {
  /** When it runs, by the command before it. */
  readonly when: 'always' | 'success' | 'failure';
  /** Followed by `&`. */
  readonly isBackground: boolean;
  readonly assignments: readonly { readonly name: string; readonly value: Word }[];
  readonly words: readonly Word[];
  readonly redirections: readonly Redirection[];
}

/** Shell text that the small shell does not understand. */
export class UnsupportedSyntax extends Error {}

/** Shell text that no shell understands. */
export class ShellSyntaxError extends Error {}

const reserved = new Set([
  'if',
  'then',
  'else',
  'elif',
  'fi',
  'for',
  'while',
  'until',
  'do',
  'done',
  'case',
  'esac',
  'function',
  '{',
  '}',
  '!',
  '[[',
]);

/**
 * Parses shell text: simple commands, `;`, `&`, `&&`, `||`, redirections, quotes, variables, comments.
 * @throws UnsupportedSyntax naming what only the full shell has; ShellSyntaxError.
 */
export function parseScript(text: string): readonly SimpleCommand[] {
  return new Parser(text).script();
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.replaceAll('\\\n', '');
  }

  script(): readonly SimpleCommand[] {
    const commands: SimpleCommand[] = [];
    let when: SimpleCommand['when'] = 'always';
    while ((this.#skipBlank(), this.#at < this.#text.length)) {
      const command = this.#command(when);
      const isEmpty = command.words.length + command.assignments.length + command.redirections.length === 0;
      const next = this.#separator();
      if (isEmpty && (next === '&&' || next === '||' || next === '&')) throw unexpected(next);
      if (next === '&' && when !== 'always') throw new UnsupportedSyntax('lists of commands in the background ("&")');
      if (!isEmpty) commands.push({ ...command, isBackground: next === '&' });
      if (isEmpty && next === ';' && this.#text.charAt(this.#at - 1) === ';' && commands.length === 0)
        throw unexpected(';');
      when = next === '&&' ? 'success' : next === '||' ? 'failure' : 'always';
    }
    return commands;
  }

  #separator(): string {
    const two = this.#text.slice(this.#at, this.#at + 2);
    if (two === '&&' || two === '||') {
      this.#at += 2;
      return two;
    }
    const one = this.#text.charAt(this.#at);
    if (one === '|') throw new UnsupportedSyntax('pipes ("|")');
    if (one === '(' || one === ')') throw new UnsupportedSyntax('subshells and functions ("(")');
    this.#at += 1;
    return one;
  }

  #command(when: SimpleCommand['when']): SimpleCommand {
    const assignments: { readonly name: string; readonly value: Word }[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      this.#skipBlank();
      if (this.#at >= this.#text.length || /[;\n&|()]/u.test(this.#text.charAt(this.#at))) {
        if (!this.#text.startsWith('&>', this.#at)) break;
      }
      const redirection = this.#redirection();
      if (redirection !== undefined) {
        redirections.push(redirection);
        continue;
      }
      const word = this.#word();
      const assignment = words.length === 0 ? assignmentOf(word) : undefined;
      if (assignment === undefined) {
        const [only] = word;
        if (
          words.length === 0 &&
          word.length === 1 &&
          only !== undefined &&
          'text' in only &&
          !only.isQuoted &&
          reserved.has(only.text)
        ) {
          throw new UnsupportedSyntax(`"${only.text}"`);
        }
        words.push(word);
      } else assignments.push(assignment);
    }
    return { when, isBackground: false, assignments, words, redirections };
  }

  #redirection(): Redirection | undefined {
    const [all, both, digit, operator] = /^(?:(&>)|(\d?)(>>|>&|>\||>|<<|<))/u.exec(this.#text.slice(this.#at)) ?? [];
    if (all === undefined) return undefined;
    if (both !== undefined) throw new UnsupportedSyntax('"&>"');
    if (operator === '<<') throw new UnsupportedSyntax('here-documents ("<<")');
    this.#at += all.length;
    this.#skipBlank();
    const target = this.#word();
    if (target.length === 0) throw unexpected('newline');
    if (operator === '<') return { stream: 'stdin', how: 'read', operator: all, target };
    const stream = digit === '2' ? 'stderr' : 'stdout';
    return { stream, how: operator === '>>' ? 'append' : operator === '>&' ? 'merge' : 'write', operator: all, target };
  }

  #word(): Word {
    const parts: WordPart[] = [];
    while (this.#at < this.#text.length) {
      const char = this.#text.charAt(this.#at);
      if (/[\s;&|<>()]/u.test(char)) break;
      this.#at += 1;
      if (char === "'") parts.push({ text: this.#until("'"), isQuoted: true });
      else if (char === '"') parts.push(...this.#doubleQuoted());
      else if (char === '\\') parts.push({ text: this.#take(), isQuoted: true });
      else if (char === '$') parts.push(this.#variable(false));
      else if (char === '`') throw new UnsupportedSyntax('command substitution ("`")');
      else parts.push({ text: char + this.#plainRun(), isQuoted: false });
    }
    return parts;
  }

  #doubleQuoted(): WordPart[] {
    const parts: WordPart[] = [{ text: '', isQuoted: true }];
    for (;;) {
      if (this.#at >= this.#text.length) throw new ShellSyntaxError('unexpected end of file while looking for "');
      const char = this.#take();
      if (char === '"') return parts;
      if (char === '`') throw new UnsupportedSyntax('command substitution ("`")');
      if (char === '$') parts.push(this.#variable(true));
      else if (char === '\\' && '"\\$`'.includes(this.#text.charAt(this.#at)))
        parts.push({ text: this.#take(), isQuoted: true });
      else parts.push({ text: char, isQuoted: true });
    }
  }

  #variable(isQuoted: boolean): WordPart {
    const rest = this.#text.slice(this.#at);
    if (rest.startsWith('(')) throw new UnsupportedSyntax('command substitution ("$(")');
    const [all, braced, plain] = /^(?:\{(\w+|[?#@*$!])\}|(\w+|[?#@*$!]))/u.exec(rest) ?? [];
    if (all === undefined) {
      if (rest.startsWith('{')) throw new UnsupportedSyntax('"${...}" with operators');
      return { text: '$', isQuoted };
    }
    // Without braces, a positional parameter has one digit.
    const name = braced ?? (/^\d/u.test(plain ?? '') ? (plain ?? '').slice(0, 1) : (plain ?? ''));
    this.#at += braced === undefined ? name.length : all.length;
    return { variable: name, isQuoted };
  }

  #plainRun(): string {
    const [run = ''] = /^[^\s;&|<>()'"\\$`]*/u.exec(this.#text.slice(this.#at)) ?? [];
    this.#at += run.length;
    return run;
  }

  #until(quote: string): string {
    const end = this.#text.indexOf(quote, this.#at);
    if (end < 0) throw new ShellSyntaxError(`unexpected end of file while looking for ${quote}`);
    const text = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return text;
  }

  #take(): string {
    const char = this.#text.charAt(this.#at);
    this.#at += 1;
    return char;
  }

  /** Goes over blanks and, where a word could begin, a comment. */
  #skipBlank(): void {
    const [blank = ''] = /^[ \t\r]*(?:#[^\n]*)?/u.exec(this.#text.slice(this.#at)) ?? [];
    this.#at += blank.length;
  }
}

function assignmentOf(word: Word): { readonly name: string; readonly value: Word } | undefined {
  const [first, ...rest] = word;
  if (first === undefined || !('text' in first) || first.isQuoted) return undefined;
  const [all, name] = /^([A-Za-z_]\w*)=/u.exec(first.text) ?? [];
  if (all === undefined || name === undefined) return undefined;
  return { name, value: [{ text: first.text.slice(all.length), isQuoted: false }, ...rest] };
}

function unexpected(token: string): ShellSyntaxError {
  return new ShellSyntaxError(`syntax error near unexpected token \`${token}'`);
}

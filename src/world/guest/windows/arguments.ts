/**
 * Splits a command line into words as Windows programs do: blanks part words, double quotes keep blanks, a doubled
 * quote inside quotes and a backslash before a quote make a quote, other backslashes stand for themselves.
 */
export function splitArguments(commandLine: string): string[] {
  const words: string[] = [];
  let at = 0;
  while (at < commandLine.length) {
    while (commandLine[at] === ' ' || commandLine[at] === '\t') at += 1;
    if (at >= commandLine.length) break;
    const [word, next] = readWord(commandLine, at);
    words.push(word);
    at = next;
  }
  return words;
}

function readWord(text: string, start: number): [word: string, next: number] {
  let word = '';
  let isQuoted = false;
  let at = start;
  while (at < text.length) {
    const character = text.charAt(at);
    if (!isQuoted && (character === ' ' || character === '\t')) break;
    if (character === '\\') {
      let end = at;
      while (text[end] === '\\') end += 1;
      const count = end - at;
      if (text[end] === '"') {
        word += '\\'.repeat(Math.floor(count / 2));
        if (count % 2 === 1) {
          word += '"';
          end += 1;
        }
      } else {
        word += '\\'.repeat(count);
      }
      at = end;
    } else if (character === '"') {
      if (isQuoted && text[at + 1] === '"') {
        word += '"';
        at += 1;
      } else {
        isQuoted = !isQuoted;
      }
      at += 1;
    } else {
      word += character;
      at += 1;
    }
  }
  return [word, at];
}

/** Switches (`/x`) and other words of a command line, in their order. */
export interface SwitchedArguments {
  /** Without the slash, in lower case: `/T:30` is `t:30`. */
  readonly switches: readonly string[];
  readonly words: readonly string[];
}

/** Tells switches from words; for programs whose switches take no separate value. */
export function splitSwitches(commandLine: string): SwitchedArguments {
  const all = splitArguments(commandLine);
  return {
    switches: all.filter((word) => word.startsWith('/')).map((word) => word.slice(1).toLowerCase()),
    words: all.filter((word) => !word.startsWith('/')),
  };
}

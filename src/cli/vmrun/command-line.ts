/** Whether a guest path is one of a Windows guest. */
function isWindowsPath(path: string): boolean {
  return /^"?(?:[A-Za-z]:[\\/]|\\\\)/.test(path);
}

/**
 * The one command line that a guest program gets, out of the words of the caller.
 *
 * A single word is passed on as it is: callers put whole command lines into it (`"/c dir > C:\x"`). Of several words,
 * each that would not arrive as one word is quoted in the guest's way; redirections and variables stay what they are,
 * since Tools starts POSIX programs through a shell and scripts rely on that.
 *
 * @param program path of the program, which tells the family of the guest.
 */
export function commandLine(program: string, words: readonly string[]): string {
  if (words.length <= 1) return words[0] ?? '';
  return words.map(isWindowsPath(program) ? windowsWord : posixWord).join(' ');
}

function posixWord(word: string): string {
  return word !== '' && !/[\s'"\\]/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** As the C runtime of Windows takes a command line apart: backslashes count before a quote only. */
function windowsWord(word: string): string {
  if (word !== '' && !/[\s"]/.test(word)) return word;
  const escaped = word.replace(/(\\*)"/g, String.raw`$1$1\"`).replace(/(\\+)$/, '$1$1');
  return `"${escaped}"`;
}

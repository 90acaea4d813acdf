/** Commands of the library that know options only one by one, with the letters that take a value. */
export const joinedValues: Readonly<Record<string, string>> = {
  awk: 'Fvf',
  du: '',
  paste: 'd',
  sort: 'kotST',
  xargs: 'EILPdns',
};

/** The arguments of such a command as the library understands them. */
export function optionsForLibrary(name: string, args: readonly string[], lettersWithValue: string): string[] {
  if (name === 'awk') {
    const at = operandsAt(args, lettersWithValue);
    const isInFile = args.slice(0, at).some((arg) => arg.startsWith('-f'));
    return args.map((arg, index) => (index === at && !isInFile ? awkForLibrary(arg) : arg));
  }
  const split = splitOptions(args, lettersWithValue);
  // It counts in kibibytes anyway.
  if (name === 'du') return split.filter((arg) => arg !== '-k');
  if (name === 'paste') return split.length === operandsAt(split, lettersWithValue) ? [...split, '-'] : split;
  // With -I, xargs takes whole lines, and the library's takes words.
  const isByLine = name === 'xargs' && split.includes('-I') && !split.includes('-d') && !split.includes('-0');
  return isByLine ? ['-d', '\n', ...split] : split;
}

/** The options before the first operand one by one: `-sd,` is `-s -d ,`. */
function splitOptions(args: readonly string[], lettersWithValue: string): string[] {
  const split: string[] = [];
  for (const [at, arg] of args.entries()) {
    if (!/^-[^-]/u.test(arg)) return [...split, ...args.slice(at)];
    for (let index = 1; index < arg.length; index += 1) {
      const letter = arg.charAt(index);
      split.push(`-${letter}`);
      if (!lettersWithValue.includes(letter)) continue;
      const value = arg.slice(index + 1);
      if (value !== '') split.push(value);
      else return [...split, ...args.slice(at + 1, at + 2), ...splitOptions(args.slice(at + 2), lettersWithValue)];
      break;
    }
  }
  return split;
}

function operandsAt(args: readonly string[], lettersWithValue: string): number {
  let at = 0;
  for (let arg = args[0] ?? ''; /^-[^-]/u.test(arg); arg = args[at] ?? '') {
    at += arg.length === 2 && lettersWithValue.includes(arg.charAt(1)) ? 2 : 1;
  }
  return at;
}

/** The library reads `length > 2` as a call, and makes no element where a statement only names it, as `{ seen[$1] }`. */
function awkForLibrary(program: string): string {
  return program
    .replaceAll(/"(?:\\.|[^"\\])*"|\blength\b(?!\s*\()/gu, (found) => (found === 'length' ? 'length($0)' : found))
    .replaceAll(/(?<=[{;\n]\s*)([A-Za-z_]\w*\[[^[\]{};=+\n-]+\])(?=\s*[;}\n])/gu, '$1=$1');
}

/** The library prints a line too many for the text of `a\text` in one line. */
export function sedForLibrary(args: readonly string[]): string[] {
  return args.map((arg) => arg.replace(/^((?:\d+|\$|\/(?:[^/\\]|\\.)*\/)?\s*[aic])\\(?=[^\n\\])/u, '$1 '));
}

/** What `sed -i.bak` asks for beside the change itself, which is all that the library does. */
export interface SedBackup {
  /** What is put behind the names of the files, or in place of `*`; undefined: no copies. */
  readonly suffix: string | undefined;
  readonly files: readonly string[];
}

/** Reads the arguments of `sed` as far as copies are concerned. */
export function sedBackup(args: readonly string[]): SedBackup {
  let suffix: string | undefined;
  let hasScript = false;
  const operands: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    const [, given] = /^(?:-[Enrsuz]*i|--in-place=)(.+)$/u.exec(word) ?? [];
    if (given !== undefined) suffix = given;
    else if (/^-[Enrsuzi]*[ef]$|^--(?:expression|file)$/u.test(word)) {
      hasScript = true;
      at += 1;
    } else if (/^--(?:expression|file)=/u.test(word)) hasScript = true;
    else if (!word.startsWith('-')) operands.push(word);
  }
  return { suffix, files: hasScript ? operands : operands.slice(1) };
}

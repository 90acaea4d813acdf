/** What a shell was called to do. */
export interface ShellInvocation {
  /** Text of `-c`; undefined: see `file`. */
  readonly script: string | undefined;
  /** Script file as given; undefined without `-c`: the script comes from stdin. */
  readonly file: string | undefined;
  /** `$0`. */
  readonly name: string;
  /** `$1` and on. */
  readonly positional: readonly string[];
  /** Commands that set what the options ask for, such as `set -e`. */
  readonly prelude: string;
}

const settable = 'aefnuvx';

/** Reads the arguments of `sh`: `[-eux] [-o option] [-c script [name]] [file] [argument ...]`. */
export function parseInvocation(words: readonly string[], shellName: string): ShellInvocation {
  const settings: string[] = [];
  let isCommand = false;
  let isStdin = false;
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') {
      at += 1;
      break;
    }
    if (word.startsWith('--')) continue;
    if (!/^[-+]./u.test(word)) break;
    for (const letter of word.slice(1)) {
      if (letter === 'c') isCommand = true;
      else if (letter === 's') isStdin = true;
      else if (letter === 'o') settings.push(`set ${word.charAt(0)}o ${words[(at += 1)] ?? ''}\n`);
      else if (settable.includes(letter)) settings.push(`set ${word.charAt(0)}${letter}\n`);
    }
  }
  const operands = words.slice(at);
  const prelude = settings.join('');
  if (isCommand) {
    const [script = '', name = shellName, ...positional] = operands;
    return { script, file: undefined, name, positional, prelude };
  }
  const [file, ...positional] = operands;
  if (file === undefined || isStdin) {
    return { script: undefined, file: undefined, name: shellName, positional: operands, prelude };
  }
  return { script: undefined, file, name: file, positional, prelude };
}

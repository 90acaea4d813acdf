import type { GuestProgram } from '../../program.js';
import { splitArguments } from '../arguments.js';
import { systemMessageOf } from '../system-messages.js';
import { decodeText, splitLines } from '../text.js';
import { printErrorLine, printLine, programPath } from './program-output.js';
import { textInputs } from './text-input.js';

/** `find [/v] [/c] [/n] [/i] "text" [files]`. Exit code 0: found, 1: not found, 2: written wrongly. */
export const find: GuestProgram = async (context) => {
  const quoted = /"((?:[^"]|"")*)"/.exec(context.arguments);
  const before = splitArguments(context.arguments.slice(0, quoted?.index ?? 0));
  const after = splitArguments(quoted === null ? '' : context.arguments.slice(quoted.index + quoted[0].length));
  const others = [...before, ...after];
  const switches = new Set(others.filter((word) => word.startsWith('/')).map((word) => word.slice(1).toLowerCase()));
  if (quoted === null || [...switches].some((name) => !/^(v|c|n|i|off|offline)$/.test(name))) {
    printErrorLine(context, quoted === null ? 'FIND: Parameter format not correct' : 'FIND: Invalid switch');
    return 2;
  }
  const fold = (text: string): string => (switches.has('i') ? text.toLowerCase() : text);
  const wanted = fold((quoted[1] ?? '').replaceAll('""', '"'));
  let total = 0;
  const missing = (word: string): void => printErrorLine(context, `File not found - ${word.toUpperCase()}`);
  const words = others.filter((word) => !word.startsWith('/'));
  for (const { name, text } of textInputs(context, words, missing)) {
    const numbered = [...splitLines(text).entries()];
    const hits = numbered.filter(([, line]) => (wanted !== '' && fold(line).includes(wanted)) !== switches.has('v'));
    total += hits.length;
    const title = `---------- ${name.toUpperCase()}`;
    if (switches.has('c')) {
      printLine(context, name === '' ? String(hits.length) : `\r\n${title}: ${hits.length}`);
      continue;
    }
    if (name !== '') printLine(context, `\r\n${title}`);
    for (const [index, line] of hits) printLine(context, switches.has('n') ? `[${index + 1}]${line}` : line);
  }
  return total > 0 ? 0 : 1;
};

/** `sort [/r] [/unique] [/+n] [/o file] [file]`; case does not matter. */
export const sort: GuestProgram = async (context) => {
  const words = splitArguments(context.arguments);
  const switches = words.filter((word) => word.startsWith('/')).map((word) => word.slice(1).toLowerCase());
  const outputAt = words.findIndex((word) => /^\/o(utput)?$/i.test(word));
  const output = outputAt < 0 ? undefined : words[outputAt + 1];
  const input = words.find((word, index) => !word.startsWith('/') && (outputAt < 0 || index !== outputAt + 1));
  const column = Number(switches.find((name) => name.startsWith('+'))?.slice(1) ?? 1) - 1;
  try {
    const bytes = input === undefined ? context.stdin : context.files.read(programPath(context, input)).bytes();
    const key = (line: string): string => line.slice(Math.max(0, column)).toLowerCase();
    const sorted = splitLines(decodeText(bytes)).sort((left, right) =>
      key(left) === key(right) ? 0 : key(left) < key(right) ? -1 : 1,
    );
    if (switches.some((name) => /^r(everse)?$/.test(name))) sorted.reverse();
    const isUnique = switches.some((name) => /^uni(que)?$/.test(name));
    const kept = isUnique
      ? sorted.filter((line, index) => index === 0 || key(line) !== key(sorted[index - 1] ?? ''))
      : sorted;
    const text = kept.map((line) => `${line}\r\n`).join('');
    if (output === undefined) context.writeStdout(text);
    else context.files.write(programPath(context, output), text);
    return 0;
  } catch (error) {
    printErrorLine(context, systemMessageOf(error).text);
    return 1;
  }
};

/** `more [files]`: shows everything at once, as it does when nobody sits at the console. */
export const more: GuestProgram = async (context) => {
  const words = splitArguments(context.arguments).filter((word) => !/^[/+]/.test(word));
  let exitCode = 0;
  const missing = (word: string): void => {
    printErrorLine(context, `Cannot access file ${programPath(context, word)}`);
    exitCode = 1;
  };
  for (const { text } of textInputs(context, words, missing)) {
    for (const line of splitLines(text)) printLine(context, line);
  }
  return exitCode;
};

/** `fc [/b] file1 file2`: exit code 0 for the same content, 1 for another, 2 for a missing file. */
export const fc: GuestProgram = async (context) => {
  const words = splitArguments(context.arguments).filter((word) => !word.startsWith('/'));
  const [first, second] = words;
  if (first === undefined || second === undefined) {
    printErrorLine(context, 'FC: Insufficient number of file specifications');
    return 2;
  }
  for (const word of [first, second]) {
    if (context.files.exists(programPath(context, word))) continue;
    printErrorLine(context, `FC: cannot open ${word.toUpperCase()} - No such file or folder`);
    return 2;
  }
  const [left, right] = [first, second].map((word) => context.files.read(programPath(context, word)).bytes());
  printLine(context, `Comparing files ${first} and ${second.toUpperCase()}`);
  const isSame = Buffer.compare(left ?? new Uint8Array(0), right ?? new Uint8Array(0)) === 0;
  if (isSame) {
    printLine(context, 'FC: no differences encountered');
    printLine(context);
    return 0;
  }
  for (const [name, bytes] of [[first, left] as const, [second, right] as const]) {
    printLine(context, `***** ${name}`);
    for (const line of splitLines(decodeText(bytes ?? new Uint8Array(0)))) printLine(context, line);
  }
  printLine(context, '*****');
  printLine(context);
  return 1;
};

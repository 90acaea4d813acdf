import { CostlyPattern, testTexts } from '../../costly-pattern.js';
import type { GuestProgram, ProgramContext } from '../../program.js';
import { splitArguments } from '../arguments.js';
import { isDirectory, isFile, nameMatcher, walkDirectories } from '../file-patterns.js';
import { baseName, joinPath, parentPath } from '../paths.js';
import { decodeText, splitLines } from '../text.js';
import { printErrorLine, printLine, programPath } from './program-output.js';

interface Options {
  readonly flags: ReadonlySet<string>;
  readonly searches: readonly string[];
  readonly files: readonly string[];
}

/** Flags are letters that may share one slash; `/c:`, `/g:`, `/f:` and `/d:` take a text. */
function parseOptions(context: ProgramContext): Options | undefined {
  const flags = new Set<string>();
  const searches: string[] = [];
  const files: string[] = [];
  let words: string | undefined;
  for (const word of splitArguments(context.arguments)) {
    const valued = /^\/([cg]):(.*)$/is.exec(word);
    const [, name = '', value = ''] = valued ?? [];
    if (valued !== null && name.toLowerCase() === 'c') {
      searches.push(value);
    } else if (valued !== null) {
      const path = programPath(context, value);
      if (!isFile(context.files, path)) return undefined;
      searches.push(...splitLines(decodeText(context.files.read(path).bytes())));
    } else if (/^\/[belrsixvnmop]+$/i.test(word)) {
      for (const letter of word.slice(1).toLowerCase()) flags.add(letter);
    } else if (words === undefined && searches.length === 0) {
      words = word;
    } else {
      files.push(word);
    }
  }
  if (words !== undefined) searches.push(...words.split(' ').filter((word) => word !== ''));
  return searches.length === 0 ? undefined : { flags, searches, files };
}

const expressionCharacters = /[.*[\]^$\\]/;

/** A regular expression of findstr in JavaScript's form: it knows `. * [] ^ $ \< \>` and `\x`. */
function translated(text: string): string {
  let result = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    const next = text.charAt(at + 1);
    if (character === '\\' && next !== '') {
      at += 1;
      result += next === '<' || next === '>' ? String.raw`\b` : next.replace(/[.*+?^${}()|[\]\\/]/, String.raw`\$&`);
    } else if (character === '[') {
      const end = text.indexOf(']', at + 2);
      if (end < 0) return `${result}\\[${translated(text.slice(at + 1))}`;
      result += `[${text.slice(at + 1, end).replace(/[\\[]/g, String.raw`\$&`)}]`;
      at = end;
    } else if (character === '*' && (result === '' || result === '^')) {
      result += String.raw`\*`;
    } else if (character === '*' && result.endsWith('*')) {
      continue;
    } else {
      result += /[+?{}()|\\\]]/.test(character) ? `\\${character}` : character;
    }
  }
  return result;
}

/** What finds one search in a line; undefined for an expression that means nothing. */
function expressionOf(search: string, flags: ReadonlySet<string>): RegExp | undefined {
  const isExpression = flags.has('r') || (!flags.has('l') && expressionCharacters.test(search));
  const source = isExpression ? translated(search) : search.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const anchored = `${flags.has('b') ? '^' : ''}(?:${source})${flags.has('e') ? '$' : ''}`;
  try {
    return new RegExp(flags.has('x') ? `^(?:${source})$` : anchored, flags.has('i') ? 'i' : '');
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function* namedFiles(context: ProgramContext, word: string, isRecursive: boolean): Generator<string> {
  const path = programPath(context, word);
  const matches = nameMatcher(baseName(path));
  const directory = parentPath(path);
  if (!isDirectory(context.files, directory)) return;
  for (const each of isRecursive ? walkDirectories(context.files, directory) : [directory]) {
    for (const status of context.files.list(each)) {
      if (status.kind === 'file' && matches(status.name)) yield joinPath(each, status.name);
    }
  }
}

/** Name of a found file as findstr shows it: relative where the word was. */
function shownName(context: ProgramContext, word: string, path: string): string {
  const root = parentPath(programPath(context, word));
  const prefix = /^.*[\\/:]/s.exec(word)?.[0] ?? '';
  return prefix + path.slice(root.length).replace(/^\\/, '');
}

/** `findstr`: exit code 0: found, 1: not found, 2: written wrongly or too expensive. */
export const findstr: GuestProgram = async (context) => {
  const options = parseOptions(context);
  const expressions = options?.searches.map((search) => expressionOf(search, options.flags)) ?? [];
  if (options === undefined || !expressions.every((expression) => expression !== undefined)) {
    printErrorLine(context, 'FINDSTR: Bad command line');
    return 2;
  }
  try {
    return searchAll(context, options, expressions) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof CostlyPattern)) throw error;
    printErrorLine(context, `FINDSTR: Search string too expensive to match: ${options.searches.join(' ')}`);
    return 2;
  }
};

/**
 * Prints what the expressions find in the files, or in the input where none is named.
 * @returns whether they found anything.
 * @throws CostlyPattern
 */
function searchAll(context: ProgramContext, { flags, files }: Options, expressions: readonly RegExp[]): boolean {
  let isFound = false;
  const search = (text: string, name: string): void => {
    const lines = splitLines(text);
    const fits = testTexts(expressions, lines);
    for (const [index, line] of lines.entries()) {
      if (fits[index] === flags.has('v')) continue;
      isFound = true;
      if (flags.has('m')) {
        printLine(context, name);
        return;
      }
      printLine(context, `${name === '' ? '' : `${name}:`}${flags.has('n') ? `${index + 1}:` : ''}${line}`);
    }
  };
  if (files.length === 0) search(decodeText(context.stdin), '');
  for (const word of files) {
    const paths = [...namedFiles(context, word, flags.has('s'))];
    if (paths.length === 0) printErrorLine(context, `FINDSTR: Cannot open ${word}`);
    const isNamed = files.length > 1 || flags.has('s') || flags.has('m') || /[*?]/.test(word);
    for (const path of paths) {
      search(decodeText(context.files.read(path).bytes()), isNamed ? shownName(context, word, path) : '');
    }
  }
  return isFound;
}

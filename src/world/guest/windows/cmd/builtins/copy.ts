import { findFiles, hasWildcard, isDirectory, isPattern } from '../../file-patterns.js';
import { baseName, joinPath } from '../../paths.js';
import { systemMessageOf, systemMessages } from '../../system-messages.js';
import { type Builtin, type BuiltinCall, pathOf, print, printError, wrongSyntax } from '../builtin.js';
import { splitWords } from '../words.js';

/** Words of `copy` as groups of joined sources: `a+b c` is two groups. */
function groupsOf(text: string): string[][] {
  const groups: string[][] = [];
  let isJoined = false;
  for (const word of splitWords(text.replace(/\s*\+\s*(?=(?:[^"]*"[^"]*")*[^"]*$)/g, ' + '))) {
    if (word === '+') {
      isJoined = true;
    } else if (!/^(\/[a-z-]+)+$/i.test(word)) {
      const name = word.replace(/(\/[aby])+$/i, '').replaceAll('"', '');
      const last = groups.at(-1);
      if (isJoined && last !== undefined) last.push(name);
      else groups.push([name]);
      isJoined = false;
    }
  }
  return groups;
}

interface Source {
  readonly path: string;
  readonly name: string;
  /** Undefined for a device. */
  readonly modifiedMs: number | undefined;
  read(): Uint8Array;
}

const devicePattern = /^(nul|con):?$/i;

function sourcesOf(call: BuiltinCall, word: string): Source[] {
  const { files } = call.session;
  const device = devicePattern.exec(word)?.[1]?.toLowerCase();
  if (device !== undefined) {
    const read = (): Uint8Array => (device === 'nul' ? new Uint8Array(0) : call.streams.stdin.rest());
    return [{ path: word, name: word, modifiedMs: undefined, read }];
  }
  const path = pathOf(call, word);
  const pattern = !isPattern(path) && isDirectory(files, path) ? joinPath(path, '*') : path;
  return findFiles(files, pattern)
    .filter(({ status }) => status.kind !== 'directory')
    .map((found) => ({
      path: found.path,
      name: baseName(found.path),
      modifiedMs: found.status.modifiedMs,
      read: () => files.read(found.path).bytes(),
    }));
}

function countLine(call: BuiltinCall, count: number): void {
  print(call, `${String(count).padStart(9)} file(s) copied.`);
}

/** @returns whether it worked. */
function copyOne(call: BuiltinCall, source: Source, target: string): boolean {
  const { files } = call.session;
  if (source.path.toLowerCase() === target.toLowerCase()) {
    printError(call, 'The file cannot be copied onto itself.');
    return false;
  }
  try {
    files.write(target, source.read());
    if (source.modifiedMs !== undefined) files.setAttributes(target, { modifiedMs: source.modifiedMs });
    return true;
  } catch (error) {
    const message = systemMessageOf(error);
    printError(call, (message.code === 2 ? systemMessages.pathNotFound : message).text);
    return false;
  }
}

/** Puts the sources together in one file. */
function join(call: BuiltinCall, sources: readonly Source[], target: string): number {
  try {
    call.session.files.write(target, new Uint8Array(Buffer.concat(sources.map((source) => source.read()))));
  } catch (error) {
    printError(call, systemMessageOf(error).text);
    countLine(call, 0);
    return 1;
  }
  countLine(call, 1);
  return 0;
}

/** `copy` overwrites without a question, also without `/y`: nobody is there to answer. */
export const copy: Builtin = (call) => {
  const groups = groupsOf(call.arguments);
  const [sourceWords, targetWords = ['.']] = groups;
  const [firstSource = ''] = sourceWords ?? [];
  if (sourceWords === undefined || groups.length > 2 || targetWords.length > 1) return wrongSyntax(call);
  const { files } = call.session;
  const targetWord = targetWords[0] ?? '.';
  const sources = sourceWords.flatMap((word) => sourcesOf(call, word));
  const isMany = sourceWords.length > 1 || hasWildcard(firstSource) || isDirectory(files, pathOf(call, firstSource));
  if (sources.length === 0) {
    printError(
      call,
      isMany ? `${pathOf(call, firstSource)}\r\n${systemMessages.fileNotFound.text}` : systemMessages.fileNotFound.text,
    );
    if (isMany) countLine(call, 0);
    return 1;
  }
  if (devicePattern.test(targetWord)) {
    if (/^con/i.test(targetWord)) for (const source of sources) call.streams.stdout(source.read());
    countLine(call, sources.length);
    return 0;
  }
  const target = pathOf(call, targetWord);
  const isInto = isDirectory(files, target);
  if (!isInto && /[\\/]$/.test(targetWord)) {
    printError(call, systemMessages.pathNotFound.text);
    countLine(call, 0);
    return 1;
  }
  if (sources.length > 1 && !isInto) return join(call, sources, target);
  if (sourceWords.length > 1) return join(call, sources, joinPath(target, sources[0]?.name ?? ''));
  let copied = 0;
  for (const source of sources) {
    if (isMany) print(call, hasWildcard(firstSource) && !/[\\/:]/.test(firstSource) ? source.name : source.path);
    if (copyOne(call, source, isInto ? joinPath(target, source.name) : target)) copied += 1;
  }
  countLine(call, copied);
  return copied === sources.length ? 0 : 1;
};

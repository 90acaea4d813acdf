import { findFiles, hasWildcard, isDirectory, isPattern, walkDirectories } from '../../file-patterns.js';
import { baseName, joinPath, parentPath } from '../../paths.js';
import { systemMessageOf, systemMessages } from '../../system-messages.js';
import { attempt, type Builtin, type BuiltinCall, pathOf, print, printError, wrongSyntax } from '../builtin.js';
import { parseArguments } from '../words.js';

const type: Builtin = (call) => {
  const { words } = parseArguments(call.arguments);
  if (words.length === 0) return wrongSyntax(call);
  let returnCode = 0;
  for (const word of words) {
    if (/^nul:?$/i.test(word)) continue;
    const path = pathOf(call, word);
    const found = isPattern(path) ? findFiles(call.session.files, path).map((file) => file.path) : [path];
    if (found.length === 0) printError(call, systemMessages.fileNotFound.text);
    const isOnly = words.length === 1 && !isPattern(path);
    const areShown = found.filter((each) =>
      attempt(call, () => {
        if (!isOnly) call.streams.stderr(`\r\n${each}\r\n\r\n\r\n`);
        call.streams.stdout(call.session.files.read(each).bytes());
      }),
    );
    if (found.length === 0 || areShown.length < found.length) returnCode = 1;
  }
  return returnCode;
};

/** New name by a pattern: `*` takes the rest of the old part, `?` one character of it. */
function renamed(name: string, pattern: string): string {
  if (!hasWildcard(pattern)) return pattern;
  const split = (text: string): [string, string] => {
    const dot = text.lastIndexOf('.');
    return dot < 0 ? [text, ''] : [text.slice(0, dot), text.slice(dot + 1)];
  };
  const merge = (old: string, wanted: string): string => {
    let result = '';
    for (const [index, character] of [...wanted].entries()) {
      if (character === '*') return result + old.slice(index);
      result += character === '?' ? old.charAt(index) : character;
    }
    return result;
  };
  const [oldBase, oldExtension] = split(name);
  const [base, extension] = split(pattern);
  const newExtension = pattern.includes('.') ? merge(oldExtension, extension) : '';
  return merge(oldBase, base) + (newExtension === '' ? '' : `.${newExtension}`);
}

const ren: Builtin = (call) => {
  const { words } = parseArguments(call.arguments);
  const [from, to] = words;
  if (from === undefined || to === undefined || words.length > 2 || /[\\/:]/.test(to)) return wrongSyntax(call);
  const { files } = call.session;
  const found = findFiles(files, pathOf(call, from));
  if (found.length === 0) {
    printError(call, systemMessages.fileNotFound.text);
    return 1;
  }
  let returnCode = 0;
  for (const { path } of found) {
    const target = joinPath(parentPath(path), renamed(baseName(path), to));
    if (files.exists(target) && target.toLowerCase() !== path.toLowerCase()) {
      printError(call, 'A duplicate file name exists, or the file');
      printError(call, 'cannot be found.');
      returnCode = 1;
    } else if (!attempt(call, () => files.move(path, target))) {
      returnCode = 1;
    }
  }
  return returnCode;
};

const move: Builtin = (call) => {
  const { words } = parseArguments(call.arguments);
  const [from, to = '.'] = words;
  if (from === undefined || words.length > 2) return wrongSyntax(call);
  const { files } = call.session;
  const source = pathOf(call, from);
  const target = pathOf(call, to);
  const found = findFiles(files, source);
  if (found.length === 0) {
    printError(call, systemMessages.fileNotFound.text);
    return 1;
  }
  const isInto = isDirectory(files, target);
  if (found.length > 1 && !isInto) {
    printError(call, 'Cannot move multiple files to a single file.');
    return 1;
  }
  let moved = 0;
  for (const { path } of found) {
    if (isPattern(source)) print(call, path);
    if (attempt(call, () => files.move(path, isInto ? joinPath(target, baseName(path)) : target))) moved += 1;
  }
  const isTree = found.length === 1 && found[0]?.status.kind === 'directory';
  print(call, `${String(moved).padStart(9)} ${isTree ? 'dir(s)' : 'file(s)'} moved.`);
  return moved === found.length ? 0 : 1;
};

function deletePaths(call: BuiltinCall, path: string, isRecursive: boolean): string[] {
  const { files } = call.session;
  const isWhole = !isPattern(path) && isDirectory(files, path);
  const directory = isWhole ? path : parentPath(path);
  const pattern = isWhole ? '*' : baseName(path);
  if (!isDirectory(files, directory)) return [];
  const directories = isRecursive ? [...walkDirectories(files, directory)] : [directory];
  return directories.flatMap((each) =>
    findFiles(files, joinPath(each, pattern))
      .filter(({ status }) => status.kind !== 'directory' && !(hasWildcard(pattern) && status.isHidden))
      .map((found) => found.path),
  );
}

/** `del` asks nothing, also without `/q`: nobody is there to answer. */
const del: Builtin = (call) => {
  const { switches, words } = parseArguments(call.arguments);
  if (words.length === 0) return wrongSyntax(call);
  const { files } = call.session;
  let returnCode = 0;
  for (const word of words) {
    const path = pathOf(call, word);
    const found = deletePaths(call, path, switches.includes('s'));
    if (found.length === 0) printError(call, `Could Not Find ${path}`);
    for (const each of found) {
      try {
        if (switches.includes('f') && files.stat(each).isReadOnly) files.setAttributes(each, { isReadOnly: false });
        files.deleteFile(each);
        if (switches.includes('s')) print(call, `Deleted file - ${each}`);
      } catch (error) {
        printError(call, each);
        printError(call, systemMessageOf(error).text);
        returnCode = 1;
      }
    }
  }
  return returnCode;
};

const mklink: Builtin = (call) => {
  const { switches, words } = parseArguments(call.arguments);
  const [link, target] = words;
  if (link === undefined || target === undefined) return wrongSyntax(call);
  const { files } = call.session.context;
  if (switches.includes('h')) {
    if (!attempt(call, () => files.hardLink(pathOf(call, target), pathOf(call, link)))) return 1;
    print(call, `Hardlink created for ${link} <<===>> ${target}`);
    return 0;
  }
  const isJunction = switches.includes('j');
  if (!call.session.context.user.isAdministrator && !isJunction) {
    printError(call, 'You do not have sufficient privilege to perform this operation.');
    return 1;
  }
  const stored = isJunction ? pathOf(call, target) : target;
  if (!attempt(call, () => files.link(stored, pathOf(call, link)))) return 1;
  print(call, `${isJunction ? 'Junction' : 'symbolic link'} created for ${link} <<===>> ${target}`);
  return 0;
};

/** Built-in commands about files, but for `copy` and `dir`. */
export const fileBuiltins: Readonly<Record<string, Builtin>> = {
  del,
  erase: del,
  mklink,
  move,
  ren,
  rename: ren,
  type,
};

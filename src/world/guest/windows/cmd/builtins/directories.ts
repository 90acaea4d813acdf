import { isDirectory, trueCase } from '../../file-patterns.js';
import { driveOf, unquote } from '../../paths.js';
import { systemMessageOf, systemMessages } from '../../system-messages.js';
import { type Builtin, type BuiltinCall, pathOf, print, printError, wrongSyntax } from '../builtin.js';
import { parseArguments } from '../words.js';

function enter(call: BuiltinCall, path: string): boolean {
  const { session } = call;
  if (!isDirectory(session.files, path)) {
    const message = session.files.exists(path) ? systemMessages.invalidDirectory : systemMessages.pathNotFound;
    printError(call, message.text);
    return false;
  }
  session.workingDirectory = trueCase(session.files, path);
  return true;
}

const cd: Builtin = (call) => {
  const { session } = call;
  const option = /^\s*\/d\b/i.exec(call.arguments);
  const word = unquote(call.arguments.slice(option?.[0].length ?? 0)).trim();
  if (word === '') {
    print(call, session.workingDirectory);
    return 0;
  }
  const path = pathOf(call, word);
  const drive = driveOf(path);
  if (/^[a-z]:$/i.test(word) && option === null) {
    print(call, path);
    return 0;
  }
  if (option !== null || drive === driveOf(session.workingDirectory)) return enter(call, path) ? 0 : 1;
  if (!isDirectory(session.files, path)) {
    printError(call, systemMessages.pathNotFound.text);
    return 1;
  }
  // Without /d another drive keeps this as its directory, but the current drive stays.
  session.driveDirectories.set(drive, trueCase(session.files, path));
  return 0;
};

const md: Builtin = (call) => {
  const { words } = parseArguments(call.arguments);
  if (words.length === 0) return wrongSyntax(call);
  let returnCode = 0;
  for (const word of words) {
    const path = pathOf(call, word);
    if (call.session.files.exists(path)) {
      printError(call, `A subdirectory or file ${word} already exists.`);
      returnCode = 1;
      continue;
    }
    try {
      call.session.files.makeDirectory(path, { makeParents: true });
    } catch (error) {
      printError(call, systemMessageOf(error).text);
      returnCode = 1;
    }
  }
  return returnCode;
};

const rd: Builtin = (call) => {
  const { switches, words } = parseArguments(call.arguments);
  if (words.length === 0) return wrongSyntax(call);
  let returnCode = 0;
  for (const word of words) {
    try {
      const path = pathOf(call, word);
      const isLink = call.session.files.stat(path, { followLinks: false }).kind === 'symlink';
      if (isLink) call.session.files.deleteFile(path);
      else call.session.files.deleteDirectory(path, { recursive: switches.includes('s') });
    } catch (error) {
      const message = systemMessageOf(error);
      printError(call, message.text);
      returnCode = message.code;
    }
  }
  return returnCode === 0 ? undefined : returnCode;
};

const pushd: Builtin = (call) => {
  const { session } = call;
  const word = unquote(call.arguments).trim();
  if (word === '') {
    for (const path of session.pushed) print(call, path);
    return undefined;
  }
  const before = session.workingDirectory;
  if (!enter(call, pathOf(call, word))) return 1;
  session.pushed.unshift(before);
  return 0;
};

const popd: Builtin = (call) => {
  const path = call.session.pushed.shift();
  return path === undefined || enter(call, path) ? undefined : 1;
};

/** Built-in commands about directories. */
export const directoryBuiltins: Readonly<Record<string, Builtin>> = {
  cd,
  chdir: cd,
  md,
  mkdir: md,
  popd,
  pushd,
  rd,
  rmdir: rd,
};

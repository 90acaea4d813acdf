import type { FileAttributes, FileStatus } from '../../guest-files.js';
import type { GuestProgram } from '../../program.js';
import { splitArguments } from '../arguments.js';
import { type FoundFile, findFiles, isDirectory, walkDirectories } from '../file-patterns.js';
import { baseName, joinPath, parentPath } from '../paths.js';
import { systemMessageOf } from '../system-messages.js';
import { printErrorLine, printLine, programPath } from './program-output.js';

function attributeText(status: FileStatus): string {
  const archive = status.kind === 'file' ? 'A' : ' ';
  const letters = [status.isSystem ? 'S' : ' ', status.isHidden ? 'H' : ' ', status.isReadOnly ? 'R' : ' '];
  return `${archive}  ${letters.join('')}`.padEnd(13);
}

/** `attrib [+r|-r] [+h|-h] [+s|-s] [+a|-a] [file] [/s] [/d]`; the guest keeps no archive bit. */
export const attrib: GuestProgram = async (context) => {
  const words = splitArguments(context.arguments);
  const switches = new Set(words.filter((word) => word.startsWith('/')).map((word) => word.slice(1).toLowerCase()));
  const change: { isHidden?: boolean; isReadOnly?: boolean; isSystem?: boolean } = {};
  let hasChange = false;
  for (const word of words.filter((each) => /^[-+]/.test(each))) {
    if (!/^[-+][rhsai]$/i.test(word)) {
      printErrorLine(context, `Parameter format not correct - ${word}`);
      return 1;
    }
    hasChange = true;
    if (/r$/i.test(word)) change.isReadOnly = word.startsWith('+');
    if (/h$/i.test(word)) change.isHidden = word.startsWith('+');
    if (/s$/i.test(word)) change.isSystem = word.startsWith('+');
  }
  const path = programPath(context, words.find((word) => !/^[-+/]/.test(word)) ?? '*');
  const directory = parentPath(path);
  const directories =
    switches.has('s') && isDirectory(context.files, directory)
      ? [...walkDirectories(context.files, directory)]
      : [directory];
  const isWanted = ({ path: found, status }: FoundFile): boolean =>
    status.kind === 'file' || switches.has('d') || found.toLowerCase() === path.toLowerCase();
  const found = directories
    .flatMap((each) => findFiles(context.files, joinPath(each, baseName(path))))
    .filter(isWanted);
  if (found.length === 0) {
    printErrorLine(context, `File not found - ${path}`);
    return 1;
  }
  let exitCode = 0;
  for (const file of found) {
    if (!hasChange) {
      printLine(context, attributeText(file.status) + file.path);
      continue;
    }
    try {
      context.files.setAttributes(file.path, change satisfies Partial<FileAttributes>);
    } catch (error) {
      printErrorLine(context, `${systemMessageOf(error).text.replace(/\.$/, '')} - ${file.path}`);
      exitCode = 1;
    }
  }
  return exitCode;
};

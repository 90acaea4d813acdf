import type { ProgramContext } from '../../program.js';
import { Environment } from '../environment.js';
import type { ProgramSearch } from '../find-program.js';
import { resolvePath } from '../paths.js';
import { lineEnd } from '../text.js';

export function printLine(context: ProgramContext, text = ''): void {
  context.writeStdout(text + lineEnd);
}

export function printErrorLine(context: ProgramContext, text: string): void {
  context.writeStderr(text + lineEnd);
}

/** The guest path that a word means for this process. */
export function programPath(context: ProgramContext, word: string): string {
  return resolvePath(context.workingDirectory, word);
}

/** Where this process looks for programs. */
export function programSearch(context: ProgramContext): ProgramSearch {
  const { files, workingDirectory } = context;
  return { files, workingDirectory, environment: new Environment(context.environment) };
}

/** `HOST\user`, as Windows names accounts of the machine itself, in lower case. */
export function accountName(context: ProgramContext): string {
  return `${context.hostName}\\${context.user.name}`.toLowerCase();
}

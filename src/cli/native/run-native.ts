import { resolve } from 'node:path';
import type { Terminal } from '../terminal.js';
import { findCompiler } from './build-library.js';
import { closedSentences, examine, warmHelper } from './doctor.js';
import { defaultPrefix, install, uninstall } from './installation.js';

/** Builds the native library and installs it below a folder. @returns the exit status. @throws Error when it cannot. */
export async function installNative(folder: string, terminal: Terminal): Promise<number> {
  const prefix = resolve(terminal.directory, folder);
  const compiler = findCompiler(terminal.env);
  if (compiler === undefined) throw new Error('there is no C compiler; install gcc or clang, or name one by CC');
  const library = await install(prefix, compiler);
  warmHelper();
  terminal.write('stdout', `installed ${library}\n`);
  if (prefix !== defaultPrefix) {
    terminal.write('stdout', `set LD_LIBRARY_PATH=${prefix}/lib for programs that load it\n`);
  }
  for (const sentence of closedSentences(prefix)) terminal.write('stderr', `warning: ${sentence}\n`);
  terminal.write('stdout', 'vixwrapper-config.txt is not needed: this library stands for the wrapper itself\n');
  return 0;
}

/** Removes an installation below a folder. @returns the exit status. @throws Error where there is none. */
export function uninstallNative(folder: string, terminal: Terminal): number {
  const prefix = resolve(terminal.directory, folder);
  terminal.write('stdout', `removed ${uninstall(prefix)} files below ${prefix}\n`);
  return 0;
}

/** Says what is in order and what is not with an installation. @returns the exit status: 1 when something is not. */
export function doctorNative(folder: string, terminal: Terminal): number {
  const findings = examine(resolve(terminal.directory, folder), terminal.env);
  for (const { level, text } of findings) terminal.write('stdout', `${level.padEnd(7)} ${text}\n`);
  return findings.some(({ level }) => level === 'PROBLEM') ? 1 : 0;
}

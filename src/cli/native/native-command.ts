import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Terminal } from '../terminal.js';
import { findCompiler } from './build-library.js';
import { examine, warmHelper } from './doctor.js';
import { defaultPrefix, install, uninstall } from './installation.js';

const usage = `Usage:
  revix native install [--prefix DIR]     builds the library and puts it where programs look (DIR is /usr)
  revix native uninstall [--prefix DIR]   removes what install has put there
  revix doctor native [--prefix DIR]      checks all that the library needs, and loads it
`;

/** The commands of `revix` on the native library. @returns the exit code. */
export async function nativeCommand(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: { prefix: { type: 'string' } },
      allowPositionals: true,
    });
    const prefix = resolve(values.prefix ?? defaultPrefix);
    switch (positionals.join(' ')) {
      case 'native install':
        return await installTo(prefix, terminal);
      case 'native uninstall':
        terminal.write('stdout', `removed ${uninstall(prefix)} files below ${prefix}\n`);
        return 0;
      case 'doctor native':
        return await doctor(prefix, terminal);
      default:
        terminal.write('stderr', usage);
        return 2;
    }
  } catch (error) {
    terminal.write('stderr', `revix: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function installTo(prefix: string, terminal: Terminal): Promise<number> {
  const compiler = findCompiler(terminal.env);
  if (compiler === undefined) throw new Error('there is no C compiler; install gcc or clang, or name one by CC');
  const library = await install(prefix, compiler);
  warmHelper();
  terminal.write('stdout', `installed ${library}\n`);
  if (prefix !== defaultPrefix)
    terminal.write('stdout', `set LD_LIBRARY_PATH=${prefix}/lib for programs that load it\n`);
  terminal.write('stdout', 'vixwrapper-config.txt is not needed: this library stands for the wrapper itself\n');
  return 0;
}

async function doctor(prefix: string, terminal: Terminal): Promise<number> {
  const findings = await examine(prefix, findCompiler(terminal.env));
  for (const { isWell, text } of findings) terminal.write('stdout', `${isWell ? 'ok     ' : 'PROBLEM'} ${text}\n`);
  return findings.every(({ isWell }) => isWell) ? 0 : 1;
}

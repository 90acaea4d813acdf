import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { buildLibrary, compile, findCompiler, libraryName, nativeFolder } from '../../src/cli/native/build-library.js';

/** Root folder of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The helper as the build makes it. */
export const helperPath = join(root, 'dist', 'bindings', 'helper.cjs');

/** Folder of programs that check one behaviour each. */
export const behaviourFolder = join(root, 'compat-tests', 'native', 'behaviour');

/** Folder of the C programs. */
export const programFolder = join(root, 'compat-tests', 'native', 'programs');

const loadedHeader = join(root, 'compat-tests', 'native', 'loaded.h');

/** Why nothing native can be tested here; undefined where it can. */
export const whyNotNative =
  process.platform !== 'linux' && process.platform !== 'darwin'
    ? `the native library is not built on ${process.platform}`
    : findCompiler(process.env) === undefined
      ? 'there is no C compiler; install gcc or clang'
      : undefined;

/** Warnings that must not be. */
const strict = [
  '-Wall',
  '-Wextra',
  '-Wpedantic',
  '-Wconversion',
  '-Wstrict-prototypes',
  '-Wmissing-prototypes',
  '-Werror',
];

/** A tool that watches programs while they run. */
interface Watcher {
  readonly compiler: string;
  /** Flags of the library and the programs. */
  readonly flags: readonly string[];
  /** What the programs run under. */
  readonly under: readonly string[];
  /** What it says on standard error of what is well. */
  readonly noise?: RegExp;
}

/** Lets a forked child of a program that is watched not print again what the program has printed. */
const byLines = ['stdbuf', '-oL'];

/** The sanitizers want a fixed layout of addresses. */
const fixedLayout = ['setarch', '-R'];

/** Each tool by the name that REVIX_NATIVE_TOOL has for it; scripts/native-check.mjs runs these tests under all. */
const watchers: Readonly<Record<string, Watcher>> = {
  thread: { compiler: 'clang', flags: ['-O1', '-fsanitize=thread'], under: [...byLines, ...fixedLayout] },
  address: {
    compiler: 'clang',
    // What is checked of functions in C++ needs the library of C++.
    flags: ['-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-sanitize=function'],
    // The leak detector of clang 14 crashes in a program that loads the library before its main, unless it is told this.
    under: ['env', 'ASAN_OPTIONS=intercept_tls_get_addr=0', ...fixedLayout],
    // In a forked child, of the threads of its parent.
    noise: /^==\d+==Running thread \d+ was not suspended\. False leaks are possible\.\n/gm,
  },
  valgrind: {
    compiler: 'gcc',
    flags: ['-O1'],
    under: [
      ...[...byLines, 'valgrind', '-q', '--error-exitcode=9', '--child-silent-after-fork=yes'],
      ...['--leak-check=full', '--show-leak-kinds=definite', '--errors-for-leak-kinds=definite'],
    ],
  },
};

/** Name of the tool that watches in this run, if any does. */
export const watcherName = process.env['REVIX_NATIVE_TOOL'];

const watcher = watcherNamed(watcherName);

function watcherNamed(name: string | undefined): Watcher {
  if (name === undefined) return { compiler: findCompiler(process.env) ?? 'cc', flags: [], under: [] };
  const found = watchers[name];
  if (found === undefined)
    throw new Error(`REVIX_NATIVE_TOOL is ${name}; it may be ${Object.keys(watchers).join(', ')}`);
  return found;
}

/** What a program has said on standard error, without what the tool that watches says of what is well. */
export function withoutNoise(errors: string): string {
  return watcher.noise === undefined ? errors : errors.replace(watcher.noise, '');
}

/** How a program is started here. @returns the command and its arguments. */
export function commandOf(program: string, args: readonly string[] = []): readonly [string, readonly string[]] {
  const [command = program, ...rest] = [...watcher.under, program, ...args];
  return [command, rest];
}

/** A folder that goes when the tests of the file are over. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `revix-${name}-`));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A library and programs that are linked to it, in a folder of their own. */
export class NativeBuild {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  async library(): Promise<void> {
    const output = join(this.folder, libraryName(process.platform));
    await buildLibrary({ compiler: watcher.compiler, output, flags: [...strict, ...watcher.flags] });
  }

  /** Builds a program that is linked to the library. @returns its path. */
  program(source: string, name: string, flags: readonly string[] = []): Promise<string> {
    return this.#program(source, name, flags, ['-L', this.folder, '-lvixAllProducts', `-Wl,-rpath,${this.folder}`]);
  }

  /** Builds a program that loads the library by its bare name when it starts. @returns its path. */
  loadingProgram(source: string, name: string, flags: readonly string[] = []): Promise<string> {
    return this.#program(source, name, [...flags, '-include', loadedHeader], ['-ldl']);
  }

  async #program(source: string, name: string, flags: readonly string[], link: readonly string[]): Promise<string> {
    const output = join(this.folder, name);
    const include = ['-I', join(nativeFolder(), 'include')];
    await compile(watcher.compiler, [
      '-g',
      '-Wall',
      '-Wextra',
      '-Werror',
      ...watcher.flags,
      ...include,
      ...flags,
      source,
      '-o',
      output,
      ...link,
      '-lpthread',
    ]);
    return output;
  }
}

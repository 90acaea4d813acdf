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

/** A folder that goes when the tests of the file are over. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `revix-${name}-`));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A library and programs that are linked to it, in a folder of their own. */
export class NativeBuild {
  readonly compiler: string;
  readonly folder: string;
  readonly #flags: readonly string[];

  /** @param flags of the library and the programs, such as those of a sanitizer. */
  constructor(folder: string, compiler: string = findCompiler(process.env) ?? 'cc', flags: readonly string[] = []) {
    this.folder = folder;
    this.compiler = compiler;
    this.#flags = flags;
    mkdirSync(folder, { recursive: true });
  }

  async library(): Promise<void> {
    const output = join(this.folder, libraryName(process.platform));
    await buildLibrary({ compiler: this.compiler, output, flags: [...strict, ...this.#flags] });
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
    await compile(this.compiler, [
      '-g',
      '-Wall',
      '-Wextra',
      '-Werror',
      ...this.#flags,
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

import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { packageRoot } from '../package-root.js';

/** Variables of the environment. */
type Environment = Readonly<Record<string, string | undefined>>;

/** What is needed to build the native library. */
export interface LibraryBuild {
  /** Compiler: a program that takes the arguments of gcc. */
  readonly compiler: string;
  /** Path of the library to make. */
  readonly output: string;
  /** Further arguments, such as those of a sanitizer. */
  readonly flags?: readonly string[];
}

/** A program that could not be built, with what the compiler said. */
class BuildFailure extends Error {
  override readonly name = 'BuildFailure';
}

/** Folder of the C sources and headers. */
export function nativeFolder(): string {
  return join(packageRoot(), 'native');
}

/** File name of the library on a platform, as VMware called it there. */
export function libraryName(platform: NodeJS.Platform): string {
  if (platform === 'win32') return 'Vix64AllProductsDyn.dll';
  return platform === 'darwin' ? 'libvixAllProducts.dylib' : 'libvixAllProducts.so';
}

/**
 * The C compiler to use: the one that CC names, else the first of cc, gcc and clang on the PATH.
 *
 * @returns undefined where there is none.
 */
export function findCompiler(env: Environment): string | undefined {
  const named = env['CC'];
  if (named !== undefined && named !== '') return named;
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return ['cc', 'gcc', 'clang'].find((name) => folders.some((folder) => existsSync(join(folder, name))));
}

const compileFlags = ['-std=c11', '-O2', '-g', '-fPIC', '-fvisibility=hidden'];

/**
 * Links as the original was: without a name of its own, so that a program records the plain file name. The library
 * stays loaded until the process ends: its threads cannot be called back when a program lets go of it.
 */
const linkFlags: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['-dynamiclib', '-install_name', '@rpath/libvixAllProducts.dylib'],
  linux: ['-shared', '-Wl,-z,nodelete', '-Wl,-z,now', '-Wl,-Bsymbolic-functions', '-lpthread', '-ldl'],
};

/** Builds the native library. @throws BuildFailure when the compiler fails or cannot be run. */
export async function buildLibrary({ compiler, output, flags = [] }: LibraryBuild): Promise<void> {
  const platform = linkFlags[process.platform];
  if (platform === undefined) {
    throw new BuildFailure(`the native library is not built on ${process.platform}; it is for Linux and macOS`);
  }
  const folder = nativeFolder();
  const sources = readdirSync(join(folder, 'src'))
    .filter((name) => name.endsWith('.c') && name !== 'platform_windows.c')
    .map((name) => join(folder, 'src', name));
  const include = ['-I', join(folder, 'include')];
  await compile(compiler, [...compileFlags, ...include, ...flags, '-o', output, ...sources, ...platform]);
}

/** Builds the program that tries the native library. @throws BuildFailure when the compiler fails or cannot be run. */
export async function buildProbe(compiler: string, output: string): Promise<void> {
  const folder = nativeFolder();
  const include = ['-I', join(folder, 'include')];
  await compile(compiler, ['-O2', ...include, join(folder, 'probe.c'), '-ldl', '-o', output]);
}

/** Runs a compiler. @throws BuildFailure with what it said. */
export function compile(compiler: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(compiler, args, { maxBuffer: 2 ** 24 }, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else reject(new BuildFailure(`${compiler} failed: ${stderr.trim() === '' ? error.message : stderr.trim()}`));
    });
  });
}

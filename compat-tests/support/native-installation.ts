import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { Simulator } from 'revix/simulator';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sources = join(root, 'compat-tests', 'native', 'programs');

/** Names of the C programs, each of which has a port of the same name in `examples`. */
export const programNames: readonly string[] = readdirSync(sources).map((name) => name.replace(/\.c$/, ''));

/** What a program left. */
export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** How a C program is built. */
export interface ProgramBuild {
  readonly language: 'C' | 'C++';
  /** Linked with `-lvixAllProducts`, or loading the library by its bare name when it starts. */
  readonly way: 'linked' | 'loaded';
}

/** Why nothing native can be tried here; undefined where it can. On CI a missing compiler fails the tests instead. */
export function whyNoCompiler(compiler: string): string | undefined {
  if (process.platform !== 'linux') return `the native library is not built on ${process.platform}`;
  if (process.env['CI'] !== undefined || spawnSync(compiler, ['--version']).status === 0) return undefined;
  return `${compiler} is not installed`;
}

/** What a program of the mock host prints, as its example does. */
export function transcriptOf(name: string): string {
  return readFileSync(join(root, 'test', 'examples', 'transcripts', `${name}.txt`), 'utf8');
}

/** The library as `revix native install` puts it below a folder, which goes with the tests of the file. */
export class NativeInstallation {
  readonly folder = mkdtempSync(join(tmpdir(), 'revix-native-'));
  readonly libraries = join(this.folder, 'prefix', 'lib');
  readonly headers = join(this.folder, 'prefix', 'include', 'vmware-vix');
  readonly #compiler: string;
  readonly #built = new Set<string>();

  constructor(compiler: string) {
    this.#compiler = compiler;
    afterAll(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  async install(): Promise<void> {
    const command = join(root, 'dist', 'bin', 'revix.js');
    const args = [command, 'native', 'install', '--prefix', join(this.folder, 'prefix')];
    await this.tool(process.execPath, args, { ...process.env, CC: this.#compiler });
  }

  /** Builds a program, once, in the modes in which old programs were built. @returns its path. */
  async build(name: string, { language, way }: ProgramBuild): Promise<string> {
    const program = join(this.folder, `${name}-${language}-${way}`);
    if (this.#built.has(program)) return program;
    await this.tool(this.#compiler, [
      ...(language === 'C' ? ['-x', 'c', '-std=gnu99'] : ['-x', 'c++', '-std=gnu++98']),
      ...['-Wall', '-Wextra', '-Werror', '-I', this.headers],
      ...(way === 'loaded' ? ['-include', join(root, 'compat-tests', 'native', 'loaded.h')] : []),
      ...[join(sources, `${name}.c`), '-o', program],
      ...(way === 'loaded' ? [] : ['-L', this.libraries, '-lvixAllProducts']),
      ...['-lpthread', '-ldl'],
    ]);
    this.#built.add(program);
    return program;
  }

  /** Runs any program, which finds the library by LD_LIBRARY_PATH, over the mock host or over a simulator. */
  run(program: string, args: readonly string[], over?: Simulator): Promise<Outcome> {
    const { REVIX_HELPER: _, REVIX_CONFIG: __, ...inherited } = process.env;
    const env = {
      ...inherited,
      LD_LIBRARY_PATH: this.libraries,
      TMPDIR: this.folder,
      ...(over !== undefined && { REVIX_CONFIG: this.#configurationFor(over), SIMULATOR_PASSWORD: 'password' }),
    };
    return outcome(program, args, env, this.folder);
  }

  /** Runs a compiler or the like. @throws Error with what it said when it fails. */
  async tool(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
    const { code, out, err } = await outcome(command, args, env, this.folder);
    if (code !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${code}: ${out}${err}`);
  }

  /** Runs the port of a program in TypeScript. */
  runExample(name: string, over: Simulator): Promise<Outcome> {
    return this.run(process.execPath, [join(root, 'build', 'examples', `${name}.js`)], over);
  }

  /** Sends programs that were written for Workstation to a simulator. */
  #configurationFor({ url, thumbprint }: Simulator): string {
    const workstation = {
      backend: 'vsphere',
      url,
      user: 'user',
      password: { env: 'SIMULATOR_PASSWORD' },
      paths: { '/vms/': '[local] vms/' },
      options: { tls: { thumbprint: thumbprint?.sha256 } },
    };
    const file = join(this.folder, `simulator-${new URL(url).port}.json`);
    writeFileSync(file, JSON.stringify({ providers: { workstation } }));
    return file;
  }
}

function outcome(command: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(command, [...args], { env, cwd }, (error, out, err) => {
      // A program that could not be started has no exit code and has said nothing.
      resolve({ code: child.exitCode, out, err: child.pid === undefined ? (error?.message ?? '') : err });
    });
  });
}

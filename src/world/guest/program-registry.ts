import { Fault } from '../../base/fault.js';
import { baseName, isAbsolutePath, nameKey, normalizePath, type GuestFamily } from './guest-path.js';
import type { GuestProgram } from './program.js';

/** What is known about an executable beside its behaviour. */
export interface ProgramOptions {
  /**
   * For a program that, with some arguments, does nothing but wait: the milliseconds until it ends by itself, or null
   * for "until killed". Undefined: with these arguments it really runs. A waiting program started directly costs no
   * more than a line in the process table.
   */
  readonly passive?: (args: string) => number | null | undefined;
}

/** An executable's behaviour as the registry holds it. */
export interface ProgramDefinition extends ProgramOptions {
  readonly run: GuestProgram;
}

/** Behaviours of a family's executables, by full path or by file name. */
export class ProgramRegistry {
  readonly family: GuestFamily;
  readonly #byPath = new Map<string, ProgramDefinition>();
  readonly #byName = new Map<string, ProgramDefinition>();

  constructor(family: GuestFamily) {
    this.family = family;
  }

  /**
   * Adds or replaces a behaviour.
   * @param program a full guest path (`/usr/local/bin/tool`, `C:\Tools\tool.exe`): the file need not exist in the
   *   guest; or a file name (`tool`, `tool.exe`): every file of that name that is not a script behaves so.
   * @throws Fault `invalid-name` for a relative path, or a path of the other family.
   */
  add(program: string, run: GuestProgram, options: ProgramOptions = {}): this {
    const definition = { run, ...options };
    if (isAbsolutePath(this.family, program)) {
      this.#byPath.set(this.#pathKey(program), definition);
    } else if (program !== '' && baseName(this.family, program) === program && !/[\\/:]/u.test(program)) {
      this.#byName.set(nameKey(this.family, program), definition);
    } else {
      const example =
        this.family === 'posix' ? '"/usr/local/bin/tool" or "tool"' : '"C:\\Tools\\tool.exe" or "tool.exe"';
      throw new Fault('invalid-name', `A ${this.family} program cannot be named "${program}"; use ${example}.`);
    }
    return this;
  }

  /** The behaviour that was added for exactly this path. */
  findPath(path: string): ProgramDefinition | undefined {
    return this.#byPath.get(this.#pathKey(path));
  }

  /** The behaviour that was added for this file name. */
  findName(name: string): ProgramDefinition | undefined {
    return this.#byName.get(nameKey(this.family, name));
  }

  /** All names that programs were added under, those of paths included, each once. */
  names(): readonly string[] {
    const ofPaths = [...this.#byPath.keys()].map((path) => baseName(this.family, path));
    return [...new Set([...this.#byName.keys(), ...ofPaths])];
  }

  /** The full paths that programs were added under, normalised; on Windows in lower case. */
  paths(): readonly string[] {
    return [...this.#byPath.keys()];
  }

  #pathKey(path: string): string {
    return nameKey(this.family, normalizePath(this.family, path));
  }
}

import { Fault, type FaultKind } from '../../../../base/fault.js';
import type { ProgramContext } from '../../program.js';
import type { Environment } from '../environment.js';
import { resolvePath } from '../paths.js';
import { type VbRuntimeError, vbError } from './values.js';

/** What the objects of one running script share. */
export interface ScriptContext {
  readonly program: ProgramContext;
  readonly environment: Environment;
  /** Full path of the script. */
  readonly scriptPath: string;
  /** Words after the script's name. */
  readonly words: readonly string[];
  /** Things to do when the script ends, such as writing open files. */
  readonly atEnd: Set<() => void>;
}

export function scriptPathOf({ program }: ScriptContext, word: string): string {
  return resolvePath(program.workingDirectory, word);
}

const numbersByKind: Partial<Record<FaultKind, Parameters<typeof vbError>[0]>> = {
  'file-not-found': 53,
  'file-exists': 58,
  'already-exists': 58,
  'file-access': 70,
  'guest-permission': 70,
  'file-read-only': 70,
  'not-a-file': 70,
  'directory-not-empty': 70,
  'not-a-directory': 76,
  'disk-full': 61,
  'file-name-invalid': 52,
  'file-name-too-long': 52,
  'invalid-argument': 5,
};

/** Failures by kind; `file-not-found` means a path for what makes or lists directories. */
export function scriptError(error: unknown, missing: 53 | 76 = 53): VbRuntimeError {
  const number = error instanceof Fault ? numbersByKind[error.kind] : undefined;
  if (number === undefined) throw error;
  return vbError(number === 53 ? missing : number);
}

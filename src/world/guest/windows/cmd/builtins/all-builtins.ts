import type { Builtin } from '../builtin.js';
import { consoleBuiltins } from './console.js';
import { controlBuiltins } from './control.js';
import { copy } from './copy.js';
import { dir } from './dir.js';
import { directoryBuiltins } from './directories.js';
import { fileBuiltins } from './files.js';
import { variableBuiltins } from './variables.js';

/** The built-in commands of the interpreter by their names in lower case. */
export const allBuiltins: Readonly<Record<string, Builtin>> = {
  ...consoleBuiltins,
  ...controlBuiltins,
  ...directoryBuiltins,
  ...fileBuiltins,
  ...variableBuiltins,
  copy,
  dir,
};

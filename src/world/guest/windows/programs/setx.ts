import { Fault } from '../../../../base/fault.js';
import type { GuestProgram } from '../../program.js';
import { environmentKeys } from '../../user-environment.js';
import { splitArguments } from '../arguments.js';
import { printErrorLine, printLine } from './program-output.js';

/** `setx name value [/m]`: a variable for the programs that the user starts from now on, with `/m` for everybody's. */
export const setx: GuestProgram = async (context) => {
  const words = splitArguments(context.arguments);
  const isMachine = words.some((word) => /^\/m$/i.test(word));
  const [name, data, ...more] = words.filter((word) => !/^\/m$/i.test(word));
  if (name === undefined || data === undefined || more.length > 0 || /[=/]/.test(name) || name === '') {
    printErrorLine(context, 'ERROR: Invalid syntax.');
    printErrorLine(context, 'Type "SETX /?" for usage.');
    return 1;
  }
  try {
    const type = data.includes('%') ? 'REG_EXPAND_SZ' : 'REG_SZ';
    context.registry?.setValue(environmentKeys[isMachine ? 'machine' : 'user'], { name, type, data });
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'guest-permission') throw error;
    printErrorLine(context, 'ERROR: Access to the registry path is denied.');
    return 1;
  }
  printLine(context);
  printLine(context, 'SUCCESS: Specified value was saved.');
  return 0;
};

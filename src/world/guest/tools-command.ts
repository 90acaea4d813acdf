import { Fault } from '../../base/fault.js';
import type { ProgramContext } from './program.js';

/** What Tools answers to a command of a program. */
export interface ToolsAnswer {
  readonly isOk: boolean;
  readonly text: string;
}

const denied: ToolsAnswer = { isOk: false, text: 'Permission denied' };

/**
 * A command as programs of a guest send it to the host through Tools: `info-get guestinfo.name` and
 * `info-set guestinfo.name value`. The value is the rest of the text.
 */
export function toolsCommand(command: string, { guestVariables }: ProgramContext): ToolsAnswer {
  const [, verb, key = '', value = ''] = /^\s*(\S+)(?:\s+(\S+)(?:\s([\s\S]*))?)?\s*$/u.exec(command) ?? [];
  if (verb !== 'info-get' && verb !== 'info-set') return { isOk: false, text: 'Unknown command' };
  const [, name] = /^guestinfo\.(.+)$/u.exec(key) ?? [];
  if (name === undefined) return denied;
  try {
    if (verb === 'info-set') {
      guestVariables.set(name, value);
      return { isOk: true, text: '' };
    }
    const found = guestVariables.get(name);
    return found === '' ? { isOk: false, text: 'No value found' } : { isOk: true, text: found };
  } catch (error) {
    if (error instanceof Fault && error.kind === 'invalid-argument') return denied;
    throw error;
  }
}

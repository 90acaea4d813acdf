import type { GuestProgram } from '../../program.js';
import { splitSwitches } from '../arguments.js';
import { printErrorLine, printLine } from './program-output.js';

/**
 * `shutdown /s|/r|/l|/a ...`: checks its switches and ends. It prints nothing and stops nothing: the machine around the
 * guest decides about power.
 */
export const shutdown: GuestProgram = async (context) => {
  const { switches } = splitSwitches(context.arguments.replace(/(^|\s)-(?=[a-z])/gi, '$1/'));
  const isKnown = switches.every((name) => /^(s|sg|r|g|l|a|p|h|f|hybrid|t(:\d+)?|c(:.*)?|d(:.*)?|m(:.*)?)$/.test(name));
  if (switches.length > 0 && isKnown) return 0;
  printErrorLine(context, 'Usage: shutdown [/s | /r | /l | /a | /p | /h] [/f] [/t seconds] [/c "comment"]');
  return 1;
};

/** `chcp [page]`: the guest's text is UTF-8, code page 65001. */
export const chcp: GuestProgram = async (context) => {
  const page = context.arguments.trim();
  if (page !== '' && !/^\d+$/.test(page)) {
    printErrorLine(context, `Parameter format not correct - ${page}`);
    return 1;
  }
  printLine(context, `Active code page: ${page === '' ? 65001 : page}`);
  return 0;
};

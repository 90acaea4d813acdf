import type { GuestProgram } from '../../program.js';
import { printErrorLine, printLine } from './program-output.js';

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

import { Fault } from '../../base/fault.js';

/** A word that a POSIX shell takes as it is. @throws Fault `invalid-argument` for a NUL, which no program can be given. */
export function posixWord(text: string): string {
  refuse(text, /\0/, 'a NUL character');
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * A word as the C runtime of Windows, and with it nearly every program there, takes a command line apart. Backslashes
 * stand for themselves except before a quote.
 */
export function windowsWord(text: string): string {
  if (text !== '' && !/[\s"]/.test(text)) return text;
  return `"${text.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}

/**
 * Text that a batch file passes on as it is, outside of quotes: no sign in it means anything to cmd.exe.
 * @throws Fault `invalid-argument` for a line break, which a batch file cannot hold.
 */
export function batchText(text: string): string {
  refuse(text, /[\0\r\n]/, 'a line break or a NUL character');
  return text.replaceAll(/[%()!^"<>&|]/g, (sign) => (sign === '%' ? '%%' : `^${sign}`));
}

/** A path in quotes in a batch file. @throws Fault `invalid-argument` for what no path of Windows can hold. */
export function batchPath(path: string): string {
  refuse(path, /["\0\r\n]/, 'a quote, a line break or a NUL character');
  return `"${path.replaceAll('%', '%%')}"`;
}

/** Signs that a batch file would act on when it uses what it was given. */
const unsafeForBatch = /["%&|<>^()!\r\n\0]/;

/**
 * A word for a batch file, which takes its words apart anew each time it uses them, so that no quoting holds.
 * @throws Fault `invalid-argument` for a word with a sign that it would act on.
 */
export function batchFileWord(text: string): string {
  refuse(text, unsafeForBatch, 'a sign that the batch file would act on');
  return text === '' || /[\s,;=]/.test(text) ? `"${text}"` : text;
}

function refuse(text: string, unfit: RegExp, what: string): void {
  if (!unfit.test(text)) return;
  const message =
    `the argument ${JSON.stringify(text.slice(0, 80))} holds ${what}, which cannot be passed to this program; ` +
    'put it into a file of the guest or into a variable of the environment';
  throw new Fault('invalid-argument', message);
}

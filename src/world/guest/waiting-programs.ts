import type { GuestProgram } from './program.js';
import type { ProgramOptions } from './program-registry.js';

/** A window that stays open until somebody ends it. */
const untilKilled: GuestProgram = ({ signal }) =>
  new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** Exit code of the program that only asks the shell at the screen to show a folder. */
const explorerHandedOver = 1;

/** Without a folder it is the shell at the screen itself; with one, it asks that shell and ends. */
const explorer: GuestProgram = async (context) =>
  context.arguments.trim() === '' ? untilKilled(context) : explorerHandedOver;

/** Programs of Windows that show a window and do nothing else in a guest without a screen to click on. */
export const waitingWindowsPrograms: Readonly<Record<string, GuestProgram>> = {
  'notepad.exe': untilKilled,
  'calc.exe': untilKilled,
  'mspaint.exe': untilKilled,
  'explorer.exe': explorer,
  'winver.exe': untilKilled,
  'write.exe': untilKilled,
};

const pingIntervalMs = 1000;
const pingDefaultCount = 4;

/** How long programs of Windows take that are used to wait, by file name. */
export const windowsWaits: Readonly<Record<string, Required<ProgramOptions>['passive']>> = {
  ...Object.fromEntries(Object.keys(waitingWindowsPrograms).map((name) => [name, () => null])),
  'explorer.exe': (args) => (args.trim() === '' ? null : undefined),
  // Only the machine itself answers for sure; other addresses are the program's own business.
  'ping.exe': (args) => {
    if (!/(?:^|\s)(?:localhost|127\.\d+\.\d+\.\d+)\s*$|(?:^|\s)(?:localhost|127\.\d+\.\d+\.\d+)\s/iu.test(args))
      return undefined;
    if (/(?:^|\s)[-/]t(?:\s|$)/u.test(args)) return null;
    const [, count] = /(?:^|\s)[-/]n\s+(\d+)/u.exec(args) ?? [];
    return Math.max(0, Number(count ?? pingDefaultCount) - 1) * pingIntervalMs;
  },
  'timeout.exe': (args) => {
    const [, seconds] = /^\s*(?:\/t\s+)?(\d+)(?:\s+\/nobreak)?\s*$/iu.exec(args) ?? [];
    return seconds === undefined ? undefined : Number(seconds) * 1000;
  },
};

import { UsageError, type PosixCommand } from '../posix-command.js';
import type { ProgramContext } from '../../program.js';
import { quoteWord } from '../posix-words.js';

type PowerChange = 'off' | 'reset';

const secondsPerMinute = 60;
const minutesPerDay = 24 * 60;

/** Minutes of `shutdown` without a time. */
const defaultDelayMinutes = 1;

function changePower(context: ProgramContext, change: PowerChange): number {
  if (context.user.id !== 0 && !context.user.isAdministrator) throw new UsageError('must be superuser.');
  if (context.requestPower === undefined) throw new UsageError('there is no machine to switch off');
  context.requestPower(change);
  return 0;
}

const atOnce =
  (change: PowerChange): PosixCommand =>
  (words, context) => {
    const isPowerOff = words.some((word) => /^(?:-[a-z]*p[a-z]*|--poweroff)$/u.test(word));
    const unknown = words.find(
      (word) => !/^(?:-[dfhinpw]+|--(?:force|halt|poweroff|reboot|no-wall|no-sync))$/u.test(word),
    );
    if (unknown !== undefined) throw new UsageError(`unrecognized option '${unknown}'`);
    return changePower(context, isPowerOff ? 'off' : change);
  };

/** Minutes from now until the time that `shutdown` is given; undefined for what is no time. */
function delayMinutes(time: string, nowMs: number): number | undefined {
  if (time === 'now') return 0;
  const [, minutes] = /^\+?(\d+)$/u.exec(time) ?? [];
  if (minutes !== undefined) return Number(minutes);
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/u.exec(time) ?? [];
  if (hour === undefined || minute === undefined) return undefined;
  const now = new Date(nowMs);
  const wanted = Number(hour) * 60 + Number(minute) - (now.getUTCHours() * 60 + now.getUTCMinutes());
  return wanted > 0 ? wanted : wanted + minutesPerDay;
}

/** Waits in a process of its own that looks like the command, so that `shutdown -c` and `kill` find it. */
async function later(
  context: ProgramContext,
  words: readonly string[],
  change: PowerChange,
  minutes: number,
): Promise<void> {
  const command = change === 'off' ? 'poweroff' : 'reboot';
  const script = `sleep ${minutes * secondsPerMinute}; ${command}`;
  const commandLine = ['shutdown', ...words].join(' ');
  await context.start('/bin/sh', `-c ${quoteWord(script)}`, { shownAs: { name: 'shutdown', commandLine } });
}

/**
 * `shutdown [-hPHrkc] [time] [message]`: now, after minutes, or at a time of day. One that waits longer than a program of
 * the guest may run ends without effect.
 */
const shutdown: PosixCommand = async (words, context) => {
  const options = words.filter((word) => word.startsWith('-')).join('');
  const unknown = words.find(
    (word) => word.startsWith('-') && !/^(?:-[hPHrkctfFn]+|--(?:halt|poweroff|reboot|no-wall|show))$/u.test(word),
  );
  if (unknown !== undefined) throw new UsageError(`unrecognized option '${unknown}'`);
  if (context.user.id !== 0 && !context.user.isAdministrator) throw new UsageError('you must be root to do that!');
  if (/c/u.test(options.replaceAll(/--[a-z-]+/gu, ''))) {
    const waiting = context.processes().filter(({ name, pid }) => name === 'shutdown' && pid !== context.pid);
    for (const { pid } of waiting) context.kill(pid);
    return 0;
  }
  const [time = `+${defaultDelayMinutes}`] = words.filter((word) => !word.startsWith('-'));
  const minutes = delayMinutes(time, context.clock.now());
  if (minutes === undefined) throw new UsageError(`failed to parse time specification: ${time}`);
  const change = /r/u.test(options.replaceAll(/--(?!reboot)[a-z-]+/gu, '')) ? 'reset' : 'off';
  const isWarning = /k/u.test(options.replaceAll(/--[a-z-]+/gu, ''));
  if (isWarning) return 0;
  if (minutes === 0) return changePower(context, change);
  await later(context, words, change, minutes);
  context.writeStderr(`Shutdown scheduled, use 'shutdown -c' to cancel.\n`);
  return 0;
};

/** Commands of the administrator that end the run of the machine. */
export const powerCommands: Readonly<Record<string, PosixCommand>> = {
  shutdown,
  poweroff: atOnce('off'),
  halt: atOnce('off'),
  reboot: atOnce('reset'),
};

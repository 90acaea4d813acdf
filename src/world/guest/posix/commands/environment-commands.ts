import { complain, parseOptions, pathOf, splitOnce, UsageError, type PosixCommand } from '../posix-command.js';
import { formatDate } from './date-format.js';
import { parseDate } from './date-text.js';

const date: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'uRI::d:r:', [
    'utc',
    'date=',
    'iso-8601',
    'iso-8601=',
    'reference=',
  ]);
  const nowMs = context.clock.now();
  const asked = options.get('d') ?? options.get('date');
  const file = options.get('r') ?? options.get('reference');
  let fromMs = nowMs;
  try {
    if (file !== undefined) fromMs = context.files.stat(pathOf(context, file)).modifiedMs;
  } catch (error) {
    complain(context, 'date', file ?? '', error);
    return 1;
  }
  const timeMs = asked === undefined ? fromMs : parseDate(asked, nowMs);
  if (timeMs === undefined) throw new UsageError(`invalid date '${asked ?? ''}'`);
  const [format] = operands;
  if (format !== undefined && !format.startsWith('+'))
    throw new UsageError(`the guest's clock cannot be set: '${format}'`);
  context.writeStdout(`${formatDate(format?.slice(1) ?? dateFormat(options), timeMs)}\n`);
  return 0;
};

function dateFormat(options: ReadonlyMap<string, string>): string {
  if (options.has('R')) return '%a, %d %b %Y %H:%M:%S %z';
  const precision = options.get('I') ?? options.get('iso-8601');
  if (precision === undefined) return '%a %b %e %H:%M:%S %Z %Y';
  return precision.startsWith('s') ? '%Y-%m-%dT%H:%M:%S+00:00' : '%Y-%m-%d';
}

const env: PosixCommand = (words, context, shell) => {
  const environment = new Map(context.environment);
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '-i' || word === '-') environment.clear();
    else if (word === '-u') environment.delete(words[(at += 1)] ?? '');
    else if (/^[A-Za-z_]\w*=/u.test(word)) {
      const [name, value = ''] = splitOnce(word, '=');
      environment.set(name, value);
    } else if (word.startsWith('-') && word !== '--') throw new UsageError(`invalid option '${word}'`);
    else break;
  }
  const command = words.slice(words[at] === '--' ? at + 1 : at);
  if (command.length > 0) return shell.run(command, { environment });
  for (const [name, value] of environment) context.writeStdout(`${name}=${value}\n`);
  return 0;
};

const printenv: PosixCommand = (words, context, shell) => {
  if (words.length === 0) return env([], context, shell);
  let exitCode = 0;
  for (const name of words) {
    const value = context.environment.get(name);
    if (value === undefined) exitCode = 1;
    else context.writeStdout(`${value}\n`);
  }
  return exitCode;
};

/** Files are made with fixed permissions; the mask is shown and taken, and has no effect. */
const umask: PosixCommand = (words, context) => {
  if (words.length === 0) context.writeStdout('0022\n');
  else if (!/^(?:-S|[0-7]{1,4}|[ugoa]*[+=-][rwx]*)$/u.test(words[0] ?? '')) {
    throw new UsageError(`invalid mask '${words[0] ?? ''}'`);
  }
  return 0;
};

const ulimit: PosixCommand = (words, context) => {
  if (words.every((word) => word.startsWith('-'))) context.writeStdout('unlimited\n');
  return 0;
};

/** Says that it does nothing, but lets a script go on that stops at the first failure. */
const trap: PosixCommand = (_words, context) => {
  context.writeStderr('trap: mock guests run no traps; ignored\n');
  return 0;
};

/** Nothing ties a process in the background to its shell. */
const disown: PosixCommand = () => 0;

const nproc: PosixCommand = (_words, context) => {
  context.writeStdout('1\n');
  return 0;
};

/** Time, variables and what belongs to a session. */
export const environmentCommands: Readonly<Record<string, PosixCommand>> = { date, env, printenv, nproc };

/** Commands that a shell has without a file of their own. */
export const builtInEnvironmentCommands: Readonly<Record<string, PosixCommand>> = { umask, ulimit, trap, disown };

import { sleep as wait } from '../../../../base/clock.js';
import { CostlyPattern, testTexts } from '../../costly-pattern.js';
import type { GuestProcessView, ProgramContext } from '../../program.js';
import { complain, parseOptions, splitOnce, UsageError, type PosixCommand } from '../posix-command.js';
import { formatDate } from './date-format.js';

interface Column {
  readonly header: string;
  readonly width: number;
  readonly value: (process: GuestProcessView, context: ProgramContext) => string;
}

const clockTime = (process: GuestProcessView): string => formatDate('%H:%M', process.startMs);
const commandText = ({ commandLine, name }: GuestProcessView): string => (commandLine === '' ? name : commandLine);

/** What `ps -o` can show. A negative width aligns to the left. */
const columns: Readonly<Record<string, Column>> = {
  pid: { header: 'PID', width: 7, value: ({ pid }) => String(pid) },
  ppid: { header: 'PPID', width: 7, value: ({ parentPid }) => String(parentPid) },
  user: { header: 'USER', width: -12, value: ({ owner }) => owner },
  uid: { header: 'UID', width: -12, value: ({ owner }) => owner },
  tty: { header: 'TTY', width: -8, value: () => '?' },
  stat: { header: 'STAT', width: -4, value: () => 'S' },
  time: { header: 'TIME', width: 8, value: () => '00:00:00' },
  stime: { header: 'STIME', width: 5, value: clockTime },
  start: { header: 'START', width: 5, value: clockTime },
  etimes: {
    header: 'ELAPSED',
    width: 8,
    value: ({ startMs }, { clock }) => String(Math.max(0, Math.floor((clock.now() - startMs) / 1000))),
  },
  comm: { header: 'COMMAND', width: -15, value: ({ name }) => name },
  args: { header: 'COMMAND', width: 0, value: commandText },
  cmd: { header: 'CMD', width: 0, value: commandText },
  c: { header: 'C', width: 2, value: () => '0' },
  '%cpu': { header: '%CPU', width: 4, value: () => '0.0' },
  '%mem': { header: '%MEM', width: 4, value: () => '0.0' },
};
const aliases: Readonly<Record<string, string>> = {
  command: 'args',
  ucmd: 'comm',
  pcpu: '%cpu',
  pmem: '%mem',
  s: 'stat',
};

const ps: PosixCommand = (words, context) => {
  // The BSD form has its letters without a dash: `ps aux`.
  const isBsd = words[0] !== undefined && /^[auxwef]+$/u.test(words[0]);
  const dashed = isBsd ? [`-${words[0] ?? ''}`, ...words.slice(1)] : words;
  const { options, given } = parseOptions(dashed, isBsd ? 'auxwefo:p:C:' : 'aAefFlwxp:u:U:C:o:', [
    'no-headers',
    'sort=',
    'pid=',
  ]);
  const pids = (options.get('p') ?? options.get('pid'))?.split(/[ ,]+/u).map(Number);
  const owner = isBsd ? undefined : (options.get('u') ?? options.get('U'));
  const name = options.get('C');
  const isEverything = ['e', 'A', 'a', 'x'].some((letter) => options.has(letter));
  const shown = context.processes().filter((process) => {
    if (pids !== undefined) return pids.includes(process.pid);
    if (name !== undefined) return process.name === name;
    return isEverything || process.owner === (owner ?? context.user.name);
  });
  // `-o pid= -o ppid=`: a header ends the word, so each column has its own.
  const formats = given.flatMap(([letter, value]) => (letter === 'o' ? [value] : []));
  const keys =
    (formats.length > 0 ? formats.flatMap((format) => format.split(/[ ,]+/u)) : undefined) ??
    (isBsd && options.has('u')
      ? ['user', 'pid', '%cpu', '%mem', 'tty', 'stat', 'start', 'time', 'args']
      : options.has('f') || options.has('F')
        ? ['uid', 'pid', 'ppid', 'c', 'stime', 'tty', 'time', 'cmd']
        : ['pid', 'tty', 'time', isBsd ? 'args' : 'comm']);
  const chosen = keys.map((key) => chosenColumn(key));
  if (!options.has('no-headers') && chosen.some(({ header }) => header !== '')) {
    context.writeStdout(line(chosen.map(({ header, width }) => pad(header, width))));
  }
  for (const process of shown) {
    context.writeStdout(line(chosen.map(({ value, width }) => pad(value(process, context), width))));
  }
  return shown.length > 0 ? 0 : 1;
};

function chosenColumn(key: string): Column {
  const [name, header] = splitOnce(key, '=');
  const column = columns[aliases[name] ?? name];
  if (column === undefined) throw new UsageError(`unknown column "${name}"`);
  return header === undefined ? column : { ...column, header, width: 0 };
}

function pad(text: string, width: number): string {
  return width < 0 ? text.padEnd(-width) : text.padStart(width);
}

function line(cells: readonly string[]): string {
  return `${cells.join(' ').trimEnd()}\n`;
}

/**
 * The processes, save the command's own, in whose name or command line an expression finds itself.
 * @throws UsageError for a pattern that cannot be read or takes too long.
 */
function processesLike(pattern: string, context: ProgramContext, isWholeLine: boolean): readonly GuestProcessView[] {
  const processes = context.processes().filter(({ pid }) => pid !== context.pid);
  const texts = processes.map((process) => (isWholeLine ? commandText(process) : process.name));
  try {
    const fits = testTexts([new RegExp(pattern, 'u')], texts);
    return processes.filter((_process, index) => fits[index]);
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`the pattern '${pattern}' is no regular expression`);
    if (error instanceof CostlyPattern) throw new UsageError(`the pattern '${pattern}' is too expensive to match`);
    throw error;
  }
}

const pgrep: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'flaxu:');
  const isWholeLine = options.has('f');
  const isExact = (process: GuestProcessView): boolean =>
    process.pid !== context.pid && (isWholeLine ? commandText(process) : process.name) === operands[0];
  const like = options.has('x')
    ? context.processes().filter((process) => isExact(process))
    : processesLike(operands[0] ?? '', context, isWholeLine);
  const found = like.filter(({ owner }) => !options.has('u') || owner === options.get('u'));
  for (const process of found) {
    const extra = options.has('a') ? ` ${commandText(process)}` : options.has('l') ? ` ${process.name}` : '';
    context.writeStdout(`${process.pid}${extra}\n`);
  }
  return found.length > 0 ? 0 : 1;
};

const killByName: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(
    words.filter((word) => !/^-(?:\d+|[A-Z]{3,})$/u.test(word)),
    'fxqu:',
  );
  const found = processesLike(operands[0] ?? '', context, options.has('f'));
  let killed = 0;
  for (const process of found) {
    try {
      context.kill(process.pid);
      killed += 1;
    } catch (error) {
      complain(context, 'pkill', `killing pid ${process.pid} failed`, error);
    }
  }
  return killed > 0 ? 0 : 1;
};

const kill: PosixCommand = (words, context) => {
  const first = words[0] ?? '';
  if (first === '-l') {
    context.writeStdout('HUP INT QUIT KILL TERM\n');
    return 0;
  }
  const isSpelt = first === '-s' || first === '-n';
  const signal = isSpelt ? (words[1] ?? '') : first.startsWith('-') && first !== '--' ? first.slice(1) : 'TERM';
  const pids = words.slice(isSpelt ? 2 : first.startsWith('-') ? 1 : 0);
  if (pids.length === 0) throw new UsageError('usage: kill [-s signal | -signal] pid ...');
  let exitCode = 0;
  for (const word of pids) {
    const pid = Number(word);
    const isRunning = context.processes().some((process) => process.pid === pid);
    if (!/^\d+$/u.test(word)) {
      context.writeStderr(`kill: ${word}: arguments must be process ids\n`);
      exitCode = 1;
    } else if (signal === '0') {
      if (!isRunning) context.writeStderr(`kill: (${word}) - No such process\n`);
      exitCode = isRunning ? exitCode : 1;
    } else {
      try {
        context.kill(pid);
      } catch (error) {
        complain(context, 'kill', `(${word})`, error);
        exitCode = 1;
      }
    }
  }
  return exitCode;
};

const unitMs: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds that the words of a `sleep` mean; null for `infinity`; undefined where they are no durations. */
export function sleepDurationMs(words: readonly string[]): number | null | undefined {
  if (words.length === 0) return undefined;
  let totalMs = 0;
  for (const word of words) {
    if (/^inf(?:inity)?$/iu.test(word)) return null;
    const [, amount, unit = ''] = /^(\d+(?:\.\d*)?|\.\d+)([smhd]?)$/u.exec(word) ?? [];
    if (amount === undefined) return undefined;
    totalMs += Number(amount) * (unitMs[unit] ?? 0);
  }
  return totalMs;
}

const sleep: PosixCommand = async (words, context) => {
  const durationMs = sleepDurationMs(words);
  if (durationMs === undefined) throw new UsageError(`invalid time interval '${words.join(' ')}'`);
  if (durationMs === null) return new Promise<number>(() => undefined);
  await wait(context.clock, durationMs, context.signal);
  return 0;
};

/** Exit code of `timeout` when the time was up. */
const timedOut = 124;

const timeout: PosixCommand = async (words, context, shell) => {
  let at = 0;
  while (words[at]?.startsWith('-') === true) at += /^-[ks]$/u.test(words[at] ?? '') ? 2 : 1;
  const durationMs = sleepDurationMs(words.slice(at, at + 1));
  const command = words.slice(at + 1);
  if (durationMs === undefined || command.length === 0) throw new UsageError('usage: timeout duration command ...');
  if (durationMs === null || durationMs === 0) return shell.run(command);
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(context.signal.reason);
  context.signal.addEventListener('abort', onAbort, { once: true });
  const over = new Promise<number>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve(timedOut), { once: true });
  });
  const timer = context.clock.after(durationMs, () => controller.abort(new Error('timeout')));
  try {
    return await Promise.race([shell.run(command, { signal: controller.signal }), over]);
  } finally {
    timer.cancel();
    context.signal.removeEventListener('abort', onAbort);
  }
};

/** Processes and time. */
export const processCommands: Readonly<Record<string, PosixCommand>> = {
  ps,
  pgrep,
  pkill: killByName,
  killall: killByName,
  kill,
  sleep,
  timeout,
};

import { Fault } from '../../../../base/fault.js';
import type { GuestProcessView, GuestProgram, ProgramContext } from '../../program.js';
import { splitArguments } from '../arguments.js';
import { nameMatcher } from '../file-patterns.js';
import { printErrorLine, printLine } from './program-output.js';

type Test = (process: GuestProcessView) => boolean;

const comparisons: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  eq: (left, right) => left === right,
  ne: (left, right) => left !== right,
  gt: (left, right) => left > right,
  lt: (left, right) => left < right,
  ge: (left, right) => left >= right,
  le: (left, right) => left <= right,
};

function lastName(account: string): string {
  return account.slice(account.lastIndexOf('\\') + 1).toLowerCase();
}

/** A filter like `IMAGENAME eq cmd.exe` or `PID gt 100`; undefined when it cannot be read. */
function parseFilter(text: string): Test | undefined {
  const match = /^\s*(imagename|pid|username|status)\s+(eq|ne|gt|lt|ge|le)\s+(.+?)\s*$/i.exec(text);
  if (match === null) return undefined;
  const [, field = '', operator = '', value = ''] = match;
  const name = operator.toLowerCase();
  if (field.toLowerCase() === 'pid') return (process) => comparisons[name]?.(process.pid, Number(value)) === true;
  if (name !== 'eq' && name !== 'ne') return undefined;
  const fits: Test =
    field.toLowerCase() === 'imagename'
      ? (process) => nameMatcher(value)(process.name)
      : field.toLowerCase() === 'username'
        ? (process) => lastName(process.owner) === lastName(value)
        : () => value.toLowerCase() === 'running';
  return (process) => fits(process) === (name === 'eq');
}

interface TaskOptions {
  readonly flags: ReadonlySet<string>;
  readonly format: string;
  readonly filters: readonly Test[];
  readonly pids: readonly string[];
  readonly names: readonly string[];
}

/** @throws Fault `invalid-argument` with the text that the program prints. */
function parseTaskOptions(commandLine: string): TaskOptions {
  const words = splitArguments(commandLine);
  const flags = new Set<string>();
  const filters: Test[] = [];
  const pids: string[] = [];
  const names: string[] = [];
  let format = 'table';
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const name = word.replace(/^[-/]/, '').toLowerCase();
    const takesValue = /^(fo|fi|pid|im)$/.test(name);
    const value = takesValue ? words[(at += 1)] : undefined;
    if (!/^[-/]/.test(word) || !/^(fo|fi|pid|im|f|t|v|nh|svc)$/.test(name)) {
      throw new Fault('invalid-argument', `ERROR: Invalid argument/option - '${word}'.`);
    }
    if (name === 'svc')
      throw new Fault('invalid-argument', 'ERROR: Mock guests do not know which services a process holds (/SVC).');
    if (takesValue && value === undefined) {
      throw new Fault('invalid-argument', `ERROR: Invalid syntax. Value expected for '${word}'.`);
    }
    if (name === 'fo') format = (value ?? '').toLowerCase();
    else if (name === 'pid') pids.push(value ?? '');
    else if (name === 'im') names.push(value ?? '');
    else if (name !== 'fi') flags.add(name);
    else {
      const filter = parseFilter(value ?? '');
      if (filter === undefined) throw new Fault('invalid-argument', 'ERROR: The search filter cannot be recognized.');
      filters.push(filter);
    }
  }
  return { flags, format, filters, pids, names };
}

const columns = ['Image Name', 'PID', 'Session Name', 'Session#', 'Mem Usage'];
const verboseColumns = [...columns, 'Status', 'User Name', 'CPU Time', 'Window Title'];
const widths = [25, 8, 16, 11, 12, 15, 50, 12, 72];
const alignsRight = [false, true, false, true, true, false, false, true, false];

function tableRow(cells: readonly string[]): string {
  return cells
    .map((cell, index) => {
      const width = widths[index] ?? 0;
      return alignsRight[index] === true ? cell.padStart(width) : cell.slice(0, width).padEnd(width);
    })
    .join(' ');
}

/** Where the mock has no figure (memory, session) the list says `N/A`. */
function row(process: GuestProcessView): string[] {
  const isService = process.owner.toUpperCase() === 'SYSTEM' || process.owner.toUpperCase().startsWith('NT AUTHORITY');
  return [process.name, String(process.pid), isService ? 'Services' : 'Console', isService ? '0' : '1', 'N/A'];
}

function show(context: ProgramContext, processes: readonly GuestProcessView[], { flags, format }: TaskOptions): void {
  const hasHeader = !flags.has('nh');
  const verbose = flags.has('v');
  const titles = verbose ? verboseColumns : columns;
  const cells = processes.map((process) =>
    verbose ? [...row(process), 'Running', process.owner, '0:00:00', 'N/A'] : row(process),
  );
  if (format === 'csv') {
    const line = (values: readonly string[]): string => values.map((value) => `"${value}"`).join(',');
    if (hasHeader) printLine(context, line(titles));
    for (const each of cells) printLine(context, line(each));
  } else if (format === 'list') {
    for (const each of cells) {
      printLine(context);
      for (const [index, title] of titles.entries())
        printLine(context, `${`${title}:`.padEnd(14)}${each[index] ?? ''}`);
    }
  } else {
    printLine(context);
    if (hasHeader) {
      printLine(
        context,
        tableRow(
          titles.map((title, index) => (alignsRight[index] === true ? title : title.padEnd(widths[index] ?? 0))),
        ),
      );
      printLine(
        context,
        widths
          .slice(0, titles.length)
          .map((width) => '='.repeat(width))
          .join(' '),
      );
    }
    for (const each of cells) printLine(context, tableRow(each));
  }
}

/** Reads the options; prints what is wrong with them. */
function readOptions(context: ProgramContext, program: string): TaskOptions | undefined {
  try {
    return parseTaskOptions(context.arguments);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    printErrorLine(context, error.message);
    if (!error.message.includes('filter')) printErrorLine(context, `Type "${program} /?" for usage.`);
    return undefined;
  }
}

export const tasklist: GuestProgram = async (context) => {
  const options = readOptions(context, 'TASKLIST');
  if (options === undefined) return 1;
  if (!/^(table|list|csv)$/.test(options.format)) {
    printErrorLine(context, `ERROR: Invalid syntax. '${options.format}' value is not allowed for '/fo' option.`);
    return 1;
  }
  const found = context.processes().filter((process) => options.filters.every((test) => test(process)));
  if (found.length === 0) printLine(context, 'INFO: No tasks are running which match the specified criteria.');
  else show(context, found, options);
  return 0;
};

/** How a line of taskkill names a process: by its number, its name, or as what another one has started. */
type Naming = 'number' | 'name' | 'child';

function named({ pid, parentPid, name }: GuestProcessView, naming: Naming): string {
  if (naming === 'name') return `"${name}" with PID ${pid}`;
  return naming === 'child' ? `with PID ${pid} (child process of PID ${parentPid})` : `with PID ${pid}`;
}

/** Kills one process. Exit code as taskkill gives it. */
function killOne(context: ProgramContext, process: GuestProcessView, naming: Naming, isForced: boolean): number {
  const who = named(process, naming);
  try {
    context.kill(process.pid);
  } catch (error) {
    if (!(error instanceof Fault) || (error.kind !== 'guest-permission' && error.kind !== 'no-such-process'))
      throw error;
    const isGone = error.kind === 'no-such-process';
    const reason = isGone ? 'There is no running instance of the task.' : 'Access is denied.';
    printErrorLine(context, `ERROR: The process ${who} could not be terminated.`);
    printErrorLine(context, `Reason: ${reason}`);
    return isGone ? 128 : 1;
  }
  printLine(
    context,
    isForced
      ? `SUCCESS: The process ${who} has been terminated.`
      : `SUCCESS: Sent termination signal to the process ${who}.`,
  );
  return 0;
}

/** What a process has started, and that in turn, the last ones first. */
function descendantsOf(process: GuestProcessView, all: readonly GuestProcessView[]): readonly GuestProcessView[] {
  const children = all.filter(({ pid, parentPid }) => parentPid === process.pid && pid !== process.pid);
  return children.flatMap((child) => [...descendantsOf(child, all), child]);
}

export const taskkill: GuestProgram = async (context) => {
  const options = readOptions(context, 'TASKKILL');
  if (options === undefined) return 1;
  const { pids, names, filters, flags } = options;
  if (pids.length === 0 && names.length === 0 && filters.length === 0) {
    printErrorLine(context, 'ERROR: Invalid syntax. Neither /FI nor /PID nor /IM were specified.');
    printErrorLine(context, 'Type "TASKKILL /?" for usage.');
    return 1;
  }
  const all = context.processes().filter((process) => filters.every((test) => test(process)));
  let exitCode = 0;
  const wanted = [
    ...pids.map((pid): [string, Test, boolean] => [pid, (process) => process.pid === Number(pid), false]),
    ...names.map((name): [string, Test, boolean] => [name, (process) => nameMatcher(name)(process.name), true]),
  ];
  if (wanted.length === 0) wanted.push(['', () => true, true]);
  for (const [what, test, isNamed] of wanted) {
    const found = all.filter((process) => test(process) && (process.pid !== context.pid || !isNamed));
    if (found.length === 0 && what !== '') {
      printErrorLine(context, `ERROR: The process "${what}" not found.`);
      exitCode = 128;
    }
    if (found.length === 0 && what === '') printLine(context, 'INFO: No tasks running with the specified criteria.');
    for (const process of found) {
      const children = flags.has('t') ? descendantsOf(process, context.processes()) : [];
      const ended: (readonly [GuestProcessView, Naming])[] = [
        ...children.map((child) => [child, 'child'] as const),
        [process, isNamed ? 'name' : 'number'],
      ];
      for (const [each, naming] of ended) {
        exitCode = Math.max(exitCode, killOne(context, each, naming, flags.has('f')));
      }
    }
  }
  return exitCode;
};

import type { GuestUser, ProgramContext } from '../../program.js';
import { splitOnce, UsageError, type PosixCommand, type ShellAccess } from '../posix-command.js';
import { quoteWord, quoteWords } from '../posix-words.js';

/** Variables that outlive a change of the user. */
const keptVariables: readonly string[] = ['PATH', 'TERM', 'LANG', 'TZ'];
const shellPath = '/bin/sh';

/** Options of `sudo` that make no difference in a guest: no password is asked and nothing is recorded. */
const idleSudoOptions: ReadonlySet<string> = new Set(['-n', '-S', '-H', '-A', '-P', '-B', '-k', '-K', '-v', '--']);

/** `sudo [-u user] [-EHinsS] [name=value ...] command ...`, for root and administrators. */
const sudo: PosixCommand = async (words, context, shell) => {
  if (!isAlmighty(context.user)) throw new UsageError(`${context.user.name} is not in the sudoers file`);
  let name = 'root';
  let isLogin = false;
  let isShell = false;
  let keepsVariables = false;
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const [option, value] = splitOnce(word, '=');
    if (word === '-u' || word === '--user') name = words[(at += 1)] ?? '';
    else if (option === '--user') name = value ?? '';
    else if (/^-u./u.test(word)) name = word.slice(2);
    else if (word === '-p') at += 1;
    else if (word === '-E' || option === '--preserve-env') keepsVariables = true;
    else if (word === '-i' || word === '--login') isLogin = true;
    else if (word === '-s' || word === '--shell') isShell = true;
    else if (/^--(?:non-interactive|stdin|set-home)$/u.test(word)) continue;
    else if (idleSudoOptions.has(word)) continue;
    else if (word.startsWith('-')) throw new UsageError(`mock guests do not know the option '${word}'`);
    else break;
  }
  const user = userFor(name, context, `unknown user: ${name}`);
  const assigned = new Map<string, string>();
  for (; /^[A-Za-z_]\w*=/u.test(words[at] ?? ''); at += 1) {
    const [variable, value = ''] = splitOnce(words[at] ?? '', '=');
    assigned.set(variable, value);
  }
  const command = words.slice(at);
  if (command.length === 0 && !isLogin && !isShell) return 0;
  if (user.name === context.user.name && !isLogin && !isShell) {
    return shell.run(command, { environment: new Map([...context.environment, ...assigned]) });
  }
  const environment = new Map([
    ...(keepsVariables ? context.environment : environmentOf(user, context)),
    ['SUDO_USER', context.user.name],
    ['SUDO_UID', String(context.user.id)],
    ['SUDO_COMMAND', command.join(' ')],
    ...assigned,
  ]);
  return runAs(user, context, {
    args: command.length === 0 ? '' : `-c ${quoteWord(quoteWords(command))}`,
    environment,
    workingDirectory: isLogin ? user.home : context.workingDirectory,
  });
};

/** `su [-] [-c command] [user]`, for root: others would be asked for a password at a terminal. */
const su: PosixCommand = (words, context) => {
  let name: string | undefined;
  let command: string | undefined;
  let isLogin = false;
  let keepsVariables = false;
  const positional: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const [option, value] = splitOnce(word, '=');
    if (word === '-' || word === '-l' || word === '--login') isLogin = true;
    else if (word === '-c' || word === '--command') command = words[(at += 1)] ?? '';
    else if (option === '--command') command = value ?? '';
    else if (word === '-s' || word === '--shell') requireShell(words[(at += 1)] ?? '');
    else if (option === '--shell') requireShell(value ?? '');
    else if (word === '-m' || word === '-p') keepsVariables = true;
    else if (word === '-lc') [isLogin, command] = [true, words[(at += 1)] ?? ''];
    else if (word.startsWith('-')) throw new UsageError(`invalid option '${word}'`);
    else if (name === undefined) name = word;
    else positional.push(word);
  }
  const user = userFor(name ?? 'root', context, `user ${name ?? 'root'} does not exist`);
  if (context.user.id !== 0) throw new UsageError('must be run from a terminal');
  const whole = [...context.environment, ...environmentOf(user, context)];
  return runAs(user, context, {
    args: command === undefined ? '' : `-c ${quoteWords([command, 'su', ...positional])}`,
    environment: isLogin ? environmentOf(user, context) : new Map(keepsVariables ? context.environment : whole),
    workingDirectory: isLogin && context.files.exists(user.home) ? user.home : context.workingDirectory,
  });
};

/** `runuser -u user [--] command ...`, or as `su`. */
const runuser: PosixCommand = (words, context, shell) => {
  if (context.user.id !== 0) throw new UsageError('may not be used by non-root users');
  if (words[0] !== '-u') return su(words, context, shell);
  const command = words.slice(words[2] === '--' ? 3 : 2);
  if (command.length === 0) throw new UsageError('no command was specified');
  const user = userFor(words[1] ?? '', context, `user ${words[1] ?? ''} does not exist`);
  return runAs(user, context, {
    args: `-c ${quoteWord(quoteWords(command))}`,
    environment: context.environment,
    workingDirectory: context.workingDirectory,
  });
};

interface RunAs {
  /** Of the shell; empty: it reads its script from standard input. */
  readonly args: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly workingDirectory: string;
}

function runAs(user: GuestUser, context: ProgramContext, { args, ...streams }: RunAs): Promise<number> {
  return context.run(shellPath, args, { ...streams, user });
}

function userFor(name: string, { accounts }: ProgramContext, problem: string): GuestUser {
  const user = accounts.list().find((each) => each.name === name || `#${each.id}` === name);
  if (user === undefined) throw new UsageError(problem);
  return user;
}

function environmentOf(user: GuestUser, { environment }: ProgramContext): Map<string, string> {
  const kept = [...environment].filter(([name]) => keptVariables.includes(name));
  return new Map([...kept, ['HOME', user.home], ['USER', user.name], ['LOGNAME', user.name], ['SHELL', shellPath]]);
}

function requireShell(path: string): void {
  if (!/(?:^|\/)(?:sh|bash|dash)$/u.test(path)) throw new UsageError(`mock guests have no shell '${path}'`);
}

function isAlmighty({ id, isAdministrator }: GuestUser): boolean {
  return id === 0 || isAdministrator;
}

/** How a command whose only task is to run another one finds that: past its own options. */
function runRest(words: readonly string[], withValue: string, shell: ShellAccess): number | Promise<number> {
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--') {
      at += 1;
      break;
    }
    if (!word.startsWith('-') || word === '-') break;
    const isApart = word.length === 2 && withValue.includes(word.charAt(1));
    if (isApart || (word.startsWith('--') && !word.includes('=') && withValue.includes(word.charAt(2)))) at += 1;
  }
  const command = words.slice(at);
  if (command.length === 0) throw new UsageError('missing operand');
  return shell.run(command);
}

/** Niceness of every process of a mock guest. */
const nice: PosixCommand = (words, context, shell) => {
  if (words.length > 0) return runRest(words, 'na', shell);
  context.writeStdout('0\n');
  return 0;
};

/** Commands that run another command: as somebody else, or with a priority that makes no difference in a guest. */
export const userCommands: Readonly<Record<string, PosixCommand>> = {
  sudo,
  su,
  runuser,
  nice,
  ionice: (words, _context, shell) => runRest(words, 'cn', shell),
  nohup: (words, _context, shell) => runRest(words, '', shell),
  setsid: (words, _context, shell) => runRest(words, '', shell),
};

import type { ProgramContext } from '../program.js';
import { ln } from './commands/link-command.js';
import { posixErrorOf } from './posix-errors.js';
import { forEach, parseOptions, pathOf, UsageError, type PosixCommand } from './posix-command.js';

const echo: PosixCommand = (words, context) => {
  const isOpen = words[0] === '-n';
  context.writeStdout(words.slice(isOpen ? 1 : 0).join(' ') + (isOpen ? '' : '\n'));
  return 0;
};

const cat: PosixCommand = (words, context) => {
  const { operands } = parseOptions(words, 'u');
  return forEach(context, 'cat', operands.length === 0 ? ['-'] : operands, (operand) => {
    if (operand === '-' || operand === '/dev/stdin') context.writeStdout(context.stdin);
    else if (operand !== '/dev/null') context.writeStdout(context.files.read(pathOf(context, operand)).bytes());
  });
};

const pwd: PosixCommand = (_words, context) => {
  context.writeStdout(`${context.workingDirectory}\n`);
  return 0;
};

const mkdir: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'pm:', ['parents', 'mode=']);
  if (operands.length === 0) throw new UsageError('missing operand');
  const makeParents = options.has('p') || options.has('parents');
  const modeText = options.get('m') ?? options.get('mode');
  if (modeText !== undefined && !/^[0-7]{1,4}$/u.test(modeText)) throw new UsageError(`invalid mode '${modeText}'`);
  const mode = modeText === undefined ? undefined : Number.parseInt(modeText, 8);
  return forEach(context, 'mkdir', operands, (operand) => {
    const path = pathOf(context, operand);
    if (makeParents && isDirectory(context, path)) return;
    context.files.makeDirectory(path, { makeParents });
    if (mode !== undefined) context.files.setAttributes(path, { mode });
  });
};

const rmdir: PosixCommand = (words, context) =>
  forEach(context, 'rmdir', parseOptions(words, '').operands, (operand) =>
    context.files.deleteDirectory(pathOf(context, operand)),
  );

const rm: PosixCommand = (words, context) => {
  const { options, operands } = parseOptions(words, 'rRf', ['recursive', 'force']);
  const recursive = options.has('r') || options.has('R') || options.has('recursive');
  const isForced = options.has('f') || options.has('force');
  if (operands.length === 0 && !isForced) throw new UsageError('missing operand');
  return forEach(context, 'rm', operands, (operand) => {
    const path = pathOf(context, operand);
    if (isForced && isMissing(context, path)) return;
    const { kind } = context.files.stat(path, { followLinks: false });
    if (kind === 'directory' && recursive) context.files.deleteDirectory(path, { recursive });
    else context.files.deleteFile(path);
  });
};

const test: PosixCommand = (words, context) => {
  const isNegated = words[0] === '!';
  const holds = condition(isNegated ? words.slice(1) : words, context);
  return holds === isNegated ? 1 : 0;
};

const bracket: PosixCommand = (words, context, shell) => {
  if (words[words.length - 1] !== ']') throw new UsageError("missing ']'");
  return test(words.slice(0, -1), context, shell);
};

function condition(words: readonly string[], context: ProgramContext): boolean {
  const [first = '', second, third] = words;
  if (second === undefined) return first !== '';
  if (third === undefined) return unary(first, second, context);
  const compare = binary[second];
  if (compare === undefined) throw new UsageError(`unknown operator '${second}'`);
  return compare(first, third);
}

const binary: Readonly<Record<string, (left: string, right: string) => boolean>> = {
  '=': (left, right) => left === right,
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '-eq': (left, right) => Number(left) === Number(right),
  '-ne': (left, right) => Number(left) !== Number(right),
  '-lt': (left, right) => Number(left) < Number(right),
  '-le': (left, right) => Number(left) <= Number(right),
  '-gt': (left, right) => Number(left) > Number(right),
  '-ge': (left, right) => Number(left) >= Number(right),
};

function unary(operator: string, operand: string, context: ProgramContext): boolean {
  if (operator === '-n') return operand !== '';
  if (operator === '-z') return operand === '';
  const path = pathOf(context, operand);
  if (operator === '-L' || operator === '-h') {
    return !isMissing(context, path) && context.files.stat(path, { followLinks: false }).kind === 'symlink';
  }
  if (!context.files.exists(path)) return false;
  const status = context.files.stat(path);
  switch (operator) {
    case '-e':
      return true;
    case '-f':
      return status.kind === 'file';
    case '-d':
      return status.kind === 'directory';
    case '-s':
      return status.size > 0;
    case '-x':
      return (status.mode & 0o111) !== 0;
    case '-r':
      return mayRead(context, path);
    default:
      throw new UsageError(`unknown operator '${operator}'`);
  }
}

function mayRead(context: ProgramContext, path: string): boolean {
  try {
    if (isDirectory(context, path)) context.files.list(path);
    else context.files.read(path);
    return true;
  } catch (error) {
    if (posixErrorOf(error) === undefined) throw error;
    return false;
  }
}

function isDirectory(context: ProgramContext, path: string): boolean {
  return context.files.exists(path) && context.files.stat(path).kind === 'directory';
}

function isMissing(context: ProgramContext, path: string): boolean {
  try {
    context.files.stat(path, { followLinks: false });
    return false;
  } catch (error) {
    const code = posixErrorOf(error)?.code;
    if (code === undefined) throw error;
    return code === 'ENOENT' || code === 'ENOTDIR';
  }
}

/** What the small shell has beside `guestCommands`. */
export const smallCommands: ReadonlyMap<string, PosixCommand> = new Map(
  Object.entries({ echo, cat, pwd, mkdir, rmdir, rm, ln, test, '[': bracket, true: () => 0, false: () => 1 }),
);

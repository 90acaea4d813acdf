import type { Builtin } from '../builtin.js';
import { ExitShell, JumpInBatch, LeaveBatch } from '../control.js';
import { expandPercent } from '../expansion.js';
import { splitWords } from '../words.js';
import { start } from './start.js';

const call: Builtin = async (builtinCall) => {
  const { session, runner, streams } = builtinCall;
  // `call` replaces variables once more, which is how scripts reach a variable whose name is in another one.
  const text = expandPercent(builtinCall.arguments, session).trim();
  if (!text.startsWith(':')) return runner.callCommand(session, text, streams);
  const [label = ''] = splitWords(text);
  return runner.callLabel(session, label, text.slice(label.length), streams);
};

const goto: Builtin = ({ session, runner, streams, arguments: text }) => {
  const label = text.trim();
  if (session.batch === undefined) return undefined;
  if (/^:eof\b/i.test(label)) throw new LeaveBatch();
  const position = runner.findLabel(session, label);
  if (position !== undefined) throw new JumpInBatch(position);
  streams.stderr(`The system cannot find the batch label specified - ${label.replace(/^:/, '')}\r\n`);
  session.errorLevel = 1;
  throw new LeaveBatch();
};

const exit: Builtin = ({ session, arguments: text }) => {
  const isBatchOnly = /^\s*\/b\b/i.test(text);
  const number = /-?\d+/.exec(text.replace(/^\s*\/b/i, ''))?.[0];
  if (number !== undefined) session.errorLevel = Number(number) | 0;
  if (isBatchOnly && session.batch !== undefined) throw new LeaveBatch();
  throw new ExitShell(session.errorLevel);
};

const setlocal: Builtin = ({ session, arguments: text }) => {
  if (session.batch === undefined) return undefined;
  session.openScope();
  for (const word of splitWords(text.toLowerCase())) {
    if (word === 'enabledelayedexpansion') session.hasDelayedExpansion = true;
    if (word === 'disabledelayedexpansion') session.hasDelayedExpansion = false;
  }
  return 0;
};

const endlocal: Builtin = ({ session }) => {
  if (session.batch !== undefined && session.scopes > session.batch.scopes) session.closeScope();
  return undefined;
};

const shift: Builtin = ({ session, arguments: text }) => {
  const from = Number(/\/(\d)/.exec(text)?.[1] ?? 0);
  if (session.batch === undefined) return undefined;
  session.batch.parameters.splice(from, 1);
  if (from === 0) session.batch.isNameShifted = true;
  return undefined;
};

const pause: Builtin = ({ streams }) => {
  streams.stdout('Press any key to continue . . . \r\n');
  return undefined;
};

const nothing: Builtin = () => undefined;

/** Built-in commands that steer what runs next. */
export const controlBuiltins: Readonly<Record<string, Builtin>> = {
  break: nothing,
  call,
  endlocal,
  exit,
  goto,
  pause,
  rem: nothing,
  setlocal,
  shift,
  start,
};

import { ArithmeticError, evaluateArithmetic } from '../arithmetic.js';
import { type Builtin, type BuiltinCall, print, printError, wrongSyntax } from '../builtin.js';

/** What stands between a leading quote and the last one; other text as it is. */
function withoutOuterQuotes(text: string): string {
  if (!text.startsWith('"')) return text;
  const last = text.lastIndexOf('"');
  return last === 0 ? text.slice(1) : text.slice(1, last);
}

function show(call: BuiltinCall, prefix: string): number | undefined {
  const wanted = prefix.trim().toUpperCase();
  const found = call.session.environment
    .entries()
    .filter(([name]) => !name.startsWith('=') && name.toUpperCase().startsWith(wanted));
  for (const [name, value] of found) print(call, `${name}=${value}`);
  if (found.length > 0 || wanted === '') return undefined;
  printError(call, `Environment variable ${prefix.trim()} not defined`);
  return 1;
}

function assign(call: BuiltinCall, name: string, value: string): void {
  if (value === '') call.session.environment.delete(name);
  else call.session.environment.set(name, value);
}

function compute(call: BuiltinCall, expression: string): number | undefined {
  const { session } = call;
  try {
    const value = evaluateArithmetic(expression, {
      get: (name) => session.variable(name),
      set: (name, number) => session.environment.set(name, String(number)),
    });
    if (session.batch === undefined) call.streams.stdout(String(value));
    return 0;
  } catch (error) {
    if (!(error instanceof ArithmeticError)) throw error;
    printError(call, error.message);
    return error.errorLevel;
  }
}

function ask(call: BuiltinCall, text: string): number | undefined {
  const assignment = withoutOuterQuotes(text);
  const equals = assignment.indexOf('=', 1);
  if (equals < 0) return wrongSyntax(call);
  call.streams.stdout(withoutOuterQuotes(assignment.slice(equals + 1).trimStart()));
  const line = call.streams.stdin.readLine();
  if (line === undefined || line === '') return 1;
  call.session.environment.set(assignment.slice(0, equals), line);
  return undefined;
}

const set: Builtin = (call) => {
  const text = call.arguments.trimStart();
  const option = /^\/([ap])\s*/i.exec(text);
  if (option !== null) {
    const rest = text.slice(option[0].length);
    return option[1]?.toLowerCase() === 'a' ? compute(call, rest) : ask(call, rest);
  }
  const assignment = withoutOuterQuotes(text);
  const equals = assignment.indexOf('=', 1);
  if (assignment.startsWith('=')) return wrongSyntax(call);
  if (equals < 0) return show(call, assignment);
  assign(call, assignment.slice(0, equals), assignment.slice(equals + 1));
  return undefined;
};

const path: Builtin = (call) => {
  const text = call.arguments.trim().replace(/^=\s*/, '');
  if (text === '') print(call, `PATH=${call.session.environment.get('PATH') ?? '(null)'}`);
  else assign(call, 'PATH', text === ';' ? '' : text);
  return undefined;
};

/** Built-in commands about variables. */
export const variableBuiltins: Readonly<Record<string, Builtin>> = { path, set };

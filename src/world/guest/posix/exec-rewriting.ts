import type { CommandNode, RedirectionNode, ScriptNode, SimpleCommandNode, StatementNode } from './just-bash-types.js';
import { literalName, literalOf, onlyCommand } from './syntax-tree.js';

type Parse = (script: string) => ScriptNode;

const inputOperators: ReadonlySet<string> = new Set(['<', '<<', '<<-', '<<<', '<&', '<>']);
const refusal =
  '{ echo "exec: in a mock guest it gives a script other input only by itself, not inside if, loops and functions" >&2; exit 2; }';

/** Redirections of an `exec` that starts nothing and so changes the shell's own streams; otherwise undefined. */
export function execRedirections(statement: StatementNode): readonly RedirectionNode[] | undefined {
  const command = onlyCommand(statement);
  return command !== undefined && isStreamChange(command) ? command.redirections : undefined;
}

/** Whether the command is an `exec` without a program. */
export function isStreamChange(command: CommandNode): boolean {
  return command.type === 'SimpleCommand' && literalName(command) === 'exec' && command.args.length === 0;
}

/**
 * The library goes on after `exec PROGRAM`, and takes no input by `exec < FILE`.
 * @returns what stands for the command: for the first one that also leaves the shell, for the second one a refusal
 *   (see `takeInput`); the command itself where it is neither.
 */
export function rewriteExec(command: CommandNode, parse: Parse): CommandNode {
  if (command.type !== 'SimpleCommand' || literalName(command) !== 'exec') return command;
  if (command.args.length === 0) return command.redirections.some(isInput) ? groupOf(refusal, parse) : command;
  withoutName(command);
  const group = groupOf('{ :; exit; }', parse);
  const [first] = group.type === 'Group' ? group.body : [];
  if (first === undefined) return command;
  first.pipelines = [{ type: 'Pipeline', commands: [command], negated: false }];
  return group;
}

/** Puts what follows an `exec < FILE` in a list of a shell into a group that has this input, in place. */
export function takeInput(statements: StatementNode[], parse: Parse): void {
  const at = statements.findIndex((statement) => execRedirections(statement)?.some(isInput));
  const statement = statements[at];
  const command = statement === undefined ? undefined : onlyCommand(statement);
  if (statement === undefined || command?.type !== 'SimpleCommand') return;
  const rest = statements.splice(at + 1);
  takeInput(rest, parse);
  const [wrapper] = parse('{ :; }').statements;
  const group = wrapper === undefined ? undefined : onlyCommand(wrapper);
  if (wrapper === undefined || group?.type !== 'Group') return;
  group.body.push(...rest);
  group.redirections = command.redirections.filter(isInput);
  command.redirections = command.redirections.filter((redirection) => !isInput(redirection));
  if (command.redirections.length === 0) statements.pop();
  statements.push(wrapper);
}

function isInput({ operator, fd }: RedirectionNode): boolean {
  return inputOperators.has(operator) && (fd ?? 0) === 0;
}

/** Programs do not ask by what name they were called, so `-a NAME` says nothing; nor does the `-l` of a login shell. */
function withoutName(command: SimpleCommandNode): void {
  const words = command.args.map(literalOf);
  if (words[0] === '-a') command.args.splice(0, 2);
  else if (words[0] === '-l') command.args.shift();
}

function groupOf(script: string, parse: Parse): CommandNode {
  const [wrapper] = parse(script).statements;
  const group = wrapper === undefined ? undefined : onlyCommand(wrapper);
  if (group === undefined) throw new Error('the shell library parses no group; update just-bash');
  return group;
}

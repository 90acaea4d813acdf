import type { CommandNode, RedirectionNode, ScriptNode, SimpleCommandNode } from './just-bash-types.js';
import { onlyCommand } from './syntax-tree.js';

const substitution = /"type":"CommandSubstitution"/u;
const lastStatus = '"parameter":"?"';

/**
 * An assignment ends with status 0, unless a command in `$(...)` gave another one. The library keeps the status that
 * came before, but not where the assignment has a redirection.
 * @returns what stands for the command; the command itself where it is no assignment, or has its status from `$(...)`.
 */
export function rewriteAssignment(command: CommandNode, parse: (script: string) => ScriptNode): CommandNode {
  if (command.type !== 'SimpleCommand' || command.name !== null || command.assignments.length === 0) return command;
  if (command.redirections.length > 0) return command;
  const text = JSON.stringify(command.assignments);
  if (!substitution.test(text)) {
    command.redirections = idleRedirections(parse);
    return command;
  }
  // In `${X:-$(...)}` the command may not run at all.
  const isConditional = command.assignments.some(hasConditionalCommand);
  return isConditional && !text.includes(lastStatus) ? afterSuccess(command, parse) : command;
}

function idleRedirections(parse: (script: string) => ScriptNode): RedirectionNode[] {
  const [statement] = parse(': >&1').statements;
  const command = statement === undefined ? undefined : onlyCommand(statement);
  return command?.type === 'SimpleCommand' ? command.redirections : [];
}

function afterSuccess(command: SimpleCommandNode, parse: (script: string) => ScriptNode): CommandNode {
  const [wrapper] = parse('{ :; :; }').statements;
  const group = wrapper === undefined ? undefined : onlyCommand(wrapper);
  const last = group?.type === 'Group' ? group.body[1] : undefined;
  if (group === undefined || last === undefined) return command;
  last.pipelines = [{ type: 'Pipeline', commands: [command], negated: false }];
  return group;
}

function hasConditionalCommand(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if ('operation' in value && substitution.test(JSON.stringify(value.operation))) return true;
  return Object.values(value).some(hasConditionalCommand);
}

/** Small questions about scripts as the library's parser gives them. */
import type { CommandNode, SimpleCommandNode, StatementNode } from './just-bash-types.js';

/** The command of a statement that is nothing but one command; otherwise undefined. */
export function onlyCommand({ pipelines }: StatementNode): CommandNode | undefined {
  const [pipeline, ...more] = pipelines;
  return more.length === 0 && pipeline?.commands.length === 1 ? pipeline.commands[0] : undefined;
}

/** The name of a command that is written without quotes and variables. */
export function literalName({ name }: SimpleCommandNode): string | undefined {
  return name === null ? undefined : literalOf(name);
}

/** The text of a word that is written without quotes and variables. */
export function literalOf({ parts }: NonNullable<SimpleCommandNode['name']>): string | undefined {
  const [part, ...more] = parts;
  return more.length === 0 && part?.type === 'Literal' ? part.value : undefined;
}

/** A pipeline that does nothing and has the status of what ran before, as only a parsed script can say it. */
export function nothing(): StatementNode['pipelines'][number] {
  const command: CommandNode = { type: 'SimpleCommand', assignments: [], name: null, args: [], redirections: [] };
  return { type: 'Pipeline', commands: [command], negated: false };
}

import type { CommandNode, ScriptNode, StatementNode } from './just-bash-types.js';
import { literalName, nothing } from './syntax-tree.js';

type Pipeline = StatementNode['pipelines'][number];

/** What tells a function from a command that `set -e` has no effect inside of. */
export interface ExitOnErrorOptions {
  /** Whether a name is that of a command of the guest. */
  readonly isCommand: (name: string) => boolean;
}

/** Commands that run text of the script itself. */
const evaluating: ReadonlySet<string> = new Set(['.', 'source', 'eval', 'command', 'builtin']);

/** Settings that a script makes for its `$(...)`. */
const ownSetting = /"value":"(?:set|inherit_errexit)"/u;

/**
 * With `set -e`, the library ends a script in the middle of functions and compound commands that stand left of `&&` and
 * `||`, after `!` or in `$(...)`, where a shell goes on. In the condition of an `if` it does not: puts them there.
 */
export class ExitOnError {
  readonly #isCommand: (name: string) => boolean;
  #functions: ReadonlySet<string> = new Set();
  /** Whether a script asks for the status of each part of a pipeline, which a condition hides. */
  #asksForParts = false;

  constructor(options: ExitOnErrorOptions) {
    this.#isCommand = options.isCommand;
  }

  /** Notes what the rewriting of a script has to know of all of it. */
  enter(script: ScriptNode): void {
    const text = JSON.stringify(script);
    const definitions = text.matchAll(/"type":"FunctionDef","name":"([^"]*)"/gu);
    this.#functions = new Set([...definitions].map(([, name = '']) => name));
    this.#asksForParts = text.includes('PIPESTATUS');
  }

  /** Rewrites a statement in place. */
  rewriteStatement(statement: StatementNode): void {
    if (statement.background) return;
    const last = statement.pipelines.length - 1;
    statement.pipelines = statement.pipelines.map((pipeline, index) => {
      if ((index === last && !pipeline.negated) || !this.#mayEnd(pipeline)) return pipeline;
      const condition = statementOf({ ...pipeline, negated: false });
      // The first of a list never ends a script.
      const status: StatementNode = { ...condition, pipelines: [nothing(), nothing()], operators: ['&&'] };
      return { ...pipelineOf(ifOf([condition], status)), negated: pipeline.negated };
    });
  }

  /**
   * Rewrites the script in `$(...)` in place. Also one whose last command is a list: the library takes it for the list
   * that the whole stands in, and goes on after `x=$(false && true)`.
   */
  rewriteSubstitution(script: ScriptNode): void {
    const [statement, ...more] = script.statements;
    const [pipeline, ...others] = statement?.pipelines ?? [];
    if (pipeline === undefined) return;
    const isOne = more.length === 0 && others.length === 0 && !pipeline.negated;
    if ((isOne && !this.#mayEnd(pipeline)) || ownSetting.test(JSON.stringify(script))) return;
    script.statements = [statementOf(pipelineOf(ifOf(script.statements, statementOf(nothing()))))];
  }

  #mayEnd({ commands }: Pipeline): boolean {
    if (commands.length > 1 && this.#asksForParts) return false;
    return commands.some((command) => {
      if (command.type !== 'SimpleCommand') return command.type !== 'FunctionDef';
      if (command.name === null) return false;
      const name = literalName(command);
      if (name === undefined || evaluating.has(name) || this.#functions.has(name)) return true;
      return !name.includes('/') && !this.#isCommand(name);
    });
  }
}

function pipelineOf(command: CommandNode): Pipeline {
  return { type: 'Pipeline', commands: [command], negated: false };
}

function statementOf(pipeline: Pipeline): StatementNode {
  return { type: 'Statement', pipelines: [pipeline], operators: [], background: false };
}

/** @param otherwise runs with the status of the condition, where that failed. */
function ifOf(condition: StatementNode[], otherwise: StatementNode): CommandNode {
  return { type: 'If', clauses: [{ condition, body: [] }], elseBody: [otherwise], redirections: [] };
}

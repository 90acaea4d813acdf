/**
 * Changes scripts of the full shell where the library alone would do less than a guest should:
 * - `command &` becomes a process of its own, `$!` its process id, and `wait` waits for it. It stays in the foreground
 *   inside `$(...)`, in a part of a pipeline, and in text that `eval` or `.` reads. What it prints
 *   appears where the shell waits for it or ends, after that at the console; redirections of the command itself hold. It sees the variables and the
 *   functions of its script, but no arrays.
 * - loops and functions let others have their turn; otherwise a busy script would keep the whole process. Text that
 *   `eval` or `.` reads does not, and runs into the limit of its steps.
 * - commands that the library knows and a guest has not are looked up in the guest, and missed in a shell's own words.
 * - a file that cannot be written fails its command, where the library would end the script.
 * - output streams that go to one place keep their order: see `StreamMerging`.
 * - a script ends with `exec PROGRAM`, and reads on from FILE after `exec < FILE`.
 * - `until` becomes `while !`, since the library ends a script with `set -e` at its condition.
 * - what it gets wrong about `set -e`, `set -u` and the status of assignments: see `ExitOnError`, `rewriteDefault` and
 *   `rewriteAssignment`.
 */
import { rewriteAssignment } from './assignment-status.js';
import { rewriteDefault } from './default-expansion.js';
import { isStandardInput } from './devices.js';
import type { RedirectionNode, ScriptNode, SimpleCommandNode, StatementNode } from './just-bash-types.js';
import { quoteWord } from './posix-words.js';
import { rewriteExec, takeInput } from './exec-rewriting.js';
import { ExitOnError } from './exit-on-error.js';
import { StreamMerging } from './stream-merging.js';
import { literalName, nothing } from './syntax-tree.js';

/** Commands that rewritten scripts call. */
export const rewritingCommands = {
  turn: '/bin/.take-turn',
  start: '/bin/.start-process',
  startScript: '/bin/.start-script',
  wait: '/bin/.wait-for-processes',
  mergeStreams: '/bin/.merge-streams',
  runIfThere: '/bin/.run-if-there',
} as const;

/** Variable that takes the place of `$!`. */
export const lastPidVariable = '__last_background_pid';

/** What `set -x` shows of the rewriting. */
export const rewritingTrace = /^\++ (?:\/bin\/\.|__last_background_pid=).*\n/gmu;

/** What the rewriting needs of the library. */
export interface ScriptLibrary {
  parse(script: string): ScriptNode;
  serialize(script: ScriptNode): string;
}

export interface ScriptRewritingOptions {
  /** Commands that the library knows and that are not those of the guest. */
  readonly foreignCommands: ReadonlySet<string>;
  /** Commands of the guest, which functions of scripts that are read later may not be named like. */
  readonly ownCommands: ReadonlySet<string>;
  /** Called with true when the library is about to open the target of an output redirection, with false when it is not. */
  readonly onOpening: (isOpening: boolean) => void;
}

/** A script keeps the event loop so long at most, in milliseconds. */
const longestTurnMs = 8;

/** Parts of a script whose statements run over and over: in the condition of a loop, or in its body. */
const repeated: Readonly<Record<string, 'condition' | 'body'>> = {
  While: 'condition',
  For: 'body',
  CStyleFor: 'body',
  Group: 'body',
  Subshell: 'body',
};

/** Redirections that open a file to write into it. */
const outputOperators: ReadonlySet<string> = new Set(['>', '>>', '>|', '&>', '&>>']);

/** What the library looks at first of a command that may ask for files. */
const announced: Readonly<Record<string, string>> = { SimpleCommand: 'name', ConditionalCommand: 'expression' };

const runsCommands = /"type":"(?:CommandSubstitution|ProcessSubstitution)"/u;

/** Parts whose output somebody waits for, so that nothing in them can leave. */
const captured: ReadonlySet<string> = new Set(['CommandSubstitution', 'ProcessSubstitution']);

interface Node {
  type: string;
  [key: string]: unknown;
}

/** Rewrites parsed scripts, in place. */
export class ScriptRewriting {
  readonly #library: ScriptLibrary;
  readonly #turn: StatementNode[];
  readonly #merging: StreamMerging;
  readonly #exitOnError: ExitOnError;
  readonly #options: ScriptRewritingOptions;
  /** Whether both output streams of the script that is read next go to one place. */
  isNextMerged = false;
  #turnMs = performance.now();

  constructor(library: ScriptLibrary, options: ScriptRewritingOptions) {
    this.#library = library;
    this.#options = options;
    this.#exitOnError = new ExitOnError({ isCommand: (name) => options.ownCommands.has(name) });
    this.#turn = library.parse(`${rewritingCommands.turn} $?`).statements;
    // The exit code that came before stays, also under `set -e`, which never ends a script at the first of a list.
    for (const statement of this.#turn) {
      statement.pipelines.push(nothing());
      statement.operators.push('&&');
    }
    // It too must tell what it opens, which is nothing.
    this.#visit(this.#turn, '', false);
    this.#merging = new StreamMerging({
      parse: this.#parse,
      switchCommand: rewritingCommands.mergeStreams,
    });
  }

  readonly #parse = (script: string): ScriptNode => this.#library.parse(script);

  rewrite(script: ScriptNode): ScriptNode {
    const functions: StatementNode[] = [];
    for (const statement of script.statements) {
      if (statement.pipelines[0]?.commands[0]?.type === 'FunctionDef') functions.push(statement);
    }
    const prelude = functions.length === 0 ? '' : `${this.#text(functions)}\n`;
    const isMerged = this.isNextMerged;
    this.isNextMerged = false;
    this.#merging.merge(script, isMerged);
    takeInput(script.statements, this.#parse);
    this.#exitOnError.enter(script);
    this.#visit(script, prelude, true);
    return script;
  }

  /** @param prelude definitions that a command in the background needs. */
  #visit(value: unknown, prelude: string, canLeave: boolean): void {
    if (Array.isArray(value)) {
      for (const part of value) this.#visit(part, prelude, canLeave);
      return;
    }
    if (!isNode(value)) {
      if (isRecord(value)) for (const part of Object.values(value)) this.#visit(part, prelude, canLeave);
      return;
    }
    if (canLeave && isStatement(value) && value.background) this.#leave(value, prelude);
    if (isStatement(value)) this.#exitOnError.rewriteStatement(value);
    if (isSubstitution(value)) this.#exitOnError.rewriteSubstitution(value.body);
    if (isWord(value)) rewriteDefault(value);
    const isPipe = value.type === 'Pipeline' && Array.isArray(value['commands']) && value['commands'].length > 1;
    const canPartsLeave = canLeave && !isPipe && !captured.has(value.type);
    if (value.type === 'Subshell' && isStatements(value['body'])) takeInput(value['body'], this.#parse);
    for (const part of Object.values(value)) this.#visit(part, prelude, canPartsLeave);
    if (isPipeline(value)) {
      value.commands = value.commands.map((command) =>
        rewriteAssignment(rewriteExec(command, this.#parse), this.#parse),
      );
    }
    if (value.type === 'ParameterExpansion' && value['parameter'] === '!') value['parameter'] = lastPidVariable;
    if (value.type === 'Until') this.#negate(value);
    if (isSimpleCommand(value)) {
      this.#waitForProcesses(value);
      this.#lookUp(value, prelude);
    }
    if (isRedirection(value)) takeOwnInput(value);
    this.#announce(value);
    const place = repeated[value.type];
    if (place !== undefined) this.#letIn(value, place);
  }

  /** Puts the start of a process in the place of a command in the background. */
  #leave(statement: StatementNode, prelude: string): void {
    const [pipeline] = statement.pipelines;
    const [command] = pipeline?.commands ?? [];
    const isPlain =
      statement.pipelines.length === 1 &&
      pipeline?.commands.length === 1 &&
      !pipeline.negated &&
      command?.type === 'SimpleCommand' &&
      command.name !== null &&
      command.assignments.length === 0;
    const isFunction = isPlain && prelude.includes(`${literalName(command) ?? ''}()`);
    let start: string;
    if (isPlain && !isFunction) {
      const redirections = this.#commandText(statement, { ...command, name: null, args: [] });
      const words = this.#commandText(statement, { ...command, redirections: [] });
      start = `${rewritingCommands.start} ${quoteWord(redirections)} ${words}`;
    } else {
      const text = this.#text([{ ...statement, background: false }]);
      start = `${rewritingCommands.startScript} ${quoteWord(prelude + text)} "$0" "$@"`;
    }
    const [replacement] = this.#library.parse(`${lastPidVariable}=$(${start})`).statements;
    if (replacement === undefined) return;
    statement.background = false;
    statement.operators = replacement.operators;
    statement.pipelines = replacement.pipelines;
  }

  #negate(loop: Node): void {
    const [wrapper] = this.#library.parse('! { :; }').statements;
    const [group] = wrapper?.pipelines[0]?.commands ?? [];
    if (group?.type !== 'Group' || !isStatements(loop['condition'])) return;
    group.body = loop['condition'];
    loop['condition'] = [wrapper];
    loop.type = 'While';
  }

  #waitForProcesses(command: SimpleCommandNode): void {
    if (literalName(command) !== 'wait') return;
    const [part] = command.name?.parts ?? [];
    if (part?.type === 'Literal') part.value = rewritingCommands.wait;
  }

  /**
   * The library looks at the target of a redirection just before it opens it, and at the name of a command before it
   * does anything else for it. A target that runs commands of its own is left alone.
   */
  #announce(node: Node): void {
    const key = node.type === 'Redirection' ? 'target' : announced[node.type];
    if (key === undefined) return;
    const part = node[key];
    const isOpening = node.type === 'Redirection';
    if (isOpening) {
      const { operator } = node;
      const text = JSON.stringify(part);
      if (typeof operator !== 'string' || !outputOperators.has(operator) || runsCommands.test(text)) return;
    }
    Object.defineProperty(node, key, {
      enumerable: true,
      configurable: true,
      get: () => {
        this.#options.onOpening(isOpening);
        return part;
      },
    });
  }

  #lookUp(command: SimpleCommandNode, prelude: string): void {
    const { name } = command;
    const written = literalName(command);
    const [part] = name?.parts ?? [];
    if (name === null || written === undefined || part?.type !== 'Literal') return;
    if (!this.#options.foreignCommands.has(written) || prelude.includes(`${written}()`)) return;
    command.args.unshift({ ...name, parts: [{ ...part }] });
    part.value = rewritingCommands.runIfThere;
  }

  /** The shell asks for the statements each time anew, so now and then they can begin with a turn of others. */
  #letIn(node: Node, place: 'condition' | 'body'): void {
    const statements = node[place];
    if (!Array.isArray(statements)) return;
    const withTurn = [...this.#turn, ...statements];
    Object.defineProperty(node, place, { get: () => (this.#isTurnDue() ? withTurn : statements), enumerable: true });
  }

  #isTurnDue(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#turnMs < longestTurnMs) return false;
    this.#turnMs = nowMs;
    return true;
  }

  #commandText(statement: StatementNode, command: SimpleCommandNode): string {
    const pipelines: StatementNode['pipelines'] = [{ type: 'Pipeline', commands: [command], negated: false }];
    return this.#text([{ ...statement, background: false, operators: [], pipelines }]);
  }

  #text(statements: StatementNode[]): string {
    return this.#library.serialize({ type: 'Script', statements }).trim();
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isNode(value: unknown): value is Node {
  return isRecord(value) && typeof value['type'] === 'string';
}

function isStatements(value: unknown): value is StatementNode[] {
  return Array.isArray(value) && value.every((part) => isNode(part) && isStatement(part));
}

function isStatement(node: Node | StatementNode): node is StatementNode {
  return node.type === 'Statement';
}

/** The library knows its standard input by its number only. */
function takeOwnInput(redirection: RedirectionNode): void {
  const { operator, target } = redirection;
  const [part, ...more] = target.type === 'Word' ? target.parts : [];
  if (operator !== '<' || more.length > 0 || part?.type !== 'Literal' || !isStandardInput(part.value)) return;
  redirection.operator = '<&';
  part.value = '0';
}

function isRedirection(node: Node | RedirectionNode): node is RedirectionNode {
  return node.type === 'Redirection';
}

type PipelineNode = StatementNode['pipelines'][number];

function isPipeline(node: Node | PipelineNode): node is PipelineNode {
  return node.type === 'Pipeline';
}

type WordNode = NonNullable<SimpleCommandNode['name']>;

/** The items of `{a,b}` are called words too, but only hold one. */
function isWord(node: Node | WordNode): node is WordNode {
  return node.type === 'Word' && 'parts' in node;
}

interface CommandSubstitution {
  readonly type: 'CommandSubstitution';
  readonly body: ScriptNode;
}

function isSubstitution(node: Node | CommandSubstitution): node is CommandSubstitution {
  return node.type === 'CommandSubstitution';
}

function isSimpleCommand(node: Node | SimpleCommandNode): node is SimpleCommandNode {
  return node.type === 'SimpleCommand';
}

import { execRedirections, isStreamChange } from './exec-rewriting.js';
import type { CommandNode, RedirectionNode, ScriptNode, SimpleCommandNode, StatementNode } from './just-bash-types.js';
import { literalName, literalOf, onlyCommand } from './syntax-tree.js';

/** What the merging needs of the library and of whoever runs the script. */
export interface StreamMergingOptions {
  parse(script: string): ScriptNode;
  /** Command that tells the shell, by `on` and `off`, that the next script it reads is merged. `off CODE` exits so. */
  readonly switchCommand: string;
}

/** Commands that run what they are given, which may be a script. */
const runners: ReadonlySet<string> = new Set([
  ...['sh', 'bash', 'dash', 'command', 'env', 'exec', 'nice', 'nohup', 'setsid', 'sudo', 'time', 'timeout', 'xargs'],
]);

/** Parts of a script whose `exec` changes no streams but their own. */
const ownStreams: ReadonlySet<unknown> = new Set(['Subshell', 'CommandSubstitution', 'ProcessSubstitution']);

const twinPrefix = '__merged_';

/**
 * Keeps the order of two output streams that go to one place, in place of the library, which prints all of one before
 * the other. Whatever runs under `> log 2>&1` or its like gets a `2>&1` of its own, command by command; functions of
 * the script get twins that do; and a script that is run there is told to do so by itself. Parts whose output somebody
 * reads, and commands in the background, stay as they are.
 */
export class StreamMerging {
  readonly #options: StreamMergingOptions;
  readonly #duplication: RedirectionNode[];
  /** Functions of the script by name, with the names of their twins that are called. */
  #functions: ReadonlySet<string> = new Set();
  #called = new Set<string>();

  constructor(options: StreamMergingOptions) {
    this.#options = options;
    const [statement] = options.parse(': 2>&1').statements;
    const command = statement?.pipelines[0]?.commands[0];
    this.#duplication = command?.type === 'SimpleCommand' ? command.redirections : [];
  }

  /**
   * Rewrites a script in place.
   * @param isMerged both streams of the whole script go to one place.
   */
  merge(script: ScriptNode, isMerged: boolean): void {
    const definitions = new Map<string, StatementNode>();
    for (const statement of script.statements) {
      const command = onlyCommand(statement);
      if (command?.type === 'FunctionDef') definitions.set(command.name, statement);
    }
    const originals = structuredClone(definitions);
    this.#functions = new Set(definitions.keys());
    this.#called = new Set();
    const isKnown = !script.statements.some((each) => execRedirections(each) === undefined && partsStreams(each));
    this.#statements(script.statements, isMerged && isKnown);
    const twins = new Map<string, StatementNode>();
    // Sets yield what is added while they are walked: a twin may call further ones.
    for (const name of this.#called) {
      const twin = originals.get(name);
      const command = twin === undefined ? undefined : onlyCommand(twin);
      if (twin === undefined || command?.type !== 'FunctionDef') continue;
      command.name = twinPrefix + name;
      this.#command(command.body, flowOf(command.redirections, true));
      twins.set(name, twin);
    }
    if (twins.size === 0) return;
    script.statements = script.statements.flatMap((statement) => {
      const command = onlyCommand(statement);
      const twin = command?.type === 'FunctionDef' ? twins.get(command.name) : undefined;
      return twin === undefined ? [statement] : [statement, twin];
    });
  }

  #statements(statements: readonly StatementNode[], isMerged: boolean): void {
    let isMergedNow = isMerged;
    for (const statement of statements) {
      // A process of its own reads its text, and merges it, by itself.
      if (statement.background) continue;
      const change = execRedirections(statement);
      for (const { commands, pipeStderr } of statement.pipelines) {
        for (const [index, command] of commands.entries()) {
          const isLast = index === commands.length - 1;
          const isMergedHere = isLast ? isMergedNow : pipeStderr?.[index] === true;
          commands[index] = this.#outer(command, isMergedHere);
        }
      }
      if (change !== undefined) isMergedNow = flowOf(change, isMergedNow);
    }
  }

  /** A command where both streams go to one place, or not. @returns what stands in its stead. */
  #outer(command: CommandNode, isMerged: boolean): CommandNode {
    if (isStreamChange(command)) return command;
    const isMergedInside = flowOf(command.redirections, isMerged);
    this.#command(command, isMergedInside);
    if (command.type === 'SimpleCommand') {
      if (isMerged && command.name !== null && literalName(command) !== 'exec') this.#duplicate(command);
      return isMergedInside && mayRunScript(command) ? this.#switched(command) : command;
    }
    if (isMerged && !isMergedInside && command.type !== 'FunctionDef') this.#duplicate(command);
    return command;
  }

  #duplicate(command: { redirections: RedirectionNode[] }): void {
    command.redirections = [...this.#duplication, ...command.redirections];
  }

  /** What is inside a command. */
  #command(command: CommandNode, isMerged: boolean): void {
    switch (command.type) {
      case 'SimpleCommand':
        this.#words([command.name, command.args, command.assignments, command.redirections]);
        if (isMerged) this.#callTwin(command);
        return;
      case 'FunctionDef':
        this.#command(command.body, flowOf(command.redirections, false));
        return;
      case 'If':
        for (const { condition, body } of command.clauses) this.#statements([...condition, ...body], isMerged);
        this.#statements(command.elseBody ?? [], isMerged);
        return;
      case 'While':
      case 'Until':
        this.#statements([...command.condition, ...command.body], isMerged);
        return;
      case 'Case':
        this.#words(command.word);
        for (const { body } of command.items) this.#statements(body, isMerged);
        return;
      case 'For':
        this.#words(command.words);
        this.#statements(command.body, isMerged);
        return;
      case 'CStyleFor':
      case 'Group':
      case 'Subshell':
        this.#statements(command.body, isMerged);
        return;
      case 'ArithmeticCommand':
      case 'ConditionalCommand':
        this.#words(command.expression);
    }
  }

  /** Scripts inside words: somebody reads their output, so nothing of the outside goes in. */
  #words(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    if (isScript(value)) this.#statements(value.statements, false);
    else for (const part of Object.values(value)) this.#words(part);
  }

  #callTwin(command: SimpleCommandNode): void {
    const name = literalName(command);
    const [part] = command.name?.parts ?? [];
    if (name === undefined || part?.type !== 'Literal' || !this.#functions.has(name)) return;
    part.value = twinPrefix + name;
    this.#called.add(name);
  }

  #switched(command: SimpleCommandNode): CommandNode {
    const { switchCommand } = this.#options;
    const [wrapper] = this.#options.parse(`{ ${switchCommand} on; :; ${switchCommand} off $?; }`).statements;
    const group = wrapper === undefined ? undefined : onlyCommand(wrapper);
    const middle = group?.type === 'Group' ? group.body[1] : undefined;
    if (group === undefined || middle === undefined) return command;
    middle.pipelines = [{ type: 'Pipeline', commands: [command], negated: false }];
    return group;
  }
}

/** Where the two output streams of a command go: whether, with these redirections, to one place. */
function flowOf(redirections: readonly RedirectionNode[], isMerged: boolean): boolean {
  const out = { name: 'out' };
  const streams = new Map<string, object>([
    ['1', out],
    ['2', isMerged ? out : { name: 'err' }],
  ]);
  for (const { operator, fd, target } of redirections) {
    const file = { name: 'file' };
    const from = target.type === 'Word' ? literalOf(target) : undefined;
    if (
      operator === '&>' ||
      operator === '&>>' ||
      (operator === '>&' && fd === null && !/^\d+$|^-$/u.test(from ?? ''))
    ) {
      streams.set('1', file).set('2', file);
    } else if (operator === '>&') {
      streams.set(String(fd ?? 1), streams.get(from ?? '') ?? file);
    } else if (operator === '>' || operator === '>>' || operator === '>|' || operator === '<>') {
      streams.set(String(fd ?? (operator === '<>' ? 0 : 1)), file);
    }
  }
  return streams.get('1') === streams.get('2');
}

/** Whether a command may run a script: by its path, through another program, or by a name that is not known here. */
function mayRunScript(command: SimpleCommandNode): boolean {
  if (command.name === null) return false;
  const name = literalName(command);
  if (name !== undefined && runners.has(name)) return true;
  // Wherever in the word, also inside quotes: a slash, or something that is known only when it runs.
  return /"type":"(?:ParameterExpansion|CommandSubstitution)"|\//u.test(JSON.stringify(command.name.parts));
}

/** Whether an `exec` inside a compound command may part the two streams of this shell: from when on is not known. */
function partsStreams(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (isCommand(value) && isStreamChange(value)) return !flowOf(value.redirections, true);
  if ('type' in value && ownStreams.has(value.type)) return false;
  return Object.values(value).some(partsStreams);
}

function isCommand(value: object): value is CommandNode {
  return 'type' in value && value.type === 'SimpleCommand';
}

function isScript(value: object): value is ScriptNode {
  return 'type' in value && value.type === 'Script' && 'statements' in value && Array.isArray(value.statements);
}

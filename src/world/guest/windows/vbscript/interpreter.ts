import type { StepCounter } from '../step-counter.js';
import { absentFunctions, builtinConstants, builtinFunctions, type FunctionContext } from './functions.js';
import { absenceOf } from './lexer.js';
import { objectOf } from './members.js';
import { applyBinary, applyUnary, compare } from './operators.js';
import type { Expression, ExitKind, Procedure, Script, Statement } from './syntax.js';
import {
  isObject,
  noMember,
  nothing,
  toBoolean,
  toNumber,
  toObject,
  toText,
  toWhole,
  VbArray,
  vbError,
  type VbObject,
  VbRuntimeError,
  type VbValue,
} from './values.js';

/** A variable; parameters by reference share it with their caller. */
interface Cell {
  value: VbValue;
  readonly isConstant: boolean;
}

type Scope = Map<string, Cell>;

/** `WScript.Quit`. */
export class QuitScript extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`quit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

class ExitBlock extends Error {
  readonly from: ExitKind;

  constructor(from: ExitKind) {
    super(`exit ${from}`);
    this.from = from;
  }
}

/** A failure with the place where it happened. */
export class ScriptFailure extends Error {
  readonly error: VbRuntimeError;
  readonly line: number;
  readonly column: number;

  constructor(error: VbRuntimeError, { line, column }: { readonly line: number; readonly column: number }) {
    super(error.message);
    this.error = error;
    this.line = line;
    this.column = column;
  }
}

/** What a script runs in. */
export interface ScriptHost extends FunctionContext {
  readonly steps: StepCounter;
  /** Objects that are there from the start, by their names in lower case. */
  readonly globals: ReadonlyMap<string, VbObject>;
  /** Undefined for a class that does not exist. */
  createObject(className: string): VbObject | undefined;
}

/** Procedures that call each other, at most. */
const deepestCalls = 150;

/** Greatest index of an array. */
const greatestIndex = 1_000_000;

/** Runs a parsed script. */
export class Interpreter {
  readonly #script: Script;
  readonly #host: ScriptHost;
  readonly #globals: Scope = new Map();
  readonly #withTargets: VbValue[] = [];
  #scope: Scope;
  #depth = 0;
  #resumes = false;
  #error: VbRuntimeError | undefined;
  readonly #errObject: VbObject;

  constructor(script: Script, host: ScriptHost) {
    this.#script = script;
    this.#host = host;
    this.#scope = this.#globals;
    for (const [name, value] of host.globals) this.#globals.set(name, { value, isConstant: true });
    this.#errObject = this.#makeErrObject();
  }

  #makeErrObject(): VbObject {
    const number = (): VbValue => this.#error?.number ?? 0;
    return objectOf('Err', {
      members: {
        '': number,
        number,
        description: () => this.#error?.message ?? '',
        source: () => this.#error?.source ?? '',
        clear: () => {
          this.#error = undefined;
          return undefined;
        },
        raise: ([code, source, text]) => {
          const message = text === undefined ? 'Unknown runtime error' : toText(text);
          throw new VbRuntimeError(toWhole(code), message, source === undefined ? undefined : toText(source));
        },
      },
    });
  }

  /** @throws ScriptFailure, QuitScript, LimitReached, or the reason of an aborted signal. */
  async run(): Promise<void> {
    await this.#runBlock(this.#script.statements);
  }

  async #runBlock(statements: readonly Statement[]): Promise<void> {
    for (const statement of statements) {
      await this.#host.steps.step();
      try {
        await this.#runStatement(statement);
      } catch (error) {
        const failure = error instanceof ScriptFailure ? error : undefined;
        const cause = failure?.error ?? (error instanceof VbRuntimeError ? error : undefined);
        if (cause === undefined) throw error;
        if (!this.#resumes) throw failure ?? new ScriptFailure(cause, statement);
        this.#error = cause;
      }
    }
  }

  async #runStatement(statement: Statement): Promise<void> {
    switch (statement.kind) {
      case 'declare':
        for (const { name, size } of statement.variables) {
          const isPlain = size === undefined;
          const value = isPlain ? undefined : new VbArray(await this.#emptyItems(size));
          if (!isPlain || !this.#scope.has(name)) this.#scope.set(name, { value, isConstant: false });
        }
        return;
      case 'redim':
        for (const { name, size } of statement.variables) {
          const cell = this.#cell(name, name);
          const items = await this.#emptyItems(size ?? 'dynamic');
          const old = cell.value instanceof VbArray && statement.isPreserving ? cell.value.items : [];
          cell.value = new VbArray(items.map((_item, index) => old[index]));
        }
        return;
      case 'constant':
        this.#scope.set(statement.name, { value: await this.#evaluate(statement.value), isConstant: true });
        return;
      case 'assign':
        return this.#assign(statement.target, await this.#evaluate(statement.value), statement.isSet);
      case 'run':
        await this.#call(statement.target, statement.args, true);
        return;
      case 'if':
        for (const { condition, body } of statement.branches) {
          if (await this.#test(condition)) return this.#runBlock(body);
        }
        return this.#runBlock(statement.otherwise);
      case 'select': {
        const subject = await this.#evaluate(statement.subject);
        for (const { tests, body } of statement.cases) {
          for (const test of tests) {
            if (compare(subject, await this.#evaluate(test)) === 0) return this.#runBlock(body);
          }
        }
        return this.#runBlock(statement.otherwise);
      }
      case 'for':
        return this.#runFor(statement);
      case 'for-each':
        return this.#runForEach(statement);
      case 'do':
        return this.#runDo(statement);
      case 'with':
        this.#withTargets.push(toObject(await this.#evaluate(statement.target), sourceOf(statement.target)));
        try {
          return await this.#runBlock(statement.body);
        } finally {
          this.#withTargets.pop();
        }
      case 'exit':
        throw new ExitBlock(statement.from);
      case 'on-error':
        this.#resumes = statement.resumes;
        this.#error = undefined;
    }
  }

  async #emptyItems(size: Expression | 'dynamic'): Promise<VbValue[]> {
    const greatest = size === 'dynamic' ? -1 : toWhole(await this.#evaluate(size));
    if (greatest < -1 || greatest > greatestIndex) throw vbError(9);
    return Array.from({ length: greatest + 1 }, () => undefined);
  }

  async #test(condition: Expression): Promise<boolean> {
    const value = await this.#evaluate(condition);
    return value !== null && toBoolean(value);
  }

  /** Runs the body once; says whether the loop goes on. */
  async #runRound(body: readonly Statement[], from: ExitKind): Promise<boolean> {
    await this.#host.steps.step();
    try {
      await this.#runBlock(body);
      return true;
    } catch (error) {
      if (error instanceof ExitBlock && error.from === from) return false;
      throw error;
    }
  }

  async #runFor(statement: Extract<Statement, { kind: 'for' }>): Promise<void> {
    const from = toNumber(await this.#evaluate(statement.from));
    const to = toNumber(await this.#evaluate(statement.to));
    const step = statement.step === undefined ? 1 : toNumber(await this.#evaluate(statement.step));
    const cell = this.#cell(statement.variable, statement.variable);
    cell.value = from;
    while (step >= 0 ? toNumber(cell.value) <= to : toNumber(cell.value) >= to) {
      if (!(await this.#runRound(statement.body, 'for'))) return;
      cell.value = toNumber(cell.value) + step;
    }
  }

  async #runForEach(statement: Extract<Statement, { kind: 'for-each' }>): Promise<void> {
    const collection = await this.#evaluate(statement.collection);
    const cell = this.#cell(statement.variable, statement.variable);
    const items =
      collection instanceof VbArray ? collection.items : isObject(collection) ? collection.items?.() : undefined;
    if (items === undefined) throw vbError(451);
    for (const item of items) {
      cell.value = item;
      if (!(await this.#runRound(statement.body, 'for'))) return;
    }
  }

  async #runDo({ before, after, body }: Extract<Statement, { kind: 'do' }>): Promise<void> {
    for (;;) {
      if (before !== undefined && (await this.#test(before.condition)) === before.isUntil) return;
      if (!(await this.#runRound(body, 'do'))) return;
      if (after !== undefined && (await this.#test(after.condition)) === after.isUntil) return;
    }
  }

  #find(name: string): Cell | undefined {
    return this.#scope.get(name) ?? this.#globals.get(name);
  }

  /** The variable of this name; makes it unless the script says `Option Explicit`. */
  #cell(name: string, source: string): Cell {
    const found = this.#find(name);
    if (found !== undefined) {
      if (found.isConstant) throw vbError(501, source);
      return found;
    }
    if (this.#script.isExplicit) throw vbError(500, source);
    const cell: Cell = { value: undefined, isConstant: false };
    this.#scope.set(name, cell);
    return cell;
  }

  async #assign(target: Expression, value: VbValue, isSet: boolean): Promise<void> {
    if (isSet && value !== nothing && !isObject(value)) throw vbError(424, sourceOf(target));
    const plain = value instanceof VbArray ? new VbArray([...value.items]) : value;
    if (target.kind === 'name') {
      const isObjectValue = !isSet && isObject(plain);
      this.#cell(target.name, target.source).value = isObjectValue
        ? await this.#member(plain, '', [], target.source)
        : plain;
      return;
    }
    if (target.kind === 'member') {
      const object = await this.#targetOf(target);
      if (object.put?.(target.name, [], plain) !== true) throw vbError(438, target.source);
      return;
    }
    if (target.kind !== 'call') throw vbError(501);
    const args = await this.#evaluateAll(target.args);
    if (target.target.kind === 'member') {
      const object = await this.#targetOf(target.target);
      if (object.put?.(target.target.name, args, plain) !== true) throw vbError(438, target.target.source);
      return;
    }
    const holder = await this.#evaluate(target.target);
    if (holder instanceof VbArray) {
      holder.items[indexIn(holder, args)] = plain;
    } else if (toObject(holder, sourceOf(target.target)).put?.('', args, plain) !== true) {
      throw vbError(438, sourceOf(target.target));
    }
  }

  async #evaluateAll(expressions: readonly Expression[]): Promise<VbValue[]> {
    const values: VbValue[] = [];
    for (const expression of expressions) values.push(await this.#evaluate(expression));
    return values;
  }

  async #evaluate(expression: Expression): Promise<VbValue> {
    switch (expression.kind) {
      case 'literal':
        return expression.value;
      case 'nothing':
        return nothing;
      case 'unary':
        return applyUnary(expression.operator, await this.#plain(expression.operand));
      case 'binary': {
        const evaluate = (operand: Expression): Promise<VbValue> =>
          expression.operator === 'is' ? this.#evaluate(operand) : this.#plain(operand);
        const left = await evaluate(expression.left);
        return applyBinary(expression.operator, left, await evaluate(expression.right));
      }
      case 'name':
      case 'member':
        return this.#call(expression, [], false);
      case 'call':
        return this.#call(expression.target, expression.args, false);
    }
  }

  /** The value of an expression; of an object its default member. */
  async #plain(expression: Expression): Promise<VbValue> {
    const value = await this.#evaluate(expression);
    return isObject(value) ? this.#member(value, '', [], sourceOf(expression)) : value;
  }

  async #targetOf(expression: Extract<Expression, { kind: 'member' }>): Promise<VbObject> {
    if (expression.target === undefined) return toObject(this.#withTargets.at(-1), expression.source);
    return toObject(await this.#evaluate(expression.target), sourceOf(expression.target));
  }

  async #member(object: VbObject, name: string, args: readonly VbValue[], source: string): Promise<VbValue> {
    const result = await object.call(name, args);
    if (result === noMember) throw vbError(438, source);
    return result;
  }

  async #call(target: Expression, args: readonly Expression[], isStatement: boolean): Promise<VbValue> {
    if (target.kind === 'member') {
      const object = await this.#targetOf(target);
      return this.#member(object, target.name, await this.#evaluateAll(args), target.source);
    }
    if (target.kind === 'name') return this.#callName(target, args, isStatement);
    const value =
      isStatement && target.kind === 'call' && args.length === 0
        ? await this.#call(target.target, target.args, true)
        : await this.#evaluate(target);
    return args.length === 0 ? value : this.#element(value, args, sourceOf(target));
  }

  async #element(value: VbValue, args: readonly Expression[], source: string): Promise<VbValue> {
    const values = await this.#evaluateAll(args);
    if (value instanceof VbArray) return value.items[indexIn(value, values)];
    if (isObject(value)) return this.#member(value, '', values, source);
    throw vbError(13, source);
  }

  async #callName(
    { name, source }: Extract<Expression, { kind: 'name' }>,
    args: readonly Expression[],
    isStatement: boolean,
  ): Promise<VbValue> {
    const procedure = this.#script.procedures.get(name);
    const cell = this.#find(name);
    // Inside a function its own name is a variable unless it is called.
    if (procedure !== undefined && (cell === undefined || args.length > 0 || isStatement)) {
      return this.#callProcedure(procedure, args);
    }
    if (cell !== undefined) return args.length === 0 ? cell.value : this.#element(cell.value, args, source);
    if (name === 'err') return this.#errObject;
    if (name === 'createobject') return this.#create(await this.#evaluateAll(args));
    if (name === 'randomize') return undefined;
    if (Object.hasOwn(builtinConstants, name)) return builtinConstants[name];
    const builtin = Object.hasOwn(builtinFunctions, name) ? builtinFunctions[name] : undefined;
    if (builtin !== undefined) {
      const values: VbValue[] = [];
      for (const argument of args)
        values.push(
          name === 'isobject' || name === 'typename' ? await this.#evaluate(argument) : await this.#plain(argument),
        );
      return builtin(values, this.#host);
    }
    if (absentFunctions.has(name)) throw new VbRuntimeError(13, absenceOf(`'${source}'`));
    if (args.length > 0 || isStatement) throw vbError(13, source);
    return this.#cell(name, source).value;
  }

  #create([className]: readonly VbValue[]): VbObject {
    const name = toText(className);
    const object = this.#host.createObject(name);
    if (object === undefined) throw vbError(429, name);
    return object;
  }

  async #callProcedure(procedure: Procedure, args: readonly Expression[]): Promise<VbValue> {
    if (args.length !== procedure.parameters.length) throw vbError(450, procedure.name);
    if (this.#depth >= deepestCalls) throw vbError(28, procedure.name);
    const scope: Scope = new Map();
    for (const [index, parameter] of procedure.parameters.entries()) {
      const argument = args[index];
      if (argument === undefined) continue;
      const shared = argument.kind === 'name' && !parameter.isByValue ? this.#find(argument.name) : undefined;
      const isShared = shared !== undefined && !shared.isConstant;
      scope.set(parameter.name, isShared ? shared : { value: await this.#evaluate(argument), isConstant: false });
    }
    const result: Cell = { value: undefined, isConstant: false };
    if (procedure.isFunction) scope.set(procedure.name, result);
    const { scope: outer, resumes } = { scope: this.#scope, resumes: this.#resumes };
    this.#scope = scope;
    this.#resumes = false;
    this.#depth += 1;
    try {
      await this.#runBlock(procedure.body);
    } catch (error) {
      const isOwn = error instanceof ExitBlock && error.from === (procedure.isFunction ? 'function' : 'sub');
      if (!isOwn) throw error;
    } finally {
      this.#scope = outer;
      this.#resumes = resumes;
      this.#depth -= 1;
    }
    return result.value;
  }
}

function indexIn(array: VbArray, args: readonly VbValue[]): number {
  const index = toWhole(args[0]);
  if (args.length !== 1 || index < 0 || index >= array.items.length) throw vbError(9, `[number: ${index}]`);
  return index;
}

/** How an expression was written, for messages. */
function sourceOf(expression: Expression): string {
  switch (expression.kind) {
    case 'name':
      return expression.source;
    case 'member': {
      const target = expression.target === undefined ? '' : sourceOf(expression.target);
      return `${target}.${expression.source}`;
    }
    case 'call':
      return sourceOf(expression.target);
    default:
      return '[expression]';
  }
}

import { parseArguments, parseExpression, parseTarget } from './expression-parser.js';
import { absenceOf } from './lexer.js';
import type { CaseBranch, Declared, ExitKind, IfBranch, LoopTest, Procedure, Script, Statement } from './syntax.js';
import { TokenReader } from './token-reader.js';

const exitKinds = ['for', 'do', 'sub', 'function'] as const satisfies readonly ExitKind[];

/** Statements of the language that this interpreter does not have. */
const unsupported = new Set(['class', 'property', 'execute', 'executeglobal', 'erase', 'stop']);

class Parser {
  readonly #reader: TokenReader;
  readonly #procedures = new Map<string, Procedure>();
  #isExplicit = false;
  #isInProcedure = false;

  constructor(script: string) {
    this.#reader = new TokenReader(script);
  }

  parse(): Script {
    const statements = this.#block(() => this.#reader.token.kind === 'end');
    return { isExplicit: this.#isExplicit, procedures: this.#procedures, statements };
  }

  /** Statements up to the token that ends them, which stays. */
  #block(isEnd: () => boolean): Statement[] {
    const statements: Statement[] = [];
    this.#reader.skipStatementEnds();
    while (!isEnd()) {
      if (this.#reader.token.kind === 'end') return statements;
      const statement = this.#reader.nested(() => this.#statement());
      if (statement !== undefined) statements.push(...statement);
      this.#reader.expectStatementEnd();
    }
    return statements;
  }

  #blockUntil(...names: readonly string[]): Statement[] {
    return this.#block(() => this.#reader.isName(...names));
  }

  /** One statement without its end; undefined for a declaration that does nothing when it runs. */
  #statement(): Statement[] | undefined {
    const reader = this.#reader;
    const { line, column, text } = reader.token;
    const at = { line, column };
    if (reader.token.kind !== 'name' || !Object.hasOwn(this.#keywords, text)) {
      if (unsupported.has(text)) throw reader.failure(absenceOf(`'${reader.token.source}'`));
      return [{ ...at, ...this.#callOrAssignment() }];
    }
    const parse = this.#keywords[text];
    const statement = parse?.();
    return statement === undefined ? undefined : [{ ...at, ...statement }];
  }

  /** Parsers of statements by their first word. */
  readonly #keywords: Readonly<Record<string, () => StatementBodyOf | undefined>> = {
    option: () => {
      this.#reader.advance();
      this.#reader.expect('explicit');
      this.#isExplicit = true;
      return undefined;
    },
    public: () => this.#declarationOrProcedure(),
    private: () => this.#declarationOrProcedure(),
    dim: () => {
      this.#reader.advance();
      return { kind: 'declare', variables: this.#declared() };
    },
    redim: () => {
      this.#reader.advance();
      const isPreserving = this.#reader.takeName('preserve');
      return { kind: 'redim', variables: this.#declared(), isPreserving };
    },
    const: () => this.#constant(),
    set: () => {
      this.#reader.advance();
      const target = parseTarget(this.#reader);
      this.#reader.expect('=');
      return { kind: 'assign', target, value: parseExpression(this.#reader), isSet: true };
    },
    call: () => {
      this.#reader.advance();
      return { kind: 'run', target: parseExpression(this.#reader), args: [] };
    },
    if: () => this.#if(),
    select: () => this.#select(),
    for: () => this.#for(),
    do: () => this.#do(),
    while: () => this.#while(),
    with: () => this.#with(),
    exit: () => this.#exit(),
    on: () => this.#onError(),
    sub: () => this.#procedure(),
    function: () => this.#procedure(),
  };

  #callOrAssignment(): StatementBodyOf {
    const reader = this.#reader;
    if (reader.token.kind !== 'name' && !reader.isSymbol('.')) throw reader.failure('Expected statement');
    if (reader.isName('end', 'next', 'loop', 'wend', 'else', 'elseif', 'case'))
      throw reader.failure('Expected statement');
    const target = parseTarget(reader);
    if (reader.takeSymbol('=')) return { kind: 'assign', target, value: parseExpression(reader), isSet: false };
    const hasArguments = !reader.isAtStatementEnd && !reader.isName('else', 'end');
    return { kind: 'run', target, args: hasArguments ? parseArguments(reader) : [] };
  }

  #declarationOrProcedure(): StatementBodyOf | undefined {
    this.#reader.advance();
    if (this.#reader.isName('sub', 'function')) return this.#procedure();
    if (this.#reader.isName('const')) return this.#constant();
    return { kind: 'declare', variables: this.#declared() };
  }

  #declared(): Declared[] {
    const variables: Declared[] = [];
    do {
      const { text: name } = this.#reader.expectIdentifier();
      let size: Declared['size'];
      if (this.#reader.takeSymbol('(')) {
        size = this.#reader.isSymbol(')') ? 'dynamic' : parseExpression(this.#reader);
        this.#reader.expect(')');
      }
      variables.push({ name, size });
    } while (this.#reader.takeSymbol(','));
    return variables;
  }

  #constant(): StatementBodyOf {
    this.#reader.advance();
    const { text: name } = this.#reader.expectIdentifier();
    this.#reader.expect('=');
    return { kind: 'constant', name, value: parseExpression(this.#reader) };
  }

  #if(): StatementBodyOf {
    const reader = this.#reader;
    reader.advance();
    const condition = parseExpression(reader);
    reader.expect('then');
    if (!reader.isAtStatementEnd) return this.#lineIf(condition);
    const branches: IfBranch[] = [{ condition, body: this.#blockUntil('elseif', 'else', 'end') }];
    let otherwise: Statement[] = [];
    while (reader.takeName('elseif')) {
      const next = parseExpression(reader);
      reader.expect('then');
      branches.push({ condition: next, body: this.#blockUntil('elseif', 'else', 'end') });
    }
    if (reader.takeName('else')) otherwise = this.#blockUntil('end');
    reader.expect('end');
    reader.expect('if');
    return { kind: 'if', branches, otherwise };
  }

  /** `If a Then b Else c` in one line. */
  #lineIf(condition: IfBranch['condition']): StatementBodyOf {
    const { line } = this.#reader.token;
    const body = this.#lineStatements(line);
    const otherwise = this.#reader.takeName('else') ? this.#lineStatements(line) : [];
    if (this.#reader.takeName('end')) this.#reader.expect('if');
    return { kind: 'if', branches: [{ condition, body }], otherwise };
  }

  #lineStatements(line: number): Statement[] {
    const reader = this.#reader;
    const statements: Statement[] = [];
    for (;;) {
      if (!reader.isAtStatementEnd && !reader.isName('else', 'end')) {
        statements.push(...(reader.nested(() => this.#statement()) ?? []));
      }
      const isColon =
        reader.token.kind === 'end-of-statement' && reader.token.text === ':' && reader.token.line === line;
      if (!isColon) return statements;
      reader.advance();
    }
  }

  #select(): StatementBodyOf {
    const reader = this.#reader;
    reader.advance();
    reader.expect('case');
    const subject = parseExpression(reader);
    reader.expectStatementEnd();
    const cases: CaseBranch[] = [];
    let otherwise: Statement[] = [];
    while (reader.takeName('case')) {
      if (reader.takeName('else')) otherwise = this.#blockUntil('case', 'end');
      else cases.push({ tests: parseArguments(reader), body: this.#blockUntil('case', 'end') });
    }
    reader.expect('end');
    reader.expect('select');
    return { kind: 'select', subject, cases, otherwise };
  }

  #for(): StatementBodyOf {
    const reader = this.#reader;
    reader.advance();
    const isEach = reader.takeName('each');
    const { text: variable } = reader.expectIdentifier();
    if (isEach) {
      reader.expect('in');
      const collection = parseExpression(reader);
      const body = this.#blockUntil('next');
      this.#next(variable);
      return { kind: 'for-each', variable, collection, body };
    }
    reader.expect('=');
    const from = parseExpression(reader);
    reader.expect('to');
    const to = parseExpression(reader);
    const step = reader.takeName('step') ? parseExpression(reader) : undefined;
    const body = this.#blockUntil('next');
    this.#next(variable);
    return { kind: 'for', variable, from, to, step, body };
  }

  #next(variable: string): void {
    this.#reader.expect('next');
    this.#reader.takeName(variable);
  }

  #loopTest(): LoopTest | undefined {
    const reader = this.#reader;
    if (!reader.isName('while', 'until')) return undefined;
    const isUntil = reader.advance().text === 'until';
    return { isUntil, condition: parseExpression(reader) };
  }

  #do(): StatementBodyOf {
    this.#reader.advance();
    const before = this.#loopTest();
    const body = this.#blockUntil('loop');
    this.#reader.expect('loop');
    return { kind: 'do', before, after: this.#loopTest(), body };
  }

  #while(): StatementBodyOf {
    this.#reader.advance();
    const before: LoopTest = { isUntil: false, condition: parseExpression(this.#reader) };
    const body = this.#blockUntil('wend');
    this.#reader.expect('wend');
    return { kind: 'do', before, after: undefined, body };
  }

  #with(): StatementBodyOf {
    this.#reader.advance();
    const target = parseExpression(this.#reader);
    const body = this.#blockUntil('end');
    this.#reader.expect('end');
    this.#reader.expect('with');
    return { kind: 'with', target, body };
  }

  #exit(): StatementBodyOf {
    this.#reader.advance();
    for (const from of exitKinds) {
      if (this.#reader.takeName(from)) return { kind: 'exit', from };
    }
    throw this.#reader.failure("Invalid 'exit' statement");
  }

  #onError(): StatementBodyOf {
    const reader = this.#reader;
    reader.advance();
    reader.expect('error');
    const resumes = reader.takeName('resume');
    if (resumes) {
      reader.expect('next');
      return { kind: 'on-error', resumes };
    }
    reader.expect('goto');
    if (reader.advance().text !== '0') throw reader.failure('Syntax error');
    return { kind: 'on-error', resumes };
  }

  #procedure(): undefined {
    const reader = this.#reader;
    if (this.#isInProcedure) throw reader.failure('Syntax error');
    this.#isInProcedure = true;
    const kind = reader.advance().text;
    const { text: name } = reader.expectIdentifier();
    const parameters: { name: string; isByValue: boolean }[] = [];
    if (reader.takeSymbol('(') && !reader.takeSymbol(')')) {
      do {
        const isByValue = reader.takeName('byval');
        if (!isByValue) reader.takeName('byref');
        parameters.push({ name: reader.expectIdentifier().text, isByValue });
        if (reader.takeSymbol('(')) reader.expect(')');
      } while (reader.takeSymbol(','));
      reader.expect(')');
    }
    const body = this.#blockUntil('end');
    reader.expect('end');
    reader.expect(kind);
    this.#isInProcedure = false;
    this.#procedures.set(name, { name, isFunction: kind === 'function', parameters, body });
    return undefined;
  }
}

type WithoutPosition<T> = T extends unknown ? Omit<T, 'line' | 'column'> : never;
type StatementBodyOf = WithoutPosition<Statement>;

/** Parses a script. @throws VbCompileError with the text that the script host prints. */
export function parseScript(script: string): Script {
  return new Parser(script).parse();
}

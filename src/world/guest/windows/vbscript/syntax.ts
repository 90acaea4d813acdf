/** The tree of a script. Names are in lower case; `source` keeps how they were written, for messages. */

export type BinaryOperator =
  | '^'
  | '*'
  | '/'
  | '\\'
  | 'mod'
  | '+'
  | '-'
  | '&'
  | '='
  | '<>'
  | '<'
  | '>'
  | '<='
  | '>='
  | 'is'
  | 'and'
  | 'or'
  | 'xor'
  | 'eqv'
  | 'imp';

export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null | undefined }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'name'; readonly name: string; readonly source: string }
  /** A call with arguments, or an element of an array. */
  | { readonly kind: 'call'; readonly target: Expression; readonly args: readonly Expression[] }
  /** `target.name`; without target the object of the `With` around it. */
  | { readonly kind: 'member'; readonly target: Expression | undefined; readonly name: string; readonly source: string }
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | 'not'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    };

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface LoopTest {
  readonly isUntil: boolean;
  readonly condition: Expression;
}

export interface Declared {
  readonly name: string;
  /** Greatest index of an array; an empty array for `Dim a()`; undefined for a plain variable. */
  readonly size: Expression | 'dynamic' | undefined;
}

export interface CaseBranch {
  readonly tests: readonly Expression[];
  readonly body: readonly Statement[];
}

export interface IfBranch {
  readonly condition: Expression;
  readonly body: readonly Statement[];
}

export type ExitKind = 'for' | 'do' | 'sub' | 'function';

type StatementBody =
  | { readonly kind: 'declare'; readonly variables: readonly Declared[] }
  | { readonly kind: 'redim'; readonly variables: readonly Declared[]; readonly isPreserving: boolean }
  | { readonly kind: 'constant'; readonly name: string; readonly value: Expression }
  | { readonly kind: 'assign'; readonly target: Expression; readonly value: Expression; readonly isSet: boolean }
  | { readonly kind: 'run'; readonly target: Expression; readonly args: readonly Expression[] }
  | { readonly kind: 'if'; readonly branches: readonly IfBranch[]; readonly otherwise: readonly Statement[] }
  | {
      readonly kind: 'select';
      readonly subject: Expression;
      readonly cases: readonly CaseBranch[];
      readonly otherwise: readonly Statement[];
    }
  | {
      readonly kind: 'for';
      readonly variable: string;
      readonly from: Expression;
      readonly to: Expression;
      readonly step: Expression | undefined;
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: 'for-each';
      readonly variable: string;
      readonly collection: Expression;
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: 'do';
      readonly before: LoopTest | undefined;
      readonly after: LoopTest | undefined;
      readonly body: readonly Statement[];
    }
  | { readonly kind: 'with'; readonly target: Expression; readonly body: readonly Statement[] }
  | { readonly kind: 'exit'; readonly from: ExitKind }
  | { readonly kind: 'on-error'; readonly resumes: boolean };

export type Statement = StatementBody & Position;

export interface Parameter {
  readonly name: string;
  readonly isByValue: boolean;
}

export interface Procedure {
  readonly name: string;
  readonly isFunction: boolean;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
}

export interface Script {
  readonly isExplicit: boolean;
  readonly procedures: ReadonlyMap<string, Procedure>;
  readonly statements: readonly Statement[];
}

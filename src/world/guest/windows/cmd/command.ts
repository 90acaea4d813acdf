/** Commands of the command interpreter after parsing, before variables of `for` and delayed variables are known. */

export type Redirection =
  | { readonly kind: 'write' | 'append' | 'read'; readonly stream: number; readonly target: string }
  | { readonly kind: 'duplicate'; readonly stream: number; readonly from: number };

export type Comparison = 'equ' | 'neq' | 'lss' | 'leq' | 'gtr' | 'geq';

export type Condition =
  | { readonly kind: 'exist' | 'defined' | 'errorlevel' | 'cmdextversion'; readonly operand: string }
  | { readonly kind: 'equal'; readonly left: string; readonly right: string }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: string; readonly right: string };

export interface SimpleCommand {
  readonly kind: 'simple';
  /** Name and arguments as written, without carets and redirections. */
  readonly text: string;
  readonly redirections: readonly Redirection[];
}

export interface BlockCommand {
  readonly kind: 'block';
  readonly commands: readonly Command[];
  readonly redirections: readonly Redirection[];
}

export interface ChainCommand {
  readonly kind: 'chain';
  readonly operator: '&' | '&&' | '||' | '|';
  readonly left: Command;
  readonly right: Command;
}

export interface IfCommand {
  readonly kind: 'if';
  readonly isNegated: boolean;
  readonly ignoresCase: boolean;
  readonly condition: Condition;
  readonly whenTrue: Command;
  readonly whenFalse: Command | undefined;
}

export interface ForCommand {
  readonly kind: 'for';
  /** What the loop runs over: words and file patterns, directories, a tree, numbers, or lines. */
  readonly over: 'items' | 'directories' | 'tree' | 'directory-tree' | 'numbers' | 'lines';
  /** Options of `/f`, or the root of `/r`. */
  readonly option: string;
  /** Its variable: one character. */
  readonly variable: string;
  /** The text between the parentheses. */
  readonly set: string;
  readonly body: Command;
}

export interface QuietCommand {
  /** A command after `@`, not echoed. */
  readonly kind: 'quiet';
  readonly command: Command;
}

export type Command =
  | SimpleCommand
  | BlockCommand
  | ChainCommand
  | IfCommand
  | ForCommand
  | QuietCommand
  /** A label or a blank line. */
  | { readonly kind: 'nothing' };

/** Text that the interpreter cannot parse; the message is what it prints. */
export class CmdSyntaxError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CmdSyntaxError';
  }
}

export function unexpected(token: string): CmdSyntaxError {
  return new CmdSyntaxError(`${token} was unexpected at this time.`);
}

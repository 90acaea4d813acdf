/**
 * The library's types. Only types are imported here, so nothing of the library is loaded before a shell needs it and
 * the package works without it.
 */
import type { SimpleCommandNode } from 'just-bash';

export type {
  Bash,
  BashOptions,
  Command,
  CommandNode,
  CpOptions,
  ExecResult,
  FsStat,
  IFileSystem,
  MkdirOptions,
  ResolvedCommandContext,
  RmOptions,
  ScriptNode,
  SimpleCommandNode,
  StatementNode,
} from 'just-bash';

/** A redirection as the library's parser gives it. */
export type RedirectionNode = SimpleCommandNode['redirections'][number];

/**
 * The library's types. Only types are imported here, so nothing of the library is loaded before a shell needs it and
 * the package works without it.
 */
export type {
  Bash,
  BashOptions,
  Command,
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

/** Public entry `revix/client`: hosts, virtual machines, guests and snapshots as objects. */
export { connect, hostOf, vmOf, type ConnectOptions, type EngineOptions } from './connect.js';
export type { CallOptions, ProgressOptions } from './call-options.js';
export type { Guest, ScriptOptions } from './guest.js';
export type { AliasChoice, GuestAliases, NewAlias } from './guest-aliases.js';
export type { GuestRegistry, RegistryTreeOptions } from './guest-registry.js';
export type { AnswerPolicy } from './questions.js';
export type { CopyOptions, GuestFiles, TemporaryOptions } from './guest-files.js';
export type { Host, OpenOptions, VmFilter } from './host.js';
export type { OutputChunk, RunOptions, RunResult } from './run-types.js';
export type { NewRecording, Recording } from './recording.js';
export type { RunningProgram } from './running-program.js';
export type { SharedFolderOptions, SharedFolders } from './shared-folders.js';
export type { Snapshot } from './snapshot.js';
export type { NewSnapshot, RemoveOptions, RevertOptions, SnapshotChoice, Snapshots } from './snapshots.js';
export { VixError } from './vix-error.js';
export type { CloneOptions, DeleteOptions, LoginOptions, PowerOnOptions, PowerOptions, Vm } from './vm.js';
export type { WatchOptions } from './vm-watch.js';
export type { ProgramArguments } from '../../guest/run/run-command.js';
export type { CopyProgress } from '../../guest/tree-copy.js';
export type { OutputStream } from '../../guest/run/run-output.js';
export type {
  GuestAlias,
  GuestCustomization,
  GuestFileInfo,
  GuestNic,
  GuestProcess,
  HostAbout,
  NicSettings,
  PendingQuestion,
  ProviderName,
  RegistryKey,
  RegistryValue,
  SharedFolder,
  VmPowerState,
  VmProperties,
  VmSummary,
} from '../../backends/backend.js';
export { Secret } from '../../base/secret.js';

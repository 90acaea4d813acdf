import { createHash } from 'node:crypto';
import { lstatSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../base/fault.js';
import { makeDirectories } from '../../base/make-directories.js';
import { findConfigFile } from '../../backends/find-config-file.js';
import { hostFileFault } from '../../guest/host-file-fault.js';
import { revixHome } from '../home.js';

/** Where an agent is found. */
export interface AgentPlace {
  /** The user's own folder for agents. */
  readonly folder: string;
  /** Path of its socket; on Windows of the file that holds the name of its pipe. */
  readonly path: string;
  /** The configuration that it works by, or undefined. */
  readonly config: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Longest path of a socket that every system takes, in bytes. */
const longestSocketPath = 100;
/** Variables that decide how a host is reached. */
const networkVariable = /^(?:REVIX_|NODE_|SSL_|(?:https?|all|no)_proxy$)/i;
/** Variables that change without a meaning for anybody else, and those that the place holds itself. */
const restlessVariable = /^(?:PWD|OLDPWD|SHLVL|_|COLUMNS|LINES|npm_command|REVIX_AGENT|REVIX_CONFIG|REVIX_HOME)$/;

/**
 * Where the agent is that would do what a process does with this version, environment and directory: each such setting
 * has an agent of its own, which inherits it, so that commands give the same results through it.
 */
export function agentPlace(env: Environment, directory: string, version: string): AgentPlace {
  const config = findConfigFile(env, directory)?.path;
  // A configuration may name any variable for a password.
  const matters = (name: string): boolean => config !== undefined || networkVariable.test(name);
  const variables = Object.entries(env)
    .filter(([name]) => matters(name) && !restlessVariable.test(name))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const hash = createHash('sha256')
    .update(JSON.stringify([version, process.version, config, stampOf(config), variables]))
    .digest('hex')
    .slice(0, 16);
  const folder = join(revixHome(env), 'agent');
  const path = join(folder, hash);
  if (process.platform === 'win32' || Buffer.byteLength(path) <= longestSocketPath) return { folder, path, config };
  const short = join(tmpdir(), `revix-${process.getuid?.()}`);
  return { folder: short, path: join(short, hash), config };
}

function stampOf(config: string | undefined): readonly number[] | undefined {
  const stat = config === undefined ? undefined : looked(() => statSync(config));
  return stat && [stat.size, stat.mtimeMs];
}

/** Makes the folder of agents. @throws Fault of a file kind where it cannot be made or somebody else could reach into it. */
export function makePrivateFolder(folder: string): void {
  try {
    makeDirectories(folder, 0o700);
  } catch (error) {
    throw hostFileFault(error, 'make', folder);
  }
  const flaw = flawOf(folder);
  if (flaw !== undefined) throw new Fault('file-access', flaw);
}

/** What keeps a folder from holding an agent; undefined where nothing does, or where it is still to be made. */
export function flawOf(folder: string): string | undefined {
  try {
    if (lstatSync(folder, { throwIfNoEntry: false }) === undefined || isPrivate(folder)) return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return `${folder} must be a folder that only its user may enter; correct its owner and rights (0700)`;
}

/**
 * Whether a folder is the user's own, and closed to all others; one that cannot be looked at is not. Windows keeps
 * profiles apart itself.
 */
export function isPrivate(folder: string): boolean {
  const stat = looked(() => lstatSync(folder));
  if (stat?.isDirectory() !== true) return false;
  return process.platform === 'win32' || (stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0);
}

/** What a look at the file system gives; undefined where it is refused, as where nothing is there. */
export function looked<Seen>(look: () => Seen): Seen | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

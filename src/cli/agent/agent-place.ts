import { createHash } from 'node:crypto';
import { existsSync, lstatSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
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
  const short = join(tmpdir(), `revix-${userInfo().uid}`);
  return { folder: short, path: join(short, hash), config };
}

function stampOf(config: string | undefined): readonly number[] | undefined {
  if (config === undefined || !existsSync(config)) return undefined;
  const { size, mtimeMs } = statSync(config);
  return [size, mtimeMs];
}

/** Makes the folder of agents. @throws Fault of a file kind where it cannot be made or somebody else could reach into it. */
export function makePrivateFolder(folder: string): void {
  try {
    makeDirectories(folder, 0o700);
  } catch (error) {
    throw hostFileFault(error, 'make', folder);
  }
  if (!isPrivate(folder)) {
    const message = `${folder} must be a folder that only its user may enter; correct its owner and rights (0700)`;
    throw new Fault('file-access', message);
  }
}

/** Whether a folder is the user's own, and closed to all others. Windows keeps profiles apart itself. */
export function isPrivate(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) return false;
  return process.platform === 'win32' || (stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0);
}

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { delimiter, extname, join } from 'node:path';
import { type Finding, problem, well } from './finding.js';

/** Where the library looks for its helper, and for the Node that runs it: the rules of native/src/locate.c. */
interface Search {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of the library; undefined where nothing is installed. */
  readonly folder: string | undefined;
}

/** Oldest Node that the helper runs on, as `major.minor`. */
const oldestNode = [20, 18] as const;

/** Longest time that a Node may take to say its version; a wrapper that waits for something is none. */
const versionLimitMs = 10_000;

/** Says which helper the library starts and by which Node, or what keeps it from doing so. */
export function examineHelper(search: Search): readonly Finding[] {
  const named = valueOf(search, 'REVIX_HELPER');
  if (named !== undefined) {
    const isUsable = isScript(named) ? existsSync(named) : isProgram(named);
    if (!isUsable) return [problem(`REVIX_HELPER names ${named}, which cannot be used; correct it, or unset it`)];
    return [well(`the helper is ${named}, by REVIX_HELPER`), ...(isScript(named) ? [examineNode(search)] : [])];
  }
  const beside = search.folder === undefined ? undefined : join(search.folder, 'revix-helper.cjs');
  if (beside !== undefined && existsSync(beside)) {
    return [well(`the helper is ${realpathSync(beside)}, beside the library`), examineNode(search)];
  }
  const onPath = findOnPath(search, 'revix');
  if (onPath !== undefined) return [well(`the helper is ${onPath}, from the PATH`)];
  return [problem('no helper is found: run `revix native install`, or set REVIX_HELPER, or put `revix` on the PATH')];
}

function examineNode(search: Search): Finding {
  const named = valueOf(search, 'REVIX_NODE');
  if (named !== undefined) {
    if (!isProgram(named)) return problem(`REVIX_NODE names ${named}, which is no program; correct it, or unset it`);
    return examineVersion(named, 'by REVIX_NODE');
  }
  const beside = search.folder === undefined ? undefined : join(search.folder, 'revix-node');
  if (beside !== undefined && isProgram(beside)) return examineVersion(realpathSync(beside), 'beside the library');
  const onPath = findOnPath(search, 'node');
  if (onPath !== undefined) return examineVersion(onPath, 'from the PATH');
  return problem('no Node is found: run `revix native install` again, or set REVIX_NODE, or put `node` on the PATH');
}

function examineVersion(path: string, whence: string): Finding {
  const { stdout, error } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: versionLimitMs });
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(stdout ?? '') ?? [];
  if (major === undefined) return problem(`${path}, ${whence}, is no Node: ${error?.message ?? stdout.trim()}`);
  const [oldestMajor, oldestMinor] = oldestNode;
  const isNew = Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor);
  if (!isNew) return problem(`${path}, ${whence}, is ${stdout.trim()}; install Node ${oldestNode.join('.')} or later`);
  return well(`Node is ${path}, ${whence}, ${stdout.trim()}`);
}

/** A variable that says something: an empty one counts as none. */
function valueOf({ env }: Search, name: string): string | undefined {
  return env[name] === '' ? undefined : env[name];
}

function findOnPath({ env }: Search, name: string): string | undefined {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isScript(path: string): boolean {
  return ['.cjs', '.mjs', '.js'].includes(extname(path));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** A file that an installation leads to, and what keeps other users from it. */
export interface ClosedTarget {
  readonly target: string;
  /** The file itself, or a folder above it. */
  readonly closedBy: string;
}

/** Rights of users that are neither the owner nor in the group. */
const mayRead = 0o004;
const mayPass = 0o001;

/**
 * Which of the files that links lead to are closed to users who can reach the links. A folder that is above both says
 * nothing: who may not pass that does not get to the link either.
 *
 * @param links paths; what leads nowhere is left out.
 */
export function closedTargets(links: readonly string[]): readonly ClosedTarget[] {
  // The modes that Node makes up on Windows say nothing about other users.
  if (process.platform === 'win32') return [];
  return links.flatMap((link) => {
    const target = realPath(link);
    if (target === undefined) return [];
    const shared = new Set(foldersAbove(realpathSync(dirname(link))));
    const folders = foldersAbove(dirname(target)).filter((folder) => !shared.has(folder));
    const closedBy =
      folders.find((folder) => !allows(folder, mayPass)) ?? (allows(target, mayRead) ? undefined : target);
    return closedBy === undefined ? [] : [{ target, closedBy }];
  });
}

function allows(path: string, right: number): boolean {
  return (statSync(path).mode & right) !== 0;
}

/** A folder and those above it, the root first. */
function foldersAbove(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [...foldersAbove(above), folder];
}

function realPath(link: string): string | undefined {
  try {
    return realpathSync(link);
  } catch {
    return undefined;
  }
}

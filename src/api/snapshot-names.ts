import type { SnapshotNode } from '../backends/backend.js';
import { VixFailure } from '../errors/vix-failure.js';
import { VIX_E_SNAPSHOT_NONUNIQUE_NAME, VIX_E_SNAPSHOT_NOTFOUND } from '../vix/names.js';

/** A snapshot with the names that lead to it from its root. */
export interface SnapshotPath {
  readonly node: SnapshotNode;
  readonly names: readonly string[];
}

/** Snapshots that a message lists; the rest is counted. */
const listedPaths = 10;

/**
 * Snapshots with a name. A name without a separator is looked for in the whole tree. With `/` or `\` (one kind only,
 * as VIX documents) it is a path of names from a root; a leading separator is allowed.
 */
export function snapshotsByName(roots: readonly SnapshotNode[], name: string): SnapshotPath[] {
  const separator = name.includes('/') ? '/' : '\\';
  if (!name.includes(separator)) return allPaths(roots).filter(({ node }) => node.name === name);
  const path = name.replace(/^[/\\]/, '').split(separator);
  return allPaths(roots).filter(({ names }) => isSamePath(names, path));
}

function isSamePath(names: readonly string[], path: readonly string[]): boolean {
  return names.length === path.length && names.every((name, depth) => name === path[depth]);
}

/**
 * The one snapshot with a name.
 *
 * @throws VixFailure `VIX_E_SNAPSHOT_NOTFOUND` and `VIX_E_SNAPSHOT_NONUNIQUE_NAME`, with the snapshots that there are.
 */
export function theSnapshot(roots: readonly SnapshotNode[], name: string): SnapshotNode {
  const found = snapshotsByName(roots, name);
  const [first] = found;
  if (first === undefined)
    throw new VixFailure(VIX_E_SNAPSHOT_NOTFOUND, `${quoted(name)} is no snapshot; ${known(roots)}`);
  if (found.length === 1) return first.node;
  const next = found.every((path) => isReachedByPath(roots, path))
    ? 'name one by its path'
    : 'paths do not tell them apart; take them by index, with VixVM_GetRootSnapshot and VixSnapshot_GetChild';
  const message = `${found.length} snapshots are named ${quoted(name)}: ${listed(found)}; ${next}`;
  throw new VixFailure(VIX_E_SNAPSHOT_NONUNIQUE_NAME, message);
}

function isReachedByPath(roots: readonly SnapshotNode[], path: SnapshotPath): boolean {
  const reached = snapshotsByName(roots, pathText(path));
  return reached.length === 1 && reached[0]?.node === path.node;
}

function known(roots: readonly SnapshotNode[]): string {
  const paths = allPaths(roots);
  return paths.length === 0 ? 'there are none; take one with VixVM_CreateSnapshot' : `there are ${listed(paths)}`;
}

function listed(paths: readonly SnapshotPath[]): string {
  const rest = paths.length - listedPaths;
  const shown = paths
    .slice(0, listedPaths)
    .map((path) => quoted(pathText(path)))
    .join(', ');
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

/** A root needs the separator, or it would be a name that is looked for in the whole tree. */
function pathText({ names }: SnapshotPath): string {
  return names.length === 1 ? `/${names.join('/')}` : names.join('/');
}

/** Every snapshot, parents before their children. */
function allPaths(nodes: readonly SnapshotNode[], above: readonly string[] = []): SnapshotPath[] {
  return nodes.flatMap((node) => {
    const names = [...above, node.name];
    return [{ node, names }, ...allPaths(node.children, names)];
  });
}

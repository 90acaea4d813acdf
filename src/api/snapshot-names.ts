import type { SnapshotNode } from '../backends/backend.js';

/**
 * Snapshots with a name. A name without a separator is looked for in the whole tree. With `/` or `\` (one kind only,
 * as VIX documents) it is a path of names from a root; a leading separator is allowed.
 */
export function snapshotsByName(roots: readonly SnapshotNode[], name: string): SnapshotNode[] {
  const separator = name.includes('/') ? '/' : '\\';
  if (!name.includes(separator)) return everywhere(roots, name);
  let level = [...roots];
  const path = name.replace(/^[/\\]/, '').split(separator);
  for (const [depth, part] of path.entries()) {
    const found = level.filter((node) => node.name === part);
    if (depth === path.length - 1) return found;
    level = found.flatMap((node) => node.children);
  }
  return [];
}

function everywhere(nodes: readonly SnapshotNode[], name: string): SnapshotNode[] {
  return nodes.flatMap((node) => [...(node.name === name ? [node] : []), ...everywhere(node.children, name)]);
}

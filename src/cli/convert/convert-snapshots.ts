import type { InventorySnapshot } from '../../world/inventory/inventory-schema.js';
import type { VmxDocument } from '../../world/store/vmx-file.js';

/** One snapshot as the dictionary has it. */
interface Entry {
  readonly uid: string;
  readonly parent: string | undefined;
  readonly own: Omit<InventorySnapshot, 'children'>;
}

/** Deepest tree that VMware makes is 31 levels; what a file claims beyond is cut. */
const mostLevels = 100;

/**
 * The snapshot trees of a `.vmsd` dictionary. A snapshot with the memory of the machine becomes one of a machine that is
 * on.
 * @param warnings takes what is left out.
 */
export function convertSnapshots(dictionary: VmxDocument, warnings: string[]): readonly InventorySnapshot[] {
  const current = dictionary.get('snapshot.current');
  const entries = entriesOf(dictionary, current);
  const known = new Set(entries.map(({ uid }) => uid));
  const seen = new Set<string>();
  const below = (parent: string | undefined, level: number): InventorySnapshot[] =>
    entries
      .filter((entry) => (parent === undefined ? !known.has(entry.parent ?? '') : entry.parent === parent))
      .filter(({ uid }) => level < mostLevels && !seen.has(uid))
      .map(({ uid, own }) => {
        seen.add(uid);
        const children = below(uid, level + 1);
        return children.length === 0 ? own : { ...own, children };
      });
  const trees = below(undefined, 0);
  const lost = entries.filter(({ uid }) => !seen.has(uid)).map(({ own }) => own.name);
  if (lost.length > 0) warnings.push(`snapshots that stand below themselves are left out: ${lost.join(', ')}`);
  return trees;
}

function entriesOf(dictionary: VmxDocument, current: string | undefined): readonly Entry[] {
  const indexes = dictionary.entries().flatMap(([key]) => /^snapshot(\d+)\.uid$/i.exec(key)?.[1] ?? []);
  const entries = new Map<string, Entry>();
  for (const index of indexes) {
    const entry = (key: string): string | undefined => dictionary.get(`snapshot${index}.${key}`);
    const uid = entry('uid') ?? index;
    const description = entry('description') ?? '';
    entries.set(uid, {
      uid,
      parent: entry('parent'),
      own: {
        name: entry('displayName') || `Snapshot ${uid}`,
        ...(description === '' ? {} : { description }),
        ...(entry('type') === '1' ? { power: 'on' } : {}),
        ...(uid === current ? { isCurrent: true } : {}),
      },
    });
  }
  return [...entries.values()];
}

/** What is still to be done. Not state of a backend: the process has one end, however many backends there are. */
const waiting = new Set<() => void>();

/**
 * Has something done when the process has nothing else to do, which it then waits for. One listener serves all: Node
 * takes more than ten on one event for a leak, and warns.
 *
 * @returns makes it undone. Idempotent.
 */
export function atProcessEnd(work: () => void): () => void {
  const entry = (): void => work();
  if (waiting.size === 0) process.on('beforeExit', workAtProcessEnd);
  waiting.add(entry);
  return () => drop(entry);
}

function workAtProcessEnd(): void {
  for (const entry of waiting) {
    drop(entry);
    entry();
  }
}

function drop(entry: () => void): void {
  if (waiting.delete(entry) && waiting.size === 0) process.off('beforeExit', workAtProcessEnd);
}

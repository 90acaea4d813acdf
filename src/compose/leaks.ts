import { writeSync } from 'node:fs';
import { handleLines } from '../handles/handle-report.js';
import type { HandleDumpLine } from '../handles/handle-table.js';

/** Whether the environment asks for a report of the handles that a program has left. */
export function areLeaksWanted(): boolean {
  return process.env['REVIX_LEAKS'] === '1';
}

/** Prints handles that a program has left; nothing when it has left none. */
export function printLeaks(lines: readonly HandleDumpLine[]): void {
  if (lines.length === 0) return;
  const count = lines.length === 1 ? '1 handle was' : `${lines.length} handles were`;
  // At the exit of a process nothing waits for a stream.
  writeSync(2, `revix: ${count} not released:\n${handleLines(lines)}`);
}

/** What gives the live handles of each runtime of this process. */
const dumps: (() => readonly HandleDumpLine[])[] = [];

/**
 * With `REVIX_LEAKS=1`, prints at the exit of the process every live handle; otherwise does nothing.
 *
 * @param dump gives the live handles. What it throws is printed.
 */
export function printLeaksAtExit(dump: () => readonly HandleDumpLine[]): void {
  if (!areLeaksWanted()) return;
  // One listener for all runtimes: Node warns of many.
  if (dumps.push(dump) === 1) process.once('exit', printAll);
}

function printAll(): void {
  for (const dump of dumps) {
    try {
      printLeaks(dump());
    } catch (error) {
      writeSync(2, `revix: ${String(error)}\n`);
    }
  }
}

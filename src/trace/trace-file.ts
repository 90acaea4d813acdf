import { linkSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { Fault } from '../base/fault.js';
import type { TraceEvent } from '../base/timeline.js';

/** First line of a file: events follow in an array, whose end is left out as the format allows. */
const head = '[\n';

/**
 * Opens a file for the events of a trace, one a line. What is in it already stays, so that commands which follow each
 * other, and processes at the same time, draw one picture. Each event is in the file as soon as it has happened, also
 * when the process is killed right after it.
 *
 * @param onFailure told once, when the file cannot be written to any more; the trace ends there.
 * @returns what writes one event.
 * @throws Fault `file-access` when the file cannot be opened.
 */
export function openTraceFile(path: string, onFailure: (error: unknown) => void): (event: TraceEvent) => void {
  const fd = open(path);
  let isBroken = false;
  return (event) => {
    if (isBroken) return;
    try {
      writeSync(fd, `${JSON.stringify(event)},\n`);
    } catch (error) {
      isBroken = true;
      onFailure(error);
    }
  };
}

function open(path: string): number {
  try {
    begin(path);
    return openSync(path, 'a');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('file-access', `the trace cannot be written to ${path}: ${reason}; name another file`, { cause });
  }
}

/** Makes the file with its first line, unless there is one: in one step, or another process could come first. */
function begin(path: string): void {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, head, { flag: 'wx', mode: 0o600 });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) beginWithoutLinks(path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** On file systems that know no links. */
function beginWithoutLinks(path: string): void {
  try {
    writeFileSync(path, head, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

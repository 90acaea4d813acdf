import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Which process holds something, written so that any other process can tell whether it still lives. A process number
 * alone will not do: numbers are used again, other containers and machines have their own, and a restart voids all.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start of the process in the kernel's ticks on Linux; `0` where the platform does not tell. */
  readonly start: string;
  /** Short hashes; `0` where the platform does not tell. */
  readonly machine: string;
  readonly boot: string;
  readonly pidNamespace: string;
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

function textOrUndefined(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    // Not Linux, or no /proc here: the caller goes on without this mark.
    return undefined;
  }
}

interface LinuxProcess {
  readonly start: string;
  readonly isDead: boolean;
}

/** Reads `/proc/<pid>/stat`; undefined when there is no such process (or no `/proc`). */
function linuxProcess(pid: number): LinuxProcess | undefined {
  const text = textOrUndefined(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  if (text === undefined) return undefined;
  // The command name is in brackets and may hold anything, so fields are counted from the last bracket.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[0] ?? '';
  return { start: fields[19] ?? '0', isDead: state === 'Z' || state === 'X' };
}

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  const boot = textOrUndefined(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'));
  const namespace = textOrUndefined(() => readlinkSync('/proc/self/ns/pid'));
  return {
    pid: process.pid,
    start: linuxProcess(process.pid)?.start ?? '0',
    machine: shortHash(hostname()),
    boot: boot === undefined ? '0' : shortHash(boot),
    pidNamespace: namespace === undefined ? '0' : shortHash(namespace),
  };
}

/** A file name that names the process and is never made twice. */
export function identityToken(identity: ProcessIdentity): string {
  const { pid, start, machine, boot, pidNamespace } = identity;
  return [pid, start, machine, boot, pidNamespace, randomBytes(6).toString('hex')].join('-');
}

const tokenForm = /^(\d+)-(\d+)-([0-9a-f]+)-([0-9a-f]+)-([0-9a-f]+)-[0-9a-f]+$/;

/** Reads a token back; undefined for a name that is none. */
export function parseToken(token: string): ProcessIdentity | undefined {
  const [, pid, start, machine, boot, pidNamespace] = tokenForm.exec(token) ?? [];
  if (pid === undefined || start === undefined || machine === undefined) return undefined;
  if (boot === undefined || pidNamespace === undefined) return undefined;
  return { pid: Number(pid), start, machine, boot, pidNamespace };
}

/**
 * Whether `other` is known to have ended, as seen by `own`. A process of another machine or container cannot be
 * judged and counts as alive: waiting in vain is better than two writers.
 */
export function hasEnded(other: ProcessIdentity, own: ProcessIdentity): boolean {
  if (other.boot !== own.boot) return other.machine === own.machine && own.boot !== '0' && other.boot !== '0';
  if (other.pidNamespace !== own.pidNamespace) return false;
  if (own.boot === '0' && other.machine !== own.machine) return false;
  if (own.start !== '0') {
    const running = linuxProcess(other.pid);
    return running === undefined || running.isDead || running.start !== other.start;
  }
  try {
    process.kill(other.pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

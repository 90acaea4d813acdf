import { mkdirSync, readdirSync, renameSync, rmSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Clock, sleep } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import { hostErrorCode, hostFault, unlessAbsent } from './host-disk.js';
import { hasEnded, identityToken, ownIdentity, parseToken } from './process-identity.js';

/** All waiters of a lock together try it about this often. */
const delayPerWaiterMs = 2;
const longestDelayMs = 500;

/** While holders come and go, the queue moves, and a waiter stays for so many deadlines. */
const queueFactor = 10;

/** To look who holds the lock costs more than to try, so it is done at every attempt only at first. */
function isTimeToLook(attempt: number): boolean {
  return attempt < 4 || attempt % 4 === 0;
}

/**
 * Exclusion between processes, by names in a folder.
 *
 * A lock is a directory `<name>.lock` with one file in it, whose name says which process holds the lock and occurs
 * once in the world. To take it, a process prepares such a directory under a name of its own and renames it: that
 * fails as long as the target has a file in it. To free it, the holder deletes its file and then the empty directory.
 * Whoever finds that the holder is dead does the same. Two may do so at once, and one may come late: since the file's
 * name is never used again and only an empty directory can be deleted, nobody can ever free the lock of a living
 * holder, and the race needs no second lock.
 *
 * Own code, because the packages for this (proper-lockfile and its kin) go by a time stamp that the holder renews:
 * after a kill everybody waits for the stamp to grow old, and a holder that is stopped or slow loses its lock while
 * it writes.
 *
 * A process of another machine or container cannot be judged from here. Its lock is waited for and, at the deadline,
 * reported with the path to delete.
 */
export class ProcessLocks {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #identity = ownIdentity();
  readonly #held = new Map<string, string>();
  readonly #onExit = (): void => {
    for (const [path, token] of this.#held) this.#free(path, token);
  };

  /** @param deadlineMs how long a lock is waited for while one and the same process holds it. */
  constructor(folder: string, clock: Clock, deadlineMs: number) {
    this.#folder = folder;
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
  }

  /**
   * Runs `action` while no other process, and no other object of this class, holds the lock `name`. The lock is free
   * again when this resolves or rejects, or when the process ends in any way.
   * @param what what the lock guards, for the error text.
   * @throws Fault `busy` at the deadline; Fault of a file kind where the folder cannot be written.
   */
  async hold<T>(name: string, what: string, action: () => Promise<T>): Promise<T> {
    const path = join(this.#folder, `${name}.lock`);
    const token = await this.#take(path, what);
    if (this.#held.size === 0) process.on('exit', this.#onExit);
    this.#held.set(path, token);
    try {
      return await action();
    } finally {
      this.#held.delete(path);
      if (this.#held.size === 0) process.off('exit', this.#onExit);
      this.#free(path, token);
    }
  }

  async #take(path: string, what: string): Promise<string> {
    const token = identityToken(this.#identity);
    const prepared = `${path}.wait.${token}`;
    const startMs = this.#clock.monotonic();
    let holder = '';
    let holderSinceMs = startMs;
    let waiters = 1;
    try {
      mkdirSync(this.#folder, { recursive: true });
      mkdirSync(prepared);
      writeFileSync(join(prepared, token), '');
      for (let attempt = 0; !this.#tryRename(prepared, path); attempt += 1) {
        const nowMs = this.#clock.monotonic();
        if (isTimeToLook(attempt)) {
          const seen = this.#look(path);
          if (seen === undefined) continue;
          waiters = this.#countWaiters(path);
          if (seen !== holder) [holder, holderSinceMs] = [seen, nowMs];
          if (nowMs - holderSinceMs >= this.#deadlineMs || nowMs - startMs >= this.#deadlineMs * queueFactor) {
            throw this.#busy(path, what, seen, nowMs - startMs);
          }
        }
        await sleep(this.#clock, this.#delayMs(nowMs - startMs, waiters));
      }
      return token;
    } catch (error) {
      unlessAbsent('delete', prepared, () => rmSync(prepared, { recursive: true }));
      throw hostFault(error, 'lock', path);
    }
  }

  #tryRename(prepared: string, path: string): boolean {
    try {
      renameSync(prepared, path);
      return true;
    } catch (error) {
      // Windows says EPERM or EACCES where others say that the target is not empty.
      const refusals = process.platform === 'win32' ? ['EPERM', 'EACCES', 'EBUSY', 'EEXIST'] : ['EEXIST', 'ENOTEMPTY'];
      if (refusals.includes(hostErrorCode(error) ?? '')) return false;
      throw error;
    }
  }

  /**
   * Who holds the lock; frees it where the holder has ended.
   * @returns undefined when it makes sense to try again at once.
   */
  #look(path: string): string | undefined {
    const [token] = this.#tokens(path);
    if (token === undefined) {
      this.#removeIfEmpty(path);
      return '';
    }
    const holder = parseToken(token);
    if (holder === undefined || !hasEnded(holder, this.#identity)) return token;
    this.#free(path, token);
    this.#sweepDeadWaiters();
    return undefined;
  }

  #tokens(path: string): readonly string[] {
    return unlessAbsent('read', path, () => readdirSync(path)) ?? [];
  }

  /** A process that was killed while it waited leaves the directory it had prepared. */
  #sweepDeadWaiters(): void {
    for (const name of readdirSync(this.#folder)) {
      const [, token] = name.split('.lock.wait.');
      const waiter = token === undefined ? undefined : parseToken(token);
      if (waiter !== undefined && hasEnded(waiter, this.#identity)) {
        rmSync(join(this.#folder, name), { recursive: true, force: true });
      }
    }
  }

  #free(path: string, token: string): void {
    try {
      unlinkSync(join(path, token));
    } catch (error) {
      // Somebody else removed the same dead holder, or the whole directory of the store is gone.
      if (hostErrorCode(error) !== 'ENOENT') throw hostFault(error, 'unlock', path);
    }
    this.#removeIfEmpty(path);
  }

  #removeIfEmpty(path: string): void {
    try {
      rmdirSync(path);
    } catch {
      // Not empty: the next holder is in. Not there: freed by another. Otherwise the next waiter removes it.
    }
  }

  #countWaiters(path: string): number {
    const prefix = `${basename(path)}.wait.`;
    return readdirSync(this.#folder).filter((name) => name.startsWith(prefix)).length;
  }

  /**
   * The more wait, the longer each: so the lock does not lie idle, and hundreds of waiters leave the machine to the
   * holder. Who has waited long asks more often than who has just come.
   */
  #delayMs(waitedMs: number, waiters: number): number {
    const patience = Math.max(0.3, 1 - waitedMs / this.#deadlineMs);
    return Math.min(longestDelayMs, delayPerWaiterMs * (1 + waiters)) * patience * (0.5 + Math.random());
  }

  #busy(path: string, what: string, token: string, waitedMs: number): Fault {
    const holder = parseToken(token);
    const who =
      holder === undefined
        ? 'an unknown process'
        : holder.machine === this.#identity.machine
          ? `process ${holder.pid}`
          : `process ${holder.pid} of another machine or container`;
    return new Fault(
      'busy',
      `${what} is in use by ${who}, and was for all of ${Math.round(waitedMs / 1000)} s. ` +
        `Wait until it has finished. If that process is not at work any more, delete ${path}.`,
      { retryable: 'same-call' },
    );
  }
}

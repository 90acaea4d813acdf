import { mkdirSync, readdirSync, renameSync, rmSync, rmdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Clock, sleep } from '../../base/clock.js';
import { Fault } from '../../base/fault.js';
import { makeDirectories } from '../../base/make-directories.js';
import { hostErrorCode, hostFault, unlessAbsent } from './host-disk.js';
import { hasEnded, identityToken, ownIdentity, parseToken } from './process-identity.js';

/** How often the first of a queue tries; who stands further back tries more rarely, by the square of the place. */
const firstDelayMs = 5;
const longestDelayMs = 500;

/** To look who holds the lock and who waits costs more than to try. */
const lookEveryMs = 20;

const stampLength = 9;

/** Sorts as time goes, up to the year 5188. Clocks that differ only make the queue less fair. */
function stampOf(clock: Clock): string {
  return Math.max(0, clock.now()).toString(36).padStart(stampLength, '0');
}

/** All waiters together leave the machine to the holder, and the lock does not lie idle. */
function delayAt(place: number): number {
  return Math.min(longestDelayMs, firstDelayMs * (1 + place) ** 2) * (0.5 + Math.random());
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
    const prepared = `${path}.wait.${stampOf(this.#clock)}.${token}`;
    let holder: string | undefined;
    // Counted by what was slept, so that a machine that is busy or asleep takes nothing off the deadline.
    let sameHolderMs = 0;
    let sinceLookMs = lookEveryMs;
    let place = 0;
    try {
      makeDirectories(this.#folder);
      mkdirSync(prepared);
      writeFileSync(join(prepared, token), '');
      while (!this.#tryRename(prepared, path)) {
        if (sinceLookMs >= lookEveryMs) {
          const seen = this.#look(path);
          if (seen === undefined) continue;
          if (seen !== holder) [holder, sameHolderMs] = [seen, 0];
          if (sameHolderMs >= this.#deadlineMs) throw this.#busy(path, what, seen);
          [place, sinceLookMs] = [this.#placeInQueue(path, prepared), 0];
        }
        const delayMs = delayAt(place);
        await sleep(this.#clock, delayMs);
        sameHolderMs += delayMs;
        sinceLookMs += delayMs;
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
    for (const name of readdirSync(this.#folder)) this.#sweepIfDead(name);
    return undefined;
  }

  #tokens(path: string): readonly string[] {
    return unlessAbsent('read', path, () => readdirSync(path)) ?? [];
  }

  /** A process that was killed while it waited leaves the directory it had prepared. */
  #sweepIfDead(name: string): void {
    const [, waiting] = name.split('.lock.wait.');
    const waiter = waiting === undefined ? undefined : parseToken(waiting.slice(stampLength + 1));
    if (waiter !== undefined && hasEnded(waiter, this.#identity)) {
      rmSync(join(this.#folder, name), { recursive: true, force: true });
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

  /** How many have waited for longer. One that cannot be judged may be dead, and then only slows the others a little. */
  #placeInQueue(path: string, prepared: string): number {
    const [prefix, own] = [`${basename(path)}.wait.`, basename(prepared)];
    const before = readdirSync(this.#folder).filter((name) => name.startsWith(prefix) && name < own);
    const [first] = before.toSorted();
    if (first !== undefined) this.#sweepIfDead(first);
    return before.length;
  }

  #busy(path: string, what: string, token: string): Fault {
    const holder = parseToken(token);
    const who =
      holder === undefined
        ? 'an unknown process'
        : holder.machine === this.#identity.machine
          ? `process ${holder.pid}`
          : `process ${holder.pid} of another machine or container`;
    return new Fault(
      'busy',
      `${what} is in use by ${who}, and was for all of ${Math.round(this.#deadlineMs / 1000)} s. ` +
        `Wait until it has finished. If that process is not at work any more, delete ${path}.`,
      { retryable: 'same-call' },
    );
  }
}

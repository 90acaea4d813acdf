import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const pollMs = 100;

/**
 * Runs `work` while no other process on this machine runs something under the same lock file.
 * A lock left behind by a process that has died is taken over.
 * @template T
 * @param {string} path the lock file; its folder is made
 * @param {() => Promise<T>} work
 * @param {(message: string) => void} say told once, when there is something to wait for
 * @returns {Promise<T>}
 */
export async function withLock(path, work, say) {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!tryTake(path)) {
    const owner = readOwner(path);
    if (owner === undefined) continue;
    if (!isAlive(owner)) {
      dropDeadLock(path, owner);
      continue;
    }
    if (!told) say(`Waiting for process ${owner}, which prepares this folder (its lock: ${path}) ...`);
    told = true;
    await wait(pollMs);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** The lock appears with its owner already written: a file is linked into place, and a link never replaces. */
function tryTake(path) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readOwner(path) {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Between the look and the removal another process may have taken the lock over: then it gets it back. */
function dropDeadLock(path, deadOwner) {
  const aside = `${path}.${process.pid}.dead`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (readOwner(aside) !== deadOwner) renameSync(aside, path);
  else rmSync(aside, { force: true });
}

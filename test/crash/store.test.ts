import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../world/store/operations.mjs';
import { temporaryDirectory } from '../world/store/sample-vm.js';
import { type Model, after, contentsOf, operations, possibleAfterKill } from '../world/store/store-model.js';
import { openGuestStore, startWorker } from '../world/store/worker-process.js';
import { kills, RandomKill, share } from './random-kill.js';

const chains = 2;
/** So many that the kill nearly always comes first. */
const operationsPerProcess = 120;

/** A script of operations that are all possible, and the model before each and after the last. */
function scriptFrom(model: Model, seed: number): { readonly script: Operation[]; readonly models: Model[] } {
  const script: Operation[] = [];
  const models = [model];
  for (const operation of fc.sample(operations, { seed, numRuns: operationsPerProcess * 4 })) {
    const next = after(models.at(-1) ?? {}, operation);
    if (next === undefined) continue;
    script.push(operation);
    models.push(next);
    if (script.length === operationsPerProcess) break;
  }
  return { script, models };
}

/** Kills one process after the other on one directory, until so many were killed at work. */
async function runChain(directory: string, chain: number): Promise<number> {
  const kill = new RandomKill();
  let model: Model = {};
  let killed = 0;
  for (let round = 0; killed < share(chains) && round < kills; round += 1) {
    const seed = chain * 1000 + round;
    const { script, models } = scriptFrom(model, seed);
    const end = await kill.strike(startWorker(directory, script));
    expect(end.errors).toBe('');
    if (end.wasAtWork) killed += 1;
    const store = await openGuestStore(directory);
    const seen = await contentsOf(store);
    const last = models[end.acknowledged] ?? {};
    const next = script[end.acknowledged];
    const possible = next === undefined ? [last] : possibleAfterKill(last, next);
    expect(possible, `seed ${seed}, killed after ${end.acknowledged}`).toContainEqual(seen);
    await store.close();
    model = seen;
  }
  return killed;
}

describe('a process that works on a directory and is killed at any moment', () => {
  it('leaves a directory that loads, with all it had acknowledged', async () => {
    const directories = Array.from({ length: chains }, temporaryDirectory);
    const killed = await Promise.all(directories.map(runChain));
    expect(killed).toEqual(directories.map(() => share(chains)));
  }, 1_800_000);
});

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../world/store/sample-vm.js';
import { kills, RandomKill, share } from './random-kill.js';
import { visible, Witness } from './vix-host.js';
import { after, type Model, newVm, operations, poweredOn } from './vix-model.js';
import type { VixOperation } from './vix-operations.mjs';

const worker = fileURLToPath(new URL('./vix-worker.mjs', import.meta.url));

const chains = 2;
/** So many that the kill nearly always comes first. */
const operationsPerProcess = 100;

/** A script of operations that are all possible, and the model before each and after the last. */
function scriptFrom(model: Model, seed: number): { readonly script: VixOperation[]; readonly models: Model[] } {
  const script: VixOperation[] = [];
  const models = [model];
  for (const operation of fc.sample(operations, { seed, numRuns: operationsPerProcess * 5 })) {
    const next = after(models.at(-1) ?? {}, operation);
    if (next === undefined) continue;
    script.push(operation);
    models.push(next);
    if (script.length === operationsPerProcess) break;
  }
  return { script, models };
}

/** A process that has loaded everything and waits for its job. */
function startWorker(): ChildProcess {
  const child = spawn(process.execPath, [worker], { stdio: 'pipe' });
  // A child that was killed before it had read all is no error here.
  child.stdin.on('error', () => undefined);
  return child;
}

/** Kills one program after the other on one directory, until so many were killed at work. */
async function runChain(root: string, chain: number): Promise<number> {
  const directory = join(root, 'machines');
  const hostFolder = join(root, 'host');
  await mkdir(hostFolder);
  await (await Witness.open(directory, hostFolder)).close();
  const kill = new RandomKill();
  let model: Model = { one: newVm, two: newVm };
  let killed = 0;
  let next = startWorker();
  onTestFinished(() => void next.kill());
  for (let round = 0; killed < share(chains) && round < kills; round += 1) {
    const seed = chain * 1000 + round;
    const { script, models } = scriptFrom(model, seed);
    const child = next;
    child.stdin?.end(JSON.stringify({ directory, hostFolder, script }));
    const end = await kill.strike(child);
    expect(end.errors).toBe('');
    if (end.wasAtWork) killed += 1;
    // Loads while this one's work is looked at.
    next = startWorker();
    const before = models[end.acknowledged] ?? model;
    const seen = await see(directory, hostFolder, Object.keys(model));
    const found = [before, models[end.acknowledged + 1]].find(
      (candidate) => candidate !== undefined && isDeepStrictEqual(visibleModel(candidate), seen),
    );
    const where = `seed ${seed}, killed after ${end.acknowledged}, in ${script[end.acknowledged]?.op}`;
    // Where neither state was found, the difference to the one before is shown.
    expect(seen, where).toEqual(visibleModel(found ?? before));
    model = Object.fromEntries(
      Object.entries(found ?? before).map(([name, vm]) => [name, vm.isOn ? vm : poweredOn(vm)]),
    );
  }
  return killed;
}

/** What a program sees of the machines that were left. */
async function see(directory: string, hostFolder: string, names: readonly string[]): Promise<Record<string, unknown>> {
  const witness = await Witness.open(directory, hostFolder);
  const seen = await Promise.all(names.map(async (name) => [name, await witness.see(name)] as const));
  await witness.close();
  return Object.fromEntries(seen);
}

function visibleModel(model: Model): Record<string, unknown> {
  return Object.fromEntries(Object.entries(model).map(([name, vm]) => [name, visible(vm)]));
}

describe('a VIX program over a mock directory that is killed at any moment', () => {
  it('leaves machines that open and work, with all that its jobs had told', async () => {
    const roots = Array.from({ length: chains }, temporaryDirectory);
    const killed = await Promise.all(roots.map(runChain));
    expect(killed).toEqual(roots.map(() => share(chains)));
  }, 1_800_000);
});

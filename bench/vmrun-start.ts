import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  createVix,
  Vix_Out,
  VIX_API_VERSION,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_DEFAULT,
} from 'revix';
import { createMockBackend, InventoryBuilder } from 'revix/mock';
import type { Figure } from './figure.js';
import { ratios, type Way } from './ratio.js';

const vmrun = fileURLToPath(new URL('../../dist/bin/vmrun.cjs', import.meta.url));
const rounds = 40;
const warmUpRounds = 3;
/** Machines in the directory, and how many of them run. */
const usual = { machines: 20, running: 5 };
const many = { machines: 200, running: 10 };

/** Wall time of a whole process of `vmrun list`, beside a process of Node that does nothing. */
export async function measureVmrunStart(): Promise<Figure[]> {
  const home = mkdtempSync(join(tmpdir(), 'revix-bench-'));
  try {
    const [empty, full, crowded] = [join(home, 'empty'), join(home, 'full'), join(home, 'crowded')];
    await fill(full, usual);
    await fill(crowded, many);
    const ways = {
      node: processes(['-e', '0'], empty),
      empty: processes([vmrun, 'list'], empty),
      full: processes([vmrun, 'list'], full),
      crowded: processes([vmrun, 'list'], crowded),
    };
    const pairs = [
      ['empty', 'node'],
      ['full', 'node'],
      ['crowded', 'node'],
    ] as const;
    const [ofEmpty = Number.NaN, ofFull = Number.NaN, ofCrowded = Number.NaN] = await ratios(
      ways,
      pairs,
      rounds,
      warmUpRounds,
    );
    return [
      { what: 'vmrun list / node -e 0', value: ofEmpty, unit: '', goal: 1.6 },
      { what: `vmrun list with ${usual.machines} machines / node -e 0`, value: ofFull, unit: '', goal: 1.6 },
      { what: `vmrun list with ${many.machines} machines / node -e 0`, value: ofCrowded, unit: '', goal: null },
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function processes(args: readonly string[], home: string): Way {
  return async (times) => {
    for (let index = 0; index < times; index += 1) {
      await promisify(execFile)(process.execPath, args, { env: { ...process.env, REVIX_HOME: home } });
    }
  };
}

/** Makes machines, and lets other processes of vmrun power some of them on, as a user would. */
async function fill(home: string, count: { readonly machines: number; readonly running: number }): Promise<void> {
  const directory = join(home, 'mock', 'machines');
  const inventory = new InventoryBuilder();
  for (let index = 0; index < count.machines; index += 1) inventory.linux(`machine${index}`);
  const vix = createVix({ backends: [createMockBackend({ directory, inventory: inventory.build() })] });
  const host = Vix_Out(VIX_INVALID_HANDLE);
  const provider = VIX_SERVICEPROVIDER_DEFAULT;
  const job = vix.VixHost_Connect(VIX_API_VERSION, provider, null, 0, null, null, 0, VIX_INVALID_HANDLE, null, null);
  const error = await vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, host, VIX_PROPERTY_NONE);
  await vix.Revix_Close();
  if (error !== 0) throw new Error(`the machines could not be made: ${vix.Vix_GetErrorText(error, null)}`);
  for (let index = 0; index < count.running; index += 1) {
    await processes([vmrun, 'start', `[datastore1] machine${index}/machine${index}.vmx`], home)(1);
  }
}

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { InventoryBuilder } from '../../../src/backends/mock/index.js';
import { scratchRoot } from '../../fixtures/scratch-root.js';
import { VmrunRig, type RigOptions } from './vmrun-rig.js';

/** Flags of the guest's ordinary account. */
export const asUser = ['-gu', 'user', '-gp', 'password'] as const;

/** Machines that most tests need: `on` and `win` run, `off`, whose hardware is old, does not, `bare` runs without Tools. */
function addMachines(inventory: InventoryBuilder, path: (name: string) => string): void {
  const tools = { bootDelayMs: 0 };
  inventory
    .vm({ name: 'on', location: path('on'), power: 'on', tools, guest: { consoleUser: 'user' } })
    .vm({ name: 'off', location: path('off'), tools, hardwareVersion: 10 })
    .vm({ name: 'bare', location: path('bare'), power: 'on', tools: false })
    .vm({ name: 'win', location: path('win'), guestOs: 'windows9-64', power: 'on', tools })
    .vm({ name: 'locked', location: path('locked'), encryptionPassword: 'secret' })
    .vm({
      name: 'tree',
      location: path('tree'),
      tools,
      snapshots: [
        { name: 'base', children: [{ name: 'derived', children: [{ name: 'deep', isCurrent: true }] }] },
        { name: 'Clone', children: [{ name: 'Clone' }] },
      ],
    });
}

/** A rig with those machines. */
export function newLab(options: RigOptions = {}): VmrunRig {
  const rig = new VmrunRig(options);
  addMachines(rig.inventory, (name) => rig.path(name));
  return rig;
}

/** Labs in directories, for the tests of the file or suite that calls it: made once, and each has a copy. */
export function directoryLabs(): () => VmrunRig {
  const template = mkdtempSync(join(scratchRoot, 'revix-vmrun-template-'));
  beforeAll(async () => {
    await newLab({ store: 'directory', directory: template }).run(['list']);
  });
  afterAll(() => rmSync(template, { recursive: true, force: true }));
  return () => {
    const rig = newLab({ store: 'directory' });
    cpSync(template, rig.directory, { recursive: true });
    return rig;
  };
}

import { createMockBackend } from '../../backends/mock/index.js';
import type { Clock } from '../../base/clock.js';
import type { Inventory } from '../../world/inventory/inventory-schema.js';
import { checkInventory } from '../../world/inventory/check-inventory.js';
import { readInventory } from '../../world/inventory/read-inventory.js';
import type { World } from '../../world/world.js';
import type { WorldPlan } from './simulation-plan.js';

/** A world that this process has opened. */
export interface OpenWorld {
  readonly world: World;
  close(): Promise<void>;
}

/**
 * Opens the world of a plan, as the mock host opens its own.
 * @throws Fault that names file, line and place of everything that is wrong with an inventory.
 */
export async function openWorld(plan: WorldPlan, clock: Clock): Promise<OpenWorld> {
  const { directory, powerDurationMs } = plan;
  const inventory = await readInventories(plan.inventories);
  const backend = createMockBackend({
    clock,
    // As on a real host, where somebody answers.
    questions: 'wait',
    ...(inventory === undefined ? {} : { inventory }),
    ...(directory === undefined ? {} : { directory }),
    ...(powerDurationMs === undefined ? {} : { powerDurationMs }),
  });
  return { world: await backend.world(), close: async () => backend.close?.() };
}

async function readInventories(paths: readonly string[]): Promise<Inventory | undefined> {
  const inventories = await Promise.all(paths.map(readInventory));
  if (inventories.length === 0) return undefined;
  const hostUsers = inventories.flatMap((inventory) => inventory.hostUsers ?? []);
  return checkInventory({
    ...(hostUsers.length === 0 ? {} : { hostUsers }),
    vms: inventories.flatMap(({ vms }) => vms),
    faults: inventories.flatMap(({ faults = [] }) => faults),
  });
}

/** Public entry `revix/mock`: the mock host, its world, and what tests need to steer both. */
export { FakeClock, RealClock, type Clock } from '../../base/clock.js';
export { Fault, type FaultKind } from '../../base/fault.js';
export type { ActiveFaultRule, FaultEffect, FaultRule } from '../../world/fault-rules.js';
export type { OperationName } from '../../world/operation-names.js';
export type { GuestProgram, ProgramContext, ProgramStartOptions } from '../../world/guest/program.js';
export { standardPrograms } from '../../world/guest/guest-programs.js';
export { defaultInventory } from '../../world/inventory/default-inventory.js';
export { InventoryBuilder } from '../../world/inventory/inventory-builder.js';
export type { Inventory, InventorySnapshot, InventoryVm } from '../../world/inventory/inventory-schema.js';
export { parseInventory } from '../../world/inventory/parse-inventory.js';
export { readInventory } from '../../world/inventory/read-inventory.js';
export { World, type VmListing, type WorldOptions } from '../../world/world.js';
export { createMockBackend, type MockBackend } from './mock-backend.js';
export type { MockOptions } from './worlds.js';

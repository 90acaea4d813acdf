/** Public entry `revix/simulator`: a world served as a vCenter or an ESXi that real clients talk to. */
export { FakeClock, RealClock, type Clock } from '../base/clock.js';
export { Fault, type FaultKind } from '../base/fault.js';
export { Secret } from '../base/secret.js';
export { defaultInventory } from '../world/inventory/default-inventory.js';
export type { Inventory, InventoryVm } from '../world/inventory/inventory-schema.js';
export { readInventory } from '../world/inventory/read-inventory.js';
export { World, type WorldOptions } from '../world/world.js';
export type { EndpointKind } from './endpoint-kind.js';
export type { TlsIdentity } from './server/certificate.js';
export type { ServerLimits } from './server/listener.js';
export type { ActiveWireFaultRule, WireEffect, WireFaultRule, WireFaults } from './server/wire-faults.js';
export type { EndpointUser } from './sessions.js';
export type { SimulatorOptions } from './simulator-options.js';
export { startSimulator, type Simulator } from './start-simulator.js';

import { Vix_Out } from '../api/vix-out.js';
import { VIX_OK, VIX_PROPERTY_NONE, VIX_PROPERTY_VM_POWER_STATE } from '../vix/names.js';
import type { VixHandle, VixPropertyID } from '../vix/types.js';
import type { Bench } from './bench.js';

/** Reads an integer of a machine or a snapshot. */
export async function integerOf(bench: Bench, handle: VixHandle, id: VixPropertyID<'integer'>): Promise<number> {
  const cell = Vix_Out<number>();
  bench.equal(await bench.settle(bench.vix.Vix_GetProperties(handle, id, cell, VIX_PROPERTY_NONE)), VIX_OK);
  return cell.value;
}

/** Reads a text of a machine or a snapshot. */
export async function textOf(bench: Bench, handle: VixHandle, id: VixPropertyID<'string'>): Promise<string> {
  const cell = Vix_Out<string>();
  bench.equal(await bench.settle(bench.vix.Vix_GetProperties(handle, id, cell, VIX_PROPERTY_NONE)), VIX_OK);
  return cell.value;
}

/** Reads a truth value of a machine or a snapshot. */
export async function boolOf(bench: Bench, handle: VixHandle, id: VixPropertyID<'bool'>): Promise<boolean> {
  const cell = Vix_Out<boolean>();
  bench.equal(await bench.settle(bench.vix.Vix_GetProperties(handle, id, cell, VIX_PROPERTY_NONE)), VIX_OK);
  return cell.value;
}

/** The power state of a machine: a set of bits. */
export function powerStateOf(bench: Bench, vm: VixHandle): Promise<number> {
  return integerOf(bench, vm, VIX_PROPERTY_VM_POWER_STATE);
}

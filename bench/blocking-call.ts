import * as sync from 'revix/sync';
import { VIX_PROPERTY_VM_NUM_VCPUS, VIX_PROPERTY_NONE, Vix_Out } from 'revix';
import type { Figure } from './figure.js';

export async function measureBlocking(): Promise<Figure[]> {
  void sync;
  void VIX_PROPERTY_VM_NUM_VCPUS;
  void VIX_PROPERTY_NONE;
  void Vix_Out;
  return [];
}

import { Vix_Out, VIX_PROPERTY_NONE, type VixHandle } from 'revix';
import { connectIdle } from './open-vm.js';
import type { Figure } from './figure.js';
import { heapBytes } from './heap-bytes.js';

const handleCount = 1_000_000;

/** Heap that one live handle costs, with a million of them alive: empty property lists, so that only the handle counts. */
export async function measureHandles(): Promise<Figure[]> {
  const { vix, host } = await connectIdle();
  const before = heapBytes();
  const cell = Vix_Out<VixHandle>();
  for (let index = 0; index < handleCount; index += 1) {
    vix.VixPropertyList_AllocPropertyList(host, cell, VIX_PROPERTY_NONE);
  }
  const bytes = (heapBytes() - before) / handleCount;
  vix.VixHost_Disconnect(host);
  await vix.Revix_Close();
  return [{ what: 'heap per live handle at 1,000,000', value: bytes, unit: 'bytes', goal: 250 }];
}

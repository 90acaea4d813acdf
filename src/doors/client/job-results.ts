import { Vix_Out } from '../../api/vix-out.js';
import { VIX_INVALID_HANDLE, VIX_PROPERTY_JOB_RESULT_HANDLE, VIX_PROPERTY_NONE } from '../../vix/names.js';
import type { VixHandle } from '../../vix/types.js';
import type { Engine } from './engine.js';

/** The object that a finished job results in, with a reference for the caller. */
export async function resultHandle({ vix }: Engine, job: VixHandle): Promise<VixHandle> {
  const cell = Vix_Out(VIX_INVALID_HANDLE);
  await vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE);
  return cell.value;
}

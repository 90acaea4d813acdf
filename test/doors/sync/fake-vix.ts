import { afterAll, onTestFinished } from 'vitest';
import {
  createVix,
  type SyncVix,
  type SyncVixOptions,
  type VixCallback,
  type VixHandle,
  VIX_API_VERSION,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  Vix_Out,
} from '../../../dist/doors/sync/index.js';

const fakeEngine = new URL('./fake-engine.mjs', import.meta.url);

/** The blocking functions over the fake engine; closed when the test ends. */
export function fakeVix(options: SyncVixOptions = {}): SyncVix {
  const vix = createVix({ engine: fakeEngine, ...options });
  onTestFinished(() => vix.Revix_Close());
  return vix;
}

/**
 * For a test file: gives the blocking functions over one fake engine to all of its tests that leave it as they found it.
 */
export function vixOfFile(): () => SyncVix {
  let shared: SyncVix | undefined;
  afterAll(() => shared?.Revix_Close());
  return () => (shared ??= createVix({ engine: fakeEngine }));
}

/** Starts a connection; the name of the host decides what becomes of it. */
export function startConnect(
  vix: SyncVix,
  hostName: string,
  callback: VixCallback = null,
  clientData: unknown = null,
  options: number = 0,
): VixHandle {
  const provider = VIX_SERVICEPROVIDER_VMWARE_WORKSTATION;
  return vix.VixHost_Connect(VIX_API_VERSION, provider, hostName, 0, null, null, options, 0, callback, clientData);
}

/** Connects, and fails the test when that fails. */
export function connect(vix: SyncVix, hostName: string = 'plain', options: number = 0): VixHandle {
  return resultOf(vix, startConnect(vix, hostName, null, null, options));
}

/** Waits for a job and gives its result handle. */
export function resultOf(vix: SyncVix, job: VixHandle): VixHandle {
  const result = Vix_Out<VixHandle>();
  const error = vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, result, VIX_PROPERTY_NONE);
  if (error !== VIX_OK) throw new Error(`the job failed: ${vix.Revix_GetJobMessage(job)} (${error})`);
  vix.Vix_ReleaseHandle(job);
  return result.value;
}

/** Resolves when the condition holds, asked once per turn of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}

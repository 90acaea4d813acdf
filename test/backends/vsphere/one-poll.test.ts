import { expect, it } from 'vitest';
import { createVsphereBackend } from '../../../src/backends/vsphere/index.js';
import { FakeClock, settle } from '../../../src/base/clock.js';
import type { TraceEvent } from '../../../src/base/timeline.js';
import { createVix } from '../../../src/index.js';
import { startSimulator } from '../../../src/simulator/index.js';
import { VIX_INVALID_HANDLE, VIX_SERVICEPROVIDER_VMWARE_VI_SERVER } from '../../../src/vix/names.js';
import type { VixHandle } from '../../../src/vix/types.js';
import { inventoryFor } from '../../conformance/inventory.js';
import { finish } from '../../trace/trace-rig.js';
import { whileMoving } from './fake-connection.js';

const loginMethod = 'GuestAuthManager.ValidateCredentialsInGuest';
const startMethod = 'GuestProcessManager.StartProgramInGuest';
const listMethod = 'GuestProcessManager.ListProcessesInGuest';

it('asks a machine once at each look, however many of its programs are awaited, and in however many logins', async () => {
  const clock = new FakeClock();
  const simulator = await startSimulator({ inventory: inventoryFor(['posix']), clock });
  const tls = { thumbprint: simulator.thumbprint?.sha256 ?? '' };

  /** Requests for the states of programs that start at one moment, in their first two seconds. */
  const looksAt = async (programs: number): Promise<number> => {
    const events: TraceEvent[] = [];
    const count = (ph: 'B' | 'E', name: string): number =>
      events.filter((event) => event.ph === ph && event.name === name).length;
    const trace = (event: TraceEvent): void => void events.push(event);
    const vix = createVix({ backends: [createVsphereBackend({ clock, tls })], config: {}, clock, trace });
    const handle = async (job: VixHandle): Promise<VixHandle> =>
      (await whileMoving(clock, 250, finish(vix, job))).handle;
    const provider = VIX_SERVICEPROVIDER_VMWARE_VI_SERVER;
    const host = await handle(
      vix.VixHost_Connect(-1, provider, simulator.url, 0, 'admin', 'host password', 0, VIX_INVALID_HANDLE, null, null),
    );
    const vm = await handle(vix.VixVM_Open(host, '[store] posix/posix.vmx', null, null));
    let started = 0;
    for (const user of ['root', 'user']) {
      // Time stands still while a request is under way.
      vix.VixVM_LoginInGuest(vm, user, 'password', 0, null, null);
      while (count('E', loginMethod) < (user === 'root' ? 1 : 2)) await settle();
      for (; started < (user === 'root' ? Math.ceil(programs / 2) : programs); started += 1) {
        vix.VixVM_RunProgramInGuest(vm, '/bin/sleep', '3600', 0, VIX_INVALID_HANDLE, null, null);
      }
      while (count('E', startMethod) < started) await settle();
    }
    for (let ms = 0; ms < 2000; ms += 1) {
      await clock.advance(1);
      while (count('B', listMethod) > count('E', listMethod)) await settle();
    }
    await whileMoving(clock, 250, vix.Revix_Close());
    return count('E', listMethod);
  };

  // At 10, 20, 30, 45 ms and so on, each time half later than the time before.
  const [alone, together] = [await looksAt(1), await looksAt(10)];
  expect({ alone, together }).toEqual({ alone: 13, together: 13 });
  await simulator.close();
});

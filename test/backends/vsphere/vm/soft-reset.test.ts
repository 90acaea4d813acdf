import { describe, expect, it } from 'vitest';
import type { VsphereConnection } from '../../../../src/backends/vsphere/connection.js';
import type { Datacenters } from '../../../../src/backends/vsphere/inventory/datacenters.js';
import { MachineReference } from '../../../../src/backends/vsphere/inventory/machine-reference.js';
import type { Properties } from '../../../../src/backends/vsphere/properties.js';
import { Machine } from '../../../../src/backends/vsphere/vm/machine.js';
import { VspherePower } from '../../../../src/backends/vsphere/vm/power.js';
import { FakeClock, settle } from '../../../../src/base/clock.js';
import { callOn } from '../fake-connection.js';
import { toldFamily } from '../guest/told-family.js';

const bootTime = new Date(1000);
const before = { 'runtime.powerState': 'poweredOn', 'guest.toolsRunningStatus': 'guestToolsRunning' };
const gone = { ...before, 'guest.toolsRunningStatus': 'guestToolsNotRunning' };

/** A machine whose guest was asked to restart. `become` tells what it looks like from then on. */
async function restarting(properties: Readonly<Record<string, unknown>> = { ...before, 'runtime.bootTime': bootTime }) {
  const clock = new FakeClock();
  const valuesOf = (all: object): Properties => new Map(Object.entries(all));
  let look: ((values: Properties) => void) | undefined;
  const connection = {
    clock,
    call: async () => undefined,
    tasks: { whileBusy: (_call: unknown, ask: () => Promise<void>) => ask() },
    properties: async () => valuesOf(properties),
    waitForVm: (_ref: unknown, test: (values: Properties) => unknown, { signal }: { signal: AbortSignal }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        look = (values) => {
          try {
            const found = test(values);
            if (found !== undefined) resolve(found);
          } catch (error) {
            reject(error);
          }
        };
        look(valuesOf(properties));
      }),
  } as unknown as VsphereConnection;
  const reference = new MachineReference({ type: 'VirtualMachine', value: 'vm-1' });
  const machine = new Machine(connection, {} as Datacenters, reference, toldFamily(), '[ds] a/a.vmx');
  let outcome: unknown = 'waits';
  const ended = new VspherePower(machine).reset('soft', callOn(clock)).then(
    () => 'restarted',
    (error: unknown) => error,
  );
  void ended.then((how) => (outcome = how));
  await settle();
  return {
    clock,
    become: async (all: Readonly<Record<string, unknown>>): Promise<unknown> => {
      look?.(valuesOf(all));
      await settle();
      return outcome;
    },
    after: async (ms: number): Promise<unknown> => {
      await clock.advance(ms);
      return outcome;
    },
  };
}

describe('a reset from the guest', () => {
  it('ends when Tools has gone and come back', async () => {
    const { become, clock } = await restarting(before);
    expect(await become(before)).toBe('waits');
    expect(await become(gone)).toBe('waits');
    expect(await become(before)).toBe('restarted');
    expect(clock.pending).toBe(0);
  });

  it('ends when the time of the boot is a later one, though nobody has seen Tools go', async () => {
    const { become } = await restarting();
    expect(await become({ ...before, 'runtime.bootTime': bootTime })).toBe('waits');
    expect(await become({ ...before, 'runtime.bootTime': new Date(2000) })).toBe('restarted');
  });

  it('that shows no sign fails after ten minutes', async () => {
    const { after, clock } = await restarting();
    expect(await after(599_000)).toBe('waits');
    expect(await after(1000)).toMatchObject({
      kind: 'tools-timeout',
      message: expect.stringMatching(/600 seconds.*console/),
    });
    expect(clock.pending).toBe(0);
  });

  it('after which Tools does not come back fails after ten minutes', async () => {
    const { become, after, clock } = await restarting();
    expect(await after(100_000)).toBe('waits');
    expect(await become(gone)).toBe('waits');
    expect(await after(599_000)).toBe('waits');
    expect(await after(1000)).toMatchObject({ kind: 'tools-timeout', message: expect.stringContaining('600 seconds') });
    expect(clock.pending).toBe(0);
  });

  it('that powers the machine off says so', async () => {
    const { become } = await restarting();
    expect(await become({ 'runtime.powerState': 'poweredOff' })).toMatchObject({ kind: 'vm-not-running' });
  });
});

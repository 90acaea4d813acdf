import { describe, expect, it } from 'vitest';
import type { VsphereConnection } from '../../../../src/backends/vsphere/connection.js';
import type { Datacenters } from '../../../../src/backends/vsphere/inventory/datacenters.js';
import { MachineReference } from '../../../../src/backends/vsphere/inventory/machine-reference.js';
import type { Properties } from '../../../../src/backends/vsphere/properties.js';
import { Machine } from '../../../../src/backends/vsphere/vm/machine.js';
import { VspherePower } from '../../../../src/backends/vsphere/vm/power.js';
import { VsphereSnapshots } from '../../../../src/backends/vsphere/vm/snapshots.js';
import { VsphereTools } from '../../../../src/backends/vsphere/vm/tools.js';
import { FakeClock } from '../../../../src/base/clock.js';
import { Fault, type FaultKind } from '../../../../src/base/fault.js';
import { callOn } from '../fake-connection.js';
import { toldFamily } from '../guest/told-family.js';

const ready = { 'runtime.powerState': 'poweredOn', 'guest.guestOperationsReady': true };

function valuesOf(all: object): Properties {
  return new Map(Object.entries(all));
}

/** A machine whose guest the server says is ready. What it reads of the machine anew is counted. */
function rig() {
  const clock = new FakeClock();
  const call = callOn(clock);
  const seen = { reads: 0, values: ready as Readonly<Record<string, unknown>> };
  const connection = {
    clock,
    tasks: { runToEnd: async () => undefined, run: async () => undefined },
    properties: async (): Promise<Properties> => {
      seen.reads += 1;
      return valuesOf(seen.values);
    },
    waitForVm: async (_ref: unknown, test: (values: Properties) => unknown) => test(valuesOf(ready)),
  } as unknown as VsphereConnection;
  const reference = new MachineReference({ type: 'VirtualMachine', value: 'vm-1' });
  const machine = new Machine(connection, {} as Datacenters, reference, toldFamily(), '[ds] a/a.vmx');
  const answers: (FaultKind | 'well')[] = [];
  let probes = 0;
  const probe = async (): Promise<void> => {
    probes += 1;
    const answer = answers.shift() ?? 'well';
    if (answer !== 'well') throw new Fault(answer, 'as the test says');
  };
  const tools = new VsphereTools(machine);
  return {
    machine,
    clock,
    call,
    seen,
    answers,
    probes: () => probes,
    wait: (isLoggedIn: boolean) => tools.waitUntilRunning(call, isLoggedIn ? probe : undefined),
  };
}

type Rig = ReturnType<typeof rig>;

const restarts = {
  reset: ({ machine, call }: Rig) => new VspherePower(machine).reset('hard', call),
  revert: ({ machine, call }: Rig) => new VsphereSnapshots(machine).revert({ id: 's', suppressPowerOn: false }, call),
} as const;

describe('a guest that the server says is ready', () => {
  it('is believed to be without a request, where it has not restarted', async () => {
    const one = rig();
    await one.wait(true);
    await one.wait(false);
    expect([one.probes(), one.seen.reads]).toEqual([0, 0]);
  });

  it.each(['reset', 'revert'] as const)('is asked once after a %s, in the name of who is logged in', async (what) => {
    const one = rig();
    await restarts[what](one);
    await one.wait(true);
    await one.wait(true);
    expect(one.probes()).toBe(1);
  });

  it.each(['reset', 'revert'] as const)('is waited for after a %s until it answers', async (what) => {
    const one = rig();
    await restarts[what](one);
    one.answers.push('tools-not-running', 'busy', 'tools-timeout');
    let isOver = false;
    const waiting = one.wait(true).then(() => (isOver = true));
    await one.clock.advance(100);
    expect([one.probes(), isOver]).toEqual([1, false]);
    await one.clock.advance(10_000);
    await waiting;
    expect(one.probes()).toBe(4);
  });

  it('is waited for by all who wait', async () => {
    const one = rig();
    await restarts.reset(one);
    one.answers.push('busy', 'busy');
    let over = 0;
    const waiting = [one.wait(true), one.wait(true)].map((wait) => wait.then(() => (over += 1)));
    await one.clock.advance(100);
    expect(over).toBe(0);
    await one.clock.advance(1000);
    await Promise.all(waiting);
  });

  it('has answered when it refuses the login, which is not tried again', async () => {
    const one = rig();
    await restarts.revert(one);
    one.answers.push('guest-login-refused');
    await one.wait(true);
    await one.wait(true);
    expect(one.probes()).toBe(1);
  });

  it('stays in doubt when the probe says nothing of it', async () => {
    const one = rig();
    await restarts.reset(one);
    one.answers.push('connection-lost');
    await expect(one.wait(true)).rejects.toMatchObject({ kind: 'connection-lost' });
    await one.wait(true);
    expect(one.probes()).toBe(2);
  });

  it('is looked at anew after a revert where nobody is logged in', async () => {
    const one = rig();
    await restarts.revert(one);
    one.seen.values = { ...ready, 'guest.guestOperationsReady': false };
    let isOver = false;
    const waiting = one.wait(false).then(() => (isOver = true));
    await one.clock.advance(100);
    expect([one.seen.reads, isOver]).toEqual([1, false]);
    one.seen.values = ready;
    await one.clock.advance(1000);
    await waiting;
    expect(one.probes()).toBe(0);
  });
});

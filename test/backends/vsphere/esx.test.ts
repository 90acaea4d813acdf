import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallContext, HostLink } from '../../../src/backends/backend.js';
import { createVsphereBackend } from '../../../src/backends/vsphere/index.js';
import { FakeClock } from '../../../src/base/clock.js';
import { startSimulator, type Simulator } from '../../../src/simulator/index.js';
import { settle } from '../../../src/testing/settle.js';
import { NetworkQuiet } from '../../conformance/network-quiet.js';
import { goodCertificate, testAuthority } from '../../fixtures/tls/certificates.js';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callOn, target } from './fake-connection.js';

describe('a single ESXi host, trusted by the file of its authority', () => {
  const clock = new FakeClock();
  const quiet = new NetworkQuiet();
  const directory = mkdtempSync(join(tmpdir(), 'revix-esx-'));
  const call: CallContext = callOn(clock);
  let simulator: Simulator;
  let host: HostLink;
  const backend = createVsphereBackend({ clock });

  const ending = <T>(work: Promise<T>): Promise<T> =>
    settle(work, {
      advance: async (ms) => {
        await quiet.wait();
        await clock.advance(ms);
      },
    });

  beforeAll(async () => {
    writeFileSync(join(directory, 'ca.pem'), testAuthority);
    simulator = await startSimulator({
      kind: 'esx',
      clock,
      tls: goodCertificate,
      inventory: { vms: [{ name: 'lab', location: '[store] lab/lab.vmx', guestOs: 'ubuntu-64' }] },
    });
    const to = target({
      hostName: simulator.url,
      settings: { tls: { ca: 'ca.pem' } },
      settingsDirectory: directory,
    });
    host = await ending(backend.connect(to, call));
  });

  afterAll(async () => {
    await backend.close?.();
    quiet.close();
    await simulator.close();
    rmSync(directory, { recursive: true });
  });

  it('says what it is, and that it cannot clone', () => {
    expect(host.about.product).toContain('ESXi');
    expect([host.capabilities.has('clone'), host.capabilities.has('linkedClone')]).toEqual([false, false]);
  });

  it('lists, opens, registers and powers its machines', async () => {
    const locations: string[] = [];
    for await (const { location } of host.findVms('registered', call)) locations.push(location);
    expect(locations).toEqual(['[store] lab/lab.vmx']);
    await ending(host.unregisterVm('[store] lab/lab.vmx', call));
    await ending(host.registerVm('[store] lab/lab.vmx', call));
    const vm = await ending(host.openVm('[store] lab/lab.vmx', null, call));
    await ending(vm.power.on({ paused: false, showConsole: false }, call));
    expect((await ending(vm.properties(call))).power.phase).toBe('on');
    await ending(vm.power.off('hard', call));
  });

  it('finds a machine by its path in the inventory, too', async () => {
    const vm = await ending(host.openVm('/ha-datacenter/vm/lab', null, call));
    expect((await ending(vm.properties(call))).location).toBe('[store] lab/lab.vmx');
  });
});

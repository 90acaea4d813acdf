import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSimulator } from '../../../src/simulator/index.js';
import { processesOf } from '../agent/processes-of.js';
import { goodCertificate, testAuthority } from '../../fixtures/tls/certificates.js';
import { asUser } from './lab.js';
import { Vmruns } from './vmruns.js';

/** All of it runs apart, in `npm run test:whole`. */
describe.skipIf(process.platform === 'win32')('a vmrun that is interrupted', { timeout: 120_000 }, () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s on the mock host ends its work, and leaves nothing',
    async (signal) => {
      const vmruns = new Vmruns([], {});
      onTestFinished(() => rmSync(vmruns.directory, { recursive: true, force: true }));
      const folder = join(vmruns.directory, 'vm');
      mkdirSync(folder);
      const vm = join(folder, 'vm.vmx');
      writeFileSync(vm, 'guestOS = "ubuntu-64"\n');
      await vmruns.answer('start', vm, 'nogui');
      await vmruns.answer('getGuestIPAddress', vm, '-wait');
      const files = (): readonly string[] => readdirSync(folder);
      const filesBefore = files();
      // Ended by the signal itself, as a shell needs it to stop its own loop.
      const canceled = { status: null, signal, output: 'Error: The operation was canceled\n' };
      const { before, after, end } = await vmruns.interruptProgram(vm, '/tmp', signal);
      expect(end).toEqual(canceled);
      expect(after).toEqual(before);
      expect(files()).toEqual(filesBefore);
      // Nobody holds the machine any more.
      await vmruns.answer('stop', vm, 'hard');
    },
  );

  const whereAgentsAreFound = process.platform === 'linux' ? (['SIGINT'] as const) : [];
  it.each(whereAgentsAreFound)('by %s cancels its work in the agent, which goes on for others', async (signal) => {
    const simulator = await startSimulator({
      tls: goodCertificate,
      users: [{ name: 'admin', password: 'hunter22' }],
      inventory: { vms: [{ name: 'vm', location: '[ds] vm/vm.vmx', power: 'on', tools: { bootDelayMs: 0 } }] },
    });
    const logins = simulator.faults.add({ on: 'Login', effect: { delayMs: 0 } });
    const vmruns = new Vmruns(['-T', 'vc', '-u', 'admin', '-p', 'env:VC_PASSWORD'], {
      REVIX_AGENT: '1',
      VC_PASSWORD: 'hunter22',
    });
    const { directory } = vmruns;
    const config = {
      providers: {
        'vi-server': { backend: 'vsphere', url: simulator.url, options: { tls: { ca: 'authority.pem' } } },
      },
    };
    writeFileSync(join(directory, 'authority.pem'), testAuthority);
    writeFileSync(join(directory, 'revix.config.json'), JSON.stringify(config));
    onTestFinished(async () => {
      for (const pid of processesOf(vmruns.home)) process.kill(pid, 'SIGTERM');
      await expect.poll(() => processesOf(vmruns.home), { timeout: 30_000 }).toEqual([]);
      await simulator.close();
      rmSync(directory, { recursive: true, force: true });
    });
    const canceled = { status: null, signal, output: 'Error: The operation was canceled\n' };
    // The folder of Tools, which stays.
    const folder = '/tmp/vmware-user';
    await vmruns.answer(...asUser, 'runProgramInGuest', '[ds] vm/vm.vmx', '-output', '/bin/true');
    const { before, after, end } = await vmruns.interruptProgram('[ds] vm/vm.vmx', folder, signal);
    expect(end).toEqual(canceled);
    expect(after).toEqual(before);
    expect(simulator.faults.list().find(({ id }) => id === logins)?.hits).toBe(1);
  });
});

import { execFile } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { startSimulator } from '../../../src/simulator/index.js';
import { processesOf } from './processes-of.js';
import { goodCertificate, testAuthority } from '../../fixtures/tls/certificates.js';

const program = fileURLToPath(new URL('../../../dist/bin/vmrun.cjs', import.meta.url));

/** How processes are found differs from system to system. */
it.skipIf(process.platform !== 'linux')(
  'REVIX_AGENT=1 starts an agent, which logs in once for all commands and holds up none',
  { timeout: 60_000 },
  async () => {
    const users = [{ name: 'user', password: 'hunter22' }];
    const simulator = await startSimulator({ tls: goodCertificate, users, faults: [] });
    const logins = simulator.faults.add({ on: 'Login', effect: { delayMs: 0 } });
    const directory = realpathSync(mkdtempSync(join(tmpdir(), 'revix-agent-')));
    const home = join(directory, 'home');
    onTestFinished(async () => {
      for (const pid of processesOf(home)) process.kill(pid, 'SIGTERM');
      await expect.poll(() => processesOf(home), { timeout: 30_000 }).toEqual([]);
      await simulator.close();
      rmSync(directory, { recursive: true, force: true });
    });
    const options = { tls: { ca: 'authority.pem' } };
    const config = { providers: { 'vi-server': { backend: 'vsphere', url: simulator.url, options } } };
    writeFileSync(join(directory, 'authority.pem'), testAuthority);
    writeFileSync(join(directory, 'revix.config.json'), JSON.stringify(config));
    const list = async (agent: '0' | '1'): Promise<unknown> => {
      const args = [program, '-T', 'vc', '-u', 'user', '-p', 'env:VC_PASSWORD', 'list'];
      // As from npx: what it starts usually ends with it.
      const own = {
        REVIX_HOME: home,
        REVIX_AGENT: agent,
        REVIX_CONFIG: '',
        VC_PASSWORD: 'hunter22',
        npm_command: 'exec',
      };
      const env = { ...process.env, ...own };
      return promisify(execFile)(process.execPath, args, { cwd: directory, env });
    };
    const hits = (): number => simulator.faults.list().find(({ id }) => id === logins)?.hits ?? 0;
    const expected = {
      stdout: expect.stringMatching(/^Total running VMs: 3\n(?:\[datastore1\] .*\n){3}$/),
      stderr: '',
    };
    const without = await list('0');
    expect(without).toEqual(expected);
    expect([processesOf(home), hits()]).toEqual([[], 1]);
    for (let count = 0; count < 2; count += 1) expect(await list('1')).toEqual(without);
    expect([processesOf(home).length, hits()]).toEqual([1, 2]);
  },
);

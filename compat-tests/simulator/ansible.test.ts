import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startSimulator } from 'revix/simulator';
import { describe, expect, it } from 'vitest';
import { lacks, pathOf } from '../support/counterpart.js';

const run = promisify(execFile);
const playbook = fileURLToPath(new URL('machines.yml', import.meta.url));

describe.skipIf(lacks('ansible'))('Ansible with the simulator', () => {
  it('plays what its modules for machines do', { timeout: 600_000 }, async () => {
    const simulator = await startSimulator({
      inventory: {
        vms: [
          {
            name: 'web',
            datacenter: 'Lab',
            location: '[ds1] web/web.vmx',
            power: 'on',
            guest: { ipAddresses: ['10.1.2.3'] },
          },
          { name: 'db', datacenter: 'Lab', location: '[ds1] db/db.vmx' },
        ],
      },
      users: [{ name: 'tester', password: 'secret' }],
    });
    const folder = mkdtempSync(join(tmpdir(), 'revix-ansible-'));
    try {
      const python = pathOf('ansible');
      const report = join(folder, 'report.json');
      const variables = { port: new URL(simulator.url).port, report, ansible_python_interpreter: python };
      const words = ['-m', 'ansible', 'playbook', '-i', 'localhost,', '-c', 'local', '-e', JSON.stringify(variables)];
      await run(python, [...words, playbook], { env: { ...process.env, ANSIBLE_HOME: folder } });
      expect(JSON.parse(readFileSync(report, 'utf8'))).toEqual({
        list: ['db', 'web'],
        address: '10.1.2.3',
        power: 'poweredOn',
        snapshots: ['first'],
        exitCode: 3,
        made: ['made', 'poweredOn', 512, expect.arrayContaining(['[ds1] made/made.vmdk', '[ds1] made/made.vmx'])],
        removed: true,
      });
      const machines: string[] = [];
      for await (const { name } of simulator.world.list('registered')) machines.push(name);
      expect(machines).toEqual(['web', 'db']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
      await simulator.close();
    }
  });
});

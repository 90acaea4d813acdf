import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { lacks, pathOf } from '../support/counterpart.js';
import { startVcsim } from '../support/vcsim.js';

const run = promisify(execFile);

describe.skipIf(lacks('vcsim', 'govc'))("VMware's simulator and client", () => {
  it('are of the release that the tests ask for, and know each other', async () => {
    const vcsim = await startVcsim({ flags: ['-dc', '2'] });
    try {
      const env = { GOVC_URL: vcsim.url, GOVC_USERNAME: 'user', GOVC_PASSWORD: 'pass', GOVC_INSECURE: '1' };
      const { stdout } = await run(pathOf('govc'), ['find', '/', '-type', 'd'], { env: { ...process.env, ...env } });
      expect(stdout.trim().split('\n')).toEqual(['/DC0', '/DC1']);
    } finally {
      await vcsim.stop();
    }
  });
});

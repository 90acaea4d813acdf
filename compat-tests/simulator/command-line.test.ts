import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../support/counterpart.js';
import { govcFor, linesOf, type Govc } from '../support/govc.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const inventory = `
vms:
  - { name: web, datacenter: Lab, location: "[ds1] web/web.vmx", power: on, guest: { hostName: front } }
  - { name: db, datacenter: Lab, location: "[ds1] db/db.vmx" }
`;

/** The announcement of an endpoint: `ready NAME URL THUMBPRINT`, behind the control's. */
async function announcementOf(process: ChildProcess): Promise<{ control: string; url: string; thumbprint: string }> {
  const said: string[] = [];
  if (process.stdout === null) throw new Error('npx has no stdout');
  for await (const line of createInterface({ input: process.stdout })) {
    said.push(line);
    if (line.startsWith('ready ')) break;
  }
  const [, , url = '', thumbprint = ''] = said.at(-1)?.split(' ') ?? [];
  return { control: said[0]?.split(' ')[1] ?? '', url, thumbprint };
}

describe.skipIf(lacks('govc'))('govc with npx revix simulate', () => {
  let server: ChildProcess;
  let govc: Govc;
  let folder = '';
  let control = '';
  let thumbprint = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'revix-command-line-'));
    const file = join(folder, 'lab.yaml');
    writeFileSync(file, inventory);
    const words = ['simulate', file, '--port', '0', '--control-port', '0', '--user', 'tester=env:LAB_PASSWORD'];
    server = spawn('npx', ['--no-install', 'revix', ...words], {
      cwd: root,
      env: { ...process.env, LAB_PASSWORD: 'secret' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const announced = await announcementOf(server);
    ({ control, thumbprint } = announced);
    govc = govcFor(announced.url, { GOVC_USERNAME: 'tester', GOVC_PASSWORD: 'secret', GOVC_DATACENTER: 'Lab' });
  });

  afterAll(() => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it('finds the machines of the file, and works in their guests', async () => {
    expect(linesOf(await govc.printed(['find', '/', '-type', 'm'])).toSorted()).toEqual(['/Lab/vm/db', '/Lab/vm/web']);
    const run = ['guest.run', '-vm', 'web', '-l', 'user:password', '--', 'hostname'];
    expect(await govc.printed(run)).toBe('front\n');
  });

  it('sees the certificate that was announced', async () => {
    expect(await govc.printed(['about.cert', '-k', '-show'])).toContain('BEGIN CERTIFICATE');
    expect(await govc.printed(['about.cert', '-k'])).toContain(thumbprint);
  });

  it('meets a fault that is set while it comes', async () => {
    const rule = { on: 'PowerOnVM_Task', count: 1, effect: { status: 503 } };
    await fetch(`${control}/endpoints/vcenter/faults`, { method: 'POST', body: JSON.stringify(rule) });
    expect(await govc.refusal(['vm.power', '-on', 'db'])).toContain('503');
    await govc.printed(['vm.power', '-on', 'db']);
  });

  it('ends when npx is told to', async () => {
    // The server itself holds stdout: it closes when that process is gone, and not only npx.
    const closed = once(server, 'close');
    server.kill('SIGTERM');
    await closed;
    await expect(fetch(control)).rejects.toThrow('fetch failed');
  });
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { InventoryBuilder, World } from '../../../src/backends/mock/index.js';
import { openGuestStore } from '../../world/store/worker-process.js';

const program = fileURLToPath(new URL('../../../dist/bin/vmrun.cjs', import.meta.url));

/** Node's own modules whose loading alone would take a good part of the time that a command may take. */
const slow = ['child_process', 'crypto', 'http', 'net', 'stream', 'tls', 'url', 'worker_threads', 'zlib'];

it('a cold `vmrun list` loads none of the modules of Node that take long', async () => {
  const home = mkdtempSync(join(tmpdir(), 'revix-cold-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const store = await openGuestStore(join(home, 'mock', 'machines'));
  const world = await World.create({ store, inventory: new InventoryBuilder().linux('web', { power: 'on' }).build() });
  await world.close();
  const spy = join(home, 'spy.cjs');
  writeFileSync(spy, "process.on('exit', () => require('fs').writeSync(2, process.moduleLoadList.join('\\n')));");
  const run = (...args: readonly string[]) => {
    const env = { ...process.env, REVIX_HOME: home };
    const { stdout, stderr } = spawnSync(process.execPath, ['-r', spy, ...args], { env, encoding: 'utf8' });
    return { stdout, loaded: new Set(stderr.split('\n')) };
  };
  const nothing = run(spy);
  const list = run(program, 'list');
  expect(list.stdout).toBe('Total running VMs: 1\n[datastore1] web/web.vmx\n');
  const loads = (name: string): boolean => list.loaded.has(`NativeModule ${name}`);
  expect(loads('fs')).toBe(true);
  expect(slow.filter((name) => loads(name) && !nothing.loaded.has(`NativeModule ${name}`))).toEqual([]);
});

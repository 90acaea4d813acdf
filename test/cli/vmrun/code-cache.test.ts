import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { codeCacheFor } from '../../../src/cli/vmrun/code-cache.js';

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'revix-cache-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

describe('the code that V8 has compiled', () => {
  it.each([
    [['list'], 'vmrun-list'],
    [['-T', 'ws', '-gu', 'start', 'LIST', 'stop'], 'vmrun-list'],
    [['-h', 'vc.example', '-p', '-u', 'start', 'x.vmx'], 'vmrun-start-remote'],
    [['../../etc/passwd'], 'vmrun-none'],
    [[], 'vmrun-none'],
    [['-gp'], 'vmrun-none'],
  ])('is kept apart for each command: %j', (args, name) => {
    expect(codeCacheFor(args, { REVIX_HOME: '/home' }).cacheFile).toBe(join('/home', 'cache', name));
  });

  it('is taken from a file only that nobody else may write', { skip: process.platform === 'win32' }, () => {
    const path = join(newHome(), 'x.cache');
    const cache = codeCacheFor([], {});
    writeFileSync(path, '', { mode: 0o644 });
    expect(cache.isTrusted(path)).toBe(true);
    for (const mode of [0o664, 0o646]) {
      chmodSync(path, mode);
      expect(cache.isTrusted(path)).toBe(false);
    }
  });

  it('goes after a while, and where it cannot be kept nothing is said', () => {
    const home = newHome();
    const old = join(home, 'cache', 'old.cache');
    mkdirSync(join(home, 'cache'));
    writeFileSync(old, '');
    utimesSync(old, 0, 0);
    let count = 0;
    codeCacheFor([], { REVIX_HOME: home }).keep(() => (count += 1));
    expect([existsSync(old), count]).toEqual([false, 1]);
    codeCacheFor([], { REVIX_HOME: join(home, 'cache', 'x') }).keep(() => {
      throw new Error('ENOSPC');
    });
    writeFileSync(join(home, 'file'), '');
    codeCacheFor([], { REVIX_HOME: join(home, 'file') }).keep(() => (count += 1));
    expect(count).toBe(1);
  });

  it('is kept by the first command, and no command minds when it is spoiled', () => {
    const home = newHome();
    const program = fileURLToPath(new URL('../../../dist/bin/vmrun.cjs', import.meta.url));
    const list = () => {
      const { stdout, stderr, status } = spawnSync(process.execPath, [program, '-p', '-', 'list'], {
        input: 'a password\n',
        env: { ...process.env, REVIX_HOME: home },
        encoding: 'utf8',
      });
      expect({ stdout, stderr, status }).toEqual({ stdout: 'Total running VMs: 0\n', stderr: '', status: 0 });
      return readdirSync(join(home, 'cache')).map((name) => join(home, 'cache', name));
    };
    const paths = list();
    expect(paths.map((path) => path.endsWith('.cache'))).toContain(true);
    const sizes = paths.map((path) => statSync(path).size);
    for (const path of paths) writeFileSync(path, 'no code');
    expect(list()).toEqual(paths);
    for (const [index, path] of paths.entries()) {
      expect(statSync(path).size).toBeGreaterThan((sizes[index] ?? Number.NaN) / 2);
    }
  });
});

describe('a vmrun that is replaced while it runs', () => {
  it('says so, and fails as any command that fails', () => {
    const folder = newHome();
    const built = fileURLToPath(new URL('../../../dist/bin/', import.meta.url));
    for (const name of ['vmrun.cjs', 'vmrun-body.cjs']) cpSync(join(built, name), join(folder, name));
    const rest = readFileSync(join(built, 'vmrun-rest.cjs'), 'latin1');
    writeFileSync(join(folder, 'vmrun-rest.cjs'), rest.replace(/^\/\*\w+/, '/*0123'), 'latin1');
    const run = (...args: readonly string[]) =>
      spawnSync(process.execPath, [join(folder, 'vmrun.cjs'), ...args, 'help'], {
        env: { ...process.env, REVIX_HOME: folder },
        encoding: 'utf8',
      });
    const failed = process.platform === 'win32' ? 4_294_967_295 : 255;
    const message = 'Revix was replaced while this ran; repeat the command';
    const plain = run();
    expect([plain.stdout, plain.stderr, plain.status]).toEqual(['', `vmrun: ${message}\n`, failed]);
    const json = run('--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, status: -1, error: { name: 'VIX_E_FAIL', message } });
    expect(json.status).toBe(failed);
  });
});

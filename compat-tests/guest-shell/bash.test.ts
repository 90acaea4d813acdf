import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createVix } from 'revix';
import { connect, type Guest, type Host } from 'revix/client';
import { createMockBackend, InventoryBuilder } from 'revix/mock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks, pathOf } from '../support/counterpart.js';
import { scripts } from './scripts.js';

/** What a script printed, and how it ended. The texts of messages are each shell's own. */
interface Outcome {
  readonly stdout: string;
  readonly exitCode: number;
}

function inBash(script: string): Promise<Outcome> {
  const cwd = mkdtempSync(join(tmpdir(), 'revix-bash-'));
  const file = join(cwd, '..', `${basename(cwd)}.sh`);
  writeFileSync(file, script);
  const env = { PATH: process.env['PATH'], HOME: cwd, LC_ALL: 'C', TZ: 'UTC' };
  return new Promise((resolve, reject) => {
    const child = execFile(pathOf('bash'), [file], { cwd, env, timeout: 60_000 }, (error, stdout) => {
      rmSync(cwd, { recursive: true, force: true });
      rmSync(file);
      const { code } = error ?? { code: 0 };
      if (typeof code === 'number') resolve({ stdout, exitCode: code });
      else reject(error ?? new Error('bash did not end'));
    });
    child.stdin?.end();
  });
}

describe.skipIf(lacks('bash'))('the shell of a POSIX guest', () => {
  let host: Host;
  let guest: Guest;

  beforeAll(async () => {
    const inventory = new InventoryBuilder()
      .linux('lab', { power: 'on', guest: { users: [{ name: 'user', password: 'secret' }] } })
      .build();
    const vix = createVix({ backends: [createMockBackend({ inventory })], config: {} });
    host = await connect({ vix });
    const vm = await host.openVm('[datastore1] lab/lab.vmx');
    guest = await vm.login({ userName: 'user', password: 'secret' });
  });

  afterAll(() => host[Symbol.asyncDispose]());

  it.each(scripts)('does as bash does: %s', async (script) => {
    const { stdout, exitCode } = await guest.script(script, { interpreter: '/bin/bash' });
    expect({ stdout, exitCode }).toEqual(await inBash(script));
  });
});

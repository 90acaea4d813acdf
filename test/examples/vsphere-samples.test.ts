import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../src/simulator/index.js';

const built = fileURLToPath(new URL('../../build/examples/vsphere/', import.meta.url));
const timeoutMs = 60_000;

let simulator: Simulator;
let temporary: string;

beforeAll(async () => {
  simulator = await startSimulator();
  temporary = mkdtempSync(join(tmpdir(), 'revix-samples-'));
});

afterAll(async () => {
  await simulator.close();
  rmSync(temporary, { recursive: true });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a sample against the simulator. */
function run(sample: string, options: Readonly<Record<string, string | null>>): Promise<Ended> {
  const all = {
    url: simulator.url,
    username: 'user',
    password: 'password',
    thumbprint: simulator.thumbprint?.sha256 ?? '',
    vmname: 'web',
    guestusername: 'root',
    guestpassword: 'password',
    ...options,
  };
  const words = Object.entries(all).flatMap(([key, value]) => [`--${key}`, ...(value === null ? [] : [value])]);
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(built, `${sample}.js`), ...words],
      { timeout: timeoutMs },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}

describe('the samples of the vSphere SDK', { timeout: timeoutMs }, () => {
  it('say when there is no such machine, and when it is off', async () => {
    const [missing, off] = await Promise.all(
      ['nobody', 'linux'].map((vmname) => run('create-temporary-file', { vmname })),
    );
    expect(missing).toEqual({ code: 0, stdout: 'Virtual Machine nobody not found.\n', stderr: '' });
    expect(off?.stdout).toBe('Virtual Machine linux found\nVirtualMachine: linux needs to be powered on\n');
  });

  it('say how they are used when something is missing', async () => {
    const { code, stdout } = await run('run-program', { guestprogrampath: '/bin/true' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: RunProgram --key value \.\.\.\n {2}--url .*--localoutputfilepath/s);
  });

  it('copy what a program printed, whatever the case of the options', async () => {
    const file = join(temporary, 'output.txt');
    const { code, stdout } = await run('run-program', {
      guestProgramPath: '/bin/hostname',
      'local-output-file-path': file,
    });
    expect(stdout).toContain('Exit code of the program is 0\n');
    expect(code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('web\n');
  });

  it('replace a file in the guest only when they are told to', async () => {
    const file = { guestfilepath: '/etc/hosts', localfilepath: join(built, 'run-program.js'), guesttype: 'posix' };
    const kept = await run('upload-guest-file', file);
    expect(kept.stdout).toMatch(/exists already; use --overwrite to replace it\n$/);
    const replaced = await run('upload-guest-file', { ...file, overwrite: null });
    expect(replaced.stdout).toMatch(/Successfully uploaded the file\n$/);
  });

  it('end with a clear error, without the password', async () => {
    const { code, stderr } = await run('create-temporary-file', { guestpassword: 's3cret-w0rd' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^guest-login-refused: CreateTemporaryFileInGuest on "web"/);
    expect(stderr).not.toContain('s3cret-w0rd');
  });
});

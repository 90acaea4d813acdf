import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../src/simulator/index.js';

const built = fileURLToPath(new URL('../../build/examples/vsphere/', import.meta.url));
const timeoutMs = 60_000;
const hint = 'Use --overwrite to replace the file that is there.';

let simulator: Simulator;
let temporary: string;

beforeAll(async () => {
  simulator = await startSimulator({
    inventory: {
      vms: [
        { name: 'web', location: '[store] web/web.vmx', power: 'on' },
        { name: 'desk', location: '[store] desk/desk.vmx', power: 'on', guest: { consoleUser: 'user' } },
        { name: 'linux', location: '[store] linux/linux.vmx' },
      ],
    },
  });
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
  return runWith(sample, { url: simulator.url, username: 'user', password: 'password', ...options });
}

/** The same, without a connection but that of the options. @param home where the user's files are. */
function runWith(sample: string, options: Readonly<Record<string, string | null>>, home = temporary): Promise<Ended> {
  const all = {
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
      { timeout: timeoutMs, cwd: temporary, env: { ...process.env, HOME: home, USERPROFILE: home } },
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
    const { code, stdout, stderr } = await run('run-program', { guestprogrampath: '/bin/true' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Missing: --localoutputfilepath\n' });
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
    const kept = await run('upload-guest-file', { ...file, overwrite: 'false' });
    expect({ ...kept, stdout: kept.stdout.split('\n').slice(-3) }).toMatchObject({
      code: 0,
      stdout: [expect.stringMatching(/^InitiateFileTransferToGuest on "web": .*FileAlreadyExists/), hint, ''],
      stderr: '',
    });
    const replaced = await run('upload-guest-file', { ...file, overwrite: null });
    expect(replaced.stdout).toMatch(/Successfully uploaded the file\n$/);
  });

  it('upload only a file that there is here, and that is none of another kind', async () => {
    const absent = join(temporary, 'absent');
    const [missing, directory] = await Promise.all(
      [absent, temporary].map((localfilepath) =>
        run('upload-guest-file', { guestfilepath: '/tmp/file', localfilepath, guesttype: 'posix' }),
      ),
    );
    const first =
      'Virtual Machine web found\nGuest Operations are ready for the VM\nExecuting UploadGuestFile guest operation\n';
    expect(missing).toEqual({ code: 0, stdout: `${first}Error finding the file: ${absent}\n`, stderr: '' });
    expect(directory).toEqual({ code: 0, stdout: `${first}Local file path points to a directory\n`, stderr: '' });
  });

  it('tell what the server says against an upload, and end well, but fail when the bytes do not arrive', async () => {
    const file = { localfilepath: join(built, 'run-program.js'), guesttype: 'POSIX' };
    const refused = await run('upload-guest-file', { ...file, guestfilepath: '/no/such/folder/file' });
    expect(refused).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/FileNotFound.*\n$/) });
    const rule = simulator.faults.add({ on: 'PUT /guestFile', effect: { status: 404 } });
    const lost = await run('upload-guest-file', { ...file, guestfilepath: '/tmp/lost' });
    simulator.faults.remove(rule);
    expect(lost).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^File Upload is unsuccessful\nfile-not-found: /),
    });
    expect(lost.stdout).toMatch(/Uploading the file to :https:.*token=\*\*\*\n$/);
  });

  it('run a program in the session at the console, for the user who sits there', async () => {
    const program = {
      vmname: 'desk',
      guestprogrampath: '/usr/bin/whoami',
      localoutputfilepath: join(temporary, 'who'),
    };
    const user = { guestusername: 'user', interactivesession: 'yes' };
    const [right, wrong, without] = await Promise.all([
      run('run-program', { ...program, ...user }),
      run('run-program', { ...program, interactivesession: null, localoutputfilepath: join(temporary, 'nobody') }),
      run('run-program', { ...program, interactivesession: 'false', localoutputfilepath: join(temporary, 'root') }),
    ]);
    expect([right.code, readFileSync(program.localoutputfilepath, 'utf8')]).toEqual([0, 'user\n']);
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringMatching(/^guest-interactive-mismatch: /) });
    expect([without.code, readFileSync(join(temporary, 'root'), 'utf8')]).toEqual([0, 'root\n']);
  });

  it('take the connection by the names of each generation', async () => {
    const { host } = new URL(simulator.url);
    const home = join(temporary, 'home');
    mkdirSync(home);
    const escaped = simulator.url.replaceAll(':', '\\:');
    const properties = `# Of the second generation\nvimService.url = ${escaped}\nconnection.username=user\n`;
    writeFileSync(join(home, 'connection.properties'), `${properties}connection.password: password\n`);
    const [newest, second] = await Promise.all([
      runWith('create-temporary-file', { serverAddress: host, userName: 'user', password: 'password' }),
      runWith('create-temporary-file', { 'basic-connection': null }, home),
    ]);
    for (const { code, stdout } of [newest, second]) {
      expect([code, stdout]).toEqual([0, expect.stringMatching(/Temporary file was successfully created at: .*\n$/)]);
    }
  });

  it('end with a clear error, without the password', async () => {
    const { code, stderr } = await run('create-temporary-file', { guestpassword: 's3cret-w0rd' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^guest-login-refused: CreateTemporaryFileInGuest on "web"/);
    expect(stderr).not.toContain('s3cret-w0rd');
  });
});

import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

/** Each test starts processes; on a loaded machine that takes its time. */
const timeout = 60_000;
const isWindows = process.platform === 'win32';
const isLinux = process.platform === 'linux';

const bin = fileURLToPath(new URL('../../../dist/bin/', import.meta.url));
const programs = { vmrun: join(bin, 'vmrun.cjs'), revix: join(bin, 'revix.js') };

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'revix-surroundings-')));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const env = { ...process.env, REVIX_HOME: join(directory, 'home'), REVIX_CONFIG: '' };

interface Ending {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a line of a shell, with `$NODE`, `$VMRUN` and `$REVIX` for the programs. */
function shell(line: string, more: Parameters<typeof spawnSync>[2] = {}): Ending {
  const programNames = { NODE: process.execPath, VMRUN: programs.vmrun, REVIX: programs.revix };
  const options = { cwd: directory, ...more, env: { ...env, ...programNames, ...more.env }, encoding: 'utf8' } as const;
  const { status, stdout, stderr, error } = spawnSync('sh', ['-c', line], options);
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

/** Makes a virtual machine of a file, as people do. */
function newMachine(folder: string, name: string): string {
  mkdirSync(join(folder, name), { recursive: true });
  const path = join(folder, name, `${name}.vmx`);
  writeFileSync(path, 'guestOS = "ubuntu-64"\n');
  return path;
}

describe.skipIf(isWindows)('a program whose output goes nowhere', { timeout }, () => {
  it.each([
    ['vmrun', ['list'], 255],
    ['revix', ['--help'], 1],
  ] as const)('%s fails quietly when its reader has gone', async (name, args, status) => {
    const child = spawn(process.execPath, [programs[name], ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    const ended = await new Promise((resolve) => child.on('close', resolve));
    expect([ended, stderr]).toEqual([status, '']);
  });

  it.skipIf(!isLinux).each([
    ['vmrun', '"$NODE" "$VMRUN" list', 255],
    ['revix', '"$NODE" "$REVIX" --version', 1],
  ])('%s says that its output is lost where there is no space for it', (name, line, status) => {
    const stderr = `${name}: cannot write to stdout: ENOSPC: no space left on device, write\n`;
    expect(shell(`${line} > /dev/full`)).toEqual({ status, stdout: '', stderr });
  });

  it('vmrun does its work all the same when its streams are closed', () => {
    const machine = newMachine(directory, 'closed');
    const line = `"$NODE" "$VMRUN" snapshot "$VM" one <&- >&- 2>&-`;
    expect(shell(line, { env: { VM: machine } })).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(shell(line, { env: { VM: machine } }).status).toBe(255);
    const listed = shell('"$NODE" "$VMRUN" listSnapshots "$VM" <&- 2>&-', { env: { VM: machine } });
    expect(listed).toEqual({ status: 0, stdout: 'Total snapshots: 1\none\n', stderr: '' });
  });

  it('vmrun without a terminal asks nobody for a password', async () => {
    // A session of its own has no terminal that could be opened behind our back.
    const child = spawn(
      process.execPath,
      [programs.vmrun, '-gu', 'user', '-gp', '-', 'listProcessesInGuest', '/no/such.vmx'],
      { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(255);
    expect(output).toBe('Error: -gp takes the password from stdin, which ended before it came\n');
  });
});

it.skipIf(!isLinux)('passwords of a command line leave the process list', { timeout }, async () => {
  // It waits for the password on stdin, so that it can be looked at.
  const args = ['-gu', 'user', '-gp', 'hunter22', '-vp', 'hunter23', '-p', '-', 'list'];
  const child = spawn(process.execPath, [programs.vmrun, ...args], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const seen = (): string => readFileSync(`/proc/${child.pid}/cmdline`, 'latin1').replaceAll('\0', '');
  await expect.poll(seen, { timeout }).toBe('vmrun');
  child.stdin.end('hunter24\n');
  expect(await ended).toBe(0);
});

it.skipIf(isWindows).each([
  ['vmrun', '"$NODE" "$VMRUN" list', 255, 'Error: '],
  ['revix', '"$NODE" "$REVIX" doctor', 2, 'revix: '],
])('%s says that its directory was deleted', { timeout }, (name, line, status, start) => {
  const { stdout, stderr, ...end } = shell(`mkdir gone-${name}; cd gone-${name}; rmdir ../gone-${name}; ${line}`);
  expect(end).toEqual({ status });
  expect(stdout + stderr).toContain(`${start}the current directory is not there any more; change to another one`);
  expect(stdout + stderr).not.toContain('uv_cwd');
});

describe.skipIf(!isLinux)('a home where the file system takes no directories', { timeout }, () => {
  const place = 'the directory /proc/1/x: the file system at /proc/1 takes no directories. Name another directory.';

  it.each([
    ['of vmrun', '"$NODE" "$VMRUN" list', 255, 'You do not have access rights to this file'],
    // An agent only saves time, so it is done without.
    [
      'of an agent',
      'env REVIX_AGENT=1 "$NODE" "$VMRUN" -T vc -h https://127.0.0.1:1/sdk -u a -p b list',
      255,
      'The host cannot be reached',
    ],
    ['for the native library', '"$NODE" "$REVIX" native install --prefix /proc/1/x', 1, `Cannot make ${place}`],
  ])('ends the command, and is named: %s', (_of, line, status, text) => {
    // A loop inside Node hears no other signal.
    const ending = shell(`exec ${line}`, {
      env: { REVIX_HOME: '/proc/1/x' },
      timeout: timeout / 2,
      killSignal: 'SIGKILL',
    });
    expect(ending.status).toBe(status);
    expect(ending.stdout + ending.stderr).toContain(text);
  });
});

const isRoot = process.getuid?.() === 0;
/** Nobody's user: what the administrator may not be kept from, this one may. */
const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {};
const reading = `require('node:fs').accessSync(${JSON.stringify(programs.vmrun)})`;
const whyNotReadOnly = isWindows
  ? 'Windows has no such rights'
  : spawnSync(process.execPath, ['-e', reading], nobody).status === 0
    ? undefined
    : 'only the administrator may read this package';

describe.skipIf(whyNotReadOnly !== undefined)(
  `a directory that must not be written${whyNotReadOnly === undefined ? '' : ` (skipped: ${whyNotReadOnly})`}`,
  { timeout },
  () => {
    it('is told, and left as it was', () => {
      const folder = join(directory, 'read-only');
      const machine = newMachine(folder, 'vm');
      const home = join(directory, 'open home');
      mkdirSync(home);
      chmodSync(home, 0o777);
      for (const path of [directory, join(folder, 'vm'), folder]) chmodSync(path, 0o555);
      const vmrun = (args: string): Ending =>
        shell(`"$NODE" "$VMRUN" ${args}`, { ...nobody, env: { VM: machine, DIR: folder, REVIX_HOME: home } });
      const refused = { status: 255, stdout: 'Error: You do not have access rights to this file\n', stderr: '' };
      expect(vmrun('snapshot "$VM" one')).toEqual(refused);
      expect(vmrun('clone "$VM" "$DIR/new/new.vmx" full')).toEqual(refused);
      expect(vmrun('listSnapshots "$VM"')).toEqual({ status: 0, stdout: 'Total snapshots: 0\n', stderr: '' });
      for (const path of [directory, join(folder, 'vm'), folder]) chmodSync(path, 0o755);
      expect(readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual([
        'vm',
        join('vm', 'vm.vmx'),
      ]);
    });
  },
);

/** A file system that only the programs of one shell see. */
const ownMounts = isRoot ? 'unshare -m' : 'unshare -rm';
const whyNotFull = !isLinux
  ? 'only on Linux'
  : spawnSync('sh', ['-c', `${ownMounts} mount -t tmpfs -o size=64k none ${directory}`]).status === 0
    ? undefined
    : 'no file system can be mounted here';

describe.skipIf(whyNotFull !== undefined)(
  `a full disk${whyNotFull === undefined ? '' : ` (skipped: ${whyNotFull})`}`,
  { timeout },
  () => {
    it('is told, and nothing that is half done takes space on it', () => {
      mkdirSync(join(directory, 'small'));
      const line = `
        mount -t tmpfs -o size=96k none small && mkdir small/vm && echo 'guestOS = "ubuntu-64"' > small/vm/vm.vmx
        "$NODE" "$VMRUN" snapshot small/vm/vm.vmx before; echo "status $?"
        dd if=/dev/zero of=small/fill bs=1k count=1000 2>/dev/null; truncate -s -16k small/fill
        for command in 'clone small/vm/vm.vmx small/new/new.vmx full' 'clone small/vm/vm.vmx small/new/new.vmx full'; do
          "$NODE" "$VMRUN" $command; echo "status $?"
        done
        ls small
        rm small/fill
        "$NODE" "$VMRUN" snapshot small/vm/vm.vmx after; echo "status $?"
        "$NODE" "$VMRUN" listSnapshots small/vm/vm.vmx`;
      const { stdout, stderr } = shell(`exec ${ownMounts} sh -c "$LINE"`, { env: { LINE: line } });
      const full = 'Error: The disk is full\nstatus 255\n';
      expect({ stdout, stderr }).toEqual({
        stdout: `status 0\n${full}${full}fill\nvm\nstatus 0\nTotal snapshots: 2\nbefore\nafter\n`,
        stderr: '',
      });
    });
  },
);

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Simulator } from 'revix/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks, pathOf } from '../support/counterpart.js';
import { startGuests } from './guest-machines.js';

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describe.skipIf(lacks('govc'))('govc guest.* in guests of the simulator', () => {
  let simulator: Simulator;
  let folder = '';

  beforeAll(async () => {
    simulator = await startGuests();
    folder = mkdtempSync(join(tmpdir(), 'revix-govc-'));
  });

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await simulator.close();
  });

  /** Runs a command; without `-vm` and `-l` it is about linux1 as its user. */
  function govc(words: readonly string[], input?: string): Promise<Outcome> {
    const [command = '', ...rest] = words;
    const given = command.startsWith('guest.') && !rest.includes('-vm') ? ['-vm', 'linux1'] : [];
    return new Promise((resolve, reject) => {
      const child = spawn(pathOf('govc'), [command, ...given, ...rest], {
        env: {
          ...process.env,
          GOVC_URL: simulator.url,
          GOVC_USERNAME: 'tester',
          GOVC_PASSWORD: 'secret',
          GOVC_INSECURE: '1',
          GOVC_PERSIST_SESSION: 'false',
          GOVC_GUEST_LOGIN: 'user:password',
        },
      });
      const [out, err]: [string[], string[]] = [[], []];
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk.toString()));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, out: out.join(''), err: err.join('') }));
      child.stdin.end(input);
    });
  }

  /** What a command that must succeed prints. */
  async function printed(words: readonly string[], input?: string): Promise<string> {
    const { code, out, err } = await govc(words, input);
    expect([code, err]).toEqual([0, '']);
    return out;
  }

  /** What a command that must fail says. */
  async function refusal(...words: string[]): Promise<string> {
    const { code, err } = await govc(words);
    expect(code).toBe(1);
    return err.replace(/^.*?: /u, '').trim();
  }

  const exists = async (path: string): Promise<boolean> => (await govc(['guest.ls', '-s', path])).code === 0;

  it('guest.run: output, input, variables, directory, exit code', async () => {
    expect(await printed(['guest.run', '--', 'echo', 'hi there'])).toBe('hi there\n');
    expect(await printed(['guest.run', '-d', 'from outside', 'cat'])).toBe('from outside');
    expect(await printed(['guest.run', '-d', '-', 'cat'], 'through the pipe')).toBe('through the pipe');
    expect(await printed(['guest.run', '-e', 'FOO=bar', '-e', 'BIZ=baz', 'echo', '$FOO$BIZ'])).toBe('barbaz\n');
    expect(await printed(['guest.run', '-C', '/etc', 'pwd'])).toBe('/etc\n');
    const failed = await govc(['guest.run', '--', 'sh', '-c', '"echo problem >&2; exit 3"']);
    expect([failed.code, failed.err]).toEqual([3, expect.stringContaining('problem')]);
    expect(await printed(['guest.run', '-vm', 'win1', 'echo', 'on Windows'])).toContain('on Windows');
  });

  it('guest.start, guest.ps and guest.kill: a process from its start to its end', async () => {
    const pid = (await printed(['guest.start', '/bin/sleep', '1000'])).trim();
    expect(pid).toMatch(/^\d+$/u);
    expect(await printed(['guest.ps', '-p', pid])).toMatch(new RegExp(`user +${pid} .*/bin/sleep 1000`, 'u'));
    expect(await printed(['guest.ps', '-e'])).toContain('vmtoolsd');
    expect(await printed(['guest.ps', '-U', 'root'])).not.toContain('sleep');
    await printed(['guest.kill', '-p', pid]);
    const [ended] = JSON.parse(await printed(['guest.ps', '-json', '-p', pid, '-X'])).processInfo;
    expect([ended.exitCode, typeof ended.endTime]).toEqual([-1, 'string']);
    const short = (await printed(['guest.start', '/bin/sh', '-c', '"exit 4"'])).trim();
    expect(JSON.parse(await printed(['guest.ps', '-json', '-p', short, '-X'])).processInfo[0].exitCode).toBe(4);
    expect(await refusal('guest.kill', '-p', pid)).toContain('No process');
    expect(await refusal('guest.start', '/bin/nope')).toBe('ServerFaultCode: File /bin/nope was not found');
  });

  it('guest.df: file systems', async () => {
    expect(await printed(['guest.df'])).toMatch(/^Filesystem .*\n\/ +20\.0GB .*%\n$/u);
  });

  it('guest.getenv: variables by name, and all', async () => {
    expect(await printed(['guest.getenv', 'HOME', 'NOT_SET'])).toBe('HOME=/home/user\n');
    expect(await printed(['guest.getenv'])).toContain('USER=user\n');
    expect(await printed(['guest.getenv', '-vm', 'win1', 'USERNAME'])).toBe('USERNAME=user\n');
  });

  it('guest.mkdir, guest.ls, guest.mv and guest.rmdir: directories', async () => {
    expect(await refusal('guest.mkdir', '/tmp/d/e')).toContain('/tmp/d/e was not found');
    await printed(['guest.mkdir', '-p', '/tmp/d/e']);
    expect(await refusal('guest.mkdir', '/tmp/d')).toContain('already exists');
    expect(await printed(['guest.ls', '-s', '/tmp/d'])).toBe('.\n..\ne\n');
    expect(await printed(['guest.ls', '/tmp/d', '^e$'])).toMatch(/^drwx------ +1000 +1000 .* e\n$/u);
    await printed(['guest.mv', '/tmp/d/e', '/tmp/d/f']);
    expect(await refusal('guest.rmdir', '/tmp/d')).toContain('is not empty');
    await printed(['guest.rmdir', '/tmp/d/f']);
    await printed(['guest.mkdir', '-p', '/tmp/d/g/h']);
    await printed(['guest.rmdir', '-r', '/tmp/d']);
    expect(await exists('/tmp/d')).toBe(false);
  });

  it('guest.upload and guest.download: files byte by byte, both ways', async () => {
    const bytes = Buffer.from(Uint8Array.from({ length: 1_000_003 }, (_value, at) => (at * 13) % 251));
    const [there, back] = [join(folder, 'there'), join(folder, 'back')];
    writeFileSync(there, bytes);
    expect((await govc(['guest.upload', '-perm', '0640', there, '/tmp/f'])).code).toBe(0);
    expect(await printed(['guest.ls', '/tmp/f'])).toMatch(/^-rw-r----- +1000 +1000 +976\.6K .* \/tmp\/f\n$/u);
    expect((await govc(['guest.download', '/tmp/f', back])).code).toBe(0);
    expect(readFileSync(back).equals(bytes)).toBe(true);
    expect((await govc(['guest.upload', there, '/tmp/f'])).err).toContain('already exists');
    expect((await govc(['guest.upload', '-f', '-', '/tmp/f'], 'shorter')).code).toBe(0);
    expect(await printed(['guest.download', '/tmp/f', '-'])).toBe('shorter');
    expect(await refusal('guest.download', '/tmp/nope', '-')).toContain('was not found');
    expect((await govc(['guest.upload', '-vm', 'win1', '-', 'C:\\Windows\\Temp\\w.txt'], 'windows')).code).toBe(0);
    expect(await printed(['guest.download', '-vm', 'win1', 'C:\\Windows\\Temp\\w.txt', '-'])).toBe('windows');
    await printed(['guest.rm', '/tmp/f']);
    expect(await exists('/tmp/f')).toBe(false);
  });

  it('guest.touch, guest.chmod and guest.chown: attributes', async () => {
    await govc(['guest.upload', '-', '/tmp/a'], 'x');
    await printed(['guest.chmod', '0600', '/tmp/a']);
    await printed(['guest.touch', '-d', 'Thu Jan  2 03:04:05 UTC 2020', '/tmp/a']);
    expect(await printed(['guest.ls', '/tmp/a'])).toMatch(/^-rw------- +1000 +1000 .*Jan 2 03:04 2020 +\/tmp\/a\n$/u);
    expect(await refusal('guest.touch', '-c', '/tmp/b')).toContain('was not found');
    expect(await exists('/tmp/b')).toBe(false);
    await printed(['guest.touch', '/tmp/b']);
    expect(await exists('/tmp/b')).toBe(true);
    expect(await refusal('guest.chown', '0', '/tmp/a')).toContain('Unable to access file /tmp/a');
    await printed(['guest.chown', '-l', 'root:password', '0:0', '/tmp/a']);
    expect(await printed(['guest.ls', '/tmp/a'])).toMatch(/^-rw------- +0 +0 /u);
    await printed(['guest.rm', '-l', 'root:password', '/tmp/a']);
  });

  it('guest.mv and guest.rm: files', async () => {
    await govc(['guest.upload', '-', '/tmp/one'], '1');
    await govc(['guest.upload', '-', '/tmp/two'], '2');
    expect(await refusal('guest.mv', '-n', '/tmp/one', '/tmp/two')).toContain('already exists');
    await printed(['guest.mv', '/tmp/one', '/tmp/two']);
    expect(await printed(['guest.download', '/tmp/two', '-'])).toBe('1');
    expect(await refusal('guest.rm', '/tmp')).toContain('not a file');
    await printed(['guest.rm', '/tmp/two']);
    expect(await exists('/tmp/two')).toBe(false);
  });

  it('guest.mktemp: files and directories nobody else can read', async () => {
    const file = (await printed(['guest.mktemp', '-t', 'pre', '-s', '.txt', '-p', '/tmp'])).trim();
    expect(file).toMatch(/^\/tmp\/prevmware\d+\.txt$/u);
    expect(await printed(['guest.ls', file])).toMatch(/^-rw------- +1000 +1000 +0 /u);
    const directory = (await printed(['guest.mktemp', '-d'])).trim();
    const [, parent = '', name = ''] = /^(\/.*)\/([^/]+)$/u.exec(directory) ?? [];
    expect(parent).toBe('/tmp/vmware-user');
    expect(await printed(['guest.ls', parent, `^${name}$`])).toMatch(/^drwx------ +1000 +1000 /u);
    expect(await printed(['guest.ls', '-s', directory])).toBe('.\n..\n');
    await printed(['guest.mkdir', '/tmp/own']);
    expect(await printed(['guest.mktemp', '-p', '/tmp/own'])).toMatch(/^\/tmp\/own\/[^/]+\n$/u);
    expect(await printed(['guest.mktemp', '-l', 'root:password', '-d', '-p', '/tmp/own'])).toMatch(/^\/tmp\/own\//u);
    expect(await refusal('guest.mktemp', '-p', '/none')).toContain('/none was not found');
    await printed(['guest.rmdir', '-l', 'root:password', '-r', '/tmp/own']);
  });

  it('names what is wrong with a login or a machine', async () => {
    expect(await refusal('guest.ps', '-l', 'user:wrong')).toContain('Failed to authenticate with the guest');
    expect(await refusal('guest.ps', '-vm', 'off1')).toContain('cannot be performed in the current state');
    expect(await refusal('guest.ps', '-i')).toContain('logged in interactively');
  });
});

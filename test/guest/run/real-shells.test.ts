import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checksumPrograms } from '../../../src/guest/run/guest-checksum.js';
import { posixTreeKiller } from '../../../src/guest/run/kill-tree.js';
import { noRoomCode, prepareCommand, runFiles, type PlacedCommand } from '../../../src/guest/run/run-command.js';

/** Shells that may be `/bin/sh` of a guest. */
const known: readonly (readonly [name: string, words: readonly [path: string, ...string[]]])[] = [
  ['sh', ['/bin/sh']],
  ['bash', ['/bin/bash', '--posix']],
  ['dash', ['/bin/dash']],
  ['busybox', ['/bin/busybox', 'sh']],
];

/** Those that this machine has: `sh` at least, except on Windows. */
const shells = known.filter(([, [path]]) => existsSync(path));

/** Words in which a shell would find something to do. */
const words = [
  '',
  "it's",
  '"',
  '\\',
  '\\\\',
  '$HOME',
  '`id`',
  '*',
  '-n',
  'a\nb',
  ' ',
  ';',
  '|&><()',
  '#',
  '~',
  '!1',
  'é',
];

/** A directory with the files of a run. */
function prepared(command: Omit<PlacedCommand, 'directory' | 'shell'>): {
  readonly directory: string;
  readonly line: string;
} {
  const directory = mkdtempSync(join(tmpdir(), "revix run's "));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const { files, spec } = prepareCommand('posix', { ...command, directory, shell: '/bin/sh' });
  for (const { name, text } of files) writeFileSync(join(directory, name), text);
  return { directory, line: spec.arguments };
}

// Tools starts a program of a POSIX guest through a shell, too.
describe.each(shells)('the wrapper of a run in %s', (_name, shell) => {
  /** Starts the wrapper as Tools does. @returns its exit code. */
  function run(line: string): number | null {
    return spawnSync('/bin/sh', ['-c', `${shell.join(' ')} ${line}`], { stdio: 'ignore', timeout: 30_000 }).status;
  }

  function read(directory: string, name: string): string {
    return readFileSync(join(directory, name), 'utf8');
  }

  it('passes each word on as it is, and keeps the exit code', () => {
    const command = { program: '/usr/bin/printf', arguments: ['%s\\0', ...words], workingDirectory: null };
    const { directory, line } = prepared({ ...command, hasInput: false });
    expect(run(line)).toBe(0);
    expect(read(directory, runFiles.stdout).split('\0').slice(0, -1)).toEqual(words);
    expect([read(directory, runFiles.exitCode), read(directory, runFiles.stderr)]).toEqual(['0\n', '']);
    expect(existsSync(join(directory, runFiles.refused))).toBe(false);
  });

  it('keeps both streams, the input, the directory and a code other than 0', () => {
    const script = 'cat; pwd; echo err >&2; exit 7';
    const command = { program: '/bin/sh', arguments: ['-c', script], workingDirectory: null, hasInput: true };
    const { directory, line } = prepared(command);
    writeFileSync(join(directory, runFiles.input), 'input\n');
    expect(run(line)).toBe(7);
    expect(read(directory, runFiles.stdout)).toMatch(/^input\n\/.*\/work\n$/);
    expect([read(directory, runFiles.exitCode), read(directory, runFiles.stderr)]).toEqual(['7\n', 'err\n']);
  });

  it('lets a shell take a raw text apart, and nothing in it reach the wrapper', () => {
    const raw = { raw: '"$((1 + 1))" two; exit 9' };
    const { directory, line } = prepared({
      program: '/bin/echo',
      arguments: raw,
      workingDirectory: null,
      hasInput: false,
    });
    expect(run(line)).toBe(9);
    expect([read(directory, runFiles.stdout), read(directory, runFiles.exitCode)]).toEqual(['2 two\n', '9\n']);
  });

  it('tells of a program that may not be executed', () => {
    const command = { program: '/etc/passwd', arguments: [], workingDirectory: null, hasInput: false };
    const { directory, line } = prepared(command);
    expect(run(line)).toBe(126);
    expect(existsSync(join(directory, runFiles.refused))).toBe(true);
  });

  it('does nothing the second time', () => {
    const command = { program: '/bin/echo', arguments: ['once'], workingDirectory: null, hasInput: false };
    const { directory, line } = prepared(command);
    expect(run(line)).toBe(0);
    rmSync(join(directory, runFiles.stdout));
    expect(run(line)).toBe(noRoomCode);
    expect(existsSync(join(directory, runFiles.stdout))).toBe(false);
    expect(read(directory, runFiles.exitCode)).toBe('0\n');
  });
});

describe.skipIf(process.platform === 'win32')('programs of a POSIX machine that a run makes use of', () => {
  /** Starts a script, and kills it as soon as it says that it has begun. @returns how it ended, when all have ended. */
  async function killed(script: string, changed: (killer: string) => string): Promise<unknown> {
    const child = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    onTestFinished(() => {
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      } catch {
        // All have ended, as they should.
      }
    });
    // All of them hold the pipe, which ends with the last one.
    const closed = once(child, 'close');
    await once(child.stdout, 'data');
    const { path, arguments: line } = posixTreeKiller(child.pid ?? 0);
    spawnSync('/bin/sh', ['-c', `${path} ${changed(line)}`], { stdio: 'ignore' });
    return await closed;
  }

  it('end a process with all that it has started, and is starting', async () => {
    const script = 'sleep 31 & sh -c "sleep 32 & sleep 33" & sleep 34; true';
    expect(await killed(`echo begun; ${script}`, (killer) => killer)).toEqual([null, 'SIGKILL']);
  });

  it('let no script that is killed go on with its next line', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'revix-kill-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const shell = (file: string): string => `sh -c 'sleep 31; : > ${join(directory, file)}' &`;
    const script = `${['a', 'b', 'c', 'd', 'e', 'f'].map(shell).join(' ')} echo begun; wait`;
    // A process of its own for each signal, so that whoever may go on has the time to.
    const slowly = (killer: string): string =>
      killer.replaceAll(/kill (-\w+) ([^;']+)/g, 'for one in $2; do env kill $1 $one; done');
    expect(await killed(script, slowly)).toEqual([null, 'SIGKILL']);
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each(['plain', "with space and 'quote'", 'back\\slash', 'line\nbreak', '-dash'])(
    'work out the SHA-256 of a file named %j',
    (name) => {
      const directory = mkdtempSync(join(tmpdir(), 'revix-sum-'));
      onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
      const path = join(directory, name);
      writeFileSync(path, 'content');
      const { program, arguments: wordsOf, pattern } = checksumPrograms.posix;
      const printed = execFileSync(program, wordsOf(path), { encoding: 'utf8' });
      expect(pattern.exec(printed)?.[1]).toBe(createHash('sha256').update('content').digest('hex'));
    },
  );
});

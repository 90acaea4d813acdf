import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lacks, pathOf } from '../support/counterpart.js';

const revix = join(fileURLToPath(new URL('../../dist/bin', import.meta.url)), 'revix.js');

/** What stands on the line, and what a shell is to offer for its last word. */
const lines: readonly (readonly [line: string, offers: readonly string[]])[] = [
  ['revix s', ['simulate']],
  ['revix native ', ['install', 'uninstall']],
  ['revix native install --p', ['--prefix']],
  ['revix completion ', ['bash', 'fish', 'zsh']],
  ['revix --v', ['--version']],
  ['revix simulate --port ', []],
  ['revix simulate --port 0 l', ['lab.yaml']],
  ['revix convert ', ['my lab']],
  ['vmrun che', ['checkToolsState']],
  ['vmrun listS', ['listSnapshots']],
  ['vmrun -g', ['-gp', '-gu']],
  ['vmrun -T ws', ['ws', 'ws-shared']],
  // The word behind a flag is its value, whatever it looks like.
  ['vmrun -T ws -gp start reg', ['register']],
  // Bash splits these at their colons and equals signs.
  ['vmrun -gu u -gp env:PW listS', ['listSnapshots']],
  ['vmrun -T vc -h https://vc.example:8989/sdk -u a=b -p env:PW listS', ['listSnapshots']],
  ['vmrun -gp env:PW stop web.vmx s', ['soft']],
  ['vmrun start ', ['OLD.VMX', 'my lab', 'web.vmx']],
  ['vmrun start web.vmx n', ['nogui']],
  ['vmrun STOP web.vmx h', ['hard']],
  ["vmrun stop 'my lab/x.vmx' s", ['soft']],
  ['vmrun listSnapshots web.vmx ', ['showTree']],
  ['vmrun clone web.vmx new.vmx full -s', ['-snapshot=']],
  ['vmrun runProgramInGuest web.vmx -a', ['-activeWindow']],
  ['vmrun copyFileFromHostToGuest web.vmx la', ['lab.yaml']],
];

const shells = { bash: ['--norc'], zsh: ['-f'], fish: ['--no-config'] } as const;

/** What a shell offers for each line, in a folder with files. */
function offersOf(shell: keyof typeof shells): readonly (readonly string[])[] {
  const folder = mkdtempSync(join(tmpdir(), 'revix-completion-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'my lab'));
  for (const name of ['web.vmx', 'OLD.VMX', 'lab.yaml']) writeFileSync(join(folder, name), '');
  const completions = spawnSync(process.execPath, [revix, 'completion', shell], { encoding: 'utf8' });
  // Hidden, so that no shell offers it.
  writeFileSync(join(folder, '.completions'), completions.stdout);
  const driver = fileURLToPath(new URL(`${shell}-driver.${shell}`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(pathOf(shell), [...shells[shell], driver, './.completions'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, TERM: 'dumb', LC_ALL: 'C.UTF-8' },
    input: lines.map(([line]) => `${line}\n`).join(''),
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout
    .split(/^\.\n/m)
    .slice(0, -1)
    .map((words) => words.split('\n').filter((word) => word !== ''));
}

/** Shells may write a directory with a slash and quote a blank, and offer a word twice. */
function plain(offers: readonly string[]): readonly string[] {
  const words = offers.map((word) => word.replace(/\/$/, '').replaceAll('\\', ''));
  return [...new Set(words)].toSorted();
}

describe.each(['bash', 'zsh', 'fish'] as const)('%s', (shell) => {
  it.skipIf(lacks(shell))('completes the lines of revix and vmrun', () => {
    const found = offersOf(shell).map((offers, index) => [lines[index]?.[0], plain(offers)]);
    expect(found).toEqual(lines);
  });
});

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CounterpartName, lacks, pathOf } from '../support/counterpart.js';
import { onTerminal, type Step } from '../support/on-terminal.js';

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

/** A folder with files, and with the completions of a shell in one that is hidden, so that no shell offers it. */
function newFolder(shell: CounterpartName): string {
  const folder = mkdtempSync(join(tmpdir(), 'revix-completion-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'my lab'));
  for (const name of ['web.vmx', 'OLD.VMX', 'lab.yaml']) writeFileSync(join(folder, name), '');
  const completions = spawnSync(process.execPath, [revix, 'completion', shell], { encoding: 'utf8' });
  writeFileSync(join(folder, '.completions'), completions.stdout);
  return folder;
}

const drivers = { zsh: ['-f'], fish: ['--no-config'] } as const;

/** What a shell offers for each line, asked by a script of its own. */
function offersByDriver(shell: keyof typeof drivers): readonly (readonly string[])[] {
  const cwd = newFolder(shell);
  const driver = fileURLToPath(new URL(`${shell}-driver.${shell}`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(pathOf(shell), [...drivers[shell], driver, './.completions'], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, TERM: 'dumb', LC_ALL: 'C.UTF-8' },
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

const keys = { insertAllOffers: '\u001b*', tab: '\t', tell: '\u0014', clear: '\u0015' } as const;

/** What stands on each line after a key, in an interactive bash on a terminal of its own. */
function linesInBash(key: string): readonly string[] {
  const cwd = newFolder('bash');
  const setup = [
    "PS1='ready> '",
    '. ./.completions',
    'told=0',
    "tell() { told=$((told + 1)); printf '%s\\n' \"$READLINE_LINE\" >>.told; printf 'told %s.\\n' $told; }",
    `bind -x '"\\C-t": tell'`,
  ];
  writeFileSync(join(cwd, '.bashrc'), `${setup.join('\n')}\n`);
  const steps = lines.map(([line], index): Step => {
    return [index === 0 ? 'ready> ' : `told ${index}.`, `${keys.clear}${line}${key}${keys.tell}`];
  });
  const last: Step = [`told ${lines.length}.`, `${keys.clear}exit\r`];
  const { status } = onTerminal([pathOf('bash'), '-i'], [...steps, last], { cwd, env: { HOME: cwd, TERM: 'vt100' } });
  expect(status).toBe(0);
  return readFileSync(join(cwd, '.told'), 'utf8').split('\n').slice(0, -1);
}

/** What bash offers for each line: the words that stand in place of the last one when it inserts them all. */
function offersByBash(): readonly (readonly string[])[] {
  return linesInBash(keys.insertAllOffers).map((line, index) => {
    const kept = lines[index]?.[0].replace(/\S*$/, '') ?? '';
    expect(line.startsWith(kept)).toBe(true);
    return line
      .slice(kept.length)
      .split(/(?<!\\) /)
      .filter((word) => word !== '');
  });
}

/** Shells may write a directory with a slash and quote a blank, and offer a word twice. */
function plain(offers: readonly string[]): readonly string[] {
  const words = offers.map((word) => word.replace(/\/$/, '').replaceAll('\\', ''));
  return [...new Set(words)].toSorted();
}

describe.each([
  ['bash', ['bash', 'python'], offersByBash],
  ['zsh', ['zsh'], () => offersByDriver('zsh')],
  ['fish', ['fish'], () => offersByDriver('fish')],
] as const)('%s', (_shell, needed, offersOfLines) => {
  it.skipIf(lacks(...needed))('completes the lines of revix and vmrun', () => {
    const found = offersOfLines().map((offers, index) => [lines[index]?.[0], plain(offers)]);
    expect(found).toEqual(lines);
  });
});

/** What bash puts behind an offer, or in place of it: a blank where the next word follows. */
const written: Readonly<Record<string, string>> = { 'my lab': 'my\\ lab/', '-snapshot=': '-snapshot=' };

it.skipIf(lacks('bash', 'python'))('bash writes the only offer out at the tabulator', () => {
  const found = linesInBash(keys.tab);
  for (const [index, [line, [offer = '', ...others]]] of lines.entries()) {
    if (offer === '' || others.length > 0) continue;
    expect(found[index]).toBe(`${line.replace(/\S*$/, '')}${written[offer] ?? `${offer} `}`);
  }
});

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { completionData } from '../../../src/cli/completion/completion-data.js';
import { completionScript, type ShellName } from '../../../src/cli/completion/completion-script.js';
import { revixCommands } from '../../../src/cli/revix/command-table.js';
import { commands as vmrunCommands } from '../../../src/cli/vmrun/command-table.js';

function isThere(shell: ShellName): boolean {
  // On Windows the name may stand for a shell of another system, which does not see these folders.
  return process.platform !== 'win32' && spawnSync(shell, ['--version']).status === 0;
}

/** A folder with the script of a shell and files to complete. */
function folderWith(shell: ShellName): string {
  const folder = mkdtempSync(join(tmpdir(), 'revix-completion-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, `script.${shell}`), completionScript(shell, revixCommands));
  mkdirSync(join(folder, 'my lab'));
  for (const name of ['web.vmx', 'lab.yaml']) writeFileSync(join(folder, name), '');
  return folder;
}

describe('the completions', () => {
  it('know every command of both programs', () => {
    const data = completionData(revixCommands);
    const words = (key: string) =>
      data
        .find((entry) => entry.key === key)
        ?.candidates.map((candidate) => ('word' in candidate ? candidate.word : ''));
    expect(words('vmrun place  0')).toEqual(vmrunCommands.map(({ name }) => name));
    expect(words('revix place  0')).toEqual([...new Set(revixCommands.map(({ name }) => name.split(' ')[0]))]);
    // The first that fits counts, so no place may be named twice but to add what follows a part of a command.
    const keys = data.map(({ key }) => key).filter((key) => !key.includes(' place '));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.for(['bash', 'zsh', 'fish'] as const)('are a script that %s can read', { timeout: 60_000 }, (shell, { skip }) => {
    skip(!isThere(shell), `${shell} is not installed`);
    const { status, stderr } = spawnSync(shell, ['-n', `script.${shell}`], {
      cwd: folderWith(shell),
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.skipIf(!isThere('bash'))('give bash the right words', { timeout: 60_000 }, () => {
    const cases = [
      [['revix', 's'], ['simulate']],
      [
        ['revix', 'native', ''],
        ['install', 'uninstall'],
      ],
      [['/usr/bin/revix', 'native', 'install', '--p'], ['--prefix']],
      [
        ['revix', 'completion', ''],
        ['bash', 'zsh', 'fish'],
      ],
      [['revix', 'simulate', '--port', ''], []],
      [['revix', 'simulate', '--port', '0', 'l'], ['lab.yaml']],
      [['revix', 'convert', ''], ['my lab']],
      [['vmrun', 'che'], ['checkToolsState']],
      [['vmrun', 'STOP', 'web.vmx', 'H'], ['hard']],
      [
        ['vmrun', '-g'],
        ['-gu', '-gp'],
      ],
      [
        ['vmrun', '-T', 'ws'],
        ['ws', 'ws-shared'],
      ],
      [['vmrun', '-T', 'ws', '-gp', 'start', 'reg'], ['register']],
      [
        ['vmrun', 'start', ''],
        ['my lab', 'web.vmx'],
      ],
      [['vmrun', 'start', 'web.vmx', 'n'], ['nogui']],
      [['vmrun', 'runProgramInGuest', 'web.vmx', '-a'], ['-activeWindow']],
      [['vmrun', 'copyFileFromHostToGuest', 'web.vmx', 'l'], ['lab.yaml']],
    ] as const;
    const tries = cases.map(([words]) => {
      const list = words.map((word) => `'${word}'`).join(' ');
      return `COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _revix_complete; printf '%s,' "\${COMPREPLY[@]}"; echo`;
    });
    const script = ['. ./script.bash', ...tries].join('\n');
    const { stdout, stderr } = spawnSync('bash', ['--norc'], {
      cwd: folderWith('bash'),
      input: script,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const found = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(',').filter((word) => word !== ''));
    expect(found).toEqual(cases.map(([, expected]) => [...expected]));
  });
});

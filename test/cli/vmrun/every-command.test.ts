import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../../src/cli/vmrun/command-table.js';
import { type CommandCase, commandCases, type Step } from './every-command-cases.js';
import { asUser, newLab } from './lab.js';
import type { Run, VmrunRig } from './vmrun-rig.js';

/** Number of the process of `sleep` in a machine. */
async function sleepingPid(rig: VmrunRig, vm: string): Promise<string> {
  const { stdout } = await rig.run([...asUser, 'listProcessesInGuest', vm]);
  return /^pid=(\d+), owner=[^,]*, cmd=.*sleep 1000$/m.exec(stdout)?.[1] ?? 'no sleep';
}

/** What a step gives, with the paths of machines as the case writes them. */
async function runStep(rig: VmrunRig, { args }: Step): Promise<Run & Pick<Step, 'args'>> {
  const filled: string[] = [];
  for (const word of args) {
    const path = word.endsWith('.vmx') ? rig.path(word.slice(0, -4)) : word.replace(/^DIR/, rig.directory);
    filled.push(word === 'SLEEP' ? await sleepingPid(rig, rig.path('on')) : path);
  }
  const run = await rig.run(filled);
  const names = ['on', 'off', 'bare', 'win', 'locked', 'tree', 'new', 'other'];
  const stdout = names.reduce((text, name) => text.replaceAll(rig.path(name), `${name}.vmx`), run.stdout);
  return { ...run, stdout, args };
}

async function runCase(rig: VmrunRig, steps: CommandCase): Promise<readonly unknown[]> {
  writeFileSync(join(rig.directory, 'file'), 'content');
  const runs: unknown[] = [];
  for (const step of steps) runs.push(await runStep(rig, step));
  return runs;
}

function expectedOf(steps: CommandCase): readonly unknown[] {
  return steps.map(({ args, matches, stdout = '', status = 0 }) => {
    const whole = new RegExp(`^${stdout.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
    return { args, stdout: expect.stringMatching(matches ?? whole), stderr: '', status };
  });
}

it('there are 64 commands, and a case for each', () => {
  expect(commands).toHaveLength(64);
  expect(Object.keys(commandCases).sort()).toEqual(commands.map(({ name }) => name).sort());
});

describe.each(Object.entries(commandCases))('%s', (_name, steps) => {
  it('does its work over a world in memory', async () => {
    expect(await runCase(newLab(), steps)).toEqual(expectedOf(steps));
  });
});

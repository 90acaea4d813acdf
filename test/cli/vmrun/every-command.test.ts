import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../../src/cli/vmrun/command-table.js';
import {
  type CommandCase,
  commandCases,
  notOnEsx,
  notOnVsphere,
  notSupported,
  type Step,
} from './every-command-cases.js';
import { asUser, directoryLabs, newLab } from './lab.js';
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

/** What a case gives over an endpoint of vSphere. */
function overVsphere(name: string, steps: CommandCase, store: 'vcenter' | 'esx'): CommandCase {
  const isRefused = notOnVsphere.has(name) || (store === 'esx' && notOnEsx.has(name));
  if (isRefused) return steps.slice(0, 1).map(({ args }) => notSupported(args));
  return steps.map((step) => (step.isRefusedByVsphere === true ? notSupported(step.args) : step));
}

const cases = Object.entries(commandCases);
/** Commands that take different ways each: the whole proof, of every command everywhere, is `npm run test:whole`. */
const fewNames = ['list', 'clone', 'pause', 'writeVariable', 'runProgramInGuest', 'CopyFileFromHostToGuest'];
const fewCases = cases.filter(([name]) => fewNames.includes(name));
const isWhole = process.env['REVIX_WHOLE_PROOF'] !== undefined;

describe('over a world in memory', () => {
  it.each(cases)('%s does its work', async (_name, steps) => {
    expect(await runCase(newLab(), steps)).toEqual(expectedOf(steps));
  });
});

describe('over a directory', () => {
  const newDirectoryLab = directoryLabs();

  it.each(isWhole ? cases : fewCases)('%s does its work', async (_name, steps) => {
    expect(await runCase(newDirectoryLab(), steps)).toEqual(expectedOf(steps));
  });
});

describe.each([
  ['vcenter', isWhole ? cases : fewCases],
  ['esx', isWhole ? cases : fewCases.slice(0, 2)],
] as const)('over vSphere: %s', (store, chosen) => {
  it.each(chosen)('%s does its work, or is refused', async (name, steps) => {
    const expected = overVsphere(name, steps, store);
    expect(await runCase(newLab({ store }), expected)).toEqual(expectedOf(expected));
  });
});

describe('over vSphere through an agent', () => {
  it.each(isWhole ? cases : fewCases)('%s gives the same, with one login', async (name, steps) => {
    const rig = newLab({ store: 'vcenter', hasAgent: true });
    const { faults } = await rig.simulator();
    faults.add({ on: 'Login', effect: { delayMs: 0 } });
    const expected = overVsphere(name, steps, 'vcenter');
    expect(await runCase(rig, expected)).toEqual(expectedOf(expected));
    expect(faults.list().map(({ hits }) => hits)).toEqual([1]);
  });
});

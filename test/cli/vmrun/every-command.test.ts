import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../../src/cli/vmrun/command-table.js';
import { parseCommandLine } from '../../../src/cli/vmrun/parse-command-line.js';
import { type CommandCase, notSupported, type Step } from './command-case.js';
import { casesOfVsphere, commandCases, notOnEsx, notOnVsphere } from './every-command-cases.js';
import { asUser, directoryLabs, newLab } from './lab.js';
import { shapeProblems } from './shape-problems.js';
import type { Run, VmrunRig } from './vmrun-rig.js';

/** Number of the process of `sleep` in a machine; where there is none, a number that no process has. */
async function sleepingPid(rig: VmrunRig, vm: string): Promise<string> {
  const { stdout } = await rig.run([...asUser, 'listProcessesInGuest', vm]);
  return /^pid=(\d+), owner=[^,]*, cmd=.*sleep 1000$/m.exec(stdout)?.[1] ?? '99999';
}

/** What a step gives, with the paths of machines as the case writes them. @param flags before those of the step. */
async function runStep(
  rig: VmrunRig,
  step: Step,
  flags: readonly string[],
): Promise<Run & Pick<Step, 'args' | 'shared'>> {
  const { args } = step;
  const filled: string[] = [];
  for (const word of args) {
    const path = word.endsWith('.vmx') ? rig.path(word.slice(0, -4)) : word.replace(/^DIR/, rig.directory);
    filled.push(word === 'SLEEP' ? await sleepingPid(rig, rig.path('on')) : path);
  }
  const run = await rig.run([...flags, ...filled]);
  const names = ['on', 'off', 'bare', 'win', 'locked', 'tree', 'new', 'other'];
  // As a text, and as one in JSON.
  const writtenAs = (path: string): readonly string[] => [path, JSON.stringify(path).slice(1, -1)];
  const stdout = names.reduce(
    (text, name) => writtenAs(rig.path(name)).reduce((done, path) => done.replaceAll(path, `${name}.vmx`), text),
    run.stdout,
  );
  if (step.shared === undefined) return { ...run, stdout, args };
  const { guestPath, folders } = await rig.sharedFolders('on');
  const named = folders.map((folder) => ({ ...folder, hostPath: folder.hostPath.replace(rig.directory, 'DIR') }));
  return { ...run, stdout, args, shared: { guestPath, folders: named } };
}

async function runCase(rig: VmrunRig, steps: CommandCase, ...flags: readonly string[]): Promise<readonly Run[]> {
  writeFileSync(join(rig.directory, 'file'), 'content');
  const runs: Run[] = [];
  for (const step of steps) runs.push(await runStep(rig, step, flags));
  return runs;
}

/** What a step is to print, whole. */
function textOf({ matches, stdout = '' }: Step): RegExp {
  return matches ?? new RegExp(`^${stdout.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
}

function expectedOf(steps: CommandCase): readonly unknown[] {
  return steps.map((step) => {
    const { args, stderr = '', status = 0, shared } = step;
    return { args, stdout: expect.stringMatching(textOf(step)), stderr, status, shared };
  });
}

/** What `--json` gives: one line, of the shape that the table of commands tells. */
async function runInJson(rig: VmrunRig, steps: CommandCase): Promise<readonly unknown[]> {
  return (await runCase(rig, steps, '--json')).map((run) => {
    expect(run.stdout).toMatch(/^\{.*\}\n$/);
    const line: { readonly command: string | null; readonly result?: unknown } = JSON.parse(run.stdout);
    const shape = commands.find(({ name }) => name === line.command)?.result ?? {};
    const problems = line.result === undefined ? [] : shapeProblems(shape, line.result);
    return { ...run, stdout: line, problems };
  });
}

function expectedInJson(steps: CommandCase): readonly unknown[] {
  return steps.map((step) => {
    const { args, json, status = 0, shared } = step;
    const { request } = parseCommandLine(args.map((word) => (word === 'SLEEP' ? '1' : word)));
    const command = request?.command.name ?? null;
    if (json !== undefined || status === 0) {
      const answer = { command, ok: true, status, result: json ?? {} };
      return { args, stdout: answer, stderr: '', status, shared, problems: [] };
    }
    const text = expect.stringMatching(textOf({ ...step, stdout: (step.stdout ?? '').trimEnd() }));
    const refusal = { stage: 'usage', code: 0, name: 'usage', text, message: expect.any(String) };
    const failure = {
      stage: expect.stringMatching(/^(?:connect|open|login|command)$/),
      code: expect.any(Number),
      name: expect.stringMatching(/^VIX_E_/),
      text,
      message: expect.stringMatching(/./),
    };
    const error = request === undefined ? refusal : failure;
    return { args, stdout: { command, ok: false, status, error }, stderr: '', status, problems: [] };
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
  const own = casesOfVsphere[name] ?? steps;
  return own.map((step) => (step.isRefusedByVsphere === true ? notSupported(step.args) : step));
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

  it.each(cases)('%s tells it in JSON', async (_name, steps) => {
    expect(await runInJson(newLab(), steps)).toEqual(expectedInJson(steps));
  });
});

describe('over a directory', () => {
  const newDirectoryLab = directoryLabs();

  it.each(isWhole ? cases : fewCases)('%s does its work', async (_name, steps) => {
    expect(await runCase(newDirectoryLab(), steps)).toEqual(expectedOf(steps));
  });

  it.each(isWhole ? cases : fewCases)('%s tells it in JSON', async (_name, steps) => {
    expect(await runInJson(newDirectoryLab(), steps)).toEqual(expectedInJson(steps));
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

  it.each(isWhole ? chosen : [])('%s tells it in JSON', async (name, steps) => {
    const expected = overVsphere(name, steps, store);
    expect(await runInJson(newLab({ store }), expected)).toEqual(expectedInJson(expected));
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

  it.each(isWhole ? cases : fewCases.slice(0, 2))('%s tells the same in JSON', async (name, steps) => {
    const expected = overVsphere(name, steps, 'vcenter');
    expect(await runInJson(newLab({ store: 'vcenter', hasAgent: true }), expected)).toEqual(expectedInJson(expected));
  });
});

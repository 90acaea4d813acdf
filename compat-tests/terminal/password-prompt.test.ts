import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks, pathOf } from '../support/counterpart.js';
import { onTerminal, type Step, type TerminalEnd } from '../support/on-terminal.js';

const bin = fileURLToPath(new URL('../../dist/bin', import.meta.url));
const { SIGINT, SIGQUIT } = constants.signals;
const prompt = 'password in the guest: ';
const list = 'Directory list: 0\n';

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'revix-terminal-')));
const vm = join(directory, 'vm.vmx');
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function run(argv: readonly string[], steps: readonly Step[]): TerminalEnd {
  return onTerminal(argv, steps, { cwd: directory, env: { REVIX_HOME: join(directory, 'home'), TERM: 'dumb' } });
}

const vmrun = (...words: readonly string[]): readonly string[] => [process.execPath, join(bin, 'vmrun.cjs'), ...words];
const interactiveShell = (): readonly string[] => [pathOf('bash'), '--rcfile', 'rc', '--noediting', '-i'];
const asking = vmrun('-gu', 'user', '-gp', '-', 'listDirectoryInGuest', vm, '/tmp');
const doctor = [process.execPath, join(bin, 'revix.js'), 'doctor', '-gu', 'user', '-gp', '-', vm];
const askingLine = asking.join(' ');

describe.skipIf(lacks('python', 'bash'))('the prompt for a password, at a real terminal', () => {
  beforeAll(() => {
    writeFileSync(join(directory, 'rc'), "PS1='ready> '\n");
    writeFileSync(vm, 'guestOS = "ubuntu-64"\n');
    run(vmrun('start', vm, 'nogui'), []);
  });

  it.each([
    ['Enter', 'password\r'],
    ['a line feed', 'password\n'],
    ['a paste of two lines', 'password\nrm -r x\n'],
    ['a paste that the terminal marks', '\u001b[200~password\u001b[201~\r'],
    ['Backspace', 'passwordx\u007f\r'],
    ['Backspace of another terminal', 'passwordx\b\r'],
    ['Backspace over a letter of two bytes', 'passwordä\u007f\r'],
    ['Backspace over a character outside the first plane', 'password👍\u007f\r'],
    ['Ctrl-U', 'nonsense\u0015password\r'],
    ['Ctrl-W', 'some words\u0017\u0017password\r'],
    ['keys that are no characters', 'pass\u001b[D\u001bOPword\r'],
    ['Ctrl-D in the line', 'password\u0004\r'],
  ])('takes what comes by %s, and shows nothing of it', (_how, keys) => {
    const end = { output: `${prompt}\n${list}`, status: 0, signal: null, hasEcho: true };
    expect(run(asking, [[prompt, keys]])).toEqual(end);
  });

  it.each([
    ['Ctrl-C', '\u0003', SIGINT],
    ['Ctrl-C in the line', 'pass\u0003', SIGINT],
    ['Ctrl-\\', 'pass\u001c', SIGQUIT],
  ])('%s ends the program by its signal', (_how, keys, signal) => {
    const end = { output: `${prompt}\n`, status: null, signal, hasEcho: true };
    expect(run(asking, [[prompt, keys]])).toEqual(end);
    expect(run(doctor, [[prompt, keys]])).toEqual(end);
    const both = vmrun('-p', '-', '-gu', 'user', '-gp', '-', 'list');
    const second = run(both, [
      ['password on the host: ', 'one\r'],
      [prompt, keys],
    ]);
    expect(second).toEqual({ ...end, output: `password on the host: \n${prompt}\n` });
  });

  it('Ctrl-D in an empty line ends it with an error', () => {
    const output = `${prompt}\nError: -gp takes the password from stdin, which ended before it came\n`;
    expect(run(asking, [[prompt, '\u0004']])).toEqual({ output, status: 255, signal: null, hasEcho: true });
  });

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('%s gives the terminal its echo back', (signal) => {
    const end = { output: `${prompt}\n`, status: null, signal: constants.signals[signal], hasEcho: true };
    expect(run(asking, [[prompt, { signal }]])).toEqual(end);
  });

  it('a terminal that goes away ends the program by its signal', () => {
    const end = { output: prompt, status: null, signal: constants.signals.SIGHUP, hasEcho: null };
    for (const argv of [asking, doctor]) expect(run(argv, [[prompt, { close: true }]])).toEqual(end);
    // Only the first process of a terminal is sent the signal; others see that there is nothing to read any more.
    const below = [pathOf('bash'), '-c', 'trap "" HUP; "$@"; echo $? > status', 'bash', ...asking];
    expect(run(below, [[prompt, { close: true }]])).toMatchObject({ status: 0 });
    expect(readFileSync(join(directory, 'status'), 'utf8')).toBe(`${128 + constants.signals.SIGHUP}\n`);
  });

  it('Ctrl-Z stops it until a shell lets it go on, and the shell has its echo meanwhile', () => {
    const end = run(interactiveShell(), [
      ['ready> ', `${askingLine}\r`],
      [prompt, 'pass\u001a'],
      ['ready> ', 'stty -a | grep -ow -- -*echo\r'],
      ['ready> ', 'fg\r'],
      [prompt, 'word\r'],
      ['ready> ', 'echo "status $?"; exit\r'],
    ]);
    expect(end).toMatchObject({ status: 0, hasEcho: true });
    expect(end.output).toMatch(
      /Stopped.*\nready> .*\necho\nready> fg\n.*\npassword in the guest: \nDirectory list: 0\n/,
    );
    expect(end.output).toContain('\nstatus 0\n');
  });

  it('Ctrl-C ends the loop of a shell, interactive or not', () => {
    const loop = `for each in 1 2 3; do ${askingLine}; done`;
    const script = run([pathOf('bash'), '-c', `${loop}; echo after`], [[prompt, '\u0003']]);
    expect(script).toEqual({ output: `${prompt}\n`, status: null, signal: SIGINT, hasEcho: true });
    const typed = run(interactiveShell(), [
      ['ready> ', `${loop}\r`],
      [prompt, 'pass\u0003'],
      ['ready> ', 'echo "status $?"; exit\r'],
    ]);
    expect(typed.output.split(prompt)).toHaveLength(2);
    expect(typed.output).toContain('\nstatus 130\n');
  });
});

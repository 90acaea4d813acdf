import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asUser, newLab } from './lab.js';
import type { VmrunRig } from './vmrun-rig.js';

async function temporaryNames(rig: VmrunRig, vm: string, directory: string): Promise<string[]> {
  const { stdout } = await rig.run([...asUser, '--json', 'listDirectoryInGuest', rig.path(vm), directory]);
  const { result } = JSON.parse(stdout) as { result: { entries: { name: string }[] } };
  return result.entries.map(({ name }) => name);
}

describe('-output', () => {
  it('shows what a program prints, each stream as its own', async () => {
    const rig = newLab();
    const before = await temporaryNames(rig, 'on', '/tmp');
    const program = ['/bin/sh', '-c', 'echo out; echo "a  b" >&2; exit 3'];
    expect(await rig.run([...asUser, 'runProgramInGuest', rig.path('on'), '-output', ...program])).toEqual({
      stdout: 'out\n',
      stderr: 'a  b\nGuest program exited with non-zero exit code: 3\n',
      status: 3,
    });
    expect(await temporaryNames(rig, 'on', '/tmp')).toEqual(before);
  });

  it('shows all of a command line that is one word', async () => {
    const rig = newLab();
    const line = ['/bin/echo', 'one; echo two # three'];
    const run = await rig.run([...asUser, 'runProgramInGuest', rig.path('on'), '-OUTPUT', ...line]);
    expect(run).toEqual({ stdout: 'one\ntwo\n', stderr: '', status: 0 });
  });

  it('shows what a script prints', async () => {
    const rig = newLab();
    const script = ['/bin/bash', "echo it\\'s; printf 'no end'"];
    const run = await rig.run([...asUser, 'runScriptInGuest', rig.path('on'), '-output', ...script]);
    expect(run).toEqual({ stdout: "it's\nno end", stderr: '', status: 0 });
  });

  it('works in Windows guests, where signs of the command interpreter stay what they are', async () => {
    const rig = newLab();
    const cmd = 'C:\\Windows\\System32\\cmd.exe';
    const run = (...words: string[]) => rig.run([...asUser, 'runProgramInGuest', rig.path('win'), '-output', ...words]);
    expect(await run(cmd, '/c echo out& echo err 1>&2& exit 4')).toEqual({
      stdout: 'out\r\n',
      stderr: 'err \r\nGuest program exited with non-zero exit code: 4\n',
      status: 4,
    });
    const script = await rig.run([
      ...asUser,
      'runScriptInGuest',
      rig.path('win'),
      '-output',
      '',
      '@echo one\n@echo two',
    ]);
    expect(script).toEqual({ stdout: 'one\r\ntwo\r\n', stderr: '', status: 0 });
  });

  it('goes into the JSON', async () => {
    const rig = newLab();
    const run = await rig.run([
      '--json',
      ...asUser,
      'runProgramInGuest',
      rig.path('on'),
      '-output',
      '/bin/echo',
      'x',
      'é',
    ]);
    expect(JSON.parse(run.stdout)).toEqual({
      command: 'runProgramInGuest',
      ok: true,
      status: 0,
      result: { pid: expect.any(Number), exitCode: 0, stdout: 'x é\n', stderr: '' },
    });
    expect(run.stderr).toBe('');
  });

  it('keeps the mark of byte order that a program prints', async () => {
    const rig = newLab();
    const on = rig.path('on');
    writeFileSync(join(rig.directory, 'marked'), '\uFEFFx');
    await rig.run([...asUser, 'CopyFileFromHostToGuest', on, 'marked', '/tmp/marked']);
    const program = [...asUser, 'runProgramInGuest', on, '-output', '/bin/cat', '/tmp/marked'];
    expect((await rig.run(program)).stdout).toBe('\uFEFFx');
    const { stdout } = await rig.run(['--json', ...program]);
    expect(JSON.parse(stdout)).toMatchObject({ result: { stdout: '\uFEFFx' } });
  });

  it('tells of a program that is missing as without it', async () => {
    const rig = newLab();
    const run = await rig.run([...asUser, 'runProgramInGuest', rig.path('on'), '-output', '/no/such']);
    expect(run).toEqual({ stdout: 'Error: A file was not found\n', stderr: '', status: -1 });
  });

  it('does not go with -noWait', async () => {
    const rig = newLab();
    const run = await rig.run([...asUser, 'runProgramInGuest', rig.path('on'), '-output', '-noWait', '/bin/true']);
    expect(run).toMatchObject({ stdout: expect.stringMatching(/^Error: -output waits/), status: -1 });
  });
});

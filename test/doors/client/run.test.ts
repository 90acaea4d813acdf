import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Guest, Host } from '../../../src/doors/client/index.js';
import { backendNames, ClientRig } from './client-rig.js';

describe.each(backendNames)('guest.run over %s', (backend) => {
  let rig: ClientRig;
  let host: Host;
  let posix: Guest;
  let windows: Guest;

  beforeAll(async () => {
    rig = await ClientRig.create(backend);
    host = await rig.connect();
    posix = await rig.login(host, 'posix');
    windows = await rig.login(host, 'windows');
  });

  afterAll(() => rig.close());

  async function nothingLeft(): Promise<void> {
    expect(await rig.running('posix')).toEqual([]);
    for (const name of ['posix', 'windows']) expect(await rig.leftIn(name), name).toEqual([]);
  }

  it('gives both streams, the exit code and the times of a POSIX program', async () => {
    const ended = await rig.moving(posix.run('/bin/sh', ['-c', 'echo out; echo err >&2; exit 3']));
    expect(ended).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n', isTruncated: false });
    expect(ended.endTime.getTime()).toBeGreaterThanOrEqual(ended.startTime.getTime());
    // A byte order mark is part of what was printed.
    const marked = await rig.moving(posix.run('/bin/cat', [], { input: '\ufeffx' }));
    expect(marked.stdout).toBe('\ufeffx');
    await nothingLeft();
  });

  it('gives the same of a Windows program', async () => {
    const program = 'C:\\Windows\\System32\\cmd.exe';
    const ended = await rig.moving(windows.run(program, { raw: '/c "echo out& echo err>&2& exit 3"' }));
    expect(ended).toMatchObject({ exitCode: 3, stdout: 'out\r\n', stderr: 'err\r\n' });
    await nothingLeft();
  });

  it('runs a script of either family', async () => {
    const sh = await rig.moving(posix.script('echo "$1 and $2"\nexit 4\n', { arguments: ["it's", '$HOME;x'] }));
    expect(sh).toMatchObject({ exitCode: 4, stdout: "it's and $HOME;x\n" });
    const cmd = await rig.moving(
      windows.script('@echo off\necho %1 and %2\nexit /b 4\n', { arguments: ['one', 'two'] }),
    );
    expect(cmd).toMatchObject({ exitCode: 4, stdout: 'one and two\r\n' });
    await nothingLeft();
  });

  it('ends at its deadline also while somebody takes its output for ever', async () => {
    const stuck = { timeoutMs: 5000, onOutput: () => new Promise<void>(() => undefined) };
    await expect(rig.moving(posix.run('/bin/echo', ['x'], stuck))).rejects.toMatchObject({ name: 'VIX_E_CANCELLED' });
    await nothingLeft();
  });

  it('finds a bare name in PATH, and refuses a relative path', async () => {
    expect(await rig.moving(posix.run('echo', ['found']))).toMatchObject({ exitCode: 0, stdout: 'found\n' });
    expect(await rig.moving(windows.run('where', ['cmd']))).toMatchObject({ exitCode: 0 });
    await expect(rig.moving(posix.run('bin/echo'))).rejects.toMatchObject({ name: 'VIX_E_INVALID_ARG' });
    await expect(rig.moving(posix.run('no-such-tool'))).rejects.toMatchObject({
      name: 'VIX_E_FILE_NOT_FOUND',
      operation: 'guest.run',
      target: '[store] posix/posix.vmx',
    });
    await nothingLeft();
  });

  it('sets the working directory, the environment and the input', async () => {
    const options = { workingDirectory: '/etc', environment: { GREETING: "it's $HOME" }, input: 'line\n' };
    const script = 'pwd; echo "$GREETING"; cat';
    const ended = await rig.moving(posix.run('/bin/sh', ['-c', script], options));
    expect(ended.stdout).toBe("/etc\nit's $HOME\nline\n");
    const own = await rig.moving(posix.run('/bin/pwd'));
    expect(own.stdout).toMatch(/^\/tmp\/.*revixRun.*\/work\n$/);
    await nothingLeft();
  });

  it('tells of a program that may not be executed', async () => {
    await expect(rig.moving(posix.run('/etc/passwd'))).rejects.toMatchObject({ name: 'VIX_E_PROGRAM_NOT_STARTED' });
    await nothingLeft();
  });

  it('kills a program that never ends when its time is over, and leaves nothing', async () => {
    await expect(rig.moving(posix.run('/bin/sleep', ['100000'], { timeoutMs: 5000 }), 500)).rejects.toMatchObject({
      name: 'VIX_E_CANCELLED',
    });
    await nothingLeft();
  });
});

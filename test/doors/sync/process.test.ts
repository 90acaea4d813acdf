import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const door = new URL('../../../dist/doors/sync/index.js', import.meta.url);
const engine = new URL('./fake-engine.mjs', import.meta.url);

/** What each program begins with. */
const prelude = `
import { writeSync } from 'node:fs';
import * as vix from ${JSON.stringify(door.href)};
const engine = new URL(${JSON.stringify(engine.href)});
const say = (text) => writeSync(1, text + '\\n');
const connect = (v, host, callback = null) => v.VixHost_Connect(-1, 3, host, 0, null, null, 0, 0, callback, null);
`;

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program in a process of its own until it ends; \`onOutput\` is called with all that it has printed. */
function run(
  code: string,
  onOutput: (output: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', prelude + code], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      onOutput(output, (signal) => child.kill(signal));
    });
    child.stderr.on('data', (data: Buffer) => {
      errors += data.toString();
    });
    child.on('error', reject);
    child.on('close', (exitCode, signal) => resolve({ code: exitCode, signal, output, errors }));
  });
}

describe('the process of a program that blocks', () => {
  it('ends by itself when the program is through, also with the engine open and work abandoned', async () => {
    const ended = await run(`
      const v = vix.createVix({ engine });
      connect(v, 'never');
      say(String(v.VixJob_Wait(connect(v, 'plain'), 0)));
    `);
    expect(ended).toEqual({ code: 0, signal: null, output: '0\n', errors: '' });
  });

  it('has no engine before it calls a function that needs one', async () => {
    const ended = await run(`
      const turn = () => new Promise(setImmediate);
      process.on('worker', () => say('engine'));
      vix.Vix_FreeBuffer(vix.Vix_GetErrorText(vix.VIX_OK, null));
      await turn();
      say('text');
      vix.Vix_ReleaseHandle(vix.VIX_INVALID_HANDLE);
      await turn();
    `);
    expect(ended).toEqual({ code: 0, signal: null, output: 'text\nengine\n', errors: '' });
  });

  it('lives until the callbacks that are due have run', async () => {
    const ended = await run(`
      const v = vix.createVix({ engine });
      connect(v, 'slow', (job, type) => say('event ' + type));
      say('end of program');
    `);
    const output = 'end of program\nevent 3\nevent 3\nevent 3\nevent 2\n';
    expect(ended).toEqual({ code: 0, signal: null, output, errors: '' });
  });

  it('lives until it has told the callbacks that the engine has ended', async () => {
    const ended = await run(`
      const v = vix.createVix({ engine });
      v.Revix_OnDiagnostic((event) => say(event.error.message));
      connect(v, 'never', (job, type) => say('event ' + type + ', error ' + v.VixJob_GetError(job)));
      connect(v, 'exit');
    `);
    const output = "the engine's thread ended unexpectedly with code 3\nevent 2, error 36\n";
    expect(ended).toEqual({ code: 0, signal: null, output, errors: '' });
  });

  it('does not live for callbacks that only a pump could run', async () => {
    const ended = await run(`
      const v = vix.createVix({ engine });
      v.VixHost_Connect(-1, 3, 'slow', 0, null, null, vix.VIX_HOSTOPTION_USE_EVENT_PUMP, 0, () => say('event'), null);
      say('end of program');
    `);
    expect(ended).toEqual({ code: 0, signal: null, output: 'end of program\n', errors: '' });
  });

  it.each(['', 'process.on("exit", () => v.Revix_Close());'])('ends by process.exit at any time (%s)', async (also) => {
    const ended = await run(`
      const v = vix.createVix({ engine });
      ${also}
      connect(v, 'slow', () => { say('event'); process.exit(5); });
      connect(v, 'never', () => undefined);
      v.VixJob_Wait(connect(v, 'never'), 0);
    `);
    expect(ended).toEqual({ code: 5, signal: null, output: 'event\n', errors: '' });
  });

  it('ends by an interrupt while it waits', async () => {
    const ended = await run(
      `
      const v = vix.createVix({ engine });
      const job = connect(v, 'never');
      say('waiting');
      v.VixJob_Wait(job, 0);
    `,
      (output, kill) => {
        if (output === 'waiting\n') kill('SIGINT');
      },
    );
    expect(ended).toEqual({ code: null, signal: 'SIGINT', output: 'waiting\n', errors: '' });
  });

  it('shows no password when the engine fails', async () => {
    const ended = await run(`
      const v = vix.createVix({ engine });
      v.Revix_OnDiagnostic((event) => say(String(event.error.stack)));
      const job = v.VixHost_Connect(-1, 3, 'throw-later', 0, 'user', 'hunter2', 0, 0, null, null);
      v.VixJob_Wait(job, 0);
      say(v.Revix_GetJobMessage(job));
    `);
    expect(ended).toMatchObject({ code: 0, signal: null, errors: '' });
    expect(ended.output).toContain('a socket broke');
    expect(ended.output).not.toContain('hunter2');
  });
});

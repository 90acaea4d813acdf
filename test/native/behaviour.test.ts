import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { libraryName } from '../../src/cli/native/build-library.js';
import {
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTYTYPE_HANDLE,
} from '../../src/vix/names.js';
import {
  behaviourFolder,
  commandOf,
  helperPath,
  NativeBuild,
  root,
  temporaryFolder,
  watcherName,
  whyNotNative,
  withoutNoise,
} from './native-build.js';

/** Compiling and starting processes takes its time on a loaded machine. */
const timeout = 120_000;

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly errors: string;
}

const well: Ended = { code: 0, signal: null, output: 'ok\n', errors: '' };

// `npm test` leaves programs.test.ts out, so that it is said here.
if (whyNotNative !== undefined) console.log(`The native library is not tested: ${whyNotNative}.`);

describe.skipIf(whyNotNative !== undefined)('the native library', { timeout }, () => {
  const build = new NativeBuild(temporaryFolder('behaviour'));
  const helper = join(build.folder, 'helper');
  let runs = 0;

  beforeAll(async () => {
    // A helper that says which process it is.
    const script = `#!/bin/sh\nshift\necho $$ > "$HELPER_PID_FILE"\nexec '${process.execPath}' '${helperPath}' "$@"\n`;
    writeFileSync(helper, script, { mode: 0o755 });
    await build.library();
  }, timeout);

  /** Builds and starts a program; `onOutput` is called with what it has printed so far. */
  async function start(
    name: string,
    args: readonly string[],
    onOutput?: (output: string, group: number) => void,
    more: Readonly<Record<string, string>> = {},
  ) {
    const program = await build.program(join(behaviourFolder, `${name}.c`), name, ['-std=gnu11', '-ldl']);
    runs += 1;
    const pidFile = join(build.folder, `pid-${runs}`);
    const env = { ...process.env, REVIX_HELPER: helper, REVIX_CONFIG: '', HELPER_PID_FILE: pidFile, ...more };
    const child = spawn(...commandOf(program, args), { cwd: build.folder, env, detached: true, stdio: 'pipe' });
    let output = '';
    let errors = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
      onOutput?.(output, child.pid ?? 0);
    });
    child.stderr.on('data', (data: Buffer) => {
      errors += data.toString();
    });
    const exited = new Promise<Ended>((resolve) => {
      child.on('close', (code, signal) => resolve({ code, signal, output, errors: withoutNoise(errors) }));
    });
    return { exited, helperPid: () => Number(readFileSync(pidFile, 'utf8')) };
  }

  async function run(name: string, ...args: string[]): Promise<Ended> {
    const { exited } = await start(name, args);
    return exited;
  }

  it.each([
    ['blocks in a wait only the thread that waits', 'waits-block-their-thread'],
    ['calls back on a thread of its own, from which everything may be called', 'callbacks-call'],
    ['calls back in the thread that pumps, in event-pump mode', 'pump'],
    ['answers a forked child with errors, and leaks nothing into children', 'fork'],
    ['turns the death of its helper into errors, completes all jobs, and starts anew', 'helper-dies'],
    ['calls back where the program pumps or waits, also when its helper is dead', 'pump-helper-dies'],
    ['tolerates what old programs do', 'habits'],
    ['outlives a thread that is cancelled', 'cancelled-thread'],
    ['works in a program that has closed its standard streams', 'closed-streams'],
  ])('%s', { timeout }, async (_, name) => {
    expect(await run(name)).toEqual(well);
  });

  it.each([
    ['is not there', { REVIX_HELPER: '/no/such/helper' }, 'REVIX_HELPER names "/no/such/helper"', 'correct it'],
    ['has no Node', { REVIX_HELPER: helperPath, REVIX_NODE: '/no/node' }, 'REVIX_NODE names "/no/node"', 'correct it'],
    ['is no program', { REVIX_HELPER: join(build.folder, 'text') }, 'Exec format error', '`revix doctor native`'],
    ['ends at once', { REVIX_HELPER: '/bin/false' }, 'it ended before it was ready', '`revix doctor native`'],
    [
      'speaks otherwise',
      { REVIX_HELPER: join(build.folder, 'other') },
      'answer as a helper does',
      '`revix doctor native`',
    ],
  ])('says what to do when its helper cannot start: it %s', { timeout }, async (_, env, what, next) => {
    writeFileSync(join(build.folder, 'text'), '\0', { mode: 0o755 });
    writeFileSync(join(build.folder, 'other'), '#!/bin/sh\necho HTTP/1.1 400 Bad Request >&3\n', { mode: 0o755 });
    const { exited } = await start('cannot-start', [helper], undefined, env);
    const { code, output, errors } = await exited;
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toMatch(/^Revix cannot start its helper: .*\nok\n$/);
    expect(output).toContain(what);
    expect(output).toContain(next);
  });

  it('has a new helper give no handle that was in an answer which nobody has taken yet', { timeout }, async () => {
    const script = join(build.folder, 'late-answer.mjs');
    writeFileSync(script, dyingHelper);
    const { exited } = await start('late-answer', [], undefined, { REVIX_HELPER: script });
    expect(await exited).toEqual(well);
  });

  it('says on the standard error why a call could not be made', { timeout }, async () => {
    const script = join(build.folder, 'refusing.mjs');
    writeFileSync(script, dyingHelper);
    const { exited } = await start('refused-call', [], undefined, { REVIX_HELPER: script });
    expect(await exited).toEqual({ ...well, errors: 'revix: VixVM_Open: there is no such function\n' });
  });

  it('can be loaded and unloaded in the middle of everything', { timeout }, async () => {
    expect(await run('unload', join(build.folder, libraryName(process.platform)))).toEqual(well);
  });

  it.each([
    'return',
    'exit-in-callback',
    'callback-blocks',
    'use-at-exit',
    // ThreadSanitizer has a thread of its own that never ends: with it, no program ends after its main thread has.
    ...(watcherName === 'thread' ? [] : ['thread-exits']),
  ])('lets a program end while threads wait and callbacks run (%s)', { timeout }, async (way) => {
    expect(await run('exits', way)).toEqual(well);
  });

  it('keeps its helper when Ctrl-C reaches the program', { timeout }, async () => {
    let isSent = false;
    const { exited } = await start('interrupt', [], (output, group) => {
      if (!isSent && output === 'ready\n') process.kill(-group, 'SIGINT');
      isSent = true;
    });
    expect(await exited).toEqual({ ...well, output: 'ready\nok\n' });
  });

  it('lets its helper end with the program, though a child of that lives on', { timeout }, async () => {
    let onChild: (pid: number) => void = () => undefined;
    const started = new Promise<number>((resolve) => {
      onChild = resolve;
    });
    const { exited, helperPid } = await start('child-outlives', [], (output) => {
      const [, pid] = /^child (\d+)\nok\n$/.exec(output) ?? [];
      if (pid !== undefined) onChild(Number(pid));
    });
    const failed = exited.then((ended): never => expect.fail(`it ended without a child: ${JSON.stringify(ended)}`));
    const child = await Promise.race([started, failed]);
    try {
      await goneProcess(helperPid());
      expect(isAlive(child)).toBe(true);
    } finally {
      process.kill(child, 'SIGKILL');
    }
    expect(await exited).toMatchObject({ code: 0, errors: '' });
  });
});

/** A helper that answers its first wait with a handle, an event of the job and its own end, all at once. */
const dyingHelper = `
import { Socket } from 'node:net';
import { FrameSplitter } from '${built('frame-splitter.js')}';
import { FrameWriter, readValues } from '${built('wire-values.js')}';

const socket = new Socket({ fd: 3 });
const splitter = new FrameSplitter();
const writer = new FrameWriter();
let job, callback;
const answers = {
  H: ([, , , , , lastHandle]) => {
    job = lastHandle + 1;
    writer.frame('W', [1, 'dying', [[${VIX_PROPERTY_JOB_RESULT_HANDLE}, ${VIX_PROPERTYTYPE_HANDLE}]]]);
  },
  VixHost_Connect: ([id, , within, args]) => {
    callback = args[8];
    // The callback of the first helper is no event of the second.
    writer.frame('R', [id, within.length === 0 ? job : 1, []]);
  },
  VixVM_Open: ([id]) => writer.frame('E', [id, 'VixVM_Open: there is no such function']),
  VixJob_Wait: ([id]) => {
    writer.frame('R', [id, 0, [900]]);
    writer.frame('V', [1, callback, job, ${VIX_EVENTTYPE_JOB_COMPLETED}, 0, id]);
    socket.end(writer.take(), () => process.exit());
  },
};
socket.on('data', (chunk) => {
  for (const body of splitter.push(chunk)) {
    const kind = String.fromCharCode(body[0]);
    const values = readValues(body.subarray(1));
    answers[kind === 'C' ? values[1] : kind]?.(values);
    if (!writer.isEmpty) socket.write(writer.take());
  }
});
`;

/** Address of a module of the build. */
function built(name: string): string {
  return pathToFileURL(join(root, 'dist', 'bindings', name)).href;
}

/** Resolves when a process has ended. */
async function goneProcess(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Whether a process runs; one that has ended and that nobody has asked for its end does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

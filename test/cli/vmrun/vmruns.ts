import { strict as assert } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asUser } from './lab.js';

const program = fileURLToPath(new URL('../../../dist/bin/vmrun.cjs', import.meta.url));

/** Processes of vmrun in a folder of their own, with the flags that find the host. */
export class Vmruns {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'revix-interrupt-')));
  readonly home = join(this.directory, 'home');
  readonly #flags: readonly string[];
  readonly #env: Readonly<Record<string, string>>;

  constructor(flags: readonly string[], env: Readonly<Record<string, string>>) {
    this.#flags = flags;
    this.#env = env;
  }

  start(...args: readonly string[]) {
    const own = { REVIX_HOME: this.home, REVIX_CONFIG: '', ...this.#env };
    const child = spawn(process.execPath, [program, ...this.#flags, ...args], {
      cwd: this.directory,
      env: { ...process.env, ...own },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
    const ended = once(child, 'close').then(([status, signal]) => ({ status, signal, output }));
    return { child, ended };
  }

  /** What a command prints. */
  async answer(...args: readonly string[]): Promise<string> {
    const { status, output } = await this.start(...args).ended;
    assert.deepEqual({ args, status, isError: output.includes('Error') }, { args, status: 0, isError: false });
    return output;
  }

  /** What a program may leave in the guest: files of its output, and itself. */
  async traces(vm: string, folder: string): Promise<readonly string[]> {
    const processes = await this.answer(...asUser, 'listProcessesInGuest', vm);
    return [await this.answer(...asUser, 'listDirectoryInGuest', vm, folder), processes];
  }

  /**
   * Interrupts a command whose program runs in the guest, and tells how it ends, and what was in the guest
   * before and after.
   * @param folder where the guest has its temporary files.
   */
  async interruptProgram(vm: string, folder: string, signal: NodeJS.Signals) {
    const before = await this.traces(vm, folder);
    const { child, ended } = this.start(...asUser, 'runProgramInGuest', vm, '-output', '/bin/sleep', '1000');
    while (isDeepStrictEqual(await this.traces(vm, folder), before));
    child.kill(signal);
    const end = await ended;
    return { before, after: await this.traces(vm, folder), end };
  }
}

import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newLab } from '../lab.js';
import type { Run, VmrunRig } from '../vmrun-rig.js';

/** A tool that calls vmrun, with the lab that it finds. */
export class Consumer {
  readonly rig: VmrunRig = newLab();
  /** Path of the machine that runs, of one that is off, and of one to be made. */
  readonly on = this.rig.path('on');
  readonly off = this.rig.path('off');
  readonly made = this.rig.path('made');

  constructor() {
    writeFileSync(join(this.rig.directory, 'file'), 'content');
  }

  /** A path of this machine. */
  host(name: string): string {
    return join(this.rig.directory, name);
  }

  call(...args: readonly string[]): Promise<Run> {
    return this.rig.run(args);
  }

  /** Calls, and takes for success what most tools do: status 0, nothing printed. */
  async silently(...args: readonly string[]): Promise<void> {
    assert.deepEqual({ args, ...(await this.call(...args)) }, { args, status: 0, stdout: '', stderr: '' });
  }

  /** Calls for an answer on stdout, with status 0. */
  async answer(...args: readonly string[]): Promise<string> {
    const run = await this.call(...args);
    assert.deepEqual({ args, status: run.status, stderr: run.stderr }, { args, status: 0, stderr: '' });
    return run.stdout;
  }

  /** Calls for a failure; what it says. */
  async failure(...args: readonly string[]): Promise<string> {
    const run = await this.call(...args);
    assert.deepEqual({ args, isFailed: run.status !== 0, stderr: run.stderr }, { args, isFailed: true, stderr: '' });
    return run.stdout;
  }
}

import { strict as assert } from 'node:assert';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { directoryLabs } from '../lab.js';
import type { Run, VmrunRig } from '../vmrun-rig.js';

/** Consumers for the tests of the file that calls it, each with machines of its own in a directory of this machine. */
export function preparedConsumers(): () => Consumer {
  const newLab = directoryLabs();
  return () => new Consumer(newLab());
}

/** A tool that calls vmrun, with the lab that it finds. */
export class Consumer {
  readonly rig: VmrunRig;
  /** Path of the machine that runs, of one that is off, and of one to be made. */
  readonly on: string;
  readonly off: string;
  readonly made: string;

  constructor(rig: VmrunRig) {
    this.rig = rig;
    this.on = rig.path('on');
    this.off = rig.path('off');
    this.made = rig.path('made');
    writeFileSync(join(this.rig.directory, 'file'), 'content');
  }

  /** A path of this machine. */
  host(name: string): string {
    return join(this.rig.directory, name);
  }

  /** Files beside a machine whose names end so. */
  beside(vmx: string, extension: string): readonly string[] {
    const folder = dirname(vmx);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return names.filter((name) => name.endsWith(extension)).toSorted();
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

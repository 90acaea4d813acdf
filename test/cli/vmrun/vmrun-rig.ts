import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createMockBackend, InventoryBuilder, World } from '../../../src/backends/mock/index.js';
import type { RevixConfig } from '../../../src/backends/config.js';
import type { BackendModule } from '../../../src/backends/backend.js';
import { ownConnection } from '../../../src/cli/vmrun/own-connection.js';
import { runVmrun, type VmrunEnd } from '../../../src/cli/vmrun/run-vmrun.js';
import { FakeClock } from '../../../src/base/clock.js';
import { createVix } from '../../../src/compose/create-vix.js';
import { type AroundTerminal, FakeTerminal } from '../fake-terminal.js';

/** What a command printed and how it ended. */
export interface Run extends VmrunEnd {
  readonly stdout: string;
  readonly stderr: string;
}

/** A new directory that goes after the test; its path has no links in it. */
function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'revix-vmrun-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface RigOptions {
  /** Where the machines live: in memory (the default), or in a directory where each command finds them anew. */
  readonly store?: 'memory' | 'directory';
  /** Backends in place of the mock host. */
  readonly backends?: readonly BackendModule[];
  readonly config?: RevixConfig;
}

/** vmrun over virtual machines on a fake clock. Each command has functions of its own, as if in a process of its own. */
export class VmrunRig {
  readonly clock = new FakeClock();
  /** An empty directory of this machine, which the commands are called in. */
  readonly directory = temporaryDirectory();
  /** What there is at the first command. */
  readonly inventory = new InventoryBuilder();
  readonly #options: RigOptions;
  #world: Promise<World> | undefined;

  constructor(options: RigOptions = {}) {
    this.#options = options;
  }

  /** Path of a machine. */
  path(name: string): string {
    return this.#options.store === 'directory'
      ? join(this.directory, 'vms', name, `${name}.vmx`)
      : `/lab/${name}/${name}.vmx`;
  }

  /** The world in memory. */
  world(): Promise<World> {
    return (this.#world ??= World.create({
      clock: this.clock,
      inventory: this.inventory.build(),
      transitionMs: 0,
    }));
  }

  /** Starts a command. */
  start(args: readonly string[], terminal: FakeTerminal): Promise<VmrunEnd> {
    const { clock } = this;
    return runVmrun(args, terminal, {
      version: () => '0.0.0',
      clock,
      connect: async (target, signal) => {
        const backends = this.#options.backends ?? [await this.#mock()];
        return ownConnection(createVix({ clock, backends, config: this.#options.config ?? {} }), target, signal);
      },
    });
  }

  /** Runs a command to its end while time goes on. */
  async run(args: readonly string[], around: AroundTerminal = {}): Promise<Run> {
    const terminal = new FakeTerminal(this.directory, around);
    const state = { isDone: false };
    const ending = this.start(args, terminal).finally(() => (state.isDone = true));
    // In small steps: real files take real turns of the event loop, and no time limit may run out meanwhile.
    while (!state.isDone) await this.clock.advance(10);
    return { ...(await ending), ...terminal.written };
  }

  async #mock(): Promise<BackendModule> {
    const { clock } = this;
    if (this.#options.store !== 'directory') return createMockBackend({ world: await this.world() });
    const directory = join(this.directory, 'vms');
    return createMockBackend({ clock, directory, inventory: this.inventory.build(), powerDurationMs: 0 });
  }
}

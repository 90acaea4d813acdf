import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createMockBackend, InventoryBuilder, World } from '../../../src/backends/mock/index.js';
import type { RevixConfig } from '../../../src/backends/config.js';
import type { BackendModule } from '../../../src/backends/backend.js';
import { createVsphereBackend } from '../../../src/backends/vsphere/index.js';
import { callAgent, connectAgent } from '../../../src/cli/agent/agent-client.js';
import type { AgentPlace } from '../../../src/cli/agent/agent-place.js';
import { startAgent, type Agent } from '../../../src/cli/agent/agent-server.js';
import { ownConnection } from '../../../src/cli/vmrun/own-connection.js';
import { runVmrun, type VmrunEnd } from '../../../src/cli/vmrun/run-vmrun.js';
import { FakeClock } from '../../../src/base/clock.js';
import { createVix } from '../../../src/compose/create-vix.js';
import { startSimulator, type Simulator } from '../../../src/simulator/index.js';
import type { EndpointKind } from '../../../src/simulator/endpoint-kind.js';
import { NetworkQuiet } from '../../conformance/network-quiet.js';
import { scratchRoot } from '../../fixtures/scratch-root.js';
import { goodCertificate } from '../../fixtures/tls/certificates.js';
import { type AroundTerminal, FakeTerminal } from '../fake-terminal.js';
import { readSharedFolders, type SharedFolders } from './shared-folders.js';

/** What a command printed and how it ended. */
export interface Run extends VmrunEnd {
  readonly stdout: string;
  readonly stderr: string;
}

/** A new directory that goes after the test; its path has no links in it. */
function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(scratchRoot, 'revix-vmrun-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Where the machines live: in memory, in a directory where each command finds them anew, or behind an endpoint. */
export type RigStore = 'memory' | 'directory' | EndpointKind;

const endpointKinds: Readonly<Partial<Record<RigStore, { readonly flag: string; readonly kind: EndpointKind }>>> = {
  vcenter: { flag: 'vc', kind: 'vcenter' },
  esx: { flag: 'esx', kind: 'esx' },
};

export interface RigOptions {
  /** In memory by default. */
  readonly store?: RigStore;
  /** An empty directory of this machine; by default a new one, which goes after the test. */
  readonly directory?: string;
  /** Commands go through an agent. */
  readonly hasAgent?: true;
  /** Backends in place of the mock host. */
  readonly backends?: readonly BackendModule[];
  readonly config?: RevixConfig;
  /** How long a change of power state takes of a machine in memory or behind an endpoint; no time by default. */
  readonly transitionMs?: number;
}

/** vmrun over virtual machines on a fake clock. Each command has functions of its own, as if in a process of its own. */
export class VmrunRig {
  readonly clock = new FakeClock();
  /** An empty directory of this machine, which the commands are called in. */
  readonly directory: string;
  /** What there is at the first command. */
  readonly inventory = new InventoryBuilder();
  readonly #options: RigOptions;
  #world: Promise<World> | undefined;
  #simulator: Promise<Simulator> | undefined;
  #quiet: NetworkQuiet | undefined;
  #agent: Promise<Agent | undefined> | undefined;

  constructor(options: RigOptions = {}) {
    this.#options = options;
    this.directory = options.directory ?? temporaryDirectory();
  }

  /** Path of a machine. */
  path(name: string): string {
    if (this.#endpoint !== undefined) return `[store] ${name}/${name}.vmx`;
    return this.#options.store === 'directory'
      ? join(this.directory, 'vms', name, `${name}.vmx`)
      : `/lab/${name}/${name}.vmx`;
  }

  get #endpoint() {
    return endpointKinds[this.#options.store ?? 'memory'];
  }

  /** The world in memory. */
  world(): Promise<World> {
    return (this.#world ??= World.create({
      clock: this.clock,
      inventory: this.inventory.build(),
      transitionMs: this.#options.transitionMs ?? 0,
    }));
  }

  /** Starts a command. */
  async start(args: readonly string[], terminal: FakeTerminal): Promise<VmrunEnd> {
    const { clock } = this;
    const words = [...(await this.#endpointFlags()), ...args];
    if (this.#options.hasAgent === true) await this.agent();
    return runVmrun(words, terminal, {
      version: () => '0.0.0',
      clock,
      throughAgent: async (_request, call) => {
        const socket = await connectAgent(this.agentPlace);
        return socket === undefined ? undefined : await callAgent(socket, call);
      },
      connect: async (target, signal) => {
        const backends = this.#options.backends ?? [await this.#backend()];
        return ownConnection(createVix({ clock, backends, config: this.#options.config ?? {} }), target, signal);
      },
    });
  }

  /** Where the agent of this rig is found. */
  get agentPlace(): AgentPlace {
    const folder = join(this.directory, 'agent');
    return { folder, path: join(folder, 'socket'), config: undefined };
  }

  /** The agent, started when it is first needed. */
  agent(idleMs = 3_600_000): Promise<Agent | undefined> {
    return (this.#agent ??= this.#startAgent(idleMs));
  }

  async #startAgent(idleMs: number): Promise<Agent | undefined> {
    const { clock, agentPlace: place } = this;
    const backends = this.#options.backends ?? [await this.#backend()];
    const agent = await startAgent({ place, clock, idleMs, vix: createVix({ clock, backends, config: {} }) });
    onTestFinished(() => agent?.close());
    return agent;
  }

  /** Runs a command to its end while time goes on. */
  run(args: readonly string[], around: AroundTerminal = {}): Promise<Run> {
    return this.#run(args, new FakeTerminal(this.directory, around), () => undefined);
  }

  /** What a machine shares with its guest, which no command tells. */
  async sharedFolders(name: string): Promise<SharedFolders> {
    const { clock } = this;
    const vix = createVix({ clock, backends: [await this.#backend()], config: {} });
    const shared = await this.#whileTimeGoesOn(readSharedFolders(vix, this.path(name)));
    await vix.Revix_Close();
    return shared;
  }

  /** Runs a command that gets Ctrl-C as soon as a test of what it has done so far holds. */
  async interrupt(args: readonly string[], isTime: () => boolean): Promise<Run> {
    const terminal = new FakeTerminal(this.directory, {});
    let isInterrupted = false;
    const run = await this.#run(args, terminal, () => {
      if (isInterrupted || !isTime()) return;
      isInterrupted = true;
      terminal.interrupt('SIGINT');
    });
    if (!isInterrupted) throw new Error(`${args.join(' ')} ended before its interrupt`);
    return run;
  }

  async #run(args: readonly string[], terminal: FakeTerminal, onStep: () => void): Promise<Run> {
    const end = await this.#whileTimeGoesOn(this.start(args, terminal), onStep);
    return { ...end, ...terminal.written };
  }

  async #whileTimeGoesOn<T>(work: Promise<T>, onStep: () => void = () => undefined): Promise<T> {
    const state = { isDone: false };
    const ending = work.finally(() => (state.isDone = true));
    // In small steps: real files take real turns of the event loop, and no time limit may run out meanwhile.
    while (!state.isDone) {
      onStep();
      await this.#quiet?.wait();
      await this.clock.advance(this.#quiet === undefined ? 10 : 1);
    }
    return ending;
  }

  /** The endpoint that the machines are behind; its faults count what comes over the wire. */
  simulator(): Promise<Simulator> {
    if (this.#endpoint === undefined) throw new Error('the machines of this rig are behind no endpoint');
    return (this.#simulator ??= this.#startSimulator(this.#endpoint.kind));
  }

  /** Flags by which commands find the endpoint. */
  async #endpointFlags(): Promise<readonly string[]> {
    if (this.#endpoint === undefined) return [];
    const { url } = await this.simulator();
    return ['-T', this.#endpoint.flag, '-h', url, '-u', 'admin', '-p', 'host password'];
  }

  async #startSimulator(kind: EndpointKind): Promise<Simulator> {
    const { clock } = this;
    const quiet = new NetworkQuiet();
    this.#quiet = quiet;
    const simulator = await startSimulator({
      kind,
      world: await this.world(),
      clock,
      tls: goodCertificate,
      users: [{ name: 'admin', password: 'host password' }],
    });
    onTestFinished(async () => {
      quiet.close();
      await simulator.close();
    });
    return simulator;
  }

  async #backend(): Promise<BackendModule> {
    const { clock } = this;
    if (this.#simulator === undefined) return this.#mock();
    const thumbprint = (await this.#simulator).thumbprint?.sha256 ?? '';
    return createVsphereBackend({ tls: { thumbprint }, clock });
  }

  async #mock(): Promise<BackendModule> {
    const { clock } = this;
    if (this.#options.store !== 'directory') return createMockBackend({ world: await this.world() });
    const directory = join(this.directory, 'vms');
    return createMockBackend({ clock, directory, inventory: this.inventory.build(), powerDurationMs: 0 });
  }
}

import { createMockBackend, type Inventory } from '../../../src/backends/mock/index.js';
import { createVsphereBackend } from '../../../src/backends/vsphere/index.js';
import { FakeClock } from '../../../src/base/clock.js';
import { Secret } from '../../../src/base/secret.js';
import { createVix } from '../../../src/compose/create-vix.js';
import type { Vix } from '../../../src/api/vix.js';
import { connect, type Guest, type Host, type Vm } from '../../../src/doors/client/index.js';
import { startSimulator, type Simulator } from '../../../src/simulator/index.js';
import type { GuestSession } from '../../../src/world/vm/guest-session.js';
import { World, type WorldOptions } from '../../../src/world/world.js';
import { whileMoving } from '../../backends/vsphere/fake-connection.js';

export type BackendName = 'mock' | 'vsphere';
export const backendNames: readonly BackendName[] = ['mock', 'vsphere'];

const linux = { guestOs: 'ubuntu-64', power: 'on', guest: { consoleUser: 'user' } } as const;

/** What every rig has. */
const inventory: Inventory = {
  vms: [
    { ...linux, name: 'posix', location: '[store] posix/posix.vmx' },
    { ...linux, name: 'windows', guestOs: 'windows9-64', location: '[store] windows/windows.vmx' },
    { ...linux, name: 'small', guest: { diskSizeBytes: 8 * 1024 * 1024 }, location: '[store] small/small.vmx' },
    {
      ...linux,
      name: 'smallWindows',
      guestOs: 'windows9-64',
      guest: { diskSizeBytes: 8 * 1024 * 1024 },
      location: '[store] smallWindows/smallWindows.vmx',
    },
    {
      ...linux,
      name: 'slowScripts',
      power: 'off',
      tools: { bootDelayMs: 1000, scriptsDelayMs: 8000 },
      location: '[store] slowScripts/slowScripts.vmx',
    },
    { ...linux, name: 'renamed', guest: { nics: [{}, {}] }, location: '[store] renamed/renamed.vmx' },
    {
      guestOs: 'ubuntu-64',
      name: 'question',
      location: '[store] question/question.vmx',
      questionAtPowerOn: 'Did you move it or copy it?',
    },
    {
      guestOs: 'ubuntu-64',
      name: 'snapshots',
      location: '[store] snapshots/snapshots.vmx',
      snapshots: [
        {
          name: 'base',
          children: [{ name: 'a', children: [{ name: 'tested', isCurrent: true }] }, { name: 'tested' }],
        },
      ],
    },
  ],
};

function isWindows(name: string): boolean {
  return name.toLowerCase().endsWith('windows');
}

/** A world behind one of the backends, on a fake clock. */
export class ClientRig {
  readonly clock: FakeClock;
  readonly world: World;
  readonly vix: Vix;
  readonly simulator: Simulator | undefined;

  private constructor(clock: FakeClock, world: World, vix: Vix, simulator: Simulator | undefined) {
    this.clock = clock;
    this.world = world;
    this.vix = vix;
    this.simulator = simulator;
  }

  static async create(
    name: BackendName,
    options: Pick<WorldOptions, 'programs' | 'programLimits'> = {},
  ): Promise<ClientRig> {
    const clock = new FakeClock();
    // A real host waits for the answer to a question; the backend before it decides whether to.
    const questions = name === 'vsphere' ? 'wait' : 'fail';
    const world = await World.create({ ...options, clock, inventory, questions });
    if (name === 'mock') {
      const vix = createVix({ backends: [createMockBackend({ world, clock })], config: {}, clock });
      return new ClientRig(clock, world, vix, undefined);
    }
    const simulator = await startSimulator({ world, clock });
    const tls = { thumbprint: simulator.thumbprint?.sha256 ?? '' };
    const vix = createVix({ backends: [createVsphereBackend({ clock, tls })], config: {}, clock });
    return new ClientRig(clock, world, vix, simulator);
  }

  async close(): Promise<void> {
    await this.moving(this.vix.Revix_Close());
    await this.simulator?.close();
    await this.world.close();
  }

  /** Lets time pass until the work has settled. */
  moving<T>(work: Promise<T>, stepMs: number = 100): Promise<T> {
    return whileMoving(this.clock, stepMs, work);
  }

  connect(): Promise<Host> {
    const { url } = this.simulator ?? {};
    const where = url === undefined ? {} : { hostName: url, userName: 'admin', password: 'host password' };
    return this.moving(connect({ vix: this.vix, ...where }));
  }

  async open(host: Host, name: string): Promise<Vm> {
    return this.moving(host.openVm(`[store] ${name}/${name}.vmx`));
  }

  /** Logs in to a guest as somebody who may do everything. */
  async login(host: Host, name: string): Promise<Guest> {
    const vm = await this.open(host, name);
    const userName = isWindows(name) ? 'Administrator' : 'root';
    return this.moving(vm.login({ userName, password: 'password' }));
  }

  /** Directories of runs that are left in a guest, looked at from outside of any backend. */
  async leftIn(name: string): Promise<string[]> {
    const { files } = await this.inside(name);
    const left: string[] = [];
    const visit = async (directory: string): Promise<void> => {
      for (const entry of await files.list(directory, this.call)) {
        const path = `${directory}${isWindows(name) ? '\\' : '/'}${entry.name}`;
        if (entry.name.includes('revix')) left.push(path);
        else if (entry.kind === 'directory' && entry.linkTarget === undefined) await visit(path);
      }
    };
    for (const directory of isWindows(name) ? ['C:\\Users', 'C:\\Windows\\Temp'] : ['/tmp']) await visit(directory);
    return left;
  }

  /** Names of the processes that a user of a guest runs. */
  async running(name: string): Promise<string[]> {
    const guest = await this.inside(name);
    const processes = await guest.processes(this.call);
    return processes.map(({ commandLine }) => commandLine).filter((line) => line.includes('revixRun'));
  }

  async inside(name: string): Promise<GuestSession> {
    const machine = await this.world.find(`[store] ${name}/${name}.vmx`);
    const userName = isWindows(name) ? 'Administrator' : 'root';
    return machine.guest({ userName, password: new Secret('password'), isInteractive: false });
  }

  get call() {
    return { signal: new AbortController().signal, clock: this.clock, progress: () => undefined };
  }
}

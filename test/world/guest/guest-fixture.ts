import { FakeClock } from '../../../src/base/clock.js';
import { Fault, type FaultKind } from '../../../src/base/fault.js';
import { recordAccounts } from '../../../src/world/guest/guest-accounts.js';
import type { UserFiles } from '../../../src/world/guest/guest-files.js';
import { GuestFileSystem } from '../../../src/world/guest/guest-file-system.js';
import { defaultEnvironment, guestTree } from '../../../src/world/guest/guest-os.js';
import type { GuestFamily } from '../../../src/world/guest/guest-path.js';
import { userOf } from '../../../src/world/guest/guest-users.js';
import { ProcessTable, type GuestProcessState } from '../../../src/world/guest/process-table.js';
import type { GuestAccounts, GuestUser, GuestVariables } from '../../../src/world/guest/program.js';
import type { ProgramRegistry } from '../../../src/world/guest/program-registry.js';
import {
  ProgramRunner,
  type ChildStart,
  type GuestHost,
  type ProgramLimits,
  type ProgramStart,
  type StartedProgram,
} from '../../../src/world/guest/program-runner.js';
import type { GuestRecord, NicRecord } from '../../../src/world/vm/vm-record.js';

const posixUsers = [
  { name: 'root', password: 'secret', id: 0, group: 'root', home: '/root', isAdministrator: true },
  { name: 'ann', password: 'ann-pw', id: 1000, group: 'staff', home: '/home/ann', isAdministrator: false },
  { name: 'bob', password: '', id: 1001, group: 'bob', home: '/home/bob', isAdministrator: false },
];

const windowsUsers = [
  {
    name: 'Admin',
    password: 'secret',
    id: 500,
    group: 'Administrators',
    home: 'C:\\Users\\Admin',
    isAdministrator: true,
  },
  { name: 'Ann', password: 'ann-pw', id: 1001, group: 'Users', home: 'C:\\Users\\Ann', isAdministrator: false },
  { name: 'Bob', password: 'bob-pw', id: 1002, group: 'Users', home: 'C:\\Users\\Bob', isAdministrator: false },
];

/** A network card with one address. */
export function nic(address: string): NicRecord {
  const mac = '00:50:56:80:00:05';
  return { mac, network: 'VM Network', isConnected: true, isDhcp: false, addresses: [address], gateway: null };
}

/** A guest's record as an inventory would make it. */
export function guestRecord(family: GuestFamily): GuestRecord {
  return {
    family,
    osName: family === 'posix' ? 'Revix Linux' : 'Windows Server 2019',
    hostName: 'guest-1',
    domain: '',
    dnsServers: [],
    nics: [nic('10.0.0.5/24')],
    users: structuredClone(family === 'posix' ? posixUsers : windowsUsers),
    aliases: [],
    consoleUser: null,
    disabledOperations: [],
    environment: { ...defaultEnvironment[family] },
    processes: [],
    nextPid: 1000,
    registry: null,
    diskSizeBytes: 1_000_000,
  };
}

/** A running guest without a virtual machine around it. */
export class TestGuest implements GuestHost {
  readonly clock = new FakeClock();
  readonly files: GuestFileSystem;
  readonly programs: ProgramRegistry;
  readonly record: GuestRecord;
  readonly table: ProcessTable;
  readonly runner: ProgramRunner;
  readonly guestVariables = new Map<string, string>();
  readonly lines: string[] = [];
  readonly powerChanges: ('off' | 'reset')[] = [];

  constructor(programs: ProgramRegistry, limits: Partial<ProgramLimits> = {}) {
    this.record = guestRecord(programs.family);
    this.programs = programs;
    this.files = new GuestFileSystem({ ...this.record, clock: this.clock, diskSizeBytes: 100_000_000 });
    for (const change of guestTree(this.record, this.clock.now())) this.files.apply(change);
    this.table = new ProcessTable(this.record, { clock: this.clock, bootCount: 1, isAlive: () => true });
    this.runner = new ProgramRunner(this, limits);
  }

  user(name: string): GuestUser {
    const record = this.record.users.find((user) => user.name === name);
    if (record === undefined) throw new Error(`no user ${name}`);
    return userOf(record);
  }

  as(name: string): UserFiles {
    return this.files.as(this.user(name));
  }

  guest(): GuestRecord {
    return this.record;
  }

  processes(): ReturnType<ProcessTable['list']> {
    return this.table.list();
  }

  kill(pid: number, user: GuestUser): void {
    this.table.kill(pid, user);
    this.runner.kill(pid);
  }

  readonly variables: GuestVariables = {
    get: (name) => this.guestVariables.get(name) ?? '',
    set: (name, value) => void this.guestVariables.set(name, value),
  };

  accounts(user: GuestUser): GuestAccounts {
    return recordAccounts(this.record, user);
  }

  toolsVersion(): string {
    return '12.4.0';
  }

  registry(): undefined {
    return undefined;
  }

  onOutput(_pid: number, line: string): void {
    this.lines.push(line);
  }

  readonly requestPower = (change: 'off' | 'reset'): void => void this.powerChanges.push(change);

  state(pid: number): GuestProcessState {
    return this.table.state(pid);
  }

  async start(child: ChildStart, user: GuestUser): Promise<number> {
    return this.#follow(this.runner.startChild(child, user, this.table)).pid;
  }

  begin(spec: ProgramStart | string, user = 'ann'): StartedProgram {
    const start = typeof spec === 'string' ? { path: '/bin/sh', arguments: `-c ${quoted(spec)}` } : spec;
    return this.#follow(this.runner.start(start, this.user(user), this.table));
  }

  #follow(started: StartedProgram): StartedProgram {
    void started.done?.then((exitCode) => this.table.end(started.pid, exitCode));
    return started;
  }

  /** Runs to the end. @returns exit code and what was printed. */
  async run(spec: ProgramStart | string, user = 'ann'): Promise<{ exitCode: number; output: string }> {
    this.lines.length = 0;
    const exitCode = await this.begin(spec, user).done;
    if (exitCode === undefined) throw new Error('the program only waits');
    return { exitCode, output: this.lines.join('\n') };
  }
}

function quoted(script: string): string {
  return `'${script.replaceAll("'", "'\\''")}'`;
}

/** The kind of the fault that the action throws; undefined when it throws none. */
export function faultOf(action: () => unknown): FaultKind | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.kind;
    throw error;
  }
}

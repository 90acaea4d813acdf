import { setImmediate as nextTurn } from 'node:timers/promises';
import { FakeClock } from '../../../../src/base/clock.js';
import type { Fault } from '../../../../src/base/fault.js';
import { GuestFileSystem } from '../../../../src/world/guest/guest-file-system.js';
import { recordAccounts } from '../../../../src/world/guest/guest-accounts.js';
import { programImage } from '../../../../src/world/guest/program-image.js';
import { ProgramRegistry } from '../../../../src/world/guest/program-registry.js';
import { resolveProgram } from '../../../../src/world/guest/program-resolution.js';
import type { GuestFamily } from '../../../../src/world/guest/guest-path.js';
import type { UserFiles } from '../../../../src/world/guest/guest-files.js';
import type {
  GuestProcessView,
  GuestProgram,
  GuestRegistry,
  GuestUser,
  ProgramContext,
  ProgramStartOptions,
  ProgramStreams,
} from '../../../../src/world/guest/program.js';
import { defaultWindowsEnvironment } from '../../../../src/world/guest/windows/default-environment.js';
import { recordRegistry } from '../../../../src/world/guest/windows/registry.js';
import { OutputCollector } from '../../../../src/world/guest/windows/text.js';
import { windowsPrograms } from '../../../../src/world/guest/windows/windows-programs.js';
import type { RegistryKeyRecord } from '../../../../src/world/vm/vm-record.js';
import { guestRecord, nic } from '../guest-fixture.js';

/** What a program did. */
export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  readonly workingDirectory?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const family: GuestFamily = 'windows';
const diskSizeBytes = 1e9;
const systemDirectory = 'C:\\Windows\\System32';
const workDirectory = 'C:\\Work';

/** A small Windows guest over the real file system of the world, with all Windows programs in it. */
export class WindowsGuest {
  readonly clock = new FakeClock(Date.UTC(2026, 0, 31, 9, 5, 7, 40));
  readonly user: GuestUser;
  readonly files: UserFiles;
  readonly registryRecord: RegistryKeyRecord = { values: {}, keys: {} };
  readonly registry: GuestRegistry;
  readonly programs = new ProgramRegistry(family);
  /** Only `net` looks at these: files and programs are the user's. */
  readonly accountsRecord = { ...guestRecord('windows'), aliases: [] };
  readonly guestVariables = new Map<string, string>();
  readonly killed: number[] = [];
  /** Programs that were started as processes of their own. */
  readonly started: { readonly path: string; readonly args: string; readonly options: ProgramStartOptions }[] = [];
  readonly powerChanges: ('off' | 'reset')[] = [];
  /** What a kill of a process fails with. */
  refuseKill: (pid: number) => Fault | undefined = () => undefined;
  processes: GuestProcessView[] = [];
  readonly #ends = new Map<number, Promise<number>>();
  readonly #fileSystem: GuestFileSystem;

  constructor(user: Partial<GuestUser> = {}) {
    this.user = {
      name: 'alice',
      id: 1000,
      group: 'Users',
      home: 'C:\\Users\\alice',
      isAdministrator: true,
      ...user,
    };
    this.registry = recordRegistry(this.registryRecord, { user: this.user, nowMs: () => this.clock.now() });
    this.#fileSystem = new GuestFileSystem({ family, clock: this.clock, diskSizeBytes });
    const system = { ...this.user, name: 'SYSTEM', group: 'SYSTEM', isAdministrator: true };
    const times = { createdMs: this.clock.now(), modifiedMs: this.clock.now(), accessedMs: this.clock.now() };
    const attributes = {
      owner: 'SYSTEM',
      group: 'SYSTEM',
      mode: 0o755,
      isHidden: false,
      isReadOnly: false,
      isSystem: false,
      ...times,
    };
    this.#fileSystem.apply({ change: 'put', path: 'C:\\', kind: 'directory', attributes });
    const setup = this.#fileSystem.as(system);
    for (const directory of [systemDirectory, workDirectory, 'C:\\Users\\alice']) {
      setup.makeDirectory(directory, { makeParents: true });
    }
    setup.setAttributes(workDirectory, { owner: this.user.name });
    for (const [name, run] of Object.entries(windowsPrograms)) this.add(name, run);
    this.files = this.#fileSystem.as(this.user);
  }

  /** Adds a program to the system directory. */
  add(name: string, run: GuestProgram): void {
    this.programs.add(name, run);
    const setup = this.#fileSystem.as({ ...this.user, isAdministrator: true });
    setup.write(`${systemDirectory}\\${name}`, programImage(family, name));
  }

  /** Text of a file in the guest. */
  text(path: string): string {
    return new TextDecoder().decode(this.files.read(path).bytes());
  }

  /** Runs a program by its name in the system directory. */
  async run(name: string, args: string, options: RunOptions = {}): Promise<RunResult> {
    const [stdout, stderr] = [new OutputCollector(), new OutputCollector()];
    const exitCode = await this.#start(
      `${systemDirectory}\\${name}`,
      args,
      options.signal ?? new AbortController().signal,
      {
        stdin: new TextEncoder().encode(options.stdin ?? ''),
        writeStdout: stdout.write,
        writeStderr: stderr.write,
        workingDirectory: options.workingDirectory ?? workDirectory,
        environment: new Map(Object.entries({ ...defaultWindowsEnvironment, ...options.environment })),
      },
    );
    return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
  }

  /** Runs `cmd /c` with a command line. */
  cmd(command: string, options: RunOptions = {}): Promise<RunResult> {
    return this.run('cmd.exe', `/c ${command}`, options);
  }

  /** Puts lines in a batch file, echo off, and runs it. */
  batch(lines: readonly string[], args = '', options: RunOptions = {}): Promise<RunResult> {
    this.files.write(`${workDirectory}\\test.bat`, ['@echo off', ...lines, ''].join('\r\n'));
    return this.cmd(`test.bat ${args}`.trim(), options);
  }

  #start(path: string, args: string, signal: AbortSignal, streams: Required<ProgramStreams>): Promise<number> {
    const files = this.#fileSystem.as(this.user, signal);
    const program = resolveProgram({ registry: this.programs, files, user: this.user }, path, args);
    const context: ProgramContext = {
      path: program.path,
      arguments: program.arguments,
      user: this.user,
      pid: 4242,
      workingDirectory: streams.workingDirectory,
      environment: new Map(streams.environment),
      files,
      hostName: 'WINBOX',
      ipAddress: '192.168.56.20',
      nics: [nic('192.168.56.20/24')],
      osName: 'Microsoft Windows 10 Pro',
      toolsVersion: '12.4.0',
      disk: { capacityBytes: diskSizeBytes, usedBytes: () => this.#fileSystem.usedBytes },
      accounts: recordAccounts(this.accountsRecord, this.user),
      guestVariables: {
        get: (name) => this.guestVariables.get(name) ?? '',
        set: (name, value) => void this.guestVariables.set(name, value),
      },
      clock: this.clock,
      signal,
      holdOutput: () => undefined,
      processes: () => this.processes,
      kill: (pid) => {
        const refusal = this.refuseKill(pid);
        if (refusal !== undefined) throw refusal;
        this.killed.push(pid);
      },
      start: async (startPath, startArgs, startOptions = {}) => {
        const { workingDirectory = context.workingDirectory, environment = context.environment } = startOptions;
        const end = this.#start(startPath, startArgs, signal, {
          stdin: new Uint8Array(0),
          writeStdout: (data) => startOptions.output?.(data, 'stdout'),
          writeStderr: (data) => startOptions.output?.(data, 'stderr'),
          workingDirectory,
          environment,
        });
        this.started.push({ path: startPath, args: startArgs, options: { ...startOptions, workingDirectory } });
        const pid = 5000 + this.started.length;
        this.#ends.set(pid, end);
        return pid;
      },
      wait: async (pid) => this.#ends.get(pid),
      turn: async () => {
        signal.throwIfAborted();
        await nextTurn();
        signal.throwIfAborted();
      },
      requestPower: (change) => this.powerChanges.push(change),
      registry: this.registry,
      stdin: streams.stdin,
      writeStdout: streams.writeStdout,
      writeStderr: streams.writeStderr,
      run: (innerPath, innerArgs, inner = {}) =>
        this.#start(innerPath, innerArgs, signal, {
          stdin: inner.stdin ?? streams.stdin,
          writeStdout: inner.writeStdout ?? streams.writeStdout,
          writeStderr: inner.writeStderr ?? streams.writeStderr,
          workingDirectory: inner.workingDirectory ?? context.workingDirectory,
          environment: inner.environment ?? context.environment,
        }),
    };
    return program.run(context);
  }
}

/** Lines as a Windows program prints them. */
export function crlf(...lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join('');
}

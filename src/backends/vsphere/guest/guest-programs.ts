import type { CallContext, GuestProcess, ProcessState, ProgramSpec } from '../../backend.js';
import type { GuestProcessInfo, GuestProgramSpec, GuestWindowsProgramSpec } from '../vim/generated/types.js';
import type { GuestCaller } from './guest-caller.js';
import { isBareName, requireAbsolute } from './guest-path.js';

/** Answers in a row without a process before it counts as gone: an answer may come from before its start was noted. */
const missesUntilGone = 3;

interface Watched {
  /** First seen; another one under the same number is another process. */
  readonly startMs: number | undefined;
  readonly misses: number;
}

/** Programs and processes of one guest over vSphere, in the name of one user. */
export class VsphereGuestPrograms {
  readonly #caller: GuestCaller;
  /** Processes that are polled. Kept across a new login to vCenter: process ids stay valid. */
  readonly #watched = new Map<number, Watched>();

  constructor(caller: GuestCaller) {
    this.#caller = caller;
  }

  async start(program: ProgramSpec, call: CallContext): Promise<number> {
    // What is bare in Windows is bare everywhere.
    if (!isBareName(program.path, 'windows')) {
      const family = await this.#caller.familyFor(program.path, call);
      if (!isBareName(program.path, family)) requireAbsolute(program.path, family);
    }
    const pid = await this.#caller.process('StartProgramInGuest', { spec: await this.#spec(program, call) }, call);
    this.#watched.delete(pid);
    return pid;
  }

  /** Whoever polls looks again by himself, so a guest that cannot answer now is not waited for. */
  async poll(pids: readonly number[], call: CallContext): Promise<ReadonlyMap<number, ProcessState>> {
    const found = await this.#caller.process('ListProcessesInGuest', { pids }, call, { isPatient: false });
    const listed = new Map(found.map((info) => [info.pid, info]));
    return new Map(pids.map((pid) => [pid, this.#stateOf(pid, listed.get(pid))]));
  }

  /** Live processes only: vSphere lists those that ended lately too, VIX did not. */
  async processes(call: CallContext): Promise<readonly GuestProcess[]> {
    const found = await this.#caller.process('ListProcessesInGuest', {}, call);
    return found
      .filter(({ endTime }) => endTime === undefined)
      .map(({ pid, name, owner, cmdLine, startTime }) => ({
        pid,
        name,
        owner,
        commandLine: cmdLine,
        // vSphere does not tell.
        isBeingDebugged: false,
        startTime,
      }));
  }

  async kill(pid: number, call: CallContext): Promise<void> {
    await this.#caller.process('TerminateProcessInGuest', { pid }, call);
  }

  async readEnvironment(name: string, call: CallContext): Promise<string> {
    const variables = await this.#caller.process('ReadEnvironmentVariableInGuest', { names: [name] }, call);
    const [variable] = variables;
    if (variable === undefined) return '';
    const equals = variable.indexOf('=');
    return equals < 0 ? '' : variable.slice(equals + 1);
  }

  async #spec(program: ProgramSpec, call: CallContext): Promise<GuestProgramSpec | GuestWindowsProgramSpec> {
    const { path, arguments: text, workingDirectory, environment, activateWindow } = program;
    const spec = {
      programPath: path,
      arguments: text,
      ...(workingDirectory === undefined ? {} : { workingDirectory }),
      ...(environment === undefined ? {} : { envVariables: await this.#environment(environment, call) }),
    };
    if (this.#caller.family === 'posix') return spec;
    return { $type: 'GuestWindowsProgramSpec', ...spec, startMinimized: !activateWindow };
  }

  /** vSphere's variables take the place of the whole environment, so the user's own goes along. */
  async #environment(changes: Readonly<Record<string, string>>, call: CallContext): Promise<readonly string[]> {
    const own = await this.#caller.process('ReadEnvironmentVariableInGuest', {}, call);
    const key = (name: string): string => (this.#caller.family === 'windows' ? name.toUpperCase() : name);
    const changed = new Set(Object.keys(changes).map(key));
    const kept = own.filter((variable) => !changed.has(key(variable.slice(0, variable.indexOf('=', 1)))));
    return [...kept, ...Object.entries(changes).map(([name, value]) => `${name}=${value}`)];
  }

  #stateOf(pid: number, info: GuestProcessInfo | undefined): ProcessState {
    const seen = this.#watched.get(pid);
    if (info === undefined) {
      const misses = (seen?.misses ?? 0) + 1;
      if (misses >= missesUntilGone) return this.#ended(pid, { state: 'gone' });
      this.#watched.set(pid, { startMs: seen?.startMs, misses });
      return { state: 'running' };
    }
    const startMs = info.startTime.getTime();
    // POSIX guests use a number again: this one belongs to a later process.
    if (seen?.startMs !== undefined && seen.startMs !== startMs) return this.#ended(pid, { state: 'gone' });
    if (info.endTime === undefined) {
      this.#watched.set(pid, { startMs, misses: 0 });
      return { state: 'running' };
    }
    return this.#ended(pid, {
      state: 'exited',
      // Servers built on govmomi leave 0 out.
      exitCode: info.exitCode ?? 0,
      startTime: info.startTime,
      endTime: info.endTime,
    });
  }

  #ended(pid: number, state: ProcessState): ProcessState {
    this.#watched.delete(pid);
    return state;
  }
}

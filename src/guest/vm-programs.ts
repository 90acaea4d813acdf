import type { CallContext, ProcessState } from '../backends/backend.js';
import type { Clock } from '../base/clock.js';
import { Fault } from '../base/fault.js';
import { isPassing } from './patiently.js';
import { ProgramWatcher, type ExitedProgram, type ProgramLook } from './program-watcher.js';

/**
 * Asks the guest for the states of several processes at once, in the name of one login. Which ones is asked for when the
 * request goes out; for none there is no request.
 */
export type LoginPoll = (
  pids: () => readonly number[],
  call: CallContext,
) => Promise<ReadonlyMap<number, ProcessState>>;

interface Awaited {
  /** The login that started it. */
  readonly poll: LoginPoll;
  /** Another login was not shown it. */
  isHidden: boolean;
}

/**
 * The programs of one guest that are waited for, whoever started them. One login asks for all of them: Tools keeps one list
 * of what it has started, and shows it to every user that it lets in. Where it does not show a program of another login,
 * that login asks for itself, and so it does where the one that asks for all fails.
 */
export class VmPrograms {
  readonly #watcher: ProgramWatcher;
  readonly #awaited = new Map<number, Awaited>();

  constructor(clock: Clock) {
    this.#watcher = new ProgramWatcher((pids, call) => this.#poll(pids, call), clock);
  }

  /**
   * A program was started, in whichever login. Who waits for an older one of its number has waited in vain: it went unseen,
   * or the machine went back to a snapshot, and the exit code that is under the number now is the newer one's.
   */
  started(pid: number): void {
    const message =
      `the guest has given the number ${pid} of the process to another program, so its exit code is lost: it ended ` +
      'unseen, or the machine went back to a snapshot';
    this.#watcher.giveUp(pid, new Fault('exit-code-lost', message));
  }

  /** Waits for the end of a program, once after each start. @throws as `ProgramWatcher.wait`. */
  async wait(pid: number, poll: LoginPoll, signal: AbortSignal): Promise<ExitedProgram> {
    this.started(pid);
    const awaited: Awaited = { poll, isHidden: false };
    this.#awaited.set(pid, awaited);
    try {
      return await this.#watcher.wait(pid, signal);
    } finally {
      if (this.#awaited.get(pid) === awaited) this.#awaited.delete(pid);
    }
  }

  async #poll(pids: () => readonly number[], call: CallContext): Promise<ReadonlyMap<number, ProgramLook>> {
    const looks = new Map<number, ProgramLook>();
    const logins = new Set(pids().flatMap((pid) => this.#awaited.get(pid)?.poll ?? []));
    for (const poll of logins) {
      const isOwn = (pid: number): boolean => this.#awaited.get(pid)?.poll === poll;
      const toAsk = (): readonly number[] => {
        const open = pids().filter((pid) => !looks.has(pid));
        return open.some(isOwn) ? open.filter((pid) => isOwn(pid) || this.#awaited.get(pid)?.isHidden === false) : [];
      };
      let asked = toAsk();
      if (asked.length === 0) continue;
      try {
        const states = await poll(() => (asked = toAsk()), call);
        for (const pid of asked) this.#take(pid, isOwn(pid), states.get(pid) ?? { state: 'gone' }, looks);
      } catch (error) {
        if (isPassing(error)) throw error;
        for (const pid of asked.filter(isOwn)) looks.set(pid, { state: 'failed', reason: error });
      }
    }
    return looks;
  }

  #take(pid: number, isOwn: boolean, state: ProcessState, looks: Map<number, ProgramLook>): void {
    const awaited = this.#awaited.get(pid);
    if (isOwn || state.state !== 'gone') looks.set(pid, state);
    else if (awaited !== undefined) awaited.isHidden = true;
  }
}

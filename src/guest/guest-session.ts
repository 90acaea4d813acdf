import type { CallContext, GuestOps, ProgramSpec } from '../backends/backend.js';
import type { Clock } from '../base/clock.js';
import { settledWithin } from '../base/settled-within.js';
import type { ExitedProgram } from './program-watcher.js';
import { posixShell, readSystem32 } from './system-programs.js';
import { VmPrograms, type LoginPoll } from './vm-programs.js';
import { tidyMs } from './tidily.js';

/** Runs one guest request of a virtual machine when its turn has come. */
export type RequestTurn = <T>(request: () => Promise<T>, signal: AbortSignal) => Promise<T>;

/**
 * Longest time that a look at programs waits for its turn, in milliseconds. The transfer of a large file may hold the
 * turn for hours, and a guest forgets the exit code of a program after five minutes.
 */
const longestTurnWaitMs = 60_000;

/**
 * The guest operations of one logged-in user of one virtual machine. Requests go to the guest one at a time; awaited
 * programs share one poll.
 */
export class GuestSession {
  readonly ops: GuestOps;
  readonly #turn: RequestTurn;
  readonly #clock: Clock;
  readonly #programs: VmPrograms;
  #system32: string | undefined;

  /** @param programs those of the machine that are waited for, also in other sessions. */
  constructor(ops: GuestOps, turn: RequestTurn, clock: Clock, programs: VmPrograms = new VmPrograms(clock)) {
    this.ops = ops;
    this.#turn = turn;
    this.#clock = clock;
    this.#programs = programs;
  }

  readonly #poll: LoginPoll = (pids, call) =>
    this.#look(call, async () => {
      const asked = pids();
      return asked.length === 0 ? new Map() : this.ops.poll(asked, call);
    });

  /** Sends one request when no other request of this virtual machine is under way. */
  request<T>(call: CallContext, send: () => Promise<T>): Promise<T> {
    return this.#turn(send, call.signal);
  }

  /** Does work that goes by the family of the guest, which is asked for first where it may have changed. @throws Fault. */
  knowing<T>(call: CallContext, work: () => Promise<T>): Promise<T> {
    return this.ops.readFamily?.(call).then(work) ?? work();
  }

  /**
   * Sends a request that takes back what it has half done. When the call ends meanwhile, that is still waited for, for a
   * while.
   */
  async requestToEnd<T>(call: CallContext, send: () => Promise<T>): Promise<T> {
    let sent: Promise<T> | undefined;
    try {
      return await this.request(call, () => (sent = send()));
    } catch (error) {
      if (call.signal.aborted && sent !== undefined) await settledWithin(call.clock, tidyMs, sent);
      throw error;
    }
  }

  /** Starts a program. @returns its process id. */
  start(program: ProgramSpec, call: CallContext): Promise<number> {
    return this.request(call, () => this.startNow(program, call));
  }

  /** As `start`, without waiting for a turn: for who has it. */
  async startNow(program: ProgramSpec, call: CallContext): Promise<number> {
    const pid = await this.ops.start(program, call);
    this.#programs.started(pid);
    return pid;
  }

  /** Directory of the programs that come with Windows; a Windows guest is asked for it once. @throws Fault. */
  async system32(call: CallContext): Promise<string> {
    this.#system32 ??= await this.request(call, () => readSystem32(this.ops, call));
    return this.#system32;
  }

  /** Path of the guest's own command interpreter. @throws Fault. */
  async shell(call: CallContext): Promise<string> {
    return this.ops.family === 'windows' ? `${await this.system32(call)}\\cmd.exe` : posixShell;
  }

  /**
   * Waits until a program has ended, once after each start.
   * @throws Fault `exit-code-lost` when the guest has forgotten it, or has given its number to another program.
   */
  waitForExit(pid: number, call: CallContext): Promise<ExitedProgram> {
    return this.#programs.wait(pid, this.#poll, call.signal);
  }

  /** Sends a request when its turn has come, or beside the one that holds the turn when that takes too long. */
  #look<T>(call: CallContext, send: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      let isSent = false;
      const sendOnce = async (): Promise<void> => {
        if (isSent) return;
        isSent = true;
        timer.cancel();
        await send().then(resolve, reject);
      };
      const timer = this.#clock.after(longestTurnWaitMs, () => void sendOnce());
      this.request(call, sendOnce).catch((reason: unknown) => {
        timer.cancel();
        reject(reason);
      });
    });
  }
}

import { Allowance } from '../../../base/allowance.js';
import { sleep } from '../../../base/clock.js';
import { Fault, type FaultKind } from '../../../base/fault.js';
import { jittered } from '../../../base/jitter.js';
import type { CallContext, GuestCredentials } from '../../backend.js';
import type { CallSignal, VsphereConnection } from '../connection.js';
import { isVimError } from '../errors/vim-error.js';
import { HttpFailure } from '../http/http-failure.js';
import type { MachineRef } from '../inventory/find-machine.js';
import type { MachineReference } from '../inventory/machine-reference.js';
import { isRepeatable } from '../session/method-kinds.js';
import type { TransferRoute, TransferRoutes } from '../transfer/transfer-routes.js';
import type { GuestAuthentication } from '../vim/generated/types.js';
import type { VimMethods } from '../vim/generated/methods.js';
import type { ArgsOf, MethodName, RefFor, ResultOf } from '../vim/vim-call.js';
import { vimSchema } from '../vim/vim-schema.js';
import type { TaskMethod } from '../wait/task-runner.js';
import type { GuestManagers, GuestManagerType } from './guest-managers.js';
import { type GuestFamily, isAbsolute } from './guest-path.js';
import { readinessPaths, unavailability } from './guest-readiness.js';
import type { KnownFamily } from './known-family.js';

/** Methods of one of the guest managers. */
type MethodOf<Manager extends string> = {
  [Method in MethodName]: VimMethods[Method]['on'] extends Manager ? Method : never;
}[MethodName];

/** Every method of the guest managers. */
export type GuestMethod = MethodOf<GuestManagerType>;

/** Arguments of a guest method beside the machine and the login, which nearly every one of them has. */
export type GuestArgs<Method extends MethodName> = Omit<ArgsOf<Method>, 'vm' | 'auth'>;

/** How long Tools may refuse operations that it should take: it starts, or its service restarts. */
const unreadyMs = 30_000;
const firstPauseMs = 250;
const longestPauseMs = 4000;

/** What faults mean where a guest was asked: the plain InvalidState is what a second request at a time meets. */
const guestMeanings: Readonly<Record<string, FaultKind>> = { InvalidState: 'busy', Timedout: 'tools-timeout' };
const fileMeanings: Readonly<Record<string, FaultKind>> = { ...guestMeanings, GuestPermissionDenied: 'file-access' };

/** Which machine, whose login, over which connection: what every guest operation needs. */
export interface GuestTarget {
  readonly connection: VsphereConnection;
  readonly managers: GuestManagers;
  readonly routes: TransferRoutes;
  readonly machine: MachineReference;
  /** For messages. */
  readonly vmName: string;
  readonly family: KnownFamily;
  readonly credentials: GuestCredentials;
  /** A login by other means than name and password; then only `isInteractive` counts of the credentials. */
  readonly auth?: GuestAuthentication | undefined;
  /** Lets each request wait for its turn, where nobody above does. */
  readonly turn?: <T>(request: () => Promise<T>, signal: AbortSignal) => Promise<T>;
}

/** How one call goes about a guest that is busy or not ready. */
interface CallRules {
  /** For messages: `list files in the guest of`. */
  readonly doing: string;
  readonly meanings: Readonly<Record<string, FaultKind>>;
  /** The call may be made again although nobody knows whether the first one was carried out. */
  readonly isRepeatable: boolean;
  /** Whether to wait until the guest can; somebody who asks again anyway does not. */
  readonly isPatient: boolean;
}

/**
 * Calls the guest managers for one user of one machine. What Tools refuses only for now is tried again; what it refuses
 * for good is told apart by its cause.
 */
export class GuestCaller {
  readonly vmName: string;
  readonly #target: GuestTarget;

  constructor(target: GuestTarget) {
    this.vmName = target.vmName;
    this.#target = target;
  }

  /** Family of the guest, as it was last told. */
  get family(): GuestFamily {
    return this.#target.family.current;
  }

  /** Whether the family may have changed since it was read. */
  get isFamilyInDoubt(): boolean {
    return !this.#target.family.isSure;
  }

  /** Reads the family of the guest again. @throws Fault. */
  async readFamily(call: CallSignal): Promise<void> {
    const { connection, machine, family, vmName } = this.#target;
    try {
      await family.read((paths, by) => machine.use((vm) => connection.properties(vm, paths, by), by), call);
    } catch (error) {
      throw connection.faultFrom(error, { doing: 'look at the guest of', to: `"${vmName}"` });
    }
  }

  /** Family of the guest that has a path: none is refused because of one that the guest had before. @throws Fault. */
  async familyFor(path: string, call: CallSignal): Promise<GuestFamily> {
    if (this.isFamilyInDoubt || !isAbsolute(path, this.family)) await this.readFamily(call);
    return this.family;
  }

  /** Asks Tools whether it takes the login. @throws Fault `guest-login-refused`, `guest-interactive-missing`... */
  async validate(call: CallContext): Promise<void> {
    const { connection, machine, credentials, managers } = this.#target;
    // Refused logins lock accounts, so what can be known beforehand is not tried.
    if (credentials.isInteractive) {
      const cause = await this.#unavailability(call);
      if (cause?.retryable === 'no') throw cause;
    }
    const rules = { doing: 'log in to the guest of', meanings: guestMeanings, isRepeatable: true, isPatient: true };
    await this.#run(rules, call, async () => {
      const { authManager, fileManager } = await managers.all(call);
      if (authManager !== undefined) {
        const auth = this.#auth();
        const ask = (vm: MachineRef) => connection.call(authManager, 'ValidateCredentialsInGuest', { vm, auth }, call);
        await machine.use(ask, call);
      } else {
        // Every guest call is checked for its login; this one asks for the least.
        const filePath = this.family === 'windows' ? 'C:\\' : '/';
        await this.#send(fileManager, 'ListFilesInGuest', { filePath, index: 0, maxResults: 1 }, call);
      }
    });
  }

  /** Calls a method of the file manager. @throws Fault. */
  file<Method extends MethodOf<'GuestFileManager'>>(
    method: Method,
    args: GuestArgs<Method>,
    call: CallContext,
  ): Promise<ResultOf<Method>> {
    return this.#run(rulesOf(method, fileMeanings, true), call, async () => {
      const { fileManager } = await this.#target.managers.all(call);
      return this.#send(fileManager, method, args, call);
    });
  }

  /** Calls a method of the process manager. @throws Fault. */
  process<Method extends MethodOf<'GuestProcessManager'>>(
    method: Method,
    args: GuestArgs<Method>,
    call: CallContext,
    options: { readonly isPatient?: boolean } = {},
  ): Promise<ResultOf<Method>> {
    return this.#run(rulesOf(method, guestMeanings, options.isPatient ?? true), call, async () => {
      const { processManager } = await this.#target.managers.all(call);
      return this.#send(processManager, method, args, call);
    });
  }

  /** Calls a method of whichever guest manager has it. @throws Fault. */
  any<Method extends GuestMethod>(
    method: Method,
    args: GuestArgs<Method>,
    call: CallContext,
  ): Promise<ResultOf<Method>> {
    const owner = vimSchema.method(method)?.owner as GuestManagerType;
    const meanings = owner === 'GuestFileManager' ? fileMeanings : guestMeanings;
    return this.#run(rulesOf(method, meanings, true), call, async () => {
      const manager = await this.#target.managers.ofType(owner, call);
      return this.#send(manager as RefFor<Method>, method, args, call);
    });
  }

  /** Has a guest manager do something as a task, and waits for its end. @throws Fault. */
  task<Method extends GuestMethod & TaskMethod>(
    method: Method,
    args: GuestArgs<Method>,
    call: CallContext,
  ): Promise<void> {
    const owner = vimSchema.method(method)?.owner as GuestManagerType;
    return this.#run(rulesOf(method, guestMeanings, true), call, async () => {
      const { connection, managers, machine } = this.#target;
      const { tasks } = connection;
      const manager = (await managers.ofType(owner, call)) as RefFor<Method>;
      const start = (vm: MachineRef) => tasks.start(manager, method, this.#allArgs(method, vm, args), call.signal, vm);
      await tasks.runToEnd(() => machine.use(start, call), call);
    });
  }

  /** Ways to the bytes of a file for which the server has given a URL, best first. @throws Fault. */
  routes(given: string, call: CallContext): Promise<readonly TransferRoute[]> {
    const { routes, machine } = this.#target;
    const rules = { doing: 'find the way to the files of', meanings: {}, isRepeatable: true, isPatient: true };
    return this.#run(rules, call, () => machine.use((vm) => routes.routesTo(given, vm, call), call));
  }

  /** Remembers that a route worked. */
  worked(given: string, route: TransferRoute): void {
    this.#target.routes.worked(given, route, this.#target.machine.current);
  }

  /** Remembers that no way led to the bytes because of a certificate. */
  refused(given: string): void {
    this.#target.routes.refused(given, this.#target.machine.current);
  }

  #send<Method extends MethodName>(
    manager: RefFor<Method>,
    method: Method,
    args: GuestArgs<Method>,
    call: CallContext,
  ): Promise<ResultOf<Method>> {
    const { connection, machine } = this.#target;
    return machine.use((vm) => connection.call(manager, method, this.#allArgs(method, vm, args), call), call);
  }

  /** The arguments with the machine, and with the login where the method has one. */
  #allArgs<Method extends MethodName>(method: Method, vm: MachineRef, args: GuestArgs<Method>): ArgsOf<Method> {
    const login = vimSchema.method(method)?.paramsByName.has('auth') === true ? { auth: this.#auth() } : {};
    const all = { vm, ...login, ...args } as unknown as ArgsOf<Method>;
    return all;
  }

  #auth(): GuestAuthentication {
    if (this.#target.auth !== undefined) return this.#target.auth;
    const { userName, password, isInteractive } = this.#target.credentials;
    return {
      $type: 'NamePasswordAuthentication',
      interactiveSession: isInteractive,
      username: userName,
      password,
    };
  }

  async #run<T>(rules: CallRules, call: CallContext, send: () => Promise<T>): Promise<T> {
    const { turn } = this.#target;
    let patience: Allowance | undefined;
    let pauseMs = firstPauseMs;
    try {
      for (;;) {
        try {
          return await (turn === undefined ? send() : turn(send, call.signal));
        } catch (error) {
          const fault = await this.#faultOf(error, rules, call);
          if (!(fault instanceof Fault) || !rules.isPatient || !isWorthWaiting(fault, rules)) throw fault;
          const { clock, settings } = this.#target.connection;
          patience ??= new Allowance(clock, fault.kind === 'busy' ? settings.busyMs : unreadyMs);
          if (patience.isOver) throw fault;
          await sleep(clock, jittered(pauseMs), call.signal);
          pauseMs = Math.min(pauseMs * 2, longestPauseMs);
        }
      }
    } finally {
      patience?.end();
    }
  }

  /** What a call failed with, with the cause where vSphere has one fault for several. */
  async #faultOf(error: unknown, rules: CallRules, call: CallContext): Promise<unknown> {
    const { doing, meanings } = rules;
    const { connection, vmName } = this.#target;
    if (isVimError(error, 'InvalidGuestLogin') && this.#hasEmptyPassword()) {
      const message = `${doing} "${vmName}": Windows refuses logins with an empty password. Give the user a password.`;
      return new Fault('guest-empty-password', message, { cause: error });
    }
    if (isVimError(error, 'GuestOperationsUnavailable', 'InvalidState')) {
      const cause = await this.#unavailability(call);
      if (cause !== undefined)
        return new Fault(cause.kind, cause.message, { retryable: cause.retryable, cause: error });
    }
    const fault = connection.faultFrom(error, { doing, to: `"${vmName}"`, meanings });
    const isOnlyLate = error instanceof HttpFailure && error.kind === 'timeout' && rules.isRepeatable;
    if (!isOnlyLate || !(fault instanceof Fault)) return fault;
    return new Fault(fault.kind, fault.message, { retryable: 'same-call', cause: error });
  }

  #hasEmptyPassword(): boolean {
    const { auth, credentials } = this.#target;
    return this.family === 'windows' && auth === undefined && credentials.password.isEmpty;
  }

  async #unavailability(call: CallContext): Promise<Fault | undefined> {
    const { connection, machine, family, vmName, credentials } = this.#target;
    try {
      const properties = await machine.use((vm) => connection.properties(vm, readinessPaths, call), call);
      family.see(properties);
      return unavailability(properties, vmName, credentials.isInteractive);
    } catch (error) {
      throw connection.faultFrom(error, { doing: 'look at the state of', to: `"${vmName}"` });
    }
  }
}

function rulesOf(method: string, meanings: CallRules['meanings'], isPatient: boolean): CallRules {
  return { doing: `${method} on`, meanings, isRepeatable: isRepeatable(method), isPatient };
}

/** Whether the same call may succeed soon, and does no harm if the first one was carried out after all. */
function isWorthWaiting(fault: Fault, rules: CallRules): boolean {
  if (fault.kind === 'busy') return true;
  if (fault.kind !== 'tools-not-running') return false;
  // With a code of Tools in its text, the request had reached the guest, and nobody knows how far it came.
  return fault.vixCode === undefined ? isReadySoon(fault) : rules.isRepeatable;
}

/** Tools runs, as far as can be seen, and just does not take operations yet. */
function isReadySoon(fault: Fault): boolean {
  return fault.retryable === 'when-state-changes';
}

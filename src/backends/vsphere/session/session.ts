import { Allowance } from '../../../base/allowance.js';
import { type Clock, type ClockTimer, sleep } from '../../../base/clock.js';
import { Fault, type FaultKind } from '../../../base/fault.js';
import { LinkedAbort } from '../../../base/linked-abort.js';
import { settledWithin } from '../../../base/settled-within.js';
import { untilAborted } from '../../../base/until-aborted.js';
import { faultFrom } from '../errors/fault-from.js';
import { isVimError, VimError } from '../errors/vim-error.js';
import { HttpFailure } from '../http/http-failure.js';
import type { VsphereSettings } from '../settings.js';
import type { Ref } from '../soap/values.js';
import type { ObjectContent, ServiceContent, UserSession } from '../vim/generated/types.js';
import type { ArgsOf, MethodName, RefFor, ResultOf } from '../vim/vim-call.js';
import { FreshLogins } from './fresh-logins.js';
import { type Login, logIn, logInUnlessAborted, logOut, logoutMs } from './login.js';
import { isChanging, isRepeatable } from './method-kinds.js';
import type { SoapChannel } from './soap-channel.js';

/** A server forgets a session after 30 minutes without a call. */
const keepAliveMs = 600_000;
/** Pauses between attempts to reach a server that does not answer: they double up to the longest. */
const firstPauseMs = 250;
const longestPauseMs = 5000;

/** What became of a session that a call was refused with: there is a new login, or the old one lives. */
type Renewal = 'renewed' | 'alive';

export interface SessionCall {
  readonly signal?: AbortSignal | undefined;
  /** By default that of the settings. */
  readonly timeoutMs?: number;
  /** Leave every failure to the caller: no new login, no second attempt. */
  readonly isOnce?: boolean;
}

const serviceInstance: Ref<'ServiceInstance'> = { type: 'ServiceInstance', value: 'ServiceInstance' };

/**
 * One login at one server, kept alive until it is closed. When the server has forgotten it, all calls wait for one new
 * login. So do calls of guest managers that refuse it while it lives for everything else, as they were seen to do with
 * sessions of some age; nothing of a call that was refused has run. When the server does not answer, calls that may be
 * repeated wait for it, each as long as the settings say. However long that takes, the session goes on: it is lost for good
 * only when the server refuses the new login, or when no other login can be made.
 */
export class Session {
  readonly content: ServiceContent;
  readonly #channel: SoapChannel;
  readonly #login: Login;
  readonly #clock: Clock;
  readonly #settings: VsphereSettings;
  readonly #manager: Ref<'SessionManager'>;
  #user: UserSession;
  /** Counts logins: what a session made for itself is gone with it. */
  #generation = 0;
  #renewing: { readonly isForced: boolean; readonly outcome: Promise<Renewal> } | undefined;
  readonly #freshLogins: FreshLogins;
  /** Why calls that change something fail. */
  #changesRefused: Fault | undefined;
  /** Why every further call fails. */
  #end: Fault | undefined;
  #wasLost = false;
  /** Since no call has been answered. */
  #outage: Allowance | undefined;
  readonly #ended = new AbortController();
  readonly #onLost: ((fault: Fault) => void)[] = [];
  readonly #onRenewed: (() => void)[] = [];
  #keepAlive: ClockTimer | undefined;
  #hasCalled = false;

  private constructor(parts: {
    readonly channel: SoapChannel;
    readonly login: Login;
    readonly clock: Clock;
    readonly settings: VsphereSettings;
    readonly content: ServiceContent;
    readonly manager: Ref<'SessionManager'>;
    readonly user: UserSession;
  }) {
    this.#channel = parts.channel;
    this.#login = parts.login;
    this.#clock = parts.clock;
    this.#freshLogins = new FreshLogins(parts.clock);
    this.#settings = parts.settings;
    this.content = parts.content;
    this.#manager = parts.manager;
    this.#user = parts.user;
    this.#armKeepAlive();
  }

  /**
   * Finds out what the server is, and logs in.
   *
   * @param known what the server told of itself a moment ago, which saves asking again.
   * @throws VimError, HttpFailure, Fault, the signal's reason.
   */
  static async open(
    channel: SoapChannel,
    login: Login,
    clock: Clock,
    settings: VsphereSettings,
    signal: AbortSignal,
    known?: ServiceContent,
  ): Promise<Session> {
    const call = { signal, timeoutMs: settings.callTimeoutMs };
    // One after the other: a second connection for the second request would take longer than it saves.
    if (channel.version === undefined) await channel.negotiate(call);
    const content = known ?? (await channel.call(serviceInstance, 'RetrieveServiceContent', {}, call));
    const manager = content.sessionManager;
    if (manager === undefined) {
      throw new Fault('not-supported', `${content.about.fullName} offers no login over its API.`);
    }
    try {
      const user = await logInUnlessAborted(channel, manager, login, clock, call);
      return new Session({ channel, login, clock, settings, content, manager, user });
    } catch (error) {
      // Another server has come in its place.
      if (known === undefined || !isVimError(error, 'ManagedObjectNotFound')) throw error;
      await channel.negotiate(call);
      return Session.open(channel, login, clock, settings, signal);
    }
  }

  /** Name of the user, as the server has it. */
  get userName(): string {
    return this.#user.userName;
  }

  /** What calls throw after the end. */
  get end(): Fault | undefined {
    return this.#end;
  }

  /** The cookie that requests beside SOAP carry: downloads from datastores. */
  get cookie(): string | undefined {
    return this.#channel.cookie;
  }

  /** Counts the logins of this session. Views, collectors, filters and tickets live no longer than one. */
  get generation(): number {
    return this.#generation;
  }

  /** Calls the listener after each new login. @returns how to stop. */
  onRenewed(listener: () => void): () => void {
    this.#onRenewed.push(listener);
    return () => void this.#onRenewed.splice(this.#onRenewed.indexOf(listener), 1);
  }

  /** Calls the listener once when the session is lost for good; at once when it has been. */
  onLost(listener: (fault: Fault) => void): void {
    if (this.#wasLost && this.#end !== undefined) listener(this.#end);
    else this.#onLost.push(listener);
  }

  /**
   * Calls a method. @returns its result, undefined for none.
   *
   * @throws VimError for a fault; HttpFailure when there was no answer and a second call could do harm; Fault
   *   `connection-lost` when the session is over; the signal's reason when aborted.
   */
  async call<Method extends MethodName>(
    self: RefFor<Method>,
    method: Method,
    args: ArgsOf<Method>,
    call: SessionCall = {},
  ): Promise<ResultOf<Method>> {
    const { signal, timeoutMs = this.#settings.callTimeoutMs, isOnce = false } = call;
    /** Whose guest is asked, if one is. */
    const guest = /Guest\w*Manager$/.test(self.type) ? ((args as { readonly vm?: Ref }).vm?.value ?? '') : undefined;
    // The connections are not this session's alone, so what is under way does not end with them.
    const ended = this.#ended.signal;
    let outage: Allowance | undefined;
    let pauseMs = firstPauseMs;
    /** The login that refused the call, until there is a newer one, and the answer that hid the refusal, if one did. */
    let refused: { readonly generation: number; readonly answer?: { readonly result: ResultOf<Method> } } | undefined;
    /** Whether the login is newer than a refusal of this call. */
    let isFresh = false;
    try {
      for (;;) {
        this.#throwIfEnded();
        if (this.#changesRefused !== undefined && isChanging(method)) throw this.#changesRefused;
        signal?.throwIfAborted();
        try {
          if (refused !== undefined) {
            if ((await this.#renewed(refused.generation, isFresh ? undefined : guest, signal)) === 'alive') {
              if (refused.answer !== undefined) return refused.answer.result;
              if (guest !== undefined && isFresh) this.#freshLogins.uselessFor(guest);
              throw forbidden();
            }
            refused = undefined;
            if (isFresh) throw endedAgain();
            isFresh = true;
          }
          const generation = this.#generation;
          try {
            this.#hasCalled = true;
            const result = await this.#channel.call(self, method, args, { signal, ended, timeoutMs });
            this.#endOutage();
            if (isOnce || !hidesRefusal(result)) return result;
            refused = { generation, answer: { result } };
          } catch (error) {
            const isRefused = isVimError(error, 'NotAuthenticated');
            if (error instanceof VimError && !isRefused) this.#endOutage();
            // What was refused for want of a login has not been carried out.
            if (!isRefused || isOnce) throw error;
            refused = { generation };
          }
        } catch (error) {
          if (!(error instanceof HttpFailure) || isOnce || !mayRepeat(error, method)) throw this.#end ?? error;
          outage ??= this.#allowance();
          // One that began before this call lets it try once. Other calls may end that of all, but not that of this one.
          this.#outage ??= this.#allowance();
          if (outage.isOver || this.#outage.isOver) throw this.#end ?? this.tooLong(error);
          await this.#pause(pauseMs, signal);
          pauseMs = Math.min(pauseMs * 2, longestPauseMs);
        }
      }
    } finally {
      outage?.end();
    }
  }

  /** Why calls that change something fail; undefined where they do not. */
  get changesRefused(): Fault | undefined {
    return this.#changesRefused;
  }

  /** Has every later call that would change something fail with this, before it is sent. */
  refuseChanges(reason: Fault): void {
    this.#changesRefused = reason;
  }

  /** What a call or a wait ends with that the server left without an answer for too long. */
  tooLong(cause: unknown): Fault {
    const seconds = Math.round(this.#settings.reconnectMs / 1000);
    const message = `${messageOf(this.#reason(cause))} It has been so for ${seconds} seconds; the next call tries again.`;
    return new Fault('connection-lost', message, { cause });
  }

  /** Ends the session for good because no other login can be had. @returns what further calls throw. */
  #lose(cause: unknown): Fault {
    if (this.#end !== undefined) return this.#end;
    const why = this.#reason(cause);
    // A new login that the server refuses is told by its own code: nobody has to look at the network.
    const isRefused = cause instanceof VimError && why instanceof Fault && why.kind === 'host-permission';
    const fault = new Fault('connection-lost', `${messageOf(why)} Connect again to go on.`, {
      cause,
      ...(isRefused ? { vixCode: refusedLoginCode } : {}),
    });
    this.#finish(fault);
    this.#wasLost = true;
    for (const listener of this.#onLost.splice(0)) listener(fault);
    return fault;
  }

  /** Logs out. Idempotent; never rejects. */
  async close(): Promise<void> {
    if (this.#end !== undefined) return;
    const message = `The connection to ${this.content.about.name} was closed. Connect again to go on.`;
    this.#finish(new Fault('connection-lost', message));
    // A login under way would be left behind.
    const renewing = settledWithin(this.#clock, logoutMs, this.#renewing?.outcome ?? Promise.resolve());
    await Promise.all([this.#logOut(), renewing]);
  }

  #reason(cause: unknown): unknown {
    return faultFrom(cause, { doing: `the session at ${this.content.about.name}` });
  }

  #allowance(): Allowance {
    return new Allowance(this.#clock, this.#settings.reconnectMs);
  }

  #endOutage(): void {
    this.#outage?.end();
    this.#outage = undefined;
  }

  #throwIfEnded(): void {
    if (this.#end !== undefined) throw this.#end;
  }

  #finish(fault: Fault): void {
    this.#end = fault;
    this.#endOutage();
    this.#keepAlive?.cancel();
    this.#ended.abort(fault);
  }

  /**
   * Waits until there is a newer login than the one that was refused. The login itself outlives the caller.
   *
   * @param guest the machine whose guest managers refused it, for which it is made also where the old one still lives.
   */
  async #renewed(refused: number, guest: string | undefined, signal: AbortSignal | undefined): Promise<Renewal> {
    for (;;) {
      if (this.#generation !== refused) return 'renewed';
      const isForced = guest !== undefined && this.#login.kind !== 'clone-ticket' && this.#freshLogins.mayHelp(guest);
      this.#renewing ??= {
        isForced,
        outcome: this.#renew(isForced)
          .catch((error: unknown) => {
            throw notSent(error);
          })
          .finally(() => (this.#renewing = undefined)),
      };
      const { outcome, isForced: wasForced } = this.#renewing;
      const renewal = await (signal === undefined ? outcome : untilAborted(() => outcome, signal));
      if (renewal === 'alive' && (wasForced || !isForced)) return renewal;
    }
  }

  async #renew(isForced: boolean): Promise<Renewal> {
    const isAlive = await this.#isAlive();
    this.#throwIfEnded();
    if (isAlive && !isForced) return 'alive';
    if (!isAlive && this.#login.kind === 'clone-ticket') {
      throw this.#lose(
        new Fault('host-permission', 'The session has ended, and its clone ticket was good for one login.'),
      );
    }
    const old = isAlive ? this.#channel.cookie : undefined;
    const call = { timeoutMs: this.#settings.callTimeoutMs };
    let user: UserSession;
    try {
      user = await logIn(this.#channel, this.#manager, this.#login, this.#clock, call);
    } catch (error) {
      const isRefused = isRefusedLogin(error);
      if (isAlive) {
        // Everything else goes on with the session that lives.
        if (!isRefused) throw error;
        this.#freshLogins.refused();
        return 'alive';
      }
      // Never again with a login that was refused: the account would be locked.
      if (isRefused) throw this.#lose(error);
      throw error instanceof VimError ? notNow(error) : error;
    }
    const ended = this.#end;
    if (isAlive) this.#freshLogins.made();
    if (ended === undefined) {
      this.#user = user;
      this.#generation += 1;
      for (const listener of [...this.#onRenewed]) listener();
    } else await this.#logOut();
    if (old !== undefined) await this.#logOut(old);
    if (ended !== undefined) throw ended;
    return 'renewed';
  }

  #logOut(cookie?: string): Promise<void> {
    return logOut(this.#channel, this.#manager, cookie);
  }

  /** Whether the server still knows the session: users with few rights are told the contrary about single objects. */
  async #isAlive(): Promise<boolean> {
    const { propertyCollector } = this.content;
    const specSet = [
      {
        objectSet: [{ obj: this.#manager }],
        propSet: [{ type: 'SessionManager', pathSet: ['currentSession'] }],
      },
    ];
    const call = { timeoutMs: this.#settings.callTimeoutMs };
    try {
      const args = { specSet, options: {} };
      const answer = await this.#channel.call(propertyCollector, 'RetrievePropertiesEx', args, call);
      const current = answer?.objects[0]?.propSet?.[0]?.val as UserSession | undefined;
      return current?.key === this.#user.key;
    } catch (error) {
      if (error instanceof VimError) return false;
      throw error;
    }
  }

  #armKeepAlive(): void {
    this.#hasCalled = false;
    const timer = this.#clock.after(keepAliveMs, () => {
      if (!this.#hasCalled) {
        // A failure shows at the next call, which can tell somebody.
        this.call(serviceInstance, 'CurrentTime', {}).catch(() => undefined);
      }
      this.#armKeepAlive();
    });
    timer.unref?.();
    this.#keepAlive = timer;
  }

  /** Waits a while, but no longer than the session lasts. */
  async #pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const stop = new LinkedAbort(signal, this.#ended.signal);
    await sleep(this.#clock, ms, stop.signal).finally(() => stop.release());
  }
}

/** What a login ends with that the server refuses for good: nothing but another login or licence helps. */
const refusedLoginKinds: ReadonlySet<FaultKind> = new Set<FaultKind>(['host-permission', 'licence']);

/** VIX_E_HOST_USER_PERMISSIONS. */
const refusedLoginCode = 3014;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What it means when the server refuses a session that lives. */
function forbidden(): VimError {
  return new VimError(
    { $type: 'NoPermission' },
    'The server says that the session is not authenticated, but the session lives: the user may not do this.',
  );
}

/** Whether the server will not have the login, rather than being unable to take it now. */
function isRefusedLogin(error: unknown): boolean {
  const fault = faultFrom(error, { doing: 'log in' });
  return error instanceof VimError && fault instanceof Fault && refusedLoginKinds.has(fault.kind);
}

/** A server that cannot take a login now, as one that starts: worth another try. Nobody has been logged in. */
function notNow(error: VimError): HttpFailure {
  const message = `the server takes no login now: ${error.message}`;
  return new HttpFailure('unavailable', message, { mayHaveRun: false, cause: error });
}

/** A session that ended right after its login, as while somebody ends all of them: worth another try after a while. */
function endedAgain(): HttpFailure {
  return new HttpFailure('unavailable', 'the server ends every session right after its login', { mayHaveRun: false });
}

/** How a new login failed, for the calls that wait for it: none of them has been carried out. */
function notSent(error: unknown): unknown {
  if (!(error instanceof HttpFailure) || !error.mayHaveRun) return error;
  const { kind, message, status } = error;
  return new HttpFailure(kind, message, {
    mayHaveRun: false,
    ...(status === undefined ? {} : { status }),
    cause: error,
  });
}

/** Whether an answer looks whole, but lacks properties because the session has ended. */
function hidesRefusal(result: unknown): boolean {
  const { objects } = (result ?? {}) as { readonly objects?: readonly ObjectContent[] };
  if (!Array.isArray(objects)) return false;
  return objects.some(({ missingSet = [] }: ObjectContent) =>
    missingSet.some(({ fault }) => fault.fault.$type === 'NotAuthenticated'),
  );
}

/** Whether it does no harm to try again after a failure. */
function mayRepeat(failure: HttpFailure, method: string): boolean {
  switch (failure.kind) {
    case 'certificate':
    case 'refused':
    case 'timeout':
    case 'bad-answer':
      return false;
    case 'resolve':
    case 'connect':
    case 'proxy':
    case 'tls':
    case 'lost':
    case 'unavailable':
      return !failure.mayHaveRun || isRepeatable(method);
  }
}

import type { Clock } from '../../base/clock.js';
import type { Timeline } from '../../base/timeline.js';
import { untilAborted } from '../../base/until-aborted.js';
import type { CallContext } from '../backend.js';
import { VsphereConnection } from './connection.js';
import { Dispatchers } from './http/dispatchers.js';
import { policyKey } from './http/tls-policy.js';
import { heedLicence } from './licence.js';
import { RestSession } from './rest/rest-session.js';
import { isSameLogin, type Login } from './session/login.js';
import { ServerMemory } from './server-memory.js';
import { Session } from './session/session.js';
import { SoapChannel } from './session/soap-channel.js';
import type { VsphereSettings } from './settings.js';

interface Entry {
  readonly key: string;
  readonly login: Login;
  readonly connection: Promise<VsphereConnection>;
  /** Ends the attempt to connect when nobody wants it any more. */
  readonly abandon: AbortController;
  users: number;
}

/** A share in a connection. */
export interface Lease {
  readonly connection: VsphereConnection;
  /** Gives the share back; the last one closes the connection. Idempotent; never rejects. */
  release(): Promise<void>;
}

/** The connections of one backend: one for each host, login and manner of connecting, however many programs use it. */
export class ConnectionPool {
  readonly #clock: Clock;
  readonly #entries = new Set<Entry>();
  /** Connections that nobody uses any more, while they log out. */
  readonly #ending = new Set<Promise<void>>();
  /** By proxy. Kept beyond the logins that use them, so that the next one finds its host connected. */
  readonly #dispatchers = new Map<string, Dispatchers>();
  /** By URL and whom is taken for it. */
  readonly #servers = new Map<string, ServerMemory>();
  /** Servers of which somebody was warned. */
  readonly #warnedOf = new Set<string>();

  readonly #timeline: Timeline | undefined;

  /** @param timeline where every request is drawn; absent: nowhere. */
  constructor(clock: Clock, timeline?: Timeline) {
    this.#clock = clock;
    this.#timeline = timeline;
  }

  /** @throws VimError, HttpFailure, Fault, the signal's reason. */
  async lease(url: URL, login: Login, settings: VsphereSettings, call: CallContext): Promise<Lease> {
    call.signal.throwIfAborted();
    const others = JSON.stringify({ ...settings, tls: null, proxy: settings.proxy.key });
    const key = `${url.href} ${policyKey(settings.tls)} ${others}`;
    const known = [...this.#entries].find((entry) => entry.key === key && isSameLogin(entry.login, login));
    const entry = known ?? this.#connect(key, url, login, settings);
    entry.users += 1;
    try {
      const connection = await untilAborted(() => entry.connection, call.signal);
      let isReleased = false;
      const release = async (): Promise<void> => {
        if (isReleased) return;
        isReleased = true;
        await this.#leave(entry);
      };
      return { connection, release };
    } catch (error) {
      void this.#leave(entry);
      throw error;
    }
  }

  /** Warns, once for each server, that nobody looks at its certificate. */
  warnIfInsecure(url: URL, { tls }: VsphereSettings): void {
    if (tls.kind !== 'insecure' || url.protocol !== 'https:' || this.#warnedOf.has(url.host)) return;
    this.#warnedOf.add(url.host);
    const message =
      `the certificate of ${url.host} is not verified (tls is "insecure"), so whoever stands in between can read and change ` +
      'everything, passwords too; pin its thumbprint or name a CA file: see docs/vsphere.md';
    process.emitWarning(message, 'RevixWarning');
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    for (const entry of this.#entries) void this.#end(entry);
    await Promise.all(this.#ending);
    this.#servers.clear();
    const unused = [...this.#dispatchers.values()];
    this.#dispatchers.clear();
    await Promise.all(unused.map((dispatchers) => dispatchers.close()));
  }

  async #open(url: URL, login: Login, settings: VsphereSettings, signal: AbortSignal): Promise<VsphereConnection> {
    const clock = this.#clock;
    const dispatchers = this.#dispatchersFor(settings);
    const peer = dispatchers.peer(url, settings.tls);
    const memory = this.#memoryOf(`${url.href} ${policyKey(settings.tls)}`);
    const known = memory.server.value;
    const channel = new SoapChannel(peer, url.pathname, clock, known?.version);
    let session: Session;
    try {
      session = await Session.open(channel, login, clock, settings, signal, known?.content);
    } catch (error) {
      memory.server.forget();
      throw error;
    }
    const { version } = channel;
    const { content } = session;
    if (version !== undefined && content !== known?.content) memory.meet({ version, content });
    await heedLicence(session, signal).catch(async (error: unknown) => {
      await session.close();
      throw error;
    });
    const isVcenter = content.about.apiType === 'VirtualCenter';
    const rest = isVcenter ? new RestSession(peer, login, clock, settings.callTimeoutMs) : undefined;
    const datacenters = memory.datacentersOf(session.userName);
    return new VsphereConnection({ url, session, rest, settings, clock, dispatchers, datacenters });
  }

  #memoryOf(key: string): ServerMemory {
    let memory = this.#servers.get(key);
    if (memory === undefined) this.#servers.set(key, (memory = new ServerMemory(this.#clock)));
    return memory;
  }

  #dispatchersFor({ proxy }: VsphereSettings): Dispatchers {
    let dispatchers = this.#dispatchers.get(proxy.key);
    if (dispatchers === undefined)
      this.#dispatchers.set(proxy.key, (dispatchers = new Dispatchers(proxy, this.#timeline)));
    return dispatchers;
  }

  #connect(key: string, url: URL, login: Login, settings: VsphereSettings): Entry {
    const abandon = new AbortController();
    const connection = this.#open(url, login, settings, abandon.signal);
    const entry: Entry = { key, login, connection, abandon, users: 0 };
    this.#entries.add(entry);
    const forget = (): void => void this.#entries.delete(entry);
    // What is lost is never handed out again.
    connection.then((opened) => opened.session.onLost(forget), forget);
    return entry;
  }

  async #leave(entry: Entry): Promise<void> {
    entry.users -= 1;
    if (entry.users === 0) await this.#end(entry);
  }

  #end(entry: Entry): Promise<void> {
    this.#entries.delete(entry);
    entry.abandon.abort(new Error('nobody wants the connection any more'));
    const ended = entry.connection
      .then(
        (connection) => connection.close(),
        () => undefined,
      )
      .finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
    return ended;
  }
}

import { Pool, type Dispatcher } from 'undici';
import type { Timeline } from '../../../base/timeline.js';
import { noProxy, type ProxyRule } from './proxy-rule.js';
import { secureConnector } from './secure-connector.js';
import { TransferConnections } from './transfer-connections.js';
import { policyKey, type TlsPolicy } from './tls-policy.js';

/** Connections to one host at a time. A busy vCenter answers a crowd of them with 503. */
const connectionsPerHost = 8;

/** How long an unused connection is kept. Servers and firewalls drop idle ones at some time without a word. */
const idleMs = 15_000;

/** A host to exchange HTTP with, and whom to take for it. */
export interface HttpPeer {
  /** Scheme, name and port. */
  readonly origin: string;
  /** For calls. */
  readonly dispatcher: Dispatcher;
  /** For files. */
  readonly transfers: TransferConnections;
  /** Where requests are drawn; absent: nowhere. */
  readonly timeline?: Timeline | undefined;
}

/** The connections to one host under one policy. */
interface Connections {
  readonly dispatcher: Pool;
  readonly transfers: TransferConnections;
}

/** The connections of one backend: a pool for each host and policy, made on first use. */
export class Dispatchers {
  readonly #proxy: ProxyRule;
  readonly #connections = new Map<string, Connections>();
  readonly #timeline: Timeline | undefined;

  /** @param timeline where every request is drawn; absent: nowhere. */
  constructor(proxy: ProxyRule = noProxy, timeline?: Timeline) {
    this.#proxy = proxy;
    this.#timeline = timeline;
  }

  /**
   * The way to a host.
   *
   * @param url any URL there; only scheme, name and port count.
   * @throws Fault `invalid-argument` when the environment names a proxy that is none.
   */
  peer(url: URL, policy: TlsPolicy): HttpPeer {
    const key = `${url.origin} ${policyKey(policy)}`;
    let connections = this.#connections.get(key);
    if (connections === undefined) {
      connections = this.#connect(url, policy);
      this.#connections.set(key, connections);
    }
    return { origin: url.origin, ...connections, timeline: this.#timeline };
  }

  /** Ends every connection; requests under way fail. Idempotent. */
  async close(): Promise<void> {
    const all = [...this.#connections.values()];
    this.#connections.clear();
    await Promise.all(all.flatMap(({ dispatcher, transfers }) => [dispatcher.destroy(), transfers.close()]));
  }

  #connect(url: URL, policy: TlsPolicy): Connections {
    const proxy = this.#proxy.proxyFor(url);
    const dispatcher = new Pool(url.origin, {
      connections: connectionsPerHost,
      connect: secureConnector(policy, proxy),
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      // Every request has one deadline of its own, from its start to the last byte.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return { dispatcher, transfers: new TransferConnections(url, (onread) => secureConnector(policy, proxy, onread)) };
  }
}

import type { CallSignal, VsphereConnection } from '../connection.js';
import type { HttpPeer } from '../http/dispatchers.js';
import { parseThumbprint, thumbprintOf } from '../http/thumbprint.js';
import type { TlsPolicy } from '../http/tls-policy.js';
import { noProperties, type Properties } from '../properties.js';
import { refKey, type Ref } from '../soap/values.js';
import type { VirtualNicManagerNetConfig } from '../vim/generated/types.js';
import { rewritten } from './transfer-rewrite.js';
import { type TransferHostOrder, transferUrls } from './transfer-url.js';

/** One way to the bytes of a guest file. */
export interface TransferRoute {
  /** Name or address of the host, before the program's own hook changed it. */
  readonly named: string;
  readonly url: URL;
  readonly peer: HttpPeer;
  /** Whose certificate the peer accepts. */
  readonly policy: TlsPolicy;
}

/** What vCenter knows of an ESXi host that serves the files of its guests. */
interface HostFacts {
  readonly managementAddress: string | undefined;
  readonly policy: TlsPolicy;
}

const hostPaths = [
  'summary.config.sslThumbprint',
  'config.certificate',
  'config.virtualNicManagerInfo.netConfig',
] as const;

/**
 * Finds the ways to guest files of one connection. vCenter sends its clients to the ESXi host itself, with a certificate
 * of its own and under a name that may be unknown here; but vCenter, whose certificate was verified, also knows that
 * host's certificate and addresses.
 */
export class TransferRoutes {
  readonly #connection: VsphereConnection;
  readonly #hosts = new Map<string, HostFacts>();
  /** Which way to a host worked last, so that the one that does not is not tried each time. */
  readonly #orders = new Map<string, TransferHostOrder>();
  /** Keys of the machines whose host showed a certificate that was not accepted, the last time. */
  readonly #refused = new Set<string>();

  constructor(connection: VsphereConnection) {
    this.#connection = connection;
  }

  /**
   * The routes for a URL that the server gave, best first.
   * @throws VimError, HttpFailure, Fault, as the calls that find out about the host.
   */
  async routesTo(given: string, vm: Ref<'VirtualMachine'>, call: CallSignal): Promise<readonly TransferRoute[]> {
    const { tls, url: connection, settings } = this.#connection;
    const isOwn = /^https?:\/\/\*/i.test(given);
    if (isOwn) return this.#routes(transferUrls(given, connection, undefined, 'name-first'), tls);
    const { hostname } = new URL(given);
    if (hostname === connection.hostname) return this.#routes([new URL(given)], tls);
    const { managementAddress, policy } = await this.#factsOf(vm, hostname, call);
    const order = this.#orders.get(hostname) ?? settings.transferHosts;
    return this.#routes(transferUrls(given, connection, managementAddress, order), policy);
  }

  /** Remembers that a route led to the host of the URL that the server gave. */
  worked(given: string, route: TransferRoute, vm: Ref<'VirtualMachine'>): void {
    this.#refused.delete(refKey(vm));
    if (!URL.canParse(given)) return;
    const { hostname } = new URL(given);
    this.#orders.set(hostname, route.named === hostname ? 'name-first' : 'address-first');
  }

  /** Remembers that the certificate of the host was not accepted. It is asked for again: the host may have a new one. */
  refused(given: string, vm: Ref<'VirtualMachine'>): void {
    this.#refused.add(refKey(vm));
    if (URL.canParse(given)) this.#hosts.delete(new URL(given).hostname);
  }

  /** Whether the last transfer of a machine ended at a certificate that was not accepted. */
  isRefused(vm: Ref<'VirtualMachine'>): boolean {
    return this.#refused.has(refKey(vm));
  }

  /** The routes under these URLs, each once, however many of them the program's hook makes one. */
  #routes(urls: readonly URL[], policy: TlsPolicy): readonly TransferRoute[] {
    const routes = urls.map((url) => this.#route(url, policy));
    return [...new Map(routes.toReversed().map((route) => [route.url.href, route])).values()].toReversed();
  }

  #route(named: URL, asNamed: TlsPolicy): TransferRoute {
    const { dispatchers, settings } = this.#connection;
    const rewrite = settings.rewriteTransferUrl;
    const { url, policy } =
      rewrite === undefined ? { url: named, policy: asNamed } : rewritten(rewrite, named, asNamed, settings.mustVerify);
    return { named: named.hostname, url, peer: dispatchers.peer(url, policy), policy };
  }

  async #factsOf(vm: Ref<'VirtualMachine'>, hostname: string, call: CallSignal): Promise<HostFacts> {
    const known = this.#hosts.get(hostname);
    if (known !== undefined) return known;
    const connection = this.#connection;
    const host = (await connection.properties(vm, ['runtime.host'], call)).get('runtime.host');
    const read = host === undefined ? noProperties : await connection.properties(host, hostPaths, call);
    const facts: HostFacts = {
      managementAddress: singleManagementAddress(read.get('config.virtualNicManagerInfo.netConfig')),
      policy: this.#policyOf(read),
    };
    this.#hosts.set(hostname, facts);
    return facts;
  }

  /** Pins the host's certificate as vCenter knows it; without that, the host is held to what the connection demands. */
  #policyOf(read: Properties): TlsPolicy {
    const { tls } = this.#connection;
    if (tls.kind === 'insecure') return tls;
    const certificate = certificateOf(read.get('config.certificate'));
    if (certificate !== undefined) {
      return { kind: 'pinned', thumbprints: [thumbprintOf(certificate, 'SHA-256')] };
    }
    const thumbprint = read.get('summary.config.sslThumbprint');
    if (thumbprint === undefined || thumbprint === '') return tls;
    return { kind: 'pinned', thumbprints: [parseThumbprint(thumbprint)] };
  }
}

/** The DER form of a certificate, which `HostConfigInfo.certificate` holds as the bytes of its PEM text. */
function certificateOf(value: Uint8Array | readonly number[] = []): Buffer | undefined {
  const pem = Buffer.from(value).toString('latin1');
  const [, base64] = /-----BEGIN CERTIFICATE-----([^-]+)-----END/.exec(pem) ?? [];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64');
}

/** The address of the management network, unless there are several and so no telling which one is meant. */
function singleManagementAddress(configs: readonly VirtualNicManagerNetConfig[] = []): string | undefined {
  const management = configs.find(({ nicType }) => nicType === 'management');
  const selected: readonly unknown[] = management?.selectedVnic ?? [];
  const nics = (management?.candidateVnic ?? []).filter(({ key }) => selected.includes(key));
  const addresses = nics
    .map(({ spec }) => spec.ip?.ipAddress)
    .filter((address) => address !== undefined && address !== '');
  return addresses.length === 1 ? addresses[0] : undefined;
}

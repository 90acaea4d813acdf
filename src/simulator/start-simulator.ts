import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { RealClock } from '../base/clock.js';
import { Fault } from '../base/fault.js';
import type { Secret } from '../base/secret.js';
import { defaultInventory } from '../world/inventory/default-inventory.js';
import { readInventory } from '../world/inventory/read-inventory.js';
import { World } from '../world/world.js';
import { Endpoint } from './endpoint.js';
import type { EndpointKind } from './endpoint-kind.js';
import { addParts } from './parts.js';
import {
  selfSignedCertificate,
  selfSignedCertificateNow,
  thumbprintsOf,
  type TlsIdentity,
} from './server/certificate.js';
import { checkOptions } from './check-options.js';
import { defaultLimits, Listener } from './server/listener.js';
import { endSessionOf } from './server/http-session.js';
import { WireFaults } from './server/wire-faults.js';
import type { EndpointUser } from './sessions.js';
import type { SimulatorOptions } from './simulator-options.js';

/** An endpoint that runs. */
export interface Simulator {
  /** Where clients find it: `https://127.0.0.1:8989/sdk`. */
  readonly url: string;
  /** Of its certificate, as `AB:CD:...`; undefined without TLS. */
  readonly thumbprint: { readonly sha1: string; readonly sha256: string } | undefined;
  /** Its certificate; clients that trust it can verify the endpoint. undefined without TLS. */
  readonly certificatePem: string | undefined;
  /** The certificate on the URLs of guest file transfers: that of the host which `transferHost` names. */
  readonly transferCertificatePem: string | undefined;
  readonly world: World;
  /** Faults on the wire. Those of the world are in `world.faults`. */
  readonly faults: WireFaults;
  /**
   * A token for `LoginByToken`, as a single sign-on service would give it to a user: the `Security` header as XML.
   * @throws Fault `not-found` for somebody whom `users` does not name.
   */
  issueToken(userName: string): Secret;
  /** Ends sessions, tasks and connections, and closes the world if the simulator has made it. */
  close(): Promise<void>;
}

const halfAnHourMs = 30 * 60_000;
const everywhere: ReadonlySet<string> = new Set(['0.0.0.0', '::', '']);

/**
 * Starts a vCenter or an ESXi that serves a world. Any number may run in one process, also over the same world.
 * @throws Fault `invalid-argument` for options or an inventory that are not in order, `host-unreachable` for an address
 *   that cannot be listened on.
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  checkOptions(options);
  const host = options.host ?? '127.0.0.1';
  const faults = new WireFaults(options.faults);
  const identity = await identityFor(options.tls ?? 'self-signed', host);
  const thumbprint = identity === undefined ? undefined : thumbprintsOf(identity);
  const transfer = await transferIdentity(options);
  const world = options.world ?? (await newWorld(options));
  try {
    const endpoint = await newEndpoint(options, world);
    const onDefect = options.onDefect ?? (() => undefined);
    const limits = { ...defaultLimits, ...options.limits };
    await addParts(endpoint, { faults, limits, onDefect, datacenter: options.datacenter });
    const tls = identity === undefined ? undefined : { identity, named: transfer, wrongIdentity: wrongIdentity() };
    const [transferTls = identity] = transfer.values();
    const { clock, routes } = endpoint;
    const endSession = (request: IncomingMessage): void => endSessionOf(request, endpoint.sessions);
    const where = { host, port: options.port ?? 0 };
    const listener = new Listener({ ...where, tls, routes, faults, clock, limits, endSession, onDefect });
    const port = await listener.listen();
    const shownHost = isIP(host) === 6 ? `[${host}]` : host;
    const hostThumbprintSha1 = transferTls === undefined ? '' : thumbprintsOf(transferTls).sha1;
    endpoint.address = {
      host,
      port,
      thumbprintSha1: thumbprint?.sha1 ?? '',
      hostThumbprintSha1,
      transferOrigin: transferOrigin(options, endpoint.kind, host, port),
    };
    return {
      url: `${tls === undefined ? 'http' : 'https'}://${everywhere.has(host) ? 'localhost' : shownHost}:${port}/sdk`,
      thumbprint,
      certificatePem: identity?.cert,
      transferCertificatePem: transferTls?.cert,
      world,
      faults,
      issueToken: (userName) => endpoint.tokens.issue(userNamed(options, userName)),
      close: async () => {
        endpoint.close();
        await listener.close();
        if (options.world === undefined) await world.close();
      },
    };
  } catch (error) {
    if (options.world === undefined) await world.close();
    throw error;
  }
}

/** The certificate of the host that transfers name, under that name; empty where it is that of the endpoint. */
async function transferIdentity({
  tls = 'self-signed',
  transferHost,
  transferTls,
}: SimulatorOptions): Promise<ReadonlyMap<string, TlsIdentity>> {
  const name = transferHost?.replace(/:\d+$/u, '').toLowerCase();
  // Who calls an address does not say so in the handshake, so there is but one certificate for addresses.
  if (name === undefined || name === '*' || isIP(name) !== 0 || name.startsWith('[')) return new Map();
  const identity = transferTls ?? (tls === 'self-signed' ? await selfSignedCertificate([name]) : undefined);
  return identity === undefined ? new Map() : new Map([[name, identity]]);
}

/** A certificate that nobody expects, made when a rule first asks for it. */
function wrongIdentity(): () => TlsIdentity {
  let made: TlsIdentity | undefined;
  return () => (made ??= selfSignedCertificateNow(['wrong.example.test']));
}

function userNamed({ users = [] }: SimulatorOptions, userName: string): Omit<EndpointUser, 'password'> {
  if (users.length === 0) return { name: userName };
  const user = users.find(({ name }) => name === userName);
  if (user !== undefined) return user;
  throw new Fault(
    'not-found',
    `There is no user '${userName}'; there are ${users.map(({ name }) => name).join(', ')}.`,
  );
}

function identityFor(
  tls: TlsIdentity | 'self-signed' | false,
  host: string,
): Promise<TlsIdentity> | TlsIdentity | undefined {
  if (tls === false) return undefined;
  if (tls !== 'self-signed') return tls;
  const own = everywhere.has(host) ? [] : [host];
  return selfSignedCertificate([...new Set(['localhost', ...own, '127.0.0.1', '::1'])]);
}

async function newWorld({ inventory = defaultInventory, clock = new RealClock(), powerDurationMs }: SimulatorOptions) {
  return World.create({
    clock,
    inventory: typeof inventory === 'string' ? await readInventory(inventory) : inventory,
    // As on a real host, where somebody answers with AnswerVM.
    questions: 'wait',
    ...(powerDurationMs === undefined ? {} : { transitionMs: powerDurationMs }),
  });
}

async function newEndpoint(options: SimulatorOptions, world: World): Promise<Endpoint> {
  const kind = options.kind ?? 'vcenter';
  const datacenter = kind === 'esx' ? (options.datacenter ?? (await firstDatacenter(world))) : undefined;
  return new Endpoint({
    world,
    kind,
    users: options.users ?? [],
    idleTimeoutMs: options.sessionTimeoutMs ?? halfAnHourMs,
    ...(datacenter === undefined ? {} : { datacenter }),
  });
}

async function firstDatacenter(world: World): Promise<string | undefined> {
  const [first] = await world.store.ids();
  return first === undefined ? undefined : world.store.read(first, ({ record }) => record.datacenter);
}

function transferOrigin(
  { transferHost, tls }: SimulatorOptions,
  kind: EndpointKind,
  host: string,
  port: number,
): string {
  const name = transferHost ?? (kind === 'esx' || everywhere.has(host) ? '*' : isIP(host) === 6 ? `[${host}]` : host);
  // What listens at a port of its own speaks TLS, whatever is spoken here.
  if (/:\d+$/u.test(name)) return `https://${name}`;
  return `${tls === false ? 'http' : 'https'}://${name}:${port}`;
}

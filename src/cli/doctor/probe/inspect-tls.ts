import { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import { systemAuthorities } from '../../../backends/vsphere/http/authorities.js';
import type { ProxyAddress } from '../../../backends/vsphere/http/proxy-address.js';
import { openTunnel } from '../../../backends/vsphere/http/proxy-tunnel.js';
import type { TlsPolicy } from '../../../backends/vsphere/http/tls-policy.js';
import { type Finding, green, trouble } from '../check.js';
import type { DoctorContext } from '../doctor-context.js';
import { openSocket } from './reach-port.js';
import { plainHost } from './resolve-name.js';

/** A certificate that a host has shown, and what this machine makes of it. */
export interface SeenCertificate {
  readonly hostName: string;
  readonly certificate: X509Certificate;
  /** Code of OpenSSL for why no authority of the policy vouches for it; undefined: one does. */
  readonly chainProblem: string | undefined;
  /** Why it is not one for the name of the host; undefined: it is. */
  readonly nameProblem: string | undefined;
}

/** What can go wrong before a host has shown its certificate. */
export const tlsProblems = {
  unencrypted: {
    status: 'yellow',
    cause: 'The URL begins with http: everything, passwords too, travels for anybody to read.',
    next: 'Use https, unless this is a simulator on this machine.',
  },
  'no-tls': {
    status: 'red',
    cause: '{host} port {port} takes connections but does not speak TLS ({code}).',
    next: 'Check the port: 443 is usual; another service may listen at this one.',
  },
  'old-tls': {
    status: 'red',
    cause: '{host} speaks no version of TLS that is safe enough for this Node ({code}).',
    next: 'Switch TLS 1.2 on at the host; vSphere 6.0 and later have it.',
  },
  closed: {
    status: 'red',
    cause: '{host} closed the connection before it had shown a certificate ({code}).',
    next: 'A firewall may look into connections, or the service is restarting: try again in a minute.',
  },
  'timed-out': {
    status: 'red',
    cause: 'The port takes connections, and then nothing was said for {seconds} seconds.',
    next: 'The service hangs, or something before it holds connections open: restart the service, or ask who runs the firewall.',
  },
} as const;

/** Where and how to look. */
export interface TlsTarget {
  readonly url: URL;
  /** The address to connect to; of no meaning with a proxy. */
  readonly address: string;
  readonly policy: TlsPolicy;
  readonly proxy: ProxyAddress | undefined;
}

/** Number of the port of a URL. */
export function portOf(url: URL): number {
  return Number(url.port) || (url.protocol === 'http:' ? 80 : 443);
}

/**
 * Lets a host show its certificate. Nothing is sent to it.
 * @returns a finding with null as value for a URL without TLS.
 */
export async function inspectTls(
  target: TlsTarget,
  context: DoctorContext,
): Promise<Finding<SeenCertificate | null, Exclude<keyof typeof tlsProblems, 'timed-out'>>> {
  const { url } = target;
  const host = plainHost(url);
  const port = portOf(url);
  const facts = { host, port };
  if (url.protocol === 'http:') return trouble('unencrypted', { value: null, facts });
  try {
    const tunnel = await openWay(target, context);
    const socket = await handshake(tunnel, target, context.signal);
    const seen = seenBy(socket, host);
    const [protocol, cipher] = [socket.getProtocol() ?? 'unknown', socket.getCipher().name];
    socket.destroy();
    return green(`${protocol} with ${cipher}`, seen, { facts: { ...facts, protocol, cipher } });
  } catch (error) {
    context.signal.throwIfAborted();
    const code = error instanceof Error && 'code' in error ? String(error.code) : context.said(error);
    return trouble(problemOf(code), { facts: { ...facts, code } });
  }
}

function problemOf(code: string): 'no-tls' | 'old-tls' | 'closed' {
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST|INVALID_|^EPROTO$/.test(code)) return 'no-tls';
  return /UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|HANDSHAKE_FAILURE|NO_PROTOCOLS|DH_KEY/.test(code)
    ? 'old-tls'
    : 'closed';
}

function openWay({ url, address, proxy }: TlsTarget, context: DoctorContext): Promise<Socket> {
  if (proxy === undefined) return openSocket(address, portOf(url), context.signal);
  return new Promise((resolve, reject) => {
    const target = { hostname: plainHost(url), port: url.port, protocol: url.protocol };
    openTunnel(proxy, target, context.timeoutMs, (outcome) => {
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    });
  });
}

function handshake(tunnel: Socket, { url, policy }: TlsTarget, signal: AbortSignal): Promise<TLSSocket> {
  const host = plainHost(url);
  return new Promise((resolve, reject) => {
    const socket = connect({
      socket: tunnel,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      // Looked at rather than refused: the report is to say what is wrong with it.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...(policy.kind === 'authorities' ? { ca: [...(policy.ca ?? systemAuthorities())] } : {}),
    });
    const onAbort = (): void => {
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed without a word')));
    socket.once('secureConnect', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(socket);
    });
  });
}

function seenBy(socket: TLSSocket, hostName: string): SeenCertificate {
  const certificate = new X509Certificate(socket.getPeerCertificate().raw);
  const { authorizationError } = socket;
  return {
    hostName,
    certificate,
    chainProblem: socket.authorized ? undefined : codeOf(authorizationError),
    nameProblem: checkServerIdentity(hostName, socket.getPeerCertificate())?.message,
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

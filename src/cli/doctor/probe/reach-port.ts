import { connect, type Socket } from 'node:net';
import { sleep } from '../../../base/clock.js';
import { LinkedAbort } from '../../../base/linked-abort.js';
import { type Finding, green, trouble } from '../check.js';
import type { DoctorContext } from '../doctor-context.js';

/** What can be wrong with a port. */
export const portProblems = {
  'some-unreachable': {
    status: 'yellow',
    cause: 'Not every address of {host} takes connections at port {port}; the lines below tell which.',
    next: 'Programs try one address after the other and lose time. Take the dead address out of the DNS, or open the way to it.',
  },
  refused: {
    status: 'red',
    cause: '{host} refuses connections at port {port}: nothing listens there.',
    next: 'Check the port (443 is usual), and whether the service runs.',
  },
  silent: {
    status: 'red',
    cause: '{host} does not answer at port {port}.',
    next: 'The host is down, or a firewall drops what is sent: have it let this machine through, or name a proxy in options.proxy.',
  },
  unreachable: {
    status: 'red',
    cause: 'There is no way to {host} from here ({codes}).',
    next: 'Check the network of this machine, its routes and its VPN.',
  },
} as const;

/** Opens a connection. @throws an error with the code of the system; the signal's reason. */
export function openSocket(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({ host, port });
    const onAbort = (): void => {
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', (error) => {
      signal.removeEventListener('abort', onAbort);
      reject(error);
    });
    socket.once('connect', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(socket);
    });
  });
}

const silentCode = 'no answer';

async function codeOf(address: string, port: number, context: DoctorContext): Promise<string | undefined> {
  const stop = new LinkedAbort(context.signal);
  // A little less than the check has: one address that is silent must not hide what the others say.
  void sleep(context.clock, context.timeoutMs * 0.9, stop.signal).then(
    () => stop.abort(silentCode),
    () => undefined,
  );
  try {
    (await openSocket(address, port, stop.signal)).destroy();
    return undefined;
  } catch (error) {
    if (error === silentCode) return silentCode;
    context.signal.throwIfAborted();
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    stop.abort(undefined);
    stop.release();
  }
}

/** Tries a port at every address side by side. @returns the addresses that take connections. */
export async function reachPort(
  host: string,
  addresses: readonly string[],
  port: number,
  context: DoctorContext,
): Promise<Finding<readonly string[], keyof typeof portProblems>> {
  const tried = await Promise.all(
    addresses.map(async (address) => ({ address, code: await codeOf(address, port, context) })),
  );
  const reached = tried.filter(({ code }) => code === undefined).map(({ address }) => address);
  const codes = [...new Set(tried.flatMap(({ code }) => code ?? []))];
  const facts = { host, port, reached, codes };
  const details = tried.map(({ address, code }) => `${address} port ${port}: ${code ?? 'takes connections'}`);
  if (codes.length === 0) return green(`port ${port} of ${reached.join(', ')} takes connections`, reached, { facts });
  if (reached.length > 0) return trouble('some-unreachable', { value: reached, facts, details });
  const problem = codes.includes('ECONNREFUSED') ? 'refused' : codes.some(isSilent) ? 'silent' : 'unreachable';
  return trouble(problem, { facts, details });
}

function isSilent(code: string): boolean {
  return code === silentCode || code === 'ETIMEDOUT';
}

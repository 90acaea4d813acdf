import type { CallContext, ConnectTarget } from '../../../src/backends/backend.js';
import { ConnectionPool, type Lease } from '../../../src/backends/vsphere/connection-pool.js';
import { readSettings, type VsphereOptions } from '../../../src/backends/vsphere/settings.js';
import { loginOf } from '../../../src/backends/vsphere/session/login.js';
import { FakeClock } from '../../../src/base/clock.js';
import { Secret } from '../../../src/base/secret.js';
import type { FakeVsphere } from './fake-vsphere.js';

/** A connection to a fake server, on a clock that moves only when told to. */
export interface FakeConnection extends Lease {
  readonly pool: ConnectionPool;
  readonly clock: FakeClock;
  readonly call: CallContext;
}

export function callOn(clock: FakeClock, signal = new AbortController().signal): CallContext {
  return { signal, clock, progress: () => undefined };
}

export function target(changes: Partial<ConnectTarget> = {}): ConnectTarget {
  return {
    provider: 'vi-server',
    hostName: null,
    hostPort: 0,
    userName: 'user',
    password: new Secret('pass'),
    verifyTls: false,
    settings: {},
    ...changes,
  };
}

export async function connectTo(
  fake: FakeVsphere,
  options: VsphereOptions = {},
  changes: Partial<ConnectTarget> = {},
  pool?: ConnectionPool,
  clock = new FakeClock(),
): Promise<FakeConnection> {
  const settings = readSettings({ tls: 'insecure', ...options }, {}, '.');
  const used = pool ?? new ConnectionPool(clock);
  const call = callOn(clock);
  const lease = await used.lease(fake.url, loginOf(target(changes), settings.login), settings, call);
  return { ...lease, pool: used, clock, call };
}

/** What some work rejects with. */
export async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

/** Moves a clock on, with time for what travels in between, until the work has settled. */
export async function whileMoving<T>(clock: FakeClock, stepMs: number, work: Promise<T>): Promise<T> {
  const progress = { isSettled: false };
  const settled = (async () => {
    await Promise.allSettled([work]);
    progress.isSettled = true;
  })();
  while (!progress.isSettled) {
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
    if (!progress.isSettled) await clock.advance(stepMs);
  }
  await settled;
  return work;
}

import { describe, expect, it } from 'vitest';
import type { VsphereConnection } from '../../../../src/backends/vsphere/connection.js';
import { faultFrom, type FaultContext } from '../../../../src/backends/vsphere/errors/fault-from.js';
import { VimError } from '../../../../src/backends/vsphere/errors/vim-error.js';
import { GuestCaller, type GuestTarget } from '../../../../src/backends/vsphere/guest/guest-caller.js';
import { MachineReference } from '../../../../src/backends/vsphere/inventory/machine-reference.js';
import { FakeClock } from '../../../../src/base/clock.js';
import { Fault } from '../../../../src/base/fault.js';
import { Secret } from '../../../../src/base/secret.js';
import { faultCode } from '../../../../src/errors/vix-failure.js';
import { callOn } from '../fake-connection.js';
import { toldFamily } from './told-family.js';

interface Guest {
  readonly family?: 'posix' | 'windows';
  readonly password?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

const running = { 'runtime.powerState': 'poweredOn', 'guest.guestOperationsReady': true };

/** The code that a guest call ends with when the server refuses it with this fault. */
async function codeFor($type: string, { family = 'posix', password = 'p', properties = {} }: Guest): Promise<number> {
  const clock = new FakeClock();
  const connection = {
    clock,
    settings: { busyMs: 1000 },
    call: () => Promise.reject(new VimError({ $type }, 'refused')),
    properties: async () => new Map(Object.entries({ ...running, ...properties })),
    faultFrom: (error: unknown, context: FaultContext) => faultFrom(error, context),
  } as unknown as VsphereConnection;
  const manager = { type: 'GuestProcessManager', value: 'm' };
  const target = {
    connection,
    managers: { all: async () => ({ authManager: manager, processManager: manager }) },
    machine: new MachineReference({ type: 'VirtualMachine', value: 'vm-1' }),
    vmName: 'vm',
    family: toldFamily(family),
    credentials: { userName: 'user', password: new Secret(password), isInteractive: false },
  } as unknown as GuestTarget;
  const caller = new GuestCaller(target);
  const call = callOn(clock);
  const ended = caller
    .process('TerminateProcessInGuest', { pid: 1 }, call, { isPatient: false })
    .catch((error: unknown) => error);
  const error = await ended;
  if (error instanceof Fault) return faultCode(error);
  throw new Error('no fault', { cause: error });
}

describe('what a refused guest call means', () => {
  it.each<[string, string, number, Guest]>([
    ['Timedout', 'in any guest', 3000, {}],
    ['InvalidState', 'while another call is under way', 5, {}],
    ['InvalidState', 'on a machine that is off', 3006, { properties: { 'runtime.powerState': 'poweredOff' } }],
    ['InvalidState', 'out of reach of vCenter', 34, { properties: { 'runtime.connectionState': 'disconnected' } }],
    ['InvalidPowerState', 'of a type below', 3006, {}],
    ['InvalidGuestLogin', 'with a password', 3015, { family: 'windows' }],
    ['InvalidGuestLogin', 'without a password on Windows', 3033, { family: 'windows', password: '' }],
    ['InvalidGuestLogin', 'without a password elsewhere', 3015, { password: '' }],
  ])('%s %s: %i', async (type, _where, code, guest) => {
    expect(await codeFor(type, guest)).toBe(code);
  });
});

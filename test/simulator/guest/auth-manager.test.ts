import { describe, expect, it } from 'vitest';
import { auth, GuestEndpoint, userAuth } from './guest-endpoint.js';
import { answerTo, opening } from './ntlm-client.js';

const origin = { address: '127.0.0.1', userAgent: 'test' };

function sspi(token: Uint8Array): object {
  const sspiToken = Buffer.from(token).toString('base64');
  return { $type: 'SSPIAuthentication', interactiveSession: false, sspiToken };
}

/** The ticket at the end of the handshake. */
async function acquire(guests: GuestEndpoint, user: string, password: string, more: object = {}): Promise<object> {
  const challenge = await guests.fault('authManager', 'AcquireCredentialsInGuest', {
    requestedAuth: sspi(opening()),
    ...more,
  });
  expect(challenge.$type).toBe('GuestAuthenticationChallenge');
  const { serverChallenge, sessionID } = challenge;
  const token =
    typeof serverChallenge === 'object' && serverChallenge !== null && 'sspiToken' in serverChallenge
      ? Buffer.from(String(serverChallenge.sspiToken), 'base64')
      : Buffer.alloc(0);
  const requestedAuth = sspi(answerTo(token, user, 'LAB', password));
  const ticket = await guests.call('authManager', 'AcquireCredentialsInGuest', { requestedAuth, sessionID, ...more });
  return Object(ticket);
}

describe('ValidateCredentialsInGuest', () => {
  it('takes a good login and refuses others', async () => {
    const guests = await GuestEndpoint.of([{ guest: { consoleUser: 'root' } }, { guestOs: 'windows9-64' }]);
    const validate = 'ValidateCredentialsInGuest';
    expect(await guests.call('authManager', validate, {})).toBeUndefined();
    const fault = (login: object, vm = guests.ref()): Promise<unknown> =>
      guests.fault('authManager', validate, { vm, auth: login });
    expect(await fault(auth('user', { password: 'no' }))).toEqual({ $type: 'InvalidGuestLogin' });
    expect(await fault(auth('nobody'))).toEqual({ $type: 'InvalidGuestLogin' });
    expect(await fault(auth('user', { interactiveSession: true }))).toEqual({
      $type: 'SystemError',
      reason: 'vix error codes = (3035, 0).\n',
    });
    expect(await fault(auth('user', { interactiveSession: true }), guests.ref('vm1'))).toEqual({
      $type: 'GuestOperationsUnavailable',
    });
    expect(await fault(auth('user', { password: '' }), guests.ref('vm1'))).toEqual({
      $type: 'SystemError',
      reason: 'vix error codes = (3033, 0).\n',
    });
    expect(await guests.call('authManager', validate, { auth: auth('root', { interactiveSession: true }) })).toBe(
      undefined,
    );
    expect(await fault(sspi(opening()))).toMatchObject({ $type: 'InvalidArgument', invalidProperty: 'auth' });
    expect(await fault({ ...userAuth, username: undefined })).toMatchObject({ invalidProperty: 'auth.username' });
  });

  it('needs the machine on, Tools running, and the guest willing', async () => {
    const guests = await GuestEndpoint.of([
      { power: 'off' },
      { power: 'suspended' },
      { tools: false },
      { guest: { disabledOperations: ['validate'] } },
      { config: { 'guest.commands.enabled': 'FALSE' } },
    ]);
    const fault = (name: string): Promise<unknown> =>
      guests.fault('authManager', 'ValidateCredentialsInGuest', { vm: guests.ref(name) });
    const powerFault = { $type: 'InvalidPowerState', requestedState: 'poweredOn' };
    expect(await fault('vm0')).toEqual({ ...powerFault, existingState: 'poweredOff' });
    expect(await fault('vm1')).toEqual({ ...powerFault, existingState: 'suspended' });
    expect(await fault('vm2')).toEqual({ $type: 'GuestOperationsUnavailable' });
    expect(await fault('vm3')).toEqual({ $type: 'OperationDisabledByGuest' });
    expect(await fault('vm4')).toEqual({ $type: 'SystemError', reason: 'vix error codes = (3017, 0).\n' });
  });

  it('needs the privilege on a machine that exists', async () => {
    const guests = await GuestEndpoint.of();
    const weak = guests.endpoint.sessions.open({ name: 'weak', privileges: ['VirtualMachine.Interact.*'] }, origin);
    expect(await guests.fault('authManager', 'ValidateCredentialsInGuest', {}, weak)).toEqual({
      $type: 'NoPermission',
      object: guests.ref(),
      privilegeId: 'VirtualMachine.GuestOperations.Query',
    });
    const { anonymous } = guests.endpoint.sessions;
    expect((await guests.fault('authManager', 'ValidateCredentialsInGuest', {}, anonymous)).$type).toBe(
      'NotAuthenticated',
    );
    const vm = { type: 'VirtualMachine', value: 'vm-99' };
    expect(await guests.fault('authManager', 'ValidateCredentialsInGuest', { vm })).toMatchObject({
      $type: 'ManagedObjectNotFound',
      obj: vm,
    });
  });
});

describe('tickets', () => {
  it('come of a handshake, serve as login, and go when they are released', async () => {
    const guests = await GuestEndpoint.of([{ guestOs: 'windows9-64' }]);
    const ticket = await acquire(guests, 'USER', 'password');
    expect(ticket).toMatchObject({ $type: 'TicketedSessionAuthentication', interactiveSession: false });
    const names = ['USERNAME'];
    expect(await guests.call('processManager', 'ReadEnvironmentVariableInGuest', { auth: ticket, names })).toEqual([
      'USERNAME=user',
    ]);
    await guests.call('authManager', 'ReleaseCredentialsInGuest', { auth: ticket });
    expect(await guests.fault('authManager', 'ValidateCredentialsInGuest', { auth: ticket })).toEqual({
      $type: 'InvalidGuestLogin',
    });
    expect(await guests.fault('authManager', 'ReleaseCredentialsInGuest', {})).toMatchObject({
      $type: 'InvalidArgument',
    });
  });

  it('are refused for a wrong password, another guest, a second answer, and what is no token', async () => {
    const guests = await GuestEndpoint.of([{ guestOs: 'windows9-64' }, { guestOs: 'windows9-64' }]);
    await expect(acquire(guests, 'user', 'wrong')).rejects.toMatchObject({ fault: { $type: 'InvalidGuestLogin' } });
    await expect(acquire(guests, 'nobody', 'password')).rejects.toMatchObject({
      fault: { $type: 'InvalidGuestLogin' },
    });
    const requestedAuth = sspi(answerTo(Buffer.alloc(64), 'user', '', 'password'));
    expect(await guests.fault('authManager', 'AcquireCredentialsInGuest', { requestedAuth, sessionID: 77 })).toEqual({
      $type: 'InvalidGuestLogin',
    });
    expect(
      await guests.fault('authManager', 'AcquireCredentialsInGuest', { requestedAuth: sspi(Buffer.from('x')) }),
    ).toEqual({ $type: 'InvalidGuestLogin' });
    const ticket = await acquire(guests, 'user', 'password');
    expect(
      await guests.fault('authManager', 'ValidateCredentialsInGuest', { vm: guests.ref('vm1'), auth: ticket }),
    ).toEqual({ $type: 'InvalidGuestLogin' });
  });

  it('end with the boot, and are not for POSIX guests or passwords', async () => {
    const guests = await GuestEndpoint.of([{ guestOs: 'windows9-64' }, {}]);
    const ticket = await acquire(guests, 'user', 'password');
    const vm = await guests.endpoint.machines.open(guests.ref());
    const call = { signal: new AbortController().signal, progress: () => undefined };
    await vm.power.reset('hard', call);
    await guests.clock.advance(60_000);
    expect(await guests.fault('authManager', 'ValidateCredentialsInGuest', { auth: ticket })).toEqual({
      $type: 'InvalidGuestLogin',
    });
    const posix = { vm: guests.ref('vm1'), requestedAuth: sspi(opening()) };
    expect(await guests.fault('authManager', 'AcquireCredentialsInGuest', posix)).toEqual({
      $type: 'OperationNotSupportedByGuest',
    });
    expect(await guests.fault('authManager', 'AcquireCredentialsInGuest', { requestedAuth: userAuth })).toMatchObject({
      $type: 'InvalidArgument',
    });
  });

  it('are limited for each guest', async () => {
    const guests = await GuestEndpoint.of([{ guestOs: 'windows9-64' }]);
    const first = await acquire(guests, 'user', 'password');
    for (let count = 1; count < 50; count += 1) await acquire(guests, 'user', 'password');
    await expect(acquire(guests, 'user', 'password')).rejects.toMatchObject({
      fault: { $type: 'TooManyGuestLogons' },
    });
    await guests.call('authManager', 'ReleaseCredentialsInGuest', { auth: first });
    await acquire(guests, 'user', 'password');
  });
});

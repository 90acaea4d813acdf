import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isVimError } from '../../../../src/backends/vsphere/errors/vim-error.js';
import { ConnectionPool } from '../../../../src/backends/vsphere/connection-pool.js';
import { loginOf } from '../../../../src/backends/vsphere/session/login.js';
import { readSettings } from '../../../../src/backends/vsphere/settings.js';
import type { Ref } from '../../../../src/backends/vsphere/soap/values.js';
import { FakeClock } from '../../../../src/base/clock.js';
import { deferred } from '../../../../src/base/deferred.js';
import type { Fault } from '../../../../src/base/fault.js';
import { Secret } from '../../../../src/base/secret.js';
import { goodCertificate, selfSignedCertificate } from '../../../fixtures/tls/certificates.js';
import { connectTo, type FakeConnection, target, thrownBy, whileMoving } from '../fake-connection.js';
import { answeredOtherwise, type FakeCall, FakeFault, FakeVsphere } from '../fake-vsphere.js';

const vm = { type: 'VirtualMachine', value: 'vm-1' } as const;
const minute = 60_000;

let fake: FakeVsphere;
let connections: FakeConnection[];

beforeEach(async () => {
  fake = await FakeVsphere.start();
  fake.add(vm, { name: 'machine' });
  connections = [];
});

afterEach(async () => {
  for (const { pool } of connections) await pool.close();
  await fake.close();
});

async function connected(
  ...args: Parameters<typeof connectTo> extends [unknown, ...infer Rest] ? Rest : never
): Promise<FakeConnection> {
  const made = await connectTo(fake, ...args);
  connections.push(made);
  return made;
}

function readName({ connection, call }: FakeConnection): Promise<string | undefined> {
  return connection.properties(vm, ['name'], call).then((values) => values.get('name'));
}

describe('a session', () => {
  it('is one login, used by every call, until it is closed', async () => {
    const made = await connected();
    expect(await readName(made)).toBe('machine');
    expect(await readName(made)).toBe('machine');
    expect([fake.count('Login'), fake.sessionCount]).toEqual([1, 1]);
    await made.release();
    expect(fake.sessionCount).toBe(0);
    expect(await thrownBy(readName(made))).toMatchObject({ kind: 'connection-lost' });
  });

  it('speaks the newest version of the API that both sides know', async () => {
    fake.versions = ['9.1.0.0', '8.0.3.0', '8.0.2.0', '6.5'];
    const made = await connected();
    fake.soapActions.clear();
    await readName(made);
    expect([...fake.soapActions]).toEqual(['urn:vim25/8.0.3.0']);
  });

  it('is renewed once for all calls that were refused, which are then repeated', async () => {
    const made = await connected();
    fake.forgetSessions();
    expect(await Promise.all([1, 2, 3, 4].map(() => readName(made)))).toEqual(Array(4).fill('machine'));
    expect(fake.count('Login')).toBe(2);
  });

  it('is renewed for a call that must not run twice, too: what was refused has not run', async () => {
    const made = await connected();
    let started = 0;
    fake.on('PowerOnVM_Task', () => {
      started += 1;
      return { type: 'Task', value: 'task-1' };
    });
    fake.forgetSessions();
    await made.connection.call(vm, 'PowerOnVM_Task', {}, made.call);
    expect(started).toBe(1);
  });

  it('that lives is not renewed when a user may not do something', async () => {
    const made = await connected();
    fake.on('PowerOnVM_Task', ({ self, response }) => {
      response.setHeader('set-cookie', 'vmware_soap_session="of nobody"');
      throw new FakeFault({ $type: 'NotAuthenticated', object: self, privilegeId: 'System.View' });
    });
    const error = await thrownBy(made.connection.call(vm, 'PowerOnVM_Task', {}, made.call));
    expect(isVimError(error, 'NoPermission')).toBe(true);
    expect(await readName(made)).toBe('machine');
    expect(fake.count('Login')).toBe(1);
  });

  it('is renewed when an answer hides the refusal in the properties that it lacks', async () => {
    const made = await connected();
    const fault = { $type: 'NotAuthenticated', object: vm, privilegeId: 'System.Read' };
    const hidden = { objects: [{ obj: vm, missingSet: [{ path: 'name', fault: { fault } }] }] };
    fake.on('RetrievePropertiesEx', (call) => {
      if (fake.count('Login') === 1) return hidden;
      return {
        objects: [
          {
            obj: (call.args['specSet'] as [{ objectSet: [{ obj: Ref }] }])[0].objectSet[0].obj,
            propSet: [{ name: 'name', val: 'machine' }],
          },
        ],
      };
    });
    expect(await readName(made)).toBe('machine');
    expect(fake.count('Login')).toBe(2);
  });

  it('that lives leaves properties unread that the user may not see', async () => {
    const made = await connected();
    const fault = { $type: 'NoPermission', object: vm, privilegeId: 'System.Read' };
    fake.on('RetrievePropertiesEx', () => ({
      objects: [{ obj: vm, missingSet: [{ path: 'name', fault: { fault } }] }],
    }));
    expect(isVimError(await thrownBy(readName(made)), 'NoPermission')).toBe(true);
    expect(fake.count('Login')).toBe(1);
  });

  it('is lost when the new login is refused, and never tried again', async () => {
    const made = await connected();
    const lost: Fault[] = [];
    made.connection.session.onLost((fault) => lost.push(fault));
    fake.on('Login', () => {
      throw new FakeFault({ $type: 'InvalidLogin' }, 'Cannot complete login.');
    });
    fake.forgetSessions();
    const errors = await Promise.all([thrownBy(readName(made)), thrownBy(readName(made))]);
    for (const error of errors) expect(error).toMatchObject({ kind: 'connection-lost', vixCode: 3014 });
    expect(await thrownBy(readName(made))).toBe(errors[0]);
    expect(lost).toEqual([errors[0]]);
    expect(fake.count('Login')).toBe(2);
  });

  it('that began with a clone ticket cannot be renewed', async () => {
    fake.on('CloneSession', (call) => {
      expect(call.args['cloneTicket']).toBe('ticket');
      return fake.logIn(call);
    });
    const made = await connected({}, { userName: null, password: new Secret('ticket') });
    expect(await readName(made)).toBe('machine');
    fake.forgetSessions();
    const error = await thrownBy(readName(made));
    expect(error).toMatchObject({ kind: 'connection-lost' });
    expect(String(error)).toContain('clone ticket was good for one login');
  });

  it('begins with a SAML token that travels byte for byte in a fresh header', async () => {
    const token = '<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" ID="a&amp;b"/>';
    let header = '';
    fake.on('LoginByToken', (call) => {
      header = call.security ?? '';
      return fake.logIn(call);
    });
    await connected(
      { login: 'saml-token' },
      { userName: null, password: new Secret(`<?xml version="1.0"?>\n${token}`) },
    );
    expect(header).toContain(token);
    expect(header).toContain('Created>2026-01-01T00:00:00.000Z<');
    expect(header).not.toContain('<?xml');
  });

  it('is kept alive while nobody calls', async () => {
    const { clock } = await connected();
    await clock.advance(9 * minute);
    expect(fake.count('CurrentTime')).toBe(0);
    await whileMoving(
      clock,
      minute,
      until(() => fake.count('CurrentTime') === 1),
    );
  });

  it('leaves no timer behind', async () => {
    const { clock, ...lease } = await connected();
    expect(clock.pending).toBeGreaterThan(0);
    await lease.release();
    expect(clock.pending).toBe(0);
  });
});

describe('a server that does not answer', () => {
  it('is waited for by calls that read', async () => {
    const made = await connected();
    const port = Number(fake.url.port);
    await fake.close();
    const reading = readName(made);
    await made.clock.advance(0);
    await fake.listen(port);
    expect(await whileMoving(made.clock, 250, reading)).toBe('machine');
  });

  it('may have carried out a call whose answer was lost, which therefore is not repeated', async () => {
    const made = await connected();
    let started = 0;
    fake.on('PowerOnVM_Task', ({ response }) => {
      started += 1;
      response.socket?.destroy();
      return answeredOtherwise;
    });
    const error = await thrownBy(made.connection.call(vm, 'PowerOnVM_Task', {}, made.call));
    expect(error).toMatchObject({ name: 'HttpFailure', kind: 'lost', mayHaveRun: true });
    expect(started).toBe(1);
  });

  it('has not carried out a call that waits for a new login, whatever becomes of that', async () => {
    const made = await connected();
    let logins = 0;
    fake.on('Login', (call) => {
      logins += 1;
      if (logins > 1) return fake.logIn(call);
      call.response.socket?.destroy();
      return answeredOtherwise;
    });
    let started = 0;
    fake.on('PowerOnVM_Task', () => {
      started += 1;
      return { type: 'Task', value: 'task-1' };
    });
    fake.forgetSessions();
    const starting = made.connection.call(vm, 'PowerOnVM_Task', {}, made.call);
    expect(await whileMoving(made.clock, 250, starting)).toEqual({ type: 'Task', value: 'task-1' });
    expect([logins, started]).toEqual([2, 1]);
  });

  it('gets a call that reads again after its answer was cut off', async () => {
    const made = await connected();
    let asked = 0;
    fake.on('CurrentTime', ({ response }) => {
      asked += 1;
      if (asked === 2) return new Date(7);
      response.writeHead(200, { 'content-length': '100' }).write('<half');
      response.socket?.destroySoon();
      return answeredOtherwise;
    });
    const serviceInstance = { type: 'ServiceInstance', value: 'ServiceInstance' } as const;
    const asking = made.connection.call(serviceInstance, 'CurrentTime', {}, made.call);
    expect(await whileMoving(made.clock, 250, asking)).toEqual(new Date(7));
  });

  it('and that starts or is overloaded is tried again', async () => {
    const made = await connected();
    let asked = 0;
    fake.on('PowerOnVM_Task', ({ response }) => {
      asked += 1;
      if (asked === 3) return { type: 'Task', value: 'task-1' };
      response.writeHead(503, { 'content-type': 'text/html' });
      response.end('<html>503 Service Unavailable (Failed to connect to endpoint)</html>');
      return answeredOtherwise;
    });
    const starting = made.connection.call(vm, 'PowerOnVM_Task', {}, made.call);
    expect(await whileMoving(made.clock, 250, starting)).toEqual({ type: 'Task', value: 'task-1' });
  });

  it('for too long ends everything that waits, but not the session', async () => {
    const made = await connected({ reconnectSeconds: 10 });
    const lost: Fault[] = [];
    made.connection.session.onLost((fault) => lost.push(fault));
    const waiting = thrownBy(made.connection.waitForVm(vm, () => undefined, made.call));
    await until(() => fake.count('WaitForUpdatesEx') > 0);
    const port = Number(fake.url.port);
    await fake.close();
    const errors = await whileMoving(made.clock, 500, Promise.all([thrownBy(readName(made)), waiting]));
    for (const error of errors) {
      expect(error).toMatchObject({ kind: 'connection-lost' });
      expect(String(error)).toMatch(/cannot be reached: it refuses connections.* for 10 seconds/);
    }
    // One that is made meanwhile tries once, and does not wait as long again.
    const beforeMs = made.clock.monotonic();
    expect(await thrownBy(readName(made))).toMatchObject({ kind: 'connection-lost' });
    expect(made.clock.monotonic()).toBe(beforeMs);
    fake.forgetSessions();
    await fake.listen(port);
    expect(await readName(made)).toBe('machine');
    const again = made.connection.waitForVm(vm, (values) => values.get('name'), made.call);
    expect(await whileMoving(made.clock, 250, again)).toBe('machine');
    // The next outage is waited for as long as the first.
    await fake.close();
    const reading = readName(made);
    await made.clock.advance(5000);
    await fake.listen(port);
    expect(await whileMoving(made.clock, 500, reading)).toBe('machine');
    expect(lost).toEqual([]);
  });

  it('and comes back with another certificate gets nothing more, not even the password', async () => {
    const thumbprint = new X509Certificate(goodCertificate.cert).fingerprint256;
    const made = await connected({ tls: { thumbprint } });
    const port = Number(fake.url.port);
    await fake.close();
    await fake.listen(port, selfSignedCertificate);
    const before = fake.calls.length;
    const error = await whileMoving(made.clock, 250, thrownBy(readName(made)));
    expect(error).toMatchObject({ name: 'HttpFailure', kind: 'certificate', mayHaveRun: false });
    expect(fake.calls).toHaveLength(before);
  });

  it('and whose answer makes no sense fails the call, but not the session', async () => {
    const made = await connected();
    fake.on('CurrentTime', ({ response }) => {
      response.writeHead(500, { 'content-type': 'text/html' }).end('<html>oops</html>');
      return answeredOtherwise;
    });
    const serviceInstance = { type: 'ServiceInstance', value: 'ServiceInstance' } as const;
    const error = await thrownBy(made.connection.call(serviceInstance, 'CurrentTime', {}, made.call));
    expect(error).toMatchObject({ name: 'HttpFailure', kind: 'bad-answer', status: 500 });
    expect(await readName(made)).toBe('machine');
  });
});

describe('a pool of connections', () => {
  it('shares one session among all that log in alike, and logs out after the last', async () => {
    const first = await connected();
    const second = await connected({}, {}, first.pool, first.clock);
    expect(second.connection).toBe(first.connection);
    await first.release();
    await first.release();
    expect(await readName(second)).toBe('machine');
    await second.release();
    expect([fake.count('Login'), fake.count('Logout')]).toEqual([1, 1]);
  });

  it('keeps users, passwords and manners of connecting apart', async () => {
    const { pool, clock, connection } = await connected();
    const others = [
      await connected({}, { userName: 'other' }, pool, clock),
      await connected({}, { password: new Secret('other') }, pool, clock),
      await connected({ callTimeoutSeconds: 5 }, {}, pool, clock),
    ];
    expect(new Set([connection, ...others.map((other) => other.connection)]).size).toBe(4);
    expect(fake.count('Login')).toBe(4);
  });

  it('never hands out a session that was lost', async () => {
    const first = await connected();
    fake.forgetSessions();
    fake.on('Login', () => {
      throw new FakeFault({ $type: 'InvalidLogin' }, 'Cannot complete login.');
    });
    expect(await thrownBy(readName(first))).toMatchObject({ kind: 'connection-lost' });
    fake.on('Login', (call) => fake.logIn(call));
    const second = await connected({}, {}, first.pool, first.clock);
    expect(await readName(second)).toBe('machine');
  });

  it('asks a server what it is once a minute at most, however often somebody connects', async () => {
    const { pool, clock, ...lease } = await connected();
    await lease.release();
    await clock.advance(minute - 1);
    const second = await connected({}, {}, pool, clock);
    expect(await readName(second)).toBe('machine');
    await second.release();
    expect(fake.count('RetrieveServiceContent')).toBe(1);
    await clock.advance(1);
    await connected({}, {}, pool, clock);
    expect(fake.count('RetrieveServiceContent')).toBe(2);
  });

  it('finds out when another server has come in the place of one that it knew', async () => {
    const { pool, clock, ...lease } = await connected();
    await lease.release();
    fake.on('Login', (call) => {
      fake.on('Login', (again) => fake.logIn(again));
      throw new FakeFault({ $type: 'ManagedObjectNotFound', obj: call.self }, 'no such manager');
    });
    fake.versions = ['7.0'];
    fake.soapActions.clear();
    expect(await readName(await connected({}, {}, pool, clock))).toBe('machine');
    expect([...fake.soapActions]).toEqual(['urn:vim25/8.0.3.0', 'urn:vim25/7.0']);
  });

  it('forgets an attempt that failed', async () => {
    fake.on('Login', () => {
      throw new FakeFault({ $type: 'InvalidLogin' }, 'no');
    });
    expect(isVimError(await thrownBy(connected()), 'InvalidLogin')).toBe(true);
    fake.on('Login', (call) => fake.logIn(call));
    expect(await readName(await connected())).toBe('machine');
  });

  it('goes on connecting for the others when one of them gives up', async () => {
    const { pool, clock, ...lease } = await connected();
    await lease.release();
    const held: (() => void)[] = [];
    fake.on('Login', async (call) => {
      await new Promise<void>((resolve) => held.push(resolve));
      return fake.logIn(call);
    });
    const stop = new AbortController();
    const { settings } = connections[0]?.connection ?? {};
    if (settings === undefined) throw new Error('no connection');
    const login = { kind: 'password', userName: 'user', password: new Secret('pass') } as const;
    const call = { signal: stop.signal, clock, progress: () => undefined };
    const impatient = thrownBy(pool.lease(fake.url, login, settings, call));
    const patient = connected({}, {}, pool, clock);
    await until(() => held.length === 1);
    stop.abort('too long');
    expect(await impatient).toBe('too long');
    for (const go of held) go();
    expect(await readName(await patient)).toBe('machine');
  });

  /** An attempt to connect that is given up while its login is on the way. */
  async function givenUp(login: (call: FakeCall) => unknown): Promise<{ pool: ConnectionPool; clock: FakeClock }> {
    const clock = new FakeClock();
    const pool = new ConnectionPool(clock);
    const reached = deferred<undefined>();
    fake.on('Login', (call) => {
      reached.resolve(undefined);
      return login(call);
    });
    const stop = new AbortController();
    const settings = readSettings({ tls: 'insecure' }, {}, '.');
    const call = { signal: stop.signal, clock, progress: () => undefined };
    const attempt = thrownBy(pool.lease(fake.url, loginOf(target(), 'password'), settings, call));
    await reached.promise;
    stop.abort('too long');
    expect(await attempt).toBe('too long');
    return { pool, clock };
  }

  it('leaves no session on the server when an attempt is given up during its login', async () => {
    const go = deferred<undefined>();
    const { pool } = await givenUp(async (call) => {
      await go.promise;
      return fake.logIn(call);
    });
    const closed = pool.close();
    go.resolve(undefined);
    await closed;
    expect([fake.count('Login'), fake.count('Logout'), fake.sessionCount]).toEqual([1, 1, 0]);
  });

  it('is closed in time although the login of an attempt that was given up gets no answer', async () => {
    const { pool, clock } = await givenUp(() => answeredOtherwise);
    await whileMoving(clock, 1000, pool.close());
    expect([fake.count('Logout'), clock.monotonic() < 10_000]).toEqual([0, true]);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
  }
}

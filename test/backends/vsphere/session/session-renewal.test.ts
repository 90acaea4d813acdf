import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isVimError } from '../../../../src/backends/vsphere/errors/vim-error.js';
import type { Fault } from '../../../../src/base/fault.js';
import { deferred } from '../../../../src/base/deferred.js';
import { Secret } from '../../../../src/base/secret.js';
import { connectTo, type FakeConnection, thrownBy, whileMoving } from '../fake-connection.js';
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

/** Holds answers back until told to give them. */
function gate(): { readonly passed: () => Promise<void>; readonly reached: Promise<void>; readonly open: () => void } {
  const reached = deferred<undefined>();
  const opened = deferred<undefined>();
  const passed = async (): Promise<void> => {
    reached.resolve(undefined);
    await opened.promise;
  };
  return { passed, reached: reached.promise, open: () => opened.resolve(undefined) };
}

describe('a session that guest managers refuse while it lives', () => {
  const processManager = { type: 'GuestProcessManager', value: 'guestOperationsProcessManager' } as const;
  const auth = {
    $type: 'NamePasswordAuthentication',
    interactiveSession: false,
    username: 'u',
    password: 'p',
  } as const;
  const spec = { programPath: '/bin/true', arguments: '' };
  let started: number;
  /** Logins that the guest managers refuse. */
  let refusedLogins: number;

  beforeEach(() => {
    started = 0;
    refusedLogins = 1;
    fake.on('StartProgramInGuest', ({ self }) => {
      if (fake.count('Login') + fake.count('CloneSession') <= refusedLogins) {
        throw new FakeFault({ $type: 'NotAuthenticated', object: self, privilegeId: 'System.View' });
      }
      started += 1;
      return 7;
    });
  });

  const start = ({ connection, call }: FakeConnection): Promise<number> =>
    connection.call(processManager, 'StartProgramInGuest', { vm, auth, spec }, call);

  it('is renewed once for all that waits, for what was refused has not run; the old one is logged out', async () => {
    const made = await connected();
    expect(await Promise.all([start(made), start(made), readName(made)])).toEqual([7, 7, 'machine']);
    expect([started, fake.count('Login'), fake.count('Logout'), fake.sessionCount]).toEqual([2, 2, 1, 1]);
    expect(await readName(made)).toBe('machine');
  });

  it('tells a user who may not do it, and tries no other login for ten minutes', async () => {
    const made = await connected();
    refusedLogins = 2;
    for (let round = 0; round < 3; round += 1) {
      expect(isVimError(await thrownBy(start(made)), 'NoPermission')).toBe(true);
    }
    expect([started, fake.count('Login')]).toEqual([0, 2]);
    await made.clock.advance(10 * minute);
    expect(await start(made)).toBe(7);
    expect(fake.count('Login')).toBe(3);
  });

  it('is renewed for one machine although a new login was of no use for another', async () => {
    const made = await connected();
    const barred = { type: 'VirtualMachine', value: 'vm-barred' } as const;
    let refusesAll = false;
    fake.on('StartProgramInGuest', ({ self, args }) => {
      if (refusesAll || (args['vm'] as { readonly value: string }).value === barred.value) {
        throw new FakeFault({ $type: 'NotAuthenticated', object: self, privilegeId: 'System.View' });
      }
      return 7;
    });
    const startIn = (machine: typeof vm | typeof barred): Promise<unknown> =>
      thrownBy(made.connection.call(processManager, 'StartProgramInGuest', { vm: machine, auth, spec }, made.call));
    expect(isVimError(await startIn(barred), 'NoPermission')).toBe(true);
    expect(fake.count('Login')).toBe(2);
    refusesAll = true;
    // That login is fresh still.
    expect(isVimError(await startIn(vm), 'NoPermission')).toBe(true);
    expect(fake.count('Login')).toBe(2);
    await made.clock.advance(5 * minute);
    fake.on('Login', (call) => {
      refusesAll = false;
      return fake.logIn(call);
    });
    expect(isVimError(await startIn(barred), 'NoPermission')).toBe(true);
    expect(fake.count('Login')).toBe(2);
    expect(await made.connection.call(processManager, 'StartProgramInGuest', { vm, auth, spec }, made.call)).toBe(7);
    expect(fake.count('Login')).toBe(3);
  });

  it.each([
    { how: 'is refused', fault: { $type: 'InvalidLogin' }, thrown: 'NoPermission', logins: 2 },
    { how: 'fails', fault: { $type: 'SystemError', reason: 'it starts' }, thrown: 'SystemError', logins: 3 },
  ])('goes on with the old login where a new one $how', async ({ fault, thrown, logins }) => {
    const made = await connected();
    refusedLogins = Number.POSITIVE_INFINITY;
    fake.on('Login', () => {
      throw new FakeFault(fault);
    });
    for (let round = 0; round < 2; round += 1) expect(isVimError(await thrownBy(start(made)), thrown)).toBe(true);
    expect(await readName(made)).toBe('machine');
    expect([fake.count('Login'), fake.count('Logout'), fake.sessionCount]).toEqual([logins, 0, 1]);
  });

  it('goes on although no login can be reached for long, and fails only the calls that need one', async () => {
    const made = await connected({ reconnectSeconds: 10 });
    fake.on('Login', ({ response }) => {
      response.socket?.destroy();
      return answeredOtherwise;
    });
    const starting = thrownBy(start(made));
    const progress = { isOver: false };
    void starting.then(() => (progress.isOver = true));
    // What does not need the login shows that the session lives, and must not keep the other call waiting for ever.
    while (!progress.isOver) {
      expect(await readName(made)).toBe('machine');
      await made.clock.advance(250);
    }
    expect(await starting).toMatchObject({ kind: 'connection-lost' });
    expect(made.clock.monotonic()).toBeLessThan(20_000);
    expect(await readName(made)).toBe('machine');
    fake.on('Login', (call) => fake.logIn(call));
    expect(await start(made)).toBe(7);
    expect([started, fake.sessionCount]).toEqual([1, 1]);
  });

  it('is renewed again where the server ends it between renewal and second attempt', async () => {
    const made = await connected();
    refusedLogins = 2;
    fake.on('Login', (call) => {
      if (fake.count('Login') === 3) return fake.logIn(call);
      const user = fake.logIn(call);
      fake.forgetSessions();
      return user;
    });
    expect(await whileMoving(made.clock, 250, start(made))).toBe(7);
    expect([started, fake.count('Login'), fake.sessionCount]).toEqual([1, 3, 1]);
  });

  it('does not keep a list from being read to its end', async () => {
    const names = ['vm-1', 'vm-2', 'vm-3'];
    for (const value of names) fake.add({ type: 'VirtualMachine', value }, { name: value });
    fake.pageSize = 1;
    const made = await connected();
    const objectSet = names.map((value) => ({ obj: { type: 'VirtualMachine', value } }));
    const pages = made.connection.retrieve(
      { propSet: [{ type: 'VirtualMachine', pathSet: ['name'] }], objectSet },
      made.call,
    );
    const read: string[] = [];
    for await (const page of pages) {
      if (read.length === 0) await start(made);
      read.push(...page.map(({ obj }) => obj.value));
    }
    expect([read, started, fake.count('Login')]).toEqual([names, 1, 2]);
  });

  it('is kept where it began with a clone ticket, which is good for one login', async () => {
    fake.on('CloneSession', (call) => fake.logIn(call));
    const made = await connected({}, { userName: null, password: new Secret('ticket') });
    expect(isVimError(await thrownBy(start(made)), 'NoPermission')).toBe(true);
    expect(await readName(made)).toBe('machine');
  });
});

describe('a session that has ended', () => {
  const serviceInstance = { type: 'ServiceInstance', value: 'ServiceInstance' } as const;

  it.each([
    { what: 'an answer', isFault: false },
    { what: 'a refusal', isFault: true },
  ])('keeps the cookie of its new login when $what to an older call comes late with another', async ({ isFault }) => {
    const made = await connected();
    const late = gate();
    fake.on('CurrentTime', async ({ self, response }) => {
      if (fake.count('CurrentTime') > 1) return new Date(7);
      response.setHeader('set-cookie', 'vmware_soap_session="late"');
      await late.passed();
      if (isFault) throw new FakeFault({ $type: 'NotAuthenticated', object: self, privilegeId: 'System.View' });
      return new Date(7);
    });
    const asking = made.connection.call(serviceInstance, 'CurrentTime', {}, made.call);
    await late.reached;
    fake.forgetSessions();
    expect(await readName(made)).toBe('machine');
    late.open();
    expect(await asking).toEqual(new Date(7));
    expect(await readName(made)).toBe('machine');
    expect([fake.count('Login'), fake.sessionCount]).toEqual([2, 1]);
  });

  it('leaves no session on the server when it is closed during its new login', async () => {
    const made = await connected();
    const login = gate();
    fake.on('Login', async (call) => {
      await login.passed();
      return fake.logIn(call);
    });
    fake.forgetSessions();
    const reading = thrownBy(readName(made));
    await login.reached;
    const left = made.release();
    login.open();
    await left;
    expect(await reading).toMatchObject({ kind: 'connection-lost' });
    expect(fake.sessionCount).toBe(0);
  });

  it('is closed in time although its new login gets no answer', async () => {
    const made = await connected();
    const login = gate();
    fake.on('Login', async () => {
      await login.passed();
      return answeredOtherwise;
    });
    fake.forgetSessions();
    const reading = thrownBy(readName(made));
    await login.reached;
    await whileMoving(made.clock, 1000, made.release());
    fake.breakConnections();
    login.open();
    expect(await reading).toMatchObject({ kind: 'connection-lost' });
  });
});

describe('a session whose renewal fails for now', () => {
  const unavailable = '<html>503 Service Unavailable (Failed to connect to endpoint)</html>';
  const mishaps: Readonly<Record<string, (call: FakeCall) => unknown>> = {
    'the service is not available': ({ response }) => {
      response.writeHead(503, { 'content-type': 'text/html' }).end(unavailable);
      return answeredOtherwise;
    },
    'the connection is reset': ({ response }) => {
      response.socket?.destroy();
      return answeredOtherwise;
    },
    'the answer breaks off': ({ response }) => {
      response.writeHead(200, { 'content-length': '100' }).write('<half');
      response.socket?.destroySoon();
      return answeredOtherwise;
    },
    'the server starts': () => {
      throw new FakeFault({ $type: 'SystemError', reason: 'vpxd is starting' }, 'A general system error occurred.');
    },
    'the server reaches something else not': () => {
      throw new FakeFault({ $type: 'HostCommunication' }, 'Unable to communicate with the remote host.');
    },
  };

  it.each(Object.entries(mishaps))('goes on: %s', async (_name, mishap) => {
    const made = await connected();
    const lost: Fault[] = [];
    made.connection.session.onLost((fault) => lost.push(fault));
    let logins = 0;
    fake.on('Login', (call) => {
      logins += 1;
      return logins <= 2 ? mishap(call) : fake.logIn(call);
    });
    fake.forgetSessions();
    expect(await whileMoving(made.clock, 250, readName(made))).toBe('machine');
    expect([logins, lost]).toEqual([3, []]);
  });

  it('fails the call when no answer comes, and goes on with the next one', async () => {
    const made = await connected({ callTimeoutSeconds: 1 });
    let logins = 0;
    fake.on('Login', (call) => {
      logins += 1;
      return logins === 1 ? answeredOtherwise : fake.logIn(call);
    });
    fake.forgetSessions();
    const error = await whileMoving(made.clock, 250, thrownBy(readName(made)));
    expect(error).toMatchObject({ name: 'HttpFailure', kind: 'timeout', mayHaveRun: false });
    expect(made.connection.session.end).toBeUndefined();
    expect(await readName(made)).toBe('machine');
  });

  it('fails its calls when that takes too long, which is no refusal, and goes on', async () => {
    const made = await connected({ reconnectSeconds: 10 });
    fake.on('Login', () => {
      throw new FakeFault({ $type: 'SystemError', reason: 'vpxd is starting' }, 'A general system error occurred.');
    });
    fake.forgetSessions();
    const error = await whileMoving(made.clock, 500, thrownBy(readName(made)));
    expect(error).toMatchObject({ kind: 'connection-lost' });
    expect(error).not.toHaveProperty('vixCode', 3014);
    expect(String(error)).toContain('the server takes no login now: A general system error occurred.');
    expect(made.connection.session.end).toBeUndefined();
    fake.on('Login', (call) => fake.logIn(call));
    expect(await readName(made)).toBe('machine');
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConnectionPool } from '../../../../src/backends/vsphere/connection-pool.js';
import { Datacenters } from '../../../../src/backends/vsphere/inventory/datacenters.js';
import { findMachine } from '../../../../src/backends/vsphere/inventory/find-machine.js';
import { typed } from '../../../../src/backends/vsphere/soap/values.js';
import type { PropertyFilterSpec } from '../../../../src/backends/vsphere/vim/generated/types.js';
import { Fault } from '../../../../src/base/fault.js';
import { deferred } from '../../../../src/base/deferred.js';
import { FakeClock } from '../../../../src/base/clock.js';
import { connectTo, type FakeConnection, thrownBy } from '../fake-connection.js';
import { FakeFault, FakeVsphere } from '../fake-vsphere.js';

const minuteMs = 60_000;
/** A list that is so old may have been outrun. */
const secondsMs = 2000;

let fake: FakeVsphere;
/** How often the datacentres were read. */
let readCount = 0;
/** What the answer waits for. */
let answerAfter: Promise<unknown> = Promise.resolve();
const connections: FakeConnection[] = [];

beforeEach(async () => {
  fake = await FakeVsphere.start();
  readCount = 0;
  answerAfter = Promise.resolve();
  has('one');
});

afterEach(async () => {
  for (const connection of connections.splice(0)) {
    await connection.release();
    await connection.pool.close();
  }
  await fake.close();
});

/** Gives the server these datacentres, each with the datastores `store` and one named like itself. */
function has(...names: readonly string[]): void {
  const object = (type: string, value: string, values: Readonly<Record<string, unknown>>) => ({
    obj: { type, value },
    propSet: Object.entries(values).map(([name, val]) => ({ name, val })),
  });
  const objects = names.flatMap((name) => [
    object('Datacenter', name, {
      name,
      datastore: typed('&Datastore[]', [
        { type: 'Datastore', value: `${name}-store` },
        { type: 'Datastore', value: `${name}-own` },
      ]),
      vmFolder: { type: 'Folder', value: `${name}-vm` },
      hostFolder: { type: 'Folder', value: `${name}-host` },
    }),
    object('Datastore', `${name}-store`, { name: 'store' }),
    object('Datastore', `${name}-own`, { name }),
  ]);
  fake.on('RetrievePropertiesEx', ({ args }) => {
    const [spec] = args['specSet'] as readonly PropertyFilterSpec[];
    if (spec?.propSet.some(({ type }) => type === 'Datacenter') !== true) return undefined;
    readCount += 1;
    return answerAfter.then(() => ({ objects }));
  });
}

async function connected(clock = new FakeClock(), pool = new ConnectionPool(clock), userName = 'user') {
  const connection = await connectTo(fake, {}, { userName }, pool, clock);
  connections.push(connection);
  return { ...connection, datacenters: new Datacenters(connection.connection) };
}

describe('the datacentres of a server', () => {
  it('are asked for once by all who want them, and again after a minute', async () => {
    const { datacenters, clock, call } = await connected();
    const lists = await Promise.all([datacenters.list(call), datacenters.list(call)]);
    expect(lists.map((list) => list.map(({ name }) => name))).toEqual([['one'], ['one']]);
    await clock.advance(minuteMs - 1);
    await datacenters.list(call);
    expect(readCount).toBe(1);
    await clock.advance(1);
    await datacenters.list(call);
    expect(readCount).toBe(2);
  });

  it('are read for the second who asks when the first gives up', async () => {
    const { datacenters, call } = await connected();
    const stop = new AbortController();
    const first = thrownBy(datacenters.list({ signal: stop.signal }));
    const second = datacenters.list(call);
    stop.abort('enough');
    expect(await first).toBe('enough');
    expect(await second).toHaveLength(1);
  });

  it('are known to the next connection of the same user, and of nobody else', async () => {
    fake.on('Login', (call) => fake.logIn(call, String(call.args['userName'])));
    const connection = await connected();
    const { datacenters, clock, call, pool } = connection;
    await datacenters.list(call);
    await connection.release();
    const next = await connected(clock, pool);
    expect(await next.datacenters.list(call)).toHaveLength(1);
    expect(readCount).toBe(1);
    const other = await connected(clock, pool, 'other');
    await other.datacenters.list(call);
    expect(readCount).toBe(2);
  });

  it('are read anew after a new login, since the server may have started anew', async () => {
    const { datacenters, connection, call } = await connected();
    await datacenters.list(call);
    fake.forgetSessions();
    await connection.call({ type: 'ServiceInstance', value: 'ServiceInstance' }, 'CurrentTime', {}, call);
    await datacenters.list(call);
    expect(readCount).toBe(2);
  });

  it('are not known by an answer that is older than what came since', async () => {
    const { datacenters, connection, call } = await connected();
    const held = deferred<undefined>();
    answerAfter = held.promise;
    const slow = datacenters.list(call);
    await until(() => readCount === 1);
    connection.datacenters.forget();
    held.resolve(undefined);
    expect(await slow).toHaveLength(1);
    expect(connection.datacenters.value).toBeUndefined();
  });
});

describe('work that goes by an old list of datacentres', () => {
  it('finds a machine in a datacentre that has come since', async () => {
    const { datacenters, connection, call, clock } = await connected();
    await datacenters.list(call);
    await clock.advance(secondsMs);
    has('one', 'two');
    const asked: unknown[] = [];
    fake.on('FindByDatastorePath', ({ args }) => {
      const { value } = args['datacenter'] as { readonly value: string };
      asked.push(value);
      return undefined;
    });
    const error = await thrownBy(findMachine(connection, datacenters, '[store] a/a.vmx', call));
    expect(error).toMatchObject({ kind: 'vm-not-found' });
    expect([asked, readCount]).toEqual([['one', 'one', 'two'], 2]);
  });

  it('goes to a datacentre that has come in the place of one that is gone', async () => {
    const { datacenters, connection, call, clock } = await connected();
    await datacenters.list(call);
    await clock.advance(secondsMs);
    has('two');
    const asked: unknown[] = [];
    fake.on('FindByDatastorePath', ({ args }) => {
      const { value } = args['datacenter'] as { readonly value: string };
      asked.push(value);
      if (value === 'one') throw new FakeFault({ $type: 'ManagedObjectNotFound', obj: { type: 'Datacenter', value } });
      return undefined;
    });
    await thrownBy(findMachine(connection, datacenters, '[store] a/a.vmx', call));
    expect(asked).toEqual(['one', 'two']);
  });

  it('looks for a machine on a datastore that has come since', async () => {
    const { datacenters, connection, call, clock } = await connected();
    await datacenters.list(call);
    await clock.advance(secondsMs);
    has('one', 'two');
    const asked: unknown[] = [];
    fake.on('FindByDatastorePath', ({ args }) => void asked.push(args['path']));
    await thrownBy(findMachine(connection, datacenters, '[two] a/a.vmx', call));
    expect([asked, readCount]).toEqual([['[two] a/a.vmx'], 2]);
  });

  it('is done once more for one who tries again and again, as long as the list is not new', async () => {
    const { datacenters, connection, call, clock } = await connected();
    fake.on('FindByDatastorePath', () => undefined);
    const open = () => thrownBy(findMachine(connection, datacenters, '[none] a/a.vmx', call));
    await open();
    await open();
    expect(readCount).toBe(1);
    await clock.advance(secondsMs);
    await open();
    await open();
    expect(readCount).toBe(2);
  });

  it.each(['vm-not-found', 'not-found', 'busy'] as const)('is done once more or not at all: %s', async (kind) => {
    const { datacenters, call, clock } = await connected();
    let count = 0;
    const failing = async (): Promise<never> => {
      count += 1;
      await datacenters.list(call);
      throw new Fault(kind, 'as the test says');
    };
    await thrownBy(datacenters.withNewest(failing));
    expect([count, readCount]).toEqual([1, 1]);
    await clock.advance(secondsMs);
    await thrownBy(datacenters.withNewest(failing));
    expect([count, readCount]).toEqual(kind === 'busy' ? [2, 1] : [3, 2]);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
  }
}

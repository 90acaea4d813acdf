import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ListedMachine, machinePages } from '../../../../src/backends/vsphere/inventory/machine-list.js';
import { ref, type Ref, typed } from '../../../../src/backends/vsphere/soap/values.js';
import { deferred } from '../../../../src/base/deferred.js';
import { connectTo, type FakeConnection } from '../fake-connection.js';
import { type FakeCall, FakeFault, FakeVsphere } from '../fake-vsphere.js';

const folder = ref('Folder', 'group-v1');
const count = 1100;

let fake: FakeVsphere;
let made: FakeConnection;
/** The members of each view that is made. */
let members: readonly Ref[];

beforeEach(async () => {
  fake = await FakeVsphere.start();
  made = await connectTo(fake);
  members = Array.from({ length: count }, (_, index) => ref('VirtualMachine', `vm-${index}`));
  for (const [index, member] of members.entries()) {
    fake.add(member, {
      name: `machine %2f ${index}`,
      'summary.config.vmPathName': `[store] ${index}.vmx`,
      'runtime.powerState': index % 2 === 0 ? 'poweredOn' : 'poweredOff',
      datastore: typed('&Datastore[]', [ref('Datastore', 'ds-1')]),
    });
  }
  fake.on('CreateContainerView', () => {
    const view = ref('ContainerView', `view-${fake.count('CreateContainerView')}`);
    fake.add(view, { view: typed('&[]', members) });
    return view;
  });
  fake.on('DestroyView', ({ self }) => fake.remove(self));
  fake.on('CancelRetrievePropertiesEx', () => undefined);
});

afterEach(async () => {
  await made.pool.close();
  await fake.close();
});

function pages(...more: Parameters<typeof machinePages>[3] & readonly unknown[]) {
  return machinePages(made.connection, folder, made.call, more);
}

async function listed(): Promise<readonly ListedMachine[]> {
  const machines: ListedMachine[] = [];
  for await (const page of pages()) machines.push(...page);
  return machines;
}

const ids = (machines: readonly ListedMachine[]): readonly string[] => machines.map((machine) => machine.ref.value);
const allIds = (): readonly string[] => members.map(({ value }) => value);

/** What a call of `RetrievePropertiesEx` asks of which objects. */
function asked({ args }: FakeCall) {
  interface Spec {
    readonly objectSet: readonly { readonly obj: Ref }[];
    readonly propSet: readonly [{ readonly pathSet: readonly string[] }];
  }
  const [spec] = args['specSet'] as readonly [Spec];
  const refs = spec.objectSet.map(({ obj }) => obj);
  return { refs, paths: spec.propSet[0].pathSet, isOfView: refs[0]?.type === 'ContainerView' };
}

/** Lets a test do something at the requests for machines, by their number from 0, and at those for the view. */
function onRetrieve(script: (part: number | 'view', call: FakeCall) => unknown): void {
  let parts = 0;
  fake.on('RetrievePropertiesEx', async (call) => {
    if (asked(call).refs[0]?.type === 'SessionManager') return fake.own(call);
    await script(asked(call).isOfView ? 'view' : parts++, call);
    return fake.own(call);
  });
}

function loseSession({ self }: FakeCall): never {
  fake.forgetSessions();
  throw new FakeFault({ $type: 'NotAuthenticated', object: self, privilegeId: 'System.View' });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

describe('a list of many machines', () => {
  it('has all of them in the order of the server, and is asked for in parts', async () => {
    const sizes: number[] = [];
    onRetrieve((part, call) => {
      if (part !== 'view') sizes.push(asked(call).refs.length);
    });
    const machines = await listed();
    expect(ids(machines)).toEqual(allIds());
    expect(machines[1]).toEqual({
      ref: members[1],
      name: 'machine / 1',
      path: '[store] 1.vmx',
      isOn: false,
      datastores: [],
    });
    expect(sizes).toEqual([250, 250, 250, 250, 100]);
    await until(() => fake.count('DestroyView') === 1);
  });

  it('keeps the order where a later part is answered first', async () => {
    const last = deferred<undefined>();
    onRetrieve(async (part) => {
      if (part === 0) await last.promise;
      if (part === 2) last.resolve(undefined);
    });
    expect(ids(await listed())).toEqual(allIds());
  });

  it('asks for no more properties than are wanted', async () => {
    const paths = new Set<string>();
    onRetrieve((_, call) => {
      for (const path of asked(call).paths) paths.add(path);
    });
    await listed();
    expect(paths).toEqual(new Set(['view', 'name', 'summary.config.vmPathName']));
    for await (const [first] of pages('runtime.powerState', 'datastore')) {
      expect(first).toMatchObject({ isOn: true, datastores: [ref('Datastore', 'ds-1')] });
    }
  });

  it('lacks machines that have gone since the server named them, and those without a path', async () => {
    onRetrieve((part) => {
      if (part === 0) for (const member of members.slice(5, 600)) fake.remove(member);
    });
    fake.change(ref('VirtualMachine', 'vm-1'), { 'summary.config.vmPathName': undefined });
    expect(ids(await listed())).toEqual(allIds().filter((_, index) => index !== 1 && (index < 5 || index >= 600)));
  });

  it('is empty where there are none', async () => {
    members = [];
    expect(await listed()).toEqual([]);
    expect(fake.count('RetrievePropertiesEx')).toBe(1);
  });

  it('is read to its end where the server divides the parts', async () => {
    fake.pageSize = 60;
    expect(ids(await listed())).toEqual(allIds());
    expect(fake.count('ContinueRetrievePropertiesEx')).toBe(17);
  });

  it.each(['view', 0, 3])('is whole where the session ends at the request for %s', async (place) => {
    let isLost = false;
    onRetrieve((part, call) => {
      if (part !== place || isLost) return;
      isLost = true;
      // Views end with their session.
      for (const object of asked(call).refs) if (object.type === 'ContainerView') fake.remove(object);
      loseSession(call);
    });
    expect(ids(await listed())).toEqual(allIds());
    expect([fake.count('Login'), fake.count('CreateContainerView')]).toEqual([2, place === 'view' ? 2 : 1]);
  });

  it('is whole where the session ends between the pages of a part', async () => {
    fake.pageSize = 100;
    fake.on('ContinueRetrievePropertiesEx', (call) => {
      if (fake.count('ContinueRetrievePropertiesEx') === 4) loseSession(call);
      return fake.own(call);
    });
    expect(ids(await listed())).toEqual(allIds());
    expect(fake.count('Login')).toBe(2);
  });

  it('ends with the error of the first part that fails', async () => {
    onRetrieve((part) => {
      if (part === 1 || part === 2) throw new FakeFault({ $type: 'SystemError', reason: `part ${part}` });
    });
    const read: string[] = [];
    const reading = (async () => {
      for await (const page of pages()) read.push(...ids(page));
    })();
    await expect(reading).rejects.toMatchObject({ fault: { $type: 'SystemError', reason: 'part 1' } });
    expect(read).toEqual(allIds().slice(0, 250));
  });

  it('fails where its view has gone while the session lives', async () => {
    fake.on('CreateContainerView', () => ref('ContainerView', 'gone'));
    await expect(listed()).rejects.toMatchObject({ fault: { $type: 'ManagedObjectNotFound' } });
    expect(fake.count('CreateContainerView')).toBe(1);
  });

  it('that nobody reads to its end leaves nothing on the server', async () => {
    fake.pageSize = 100;
    const tokens: unknown[] = [];
    fake.on('CancelRetrievePropertiesEx', ({ args }) => void tokens.push(args['token']));
    const late = deferred<undefined>();
    onRetrieve((part) => (part === 2 ? late.promise : undefined));
    for await (const page of pages()) {
      expect(page).toHaveLength(100);
      break;
    }
    late.resolve(undefined);
    // Of the part that was read, and of three that were on their way.
    await until(() => tokens.length === 4);
    expect(new Set(tokens).size).toBe(4);
    expect([fake.count('RetrievePropertiesEx'), fake.count('DestroyView')]).toEqual([5, 1]);
  });

  it('ends at once when it is cancelled with parts on their way', async () => {
    const stop = new AbortController();
    const held = deferred<undefined>();
    onRetrieve((part) => {
      if (part === 2) stop.abort('enough');
      return part === 'view' ? undefined : held.promise;
    });
    const first = machinePages(made.connection, folder, { signal: stop.signal }).next();
    await expect(first).rejects.toBe('enough');
    held.resolve(undefined);
    expect(fake.count('RetrievePropertiesEx')).toBe(4);
  });
});

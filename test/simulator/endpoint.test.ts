import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../src/base/clock.js';
import { Endpoint } from '../../src/simulator/endpoint.js';
import { managed, type ManagedKind } from '../../src/simulator/managed-object.js';
import { refKey } from '../../src/simulator/ref.js';
import { VimFault } from '../../src/simulator/vim-fault.js';
import { World } from '../../src/world/world.js';

const idleTimeoutMs = 30 * 60_000;
const origin = { address: '127.0.0.1', userAgent: 'test' };

async function newEndpoint() {
  const clock = new FakeClock();
  const world = await World.create({
    clock,
    inventory: {
      vms: [
        { name: 'one', location: '[store] one/one.vmx' },
        { name: 'two', location: '[store] two/two.vmx', isRegistered: false },
      ],
    },
  });
  return { clock, world, endpoint: new Endpoint({ world, kind: 'vcenter', users: [], idleTimeoutMs }) };
}

describe('sessions', () => {
  it('end after the idle time-out and not before, and tell those who hold their objects', async () => {
    const { clock, endpoint } = await newEndpoint();
    const session = endpoint.sessions.open({ name: 'anna' }, origin);
    const token = session.token.reveal();
    await clock.advance(idleTimeoutMs);
    expect(endpoint.sessions.use(token)).toBe(session);
    await clock.advance(idleTimeoutMs + 1);
    expect(endpoint.sessions.use(token)).toBeUndefined();
    expect(session.closed.aborted).toBe(true);
    expect(endpoint.sessions.byKey(session.key)).toBeUndefined();
  });

  it('have the privileges of their user, and those that nobody lacks', async () => {
    const { endpoint } = await newEndpoint();
    const vm = { type: 'VirtualMachine', value: 'vm-1' };
    const session = endpoint.sessions.open({ name: 'anna', privileges: ['VirtualMachine.Interact.*'] }, origin);
    session.requirePrivilege('VirtualMachine.Interact.PowerOn', vm);
    session.requirePrivilege('System.View', vm);
    expect(faultOf(() => session.requirePrivilege('VirtualMachine.State.CreateSnapshot', vm))).toEqual({
      $type: 'NoPermission',
      object: vm,
      privilegeId: 'VirtualMachine.State.CreateSnapshot',
    });
    expect(faultOf(() => endpoint.sessions.anonymous.requirePrivilege('System.View', vm))?.$type).toBe(
      'NotAuthenticated',
    );
    expect(() => endpoint.sessions.anonymous.requirePrivilege('System.Anonymous', vm)).not.toThrow();
  });
});

describe('machines', () => {
  it('are those that are registered, and get another reference with each registration', async () => {
    const { world, endpoint } = await newEndpoint();
    await endpoint.inventory.start(await world.store.ids(), show);
    const [lab] = endpoint.inventory.datacenters;
    const vm = { type: 'VirtualMachine', value: 'vm-1' };
    expect(lab?.machineRefs).toEqual([vm]);
    const { id } = await endpoint.machines.open(vm);
    expect((await world.byId(id)).id).toBe(id);
    const seen: string[] = [];
    endpoint.objects.onChange((change) => seen.push(`${change.kind} ${change.ref.value}`));
    await world.unregister('[store] one/one.vmx');
    await endpoint.inventory.refresh(id);
    await expect(endpoint.machines.open(vm)).rejects.toThrow(VimFault);
    expect(lab?.machineRefs).toEqual([]);
    await world.register('[store] one/one.vmx');
    await endpoint.inventory.refresh(id);
    expect(lab?.machineRefs).toEqual([{ type: 'VirtualMachine', value: 'vm-2' }]);
    expect(seen.filter((text) => text.includes('vm-'))).toEqual(['leave vm-1', 'enter vm-2']);
    expect(seen).toContain('modify group-v1');
  });

  it('of another datacentre are not seen on an ESXi', async () => {
    const { world } = await newEndpoint();
    const endpoint = new Endpoint({ world, kind: 'esx', users: [], idleTimeoutMs, datacenter: 'Elsewhere' });
    await endpoint.inventory.start(await world.store.ids(), show, 'Elsewhere');
    expect(endpoint.inventory.datacenters.map(({ machineRefs, refs }) => [machineRefs, refs.datacenter.value])).toEqual(
      [[[], 'ha-datacenter']],
    );
  });
});

describe('tasks', () => {
  it('tell of each state and keep result and fault', async () => {
    const { clock, endpoint } = await newEndpoint();
    const session = endpoint.sessions.open({ name: 'anna' }, origin);
    const entity = { type: 'VirtualMachine', value: 'vm-1' };
    const states: Record<string, string[]> = {};
    endpoint.tasks.onChange(({ ref, state }) => (states[ref.value] ??= []).push(state));
    const spec = { method: 'PowerOnVM_Task', entity, entityName: 'one', session };
    const good = endpoint.tasks.start(spec, async () => 'done');
    const bad = endpoint.tasks.start(spec, async () => {
      throw new VimFault({ $type: 'ToolsUnavailable' }, 'no Tools');
    });
    await clock.advance(1);
    expect(states).toEqual({
      'task-1': ['queued', 'running', 'success'],
      'task-2': ['queued', 'running', 'error'],
    });
    const info = async (ref: typeof good) => (await endpoint.find(ref, session))?.property('info', session);
    expect(await info(good)).toMatchObject({
      state: 'success',
      result: 'done',
      descriptionId: 'VirtualMachine.powerOn',
    });
    expect(await info(bad)).toMatchObject({
      state: 'error',
      error: { fault: { $type: 'ToolsUnavailable' }, localizedMessage: 'no Tools' },
    });
    await clock.advance(11 * 60_000);
    expect(endpoint.tasks.list()).toEqual([]);
    expect(await endpoint.find(good, session)).toBeUndefined();
  });

  it('are cancelled when they allow it', async () => {
    const { clock, endpoint } = await newEndpoint();
    const entity = { type: 'VirtualMachine', value: 'vm-1' };
    const spec = { method: 'CloneVM_Task', entity, entityName: 'one', session: endpoint.sessions.anonymous };
    const started = (isCancelable: boolean) =>
      endpoint.tasks.start(
        { ...spec, isCancelable },
        ({ signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
          }),
      );
    const [open, fixed] = [endpoint.tasks.byRef(started(true)), endpoint.tasks.byRef(started(false))];
    await clock.advance(1);
    expect(faultOf(() => fixed?.cancel())?.$type).toBe('NotSupported');
    open?.cancel();
    await clock.advance(1);
    expect(open).toMatchObject({ state: 'error', isCancelled: true, error: { fault: { $type: 'RequestCanceled' } } });
    expect(faultOf(() => open?.cancel())?.$type).toBe('InvalidState');
  });
});

describe('objects', () => {
  it('of a session are seen by it alone', async () => {
    const { endpoint } = await newEndpoint();
    const kind: ManagedKind<string> = {
      type: 'ListView',
      properties: { view: (target) => [target] },
      methods: { DestroyView: { privilege: 'System.View', run: (target) => `${target} is gone` } },
    };
    const [anna, ben] = ['anna', 'ben'].map((name) => endpoint.sessions.open({ name }, origin));
    if (anna === undefined || ben === undefined) throw new Error('two sessions were opened');
    const ref = { type: 'ListView', value: 'view-1' };
    endpoint.objectsOf(anna).add(managed(ref, kind, 'a view'));
    const view = await endpoint.find(ref, anna);
    expect(view?.property('view', anna)).toEqual(['a view']);
    expect(view?.property('toString', anna)).toBeUndefined();
    expect(view?.method('constructor')).toBeUndefined();
    const request = { session: anna, self: ref, args: {}, signal: new AbortController().signal };
    expect(view?.method('DestroyView')?.run(request)).toBe('a view is gone');
    expect(await endpoint.find(ref, ben)).toBeUndefined();
  });

  it('tell when they come, change and go', async () => {
    const { endpoint } = await newEndpoint();
    const seen: string[] = [];
    const stop = endpoint.objects.onChange(({ ref, kind }) => seen.push(`${kind} ${refKey(ref)}`));
    const ref = { type: 'SearchIndex', value: 'SearchIndex' };
    endpoint.addManager('searchIndex', managed(ref, { type: 'SearchIndex', properties: {}, methods: {} }, null));
    endpoint.objects.changed({ ref, kind: 'modify' });
    endpoint.objects.remove(ref);
    stop();
    endpoint.objects.changed({ ref, kind: 'modify' });
    expect(seen).toEqual(['enter', 'modify', 'leave'].map((kind) => `${kind} SearchIndex:SearchIndex`));
    expect(endpoint.serviceContent.get('searchIndex')).toEqual(ref);
  });

  it('of types that come from a source are asked for there', async () => {
    const { endpoint } = await newEndpoint();
    endpoint.objects.addSource('Network', {
      find: async (ref) =>
        ref.value === 'network-1' ? managed(ref, { type: 'Network', properties: {}, methods: {} }, 1) : undefined,
    });
    const { anonymous } = endpoint.sessions;
    expect((await endpoint.find({ type: 'Network', value: 'network-1' }, anonymous))?.ref.value).toBe('network-1');
    expect(await endpoint.find({ type: 'Network', value: 'network-2' }, anonymous)).toBeUndefined();
  });
});

describe('routes', () => {
  it('are found by their longest prefix', async () => {
    const { endpoint } = await newEndpoint();
    const handlers = { sdk: () => undefined, versions: () => undefined };
    endpoint.routes.add('/sdk', handlers.sdk);
    endpoint.routes.add('/sdk/vimServiceVersions.xml', handlers.versions);
    expect(endpoint.routes.find('/sdk')).toBe(handlers.sdk);
    expect(endpoint.routes.find('/sdk/vimService')).toBe(handlers.sdk);
    expect(endpoint.routes.find('/sdk/vimServiceVersions.xml')).toBe(handlers.versions);
    expect(endpoint.routes.find('/sdkx')).toBeUndefined();
    expect(() => endpoint.routes.add('/sdk', handlers.sdk)).toThrow('/sdk');
  });
});

const show = {
  datacenter: () => undefined,
  datastore: () => undefined,
  network: () => undefined,
  pod: () => undefined,
};

function faultOf(action: () => void) {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof VimFault) return error.fault;
    throw error;
  }
}

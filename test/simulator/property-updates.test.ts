import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { vimSchema } from '../../src/backends/vsphere/vim/vim-schema.js';
import type { PropertyFilterSpec } from '../../src/backends/vsphere/vim/generated/types.js';
import { FakeClock, settle } from '../../src/base/clock.js';
import { managed } from '../../src/simulator/managed-object.js';
import { checkFilter } from '../../src/simulator/properties/filter-spec.js';
import { PropertyFilter } from '../../src/simulator/properties/property-filter.js';
import { UpdateCollector } from '../../src/simulator/properties/update-collector.js';
import type { Ref } from '../../src/simulator/ref.js';
import { Session } from '../../src/simulator/sessions.js';
import { required, startRig, taskResult } from './simulator-rig.js';

const folder = (value: string): Ref<'Folder'> => ({ type: 'Folder', value });
const limits = { maxWaitMs: undefined, maxObjectUpdates: Number.POSITIVE_INFINITY };

/** Folders with names and children, of which one can be held up while a filter looks for it. */
function folders(children: Record<string, string[]>) {
  const session = new Session({ name: 'user' }, { address: '', userAgent: '' }, 0, () => []);
  const names = new Map<string, string>();
  const held = new Map<string, Promise<void>>();
  const updates = new UpdateCollector(new FakeClock());
  const properties = {
    name: (value: string) => names.get(value) ?? value,
    childEntity: (value: string) => (children[value] ?? []).map(folder),
  };
  const finder = {
    schema: vimSchema,
    find: async ({ value }: Ref) => {
      const found = children[value] && managed(folder(value), { type: 'Folder', properties, methods: {} }, value);
      await held.get(value);
      return found;
    },
  };
  let count = 0;
  return {
    updates,
    names,
    children,
    watch: (objectSet: PropertyFilterSpec['objectSet']) => {
      const spec = { propSet: [{ type: 'Folder', pathSet: ['name'] }], objectSet };
      const ref = { type: 'PropertyFilter', value: `filter-${(count += 1)}` } as const;
      updates.add(new PropertyFilter(ref, checkFilter(spec, vimSchema), false, finder, session));
    },
    changed: (value: string) => updates.onChange({ ref: folder(value), kind: 'modify' }),
    /** @returns how to let it go on. */
    hold: (value: string) => {
      let release = (): void => undefined;
      held.set(value, new Promise((resolve) => (release = resolve)));
      return () => {
        held.delete(value);
        release();
      };
    },
    wait: async (version: string) => {
      const set = required(await updates.wait(version, limits, AbortSignal.timeout(2000)));
      const objects = (set.filterSet ?? []).flatMap(({ objectSet = [] }) => objectSet);
      return { version: set.version, told: objects.map(({ kind, obj }) => `${kind} ${obj.value}`) };
    },
  };
}

describe('changes while filters look', () => {
  it('are not lost where the walk has been already', async () => {
    const { children, watch, hold, changed, wait } = folders({ root: ['a', 'b'], a: [], b: [] });
    const way = { $type: 'TraversalSpec' as const, name: 'down', type: 'Folder', path: 'childEntity' };
    const next = { $type: 'SelectionSpec' as const, name: 'down' };
    watch([{ obj: folder('root'), selectSet: [{ ...way, selectSet: [next] }] }]);
    const release = hold('b');
    const first = wait('');
    await settle();
    children['root'] = ['a', 'b', 'c'];
    children['c'] = [];
    changed('root');
    release();
    const { told, version } = await first;
    expect(told).toEqual(['enter root', 'enter a', 'enter b']);
    expect((await wait(version)).told).toEqual(['enter c']);
  });

  it('wake the wait that another filter was holding up', async () => {
    const { names, watch, hold, changed, wait } = folders({ a: [], b: [] });
    watch([{ obj: folder('a') }]);
    watch([{ obj: folder('b') }]);
    const { version } = await wait('');
    const release = hold('b');
    const second = wait(version);
    await settle();
    changed('b');
    await settle();
    names.set('a', 'new');
    changed('a');
    release();
    expect((await second).told).toEqual(['modify a']);
  });
});

describe('a collector that is destroyed', () => {
  it('hears of no more changes', async () => {
    const { session } = await startRig({ inventory: { vms: [{ name: 'web', location: '[ds] web/web.vmx' }] } });
    const { client, content } = await session();
    const web = { type: 'VirtualMachine', value: 'vm-1' } as const;
    const own = await client.call(content.propertyCollector, 'CreatePropertyCollector', {});
    await client.properties(web, 'name');
    const heard = vi.spyOn(UpdateCollector.prototype, 'onChange');
    onTestFinished(() => heard.mockRestore());
    await taskResult(client, await client.call(web, 'PowerOnVM_Task', {}));
    expect(new Set(heard.mock.contexts).size).toBe(2);
    await client.call(own, 'DestroyPropertyCollector', {});
    heard.mockClear();
    await taskResult(client, await client.call(web, 'PowerOffVM_Task', {}));
    expect(new Set(heard.mock.contexts).size).toBe(1);
  });
});

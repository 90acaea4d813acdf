import { describe, expect, it } from 'vitest';
import type { Ref } from '../../src/backends/vsphere/soap/values.js';
import { required, startRig } from './simulator-rig.js';

describe.each(['vcenter', 'esx'] as const)('every object of a %s', (kind) => {
  it('answers for all of its properties in the words of the wire', async () => {
    const { session, defects } = await startRig({ kind });
    const { client, content } = await session();
    const managers = Object.values(content).filter(isRef);
    const view = await client.call(required(content.viewManager), 'CreateContainerView', {
      container: content.rootFolder,
      recursive: true,
    });
    const { view: entities } = await client.properties(view, 'view');
    const objects = [...managers, view, ...(entities as Ref[])];
    // A failure is found among the defects.
    for (const object of objects) await client.properties(object).catch(() => undefined);
    expect(defects.map((defect) => JSON.stringify(defect, errorText))).toEqual([]);
    const types = new Set(objects.map(({ type }) => type));
    for (const type of [
      'VirtualMachine',
      'HostSystem',
      'Datastore',
      'Network',
      'ResourcePool',
      'Datacenter',
      'Folder',
    ]) {
      expect(types).toContain(type);
    }
  });
});

function isRef(value: unknown): value is Ref {
  return typeof value === 'object' && value !== null && 'value' in value && !('$type' in value);
}

function errorText(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value;
}

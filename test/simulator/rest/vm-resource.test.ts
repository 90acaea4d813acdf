import { describe, expect, it } from 'vitest';
import { startRig } from '../simulator-rig.js';

const vms = ['east', 'west'].map((datacenter) => ({
  name: `${datacenter}1`,
  datacenter,
  location: `[ds1] ${datacenter}1/${datacenter}1.vmx`,
}));

describe('the list of machines over the wire', () => {
  it('can be filtered by what they belong to', async () => {
    const { simulator } = await startRig({ inventory: { vms } });
    const { origin } = new URL(simulator.url);
    const authorization = `Basic ${Buffer.from('user:pass').toString('base64')}`;
    const opened = await fetch(`${origin}/api/session`, { method: 'POST', headers: { authorization } });
    expect(opened.status).toBe(201);
    const token = String(await opened.json());
    const list = async (query: string): Promise<unknown> => {
      const answer = await fetch(`${origin}/api/vcenter/vm?${query}`, { headers: { 'vmware-api-session-id': token } });
      const lines: unknown = await answer.json();
      return Array.isArray(lines) ? lines.map(({ name }) => name) : lines;
    };
    expect(await list('')).toEqual(['east1', 'west1']);
    expect(await list('datacenters=datacenter-2')).toEqual(['west1']);
    for (const filter of ['folders=group-v1', 'hosts=host-1', 'clusters=domain-c1', 'resource_pools=resgroup-1']) {
      expect(await list(filter)).toEqual(['east1']);
    }
    expect(await list('hosts=host-1&datacenters=datacenter-2')).toEqual([]);
  });
});

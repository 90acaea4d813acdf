import { expect, it } from 'vitest';
import type { Datacenter } from '../../../src/backends/vsphere/inventory/datacenter.js';
import { ServerMemory, type KnownServer } from '../../../src/backends/vsphere/server-memory.js';
import { FakeClock } from '../../../src/base/clock.js';

const noDatacenters: readonly Datacenter[] = [];

function server(instanceUuid: string): KnownServer {
  return { version: '8.0', content: { about: { instanceUuid, fullName: 'vCenter' } } } as KnownServer;
}

it('forgets the lists of another server, and keeps those of one that tells the same again', () => {
  const memory = new ServerMemory(new FakeClock());
  memory.meet(server('one'));
  const datacenters = memory.datacentersOf('user');
  datacenters.ask()(noDatacenters);
  memory.meet(server('one'));
  expect(memory.datacentersOf('user').value).toBe(noDatacenters);
  memory.meet(server('two'));
  expect(memory.datacentersOf('user').value).toBeUndefined();
});

it('believes what it was told for a minute', async () => {
  const clock = new FakeClock();
  const memory = new ServerMemory(clock);
  memory.meet(server('one'));
  await clock.advance(59_999);
  expect(memory.server.value).toEqual(server('one'));
  await clock.advance(1);
  expect(memory.server.value).toBeUndefined();
});

it('counts the time from the question on, and takes no answer that a newer one has outrun', async () => {
  const clock = new FakeClock();
  const { server: told } = new ServerMemory(clock);
  const [older, newer] = [told.ask(), told.ask()];
  await clock.advance(30_000);
  newer(server('newer'));
  older(server('older'));
  expect(told.value).toEqual(server('newer'));
  await clock.advance(30_000);
  expect(told.value).toBeUndefined();
});

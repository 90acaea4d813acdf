import { afterAll, beforeAll, expect, it } from 'vitest';
import { createVsphereBackend } from '../../../src/backends/vsphere/index.js';
import { FakeClock } from '../../../src/base/clock.js';
import { startSimulator, type Simulator } from '../../../src/simulator/index.js';
import { callOn, target } from './fake-connection.js';

const perDatacenter = 150;
let simulator: Simulator;

beforeAll(async () => {
  const machines = (datacenter: string) => ({
    name: `${datacenter}{n}`,
    datacenter,
    location: '[store] {n}/{n}.vmx',
    count: perDatacenter,
  });
  simulator = await startSimulator({ inventory: { vms: [machines('Lab'), machines('Attic')] } });
});

afterAll(() => simulator.close());

it('lets the event loop turn while it tells of many machines that it has all read', async () => {
  const backend = createVsphereBackend({ tls: { thumbprint: simulator.thumbprint?.sha256 ?? '' } });
  const call = callOn(new FakeClock());
  const host = await backend.connect(target({ hostName: simulator.url }), call);
  let [turn, isOver] = [0, false];
  const count = (): void => {
    turn += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const told = new Map<number, number>();
  const locations = new Set<string>();
  for await (const { location } of host.findVms('registered', call)) {
    locations.add(location);
    told.set(turn, (told.get(turn) ?? 0) + 1);
  }
  isOver = true;
  await backend.close?.();
  expect(locations.size).toBe(2 * perDatacenter);
  expect(Math.max(...told.values())).toBeLessThanOrEqual(100);
});

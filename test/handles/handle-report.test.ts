import { expect, it } from 'vitest';
import { FakeClock } from '../../src/base/clock.js';
import { handleLines } from '../../src/handles/handle-report.js';
import { HandleTable } from '../../src/handles/handle-table.js';
import type { RigPayloads } from '../fixtures/runner-rig.js';

it('tells of each live handle what it is, how often it is held, who made it and when, and its host', async () => {
  const clock = new FakeClock();
  const table = new HandleTable<RigPayloads>(clock);
  const host = table.add('host', {}, 'VixHost_Connect');
  table.addRef(host.handle);
  await clock.advance(2000);
  const vm = table.add('vm', {}, 'VixVM_Open', host);
  table.addRef(vm.handle);
  table.addRef(vm.handle);
  await clock.advance(1000);
  expect(handleLines(table.dump())).toBe(
    `${host.handle}: host, 1 reference, made by VixHost_Connect 3 s ago\n` +
      `${vm.handle}: vm, 2 references, made by VixVM_Open 1 s ago, of host ${host.handle}\n`,
  );
  expect(handleLines([])).toBe('');
});

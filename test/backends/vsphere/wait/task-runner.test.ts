import { afterEach, expect, it, vi } from 'vitest';
import { VimError } from '../../../../src/backends/vsphere/errors/vim-error.js';
import { connectTo, type FakeConnection } from '../fake-connection.js';
import { FakeVsphere } from '../fake-vsphere.js';

afterEach(() => {
  vi.restoreAllMocks();
});

async function attempts({ connection, clock, call }: FakeConnection, chance: number): Promise<readonly number[]> {
  vi.spyOn(Math, 'random').mockReturnValue(chance);
  const begun = clock.monotonic();
  const atMs: number[] = [];
  const work = connection.tasks.whileBusy(call, async () => {
    atMs.push(clock.monotonic() - begun);
    if (atMs.length < 4) throw new VimError({ $type: 'TaskInProgress' }, 'busy');
  });
  await clock.advance(10_000);
  await work;
  return atMs;
}

it('programs that met a busy machine together do not come back together', async () => {
  const fake = await FakeVsphere.start();
  const made = await connectTo(fake);
  try {
    expect(await attempts(made, 0)).toEqual([0, 187.5, 562.5, 1312.5]);
    expect(await attempts(made, 0.5)).toEqual([0, 250, 750, 1750]);
  } finally {
    await made.pool.close();
    await fake.close();
  }
});

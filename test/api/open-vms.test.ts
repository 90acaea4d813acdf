import { expect, it } from 'vitest';
import { OpenVms } from '../../src/api/open-vms.js';
import type { VmLink } from '../../src/backends/backend.js';

let looks = 0;

/** A machine that counts how often somebody looks at what it is. */
function machine(key: string, uuid?: string) {
  const state: { key: string; uuid: string | undefined } = { key, uuid };
  const link = {
    get key() {
      looks += 1;
      return state.key;
    },
    get uuid() {
      looks += 1;
      return state.uuid;
    },
  } as unknown as VmLink;
  return { state, payload: { link } };
}

it.each(['with', 'without'])('looks at no more machines however many are open, %s UUIDs', (kind) => {
  const vms = new OpenVms<ReturnType<typeof machine>>();
  const make = (at: number) => machine(`vm-${at}`, kind === 'with' ? `uuid-${at}` : undefined);
  const looksAt = (at: number): number => {
    const before = looks;
    const { link } = make(at).payload;
    expect(vms.find(link)).toBeUndefined();
    expect(vms.doubtful(link)).toEqual([]);
    vms.add(make(at));
    expect(vms.find(link)?.state.key).toBe(`vm-${at}`);
    return looks - before;
  };
  const first = looksAt(0);
  for (let at = 1; at < 2000; at += 1) looksAt(at);
  expect(looksAt(2000)).toBe(first);
});

it('finds a machine by the key that it has now, and what may be it under an older one', () => {
  const vms = new OpenVms<ReturnType<typeof machine>>();
  const [one, twin] = [machine('vm-1', 'u'), machine('vm-2', 'u')];
  vms.add(one);
  vms.add(twin);
  const anew = machine('vm-3', 'u').payload.link;
  expect(vms.find(anew)).toBeUndefined();
  expect(vms.doubtful(anew)).toEqual([one.payload.link, twin.payload.link]);
  one.state.key = 'vm-3';
  expect(vms.find(anew)).toBe(one);
  expect(vms.doubtful(anew)).toEqual([twin.payload.link]);
});

it('forgets a machine that has no UUID any more', () => {
  const vms = new OpenVms<ReturnType<typeof machine>>();
  const deleted = machine('vm-1', 'u');
  vms.add(deleted);
  deleted.state.uuid = undefined;
  vms.delete(deleted);
  expect(vms.find(machine('vm-1', 'u').payload.link)).toBeUndefined();
  expect(vms.find(machine('vm-1').payload.link)).toBeUndefined();
});

import { expect, it, onTestFinished } from 'vitest';
import type { SnapshotNode, VmLink } from '../../../../src/backends/backend.js';
import { createVsphereBackend } from '../../../../src/backends/vsphere/index.js';
import { FakeClock } from '../../../../src/base/clock.js';
import { Secret } from '../../../../src/base/secret.js';
import { startSimulator } from '../../../../src/simulator/index.js';
import { inventoryFor } from '../../../conformance/inventory.js';
import { callOn, target, whileMoving } from '../fake-connection.js';

const location = '[store] off/off.vmx';
const unique = { name: 'a/b', description: '', includeMemory: false, isUnique: true };

function namesIn(nodes: readonly SnapshotNode[]): readonly string[] {
  return nodes.flatMap(({ name, children }) => [name, ...namesIn(children)]);
}

/** The same machine as seen by several programs, each with a session of its own. */
async function seenBy(programs: number, clock: FakeClock): Promise<readonly VmLink[]> {
  const simulator = await startSimulator({ inventory: inventoryFor(['off']), clock });
  onTestFinished(() => simulator.close());
  const open = async (): Promise<VmLink> => {
    const backend = createVsphereBackend({ clock, tls: { thumbprint: simulator.thumbprint?.sha256 ?? '' } });
    onTestFinished(() => backend.close?.());
    const password = new Secret('host password');
    const call = callOn(clock);
    const host = await backend.connect(target({ hostName: simulator.url, userName: 'admin', password }), call);
    return host.openVm(location, null, call);
  };
  return Promise.all(Array.from({ length: programs }, open));
}

it('of snapshots that must have a name alone, taken by several programs at the same time, the first stays', async () => {
  const clock = new FakeClock();
  const call = callOn(clock);
  const links = await seenBy(3, clock);
  const taking = Promise.allSettled(links.map((link) => link.snapshots.create(unique, call)));
  const results = await whileMoving(clock, 250, taking);
  const taken = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  const message = expect.stringContaining("there is a snapshot 'a/b' already") as unknown;
  expect(reasons).toEqual([0, 1].map(() => expect.objectContaining({ kind: 'snapshot-exists', message }) as unknown));
  const tree = await links[0]?.snapshots.tree(call);
  expect(tree?.roots).toMatchObject([{ id: taken[0], name: 'a/b', children: [] }]);
});

it('a snapshot that must have its name alone is refused where there is one, and any other is not', async () => {
  const clock = new FakeClock();
  const call = callOn(clock);
  const [link] = await seenBy(1, clock);
  const take = (options: typeof unique): Promise<unknown> =>
    whileMoving(clock, 250, link?.snapshots.create(options, call) ?? Promise.reject(new Error('no machine')));
  await take(unique);
  await expect(take(unique)).rejects.toMatchObject({ kind: 'snapshot-exists' });
  await take({ ...unique, isUnique: false });
  expect(namesIn((await link?.snapshots.tree(call))?.roots ?? [])).toEqual(['a/b', 'a/b']);
});

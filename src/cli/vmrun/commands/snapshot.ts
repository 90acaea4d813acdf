import { Vix_Out } from '../../../api/vix-out.js';
import { uniqueSnapshotName } from '../../../api/vix-vm-snapshot.js';
import {
  VIX_E_SNAPSHOT_EXISTS,
  VIX_E_SNAPSHOT_NOTFOUND,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_SNAPSHOT_DISPLAYNAME,
  VIX_SNAPSHOT_INCLUDE_MEMORY,
  VIX_SNAPSHOT_REMOVE_CHILDREN,
} from '../../../vix/names.js';
import type { VixError, VixHandle } from '../../../vix/types.js';
import { CommandFailure } from '../command-failure.js';
import { type Command, command, listText, silent } from '../command.js';
import { keyword, optionalText, text, vm } from '../parameters.js';
import type { Session } from '../session.js';

/** What an unnamed snapshot is called: the first vmrun took one name only, the machine's. */
const unnamed = 'Snapshot';

/** One line of `listSnapshots`. */
interface SnapshotLine {
  readonly name: string;
  /** How many snapshots are above it. */
  readonly depth: number;
}

const product = ['ws', 'ws-shared', 'fusion', 'player', 'esx', 'vc'] as const;

/** The snapshot with this name or path. @throws CommandFailure; a missing one is told in the words given. */
export async function namedSnapshot(session: Session, name: string, missing: string): Promise<VixHandle> {
  const cell = Vix_Out<VixHandle>();
  const error = await session.vix.VixVM_GetNamedSnapshot(session.vm, name, cell);
  if (error === VIX_E_SNAPSHOT_NOTFOUND) {
    throw new CommandFailure('command', error, `there is no snapshot '${name}'; listSnapshots shows them`, missing);
  }
  session.expect(error, session.vm);
  return session.keep(cell.value);
}

/** The text for a name that no snapshot has, where a command looks it up itself. */
export function invalidSnapshotName(name: string): string {
  return `Invalid snapshot name '${name}'`;
}

/** All snapshots, each before its children. */
async function snapshotLines(session: Session): Promise<readonly SnapshotLine[]> {
  const { vix } = session;
  const lines: SnapshotLine[] = [];
  const walk = async (
    depth: number,
    above: VixHandle,
    countChildren: (cell: { value: number }) => Promise<VixError>,
    child: (index: number, cell: { value: VixHandle }) => Promise<VixError>,
  ): Promise<void> => {
    const count = Vix_Out(0);
    session.expect(await countChildren(count), above);
    for (let index = 0; index < count.value; index += 1) {
      const cell = Vix_Out(VIX_INVALID_HANDLE);
      session.expect(await child(index, cell), above);
      const snapshot = session.keep(cell.value);
      lines.push({ name: await session.property(snapshot, VIX_PROPERTY_SNAPSHOT_DISPLAYNAME), depth });
      await walk(
        depth + 1,
        snapshot,
        (out) => vix.VixSnapshot_GetNumChildren(snapshot, out),
        (at, out) => vix.VixSnapshot_GetChild(snapshot, at, out),
      );
    }
  };
  await walk(
    0,
    session.vm,
    (out) => vix.VixVM_GetNumRootSnapshots(session.vm, out),
    (at, out) => vix.VixVM_GetRootSnapshot(session.vm, at, out),
  );
  return lines;
}

/** The commands for snapshots. */
export const snapshotCommands: readonly Command[] = [
  command({
    name: 'listSnapshots',
    section: 'snapshot',
    parameters: [vm, keyword('showTree', 'showTree')],
    summary: 'list the snapshots of a VM',
    result: { snapshots: [{ name: 'string', depth: 'number' }] },
    hostTypes: ['ws', 'ws-shared', 'fusion', 'player'],
    run: async (session, { showTree }) => {
      const snapshots = await snapshotLines(session);
      const lines = snapshots.map(({ name, depth }) => (showTree ? '\t'.repeat(depth) : '') + name);
      return { result: { snapshots }, text: listText('Total snapshots', lines) };
    },
  }),
  command({
    name: 'snapshot',
    section: 'snapshot',
    parameters: [vm, optionalText('name', 'SNAPSHOT')],
    summary: 'take a snapshot of a VM',
    hostTypes: product,
    limit: 'power',
    run: async (session, { name }) => {
      const { vix } = session;
      const options = VIX_SNAPSHOT_INCLUDE_MEMORY | (name === undefined ? 0 : uniqueSnapshotName);
      const job = vix.VixVM_CreateSnapshot(session.vm, name ?? unnamed, null, options, VIX_INVALID_HANDLE, null, null);
      try {
        await session.finish(job);
      } catch (error) {
        if (!(error instanceof CommandFailure) || error.code !== VIX_E_SNAPSHOT_EXISTS) throw error;
        throw new CommandFailure(error.stage, error.code, error.message, 'A snapshot with the name already exists');
      }
      return silent;
    },
  }),
  command({
    name: 'deleteSnapshot',
    section: 'snapshot',
    parameters: [vm, text('name', 'SNAPSHOT'), keyword('andDeleteChildren', 'andDeleteChildren')],
    summary: 'remove a snapshot of a VM',
    hostTypes: product,
    limit: 'power',
    run: async (session, { name, andDeleteChildren }) => {
      const snapshot = await namedSnapshot(session, name, 'The snapshot does not exist');
      const options = andDeleteChildren ? VIX_SNAPSHOT_REMOVE_CHILDREN : 0;
      await session.finish(session.vix.VixVM_RemoveSnapshot(session.vm, snapshot, options, null, null));
      return silent;
    },
  }),
  command({
    name: 'revertToSnapshot',
    section: 'snapshot',
    parameters: [vm, text('name', 'SNAPSHOT')],
    summary: 'bring a VM back to a snapshot',
    hostTypes: product,
    limit: 'power',
    run: async (session, { name }) => {
      const snapshot = await namedSnapshot(session, name, invalidSnapshotName(name));
      await session.finish(session.vix.VixVM_RevertToSnapshot(session.vm, snapshot, 0, VIX_INVALID_HANDLE, null, null));
      return silent;
    },
  }),
];

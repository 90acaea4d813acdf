import type { VmSummary } from '../../backend.js';
import type { CallSignal, VsphereConnection } from '../connection.js';
import type { Datacenters } from './datacenters.js';
import { type ListedMachine, machinePages } from './machine-list.js';
import { MachinePaths } from './machine-paths.js';

/**
 * The machines of a server as programs get them, in pages and in the server's order: as they arrive, unless paths may
 * repeat, which shows only at the end.
 */
export async function* vmSummaries(
  connection: VsphereConnection,
  datacenters: Datacenters,
  filter: 'running' | 'registered',
  call: CallSignal,
): AsyncGenerator<readonly VmSummary[]> {
  const paths = new MachinePaths(await datacenters.list(call, true));
  const isWanted = ({ isOn }: ListedMachine): boolean => filter === 'registered' || isOn;
  const pages = machinePages(connection, connection.content.rootFolder, call, [
    ...(filter === 'running' ? (['runtime.powerState'] as const) : []),
    ...(paths.mayRepeat ? (['datastore'] as const) : []),
  ]);
  if (!paths.mayRepeat) {
    for await (const page of pages) yield page.filter(isWanted).map(({ path, name }) => ({ location: path, name }));
    return;
  }
  const all: ListedMachine[] = [];
  const counts = new Map<string, number>();
  for await (const page of pages) {
    all.push(...page);
    for (const { path } of page) counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  yield all.filter(isWanted).map(({ path, name, datastores }) => ({
    location: counts.get(path) === 1 ? path : paths.qualified(path, datastores),
    name,
  }));
}

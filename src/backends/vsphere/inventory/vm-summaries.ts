import type { VmSummary } from '../../backend.js';
import type { CallSignal, VsphereConnection } from '../connection.js';
import type { Datacenters } from './datacenters.js';
import { allMachines, type ListedMachine } from './machine-list.js';
import { MachinePaths } from './machine-paths.js';

/**
 * The machines of a server as programs get them, in the server's order: as they arrive, unless paths may repeat, which
 * shows only at the end.
 */
export async function* vmSummaries(
  connection: VsphereConnection,
  datacenters: Datacenters,
  filter: 'running' | 'registered',
  call: CallSignal,
): AsyncGenerator<VmSummary> {
  const paths = new MachinePaths(await datacenters.list(call, true));
  const isWanted = ({ isOn }: ListedMachine): boolean => filter === 'registered' || isOn;
  const machines = allMachines(connection, connection.content.rootFolder, call, paths.mayRepeat);
  if (!paths.mayRepeat) {
    for await (const machine of machines) if (isWanted(machine)) yield { location: machine.path, name: machine.name };
    return;
  }
  const all: ListedMachine[] = [];
  const counts = new Map<string, number>();
  for await (const machine of machines) {
    all.push(machine);
    counts.set(machine.path, (counts.get(machine.path) ?? 0) + 1);
  }
  for (const machine of all.filter(isWanted)) {
    const { path, name, datastores } = machine;
    yield { location: counts.get(path) === 1 ? path : paths.qualified(path, datastores), name };
  }
}

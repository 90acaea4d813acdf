import type { DatacenterRefs } from '../inventory/datacenter.js';
import { viewOf } from '../vm/vm-kind.js';
import { restPowerState } from './power-resource.js';
import { machineOf } from './rest-machine.js';
import { RestProblem } from './rest-problem.js';
import { vmDetails } from './vm-details.js';
import { ok, type RestCall, type RestRoute } from './rest-route.js';

/** As many machines a list holds; who has more has to choose. */
const mostListed = 4000;

/** Filters by what a machine belongs to. */
const placeFilters = {
  datacenters: 'datacenter',
  folders: 'vmFolder',
  hosts: 'host',
  clusters: 'compute',
  resource_pools: 'pool',
} as const satisfies Record<string, keyof DatacenterRefs>;

/** The list of machines, and each by itself. */
export const vmRoutes: readonly RestRoute[] = [
  { method: 'GET', path: '/vcenter/vm', isLegacyToo: true, run: list },
  { method: 'GET', path: '/vcenter/vm/{vm}', isLegacyToo: true, run: get },
];

async function get(call: RestCall) {
  const { ref } = await machineOf(call, 'System.Read');
  const view = await viewOf(call.endpoint, ref);
  if (view === undefined) throw new RestProblem('NOT_FOUND', `There is no virtual machine '${ref.value}'.`);
  return ok(vmDetails(view));
}

async function list(call: RestCall) {
  const { endpoint, session, query, isLegacy } = call;
  const names = filterOf(query, 'names', isLegacy);
  const vms = filterOf(query, 'vms', isLegacy);
  const powerStates = filterOf(query, 'power_states', isLegacy);
  const places = Object.entries(placeFilters).map(([name, kind]) => [kind, filterOf(query, name, isLegacy)] as const);
  const lines: object[] = [];
  for await (const { id, name } of endpoint.world.list('registered')) {
    const ref = endpoint.machines.byId(id)?.ref;
    if (ref === undefined || !fits(names, name) || !fits(vms, ref.value)) continue;
    const refs = endpoint.inventory.datacenterOf(ref)?.refs;
    if (places.some(([kind, values]) => !fits(values, refs?.[kind].value ?? ''))) continue;
    if (!session.rights.holds('System.Read', ref)) continue;
    const record = await (await endpoint.machines.open(ref)).record();
    const state = restPowerState(record.power.phase);
    if (!fits(powerStates, state)) continue;
    lines.push({
      vm: ref.value,
      name,
      power_state: state,
      cpu_count: record.cpuCount,
      memory_size_MiB: record.memoryMb,
    });
    if (lines.length > mostListed) {
      throw new RestProblem(
        'UNABLE_TO_ALLOCATE_RESOURCE',
        `More than ${mostListed} virtual machines fit. Choose by names, vms or power_states.`,
      );
    }
  }
  return ok(lines);
}

/** Values of a filter; empty: it was not given. The older form numbers them: `filter.names.1`. */
function filterOf(query: URLSearchParams, name: string, isLegacy: boolean): ReadonlySet<string> {
  const keys = isLegacy
    ? [...query.keys()].filter((key) => /^filter\.(\w+)(?:\.\d+)?$/u.exec(key)?.[1] === name)
    : [name];
  return new Set(keys.flatMap((key) => query.getAll(key)));
}

function fits(filter: ReadonlySet<string>, value: string): boolean {
  return filter.size === 0 || filter.has(value);
}

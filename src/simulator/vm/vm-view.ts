import { toolsStart } from '../../world/vm/power-state.js';
import type { GuestDisk } from '../../world/vm/guest-report.js';
import type { PowerPhase, VmRecord } from '../../world/vm/vm-record.js';
import type { Endpoint } from '../endpoint.js';
import type { Datacenter, Datastore } from '../inventory/datacenter.js';
import { formatDatastorePath, placeOfLocation, type DatastorePath } from '../inventory/datastore-path.js';
import type { Machine } from '../machines.js';
import type { Ref } from '../ref.js';

/** A registered virtual machine at a moment: what its properties are worked out from. */
export interface VmView {
  readonly endpoint: Endpoint;
  readonly machine: Machine;
  readonly ref: Ref<'VirtualMachine'>;
  readonly datacenter: Datacenter;
  readonly datastore: Datastore;
  readonly record: Readonly<VmRecord>;
  /** What Tools tells of the guest's file systems; null while it does not run. Costs a look at the files. */
  readonly guestDisks: () => readonly GuestDisk[] | null;
  readonly nowMs: number;
}

/** Where the machine's configuration file lies. */
export function placeOf({ record }: VmView): DatastorePath {
  return placeOfLocation(record.location);
}

export function vmPathName(view: VmView): string {
  return formatDatastorePath(placeOf(view));
}

const powerStates = {
  off: 'poweredOff',
  'powering-on': 'poweredOff',
  on: 'poweredOn',
  'powering-off': 'poweredOn',
  resetting: 'poweredOn',
  suspending: 'poweredOn',
  suspended: 'suspended',
  resuming: 'suspended',
} as const satisfies Record<PowerPhase, string>;

/** Power state as vSphere has it: a change that is under way shows in the task that makes it. */
export function powerState({ power }: Pick<VmRecord, 'power'>): 'poweredOff' | 'poweredOn' | 'suspended' {
  return powerStates[power.phase];
}

/** When the machine changes by time alone, ms since 1970; undefined: not before something happens. */
export function changesAtMs(record: Readonly<VmRecord>, nowMs: number): number | undefined {
  const tools = toolsStart(record, nowMs);
  const times = [
    ...(record.power.transition === undefined ? [] : [record.power.transition.endsAtMs]),
    ...(record.tools.installEndsAtMs === undefined ? [] : [record.tools.installEndsAtMs]),
    ...(tools.state === 'starting' ? [nowMs + tools.remainingMs] : []),
  ];
  return times.length === 0 ? undefined : Math.min(...times);
}

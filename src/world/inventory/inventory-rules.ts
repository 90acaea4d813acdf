import { Fault } from '../../base/fault.js';
import { plainCertificate } from '../guest/certificate.js';
import { familyOf } from '../guest/guest-os-names.js';
import { nameKey, parsePath } from '../guest/guest-path.js';
import { withPrefix } from '../guest/nics.js';
import { findUser } from '../guest/guest-users.js';
import { formatLocation, parseLocation, parseNewLocation } from '../location.js';
import { operationNames } from '../operation-names.js';
import { unknownName } from '../schema-parts.js';
import { usersOf } from './guest-defaults.js';
import { firstFileProblem } from './guest-tree.js';
import type { CheckedInventory, CheckedVm, InventorySnapshot } from './inventory-schema.js';
import { newGuest, placeOf } from './new-machine.js';
import { numbered } from './numbered.js';

/** Something that is wrong at a place of an inventory. */
export interface InventoryProblem {
  readonly keys: readonly (string | number)[];
  readonly message: string;
}

type Family = ReturnType<typeof familyOf>;
type Guest = NonNullable<CheckedVm['guest']>;
type GuestFile = NonNullable<Guest['files']>[number];

/** Owners of the files and processes that an operating system brings along, which have accounts in any guest. */
const systemOwners: Readonly<Record<Family, readonly string[]>> = {
  posix: ['root'],
  windows: ['SYSTEM', 'LOCAL SERVICE', 'NETWORK SERVICE'],
};

const guestPrefix = 'guest.';
/** What `disabledOperations` may name. */
const switchableOperations: readonly string[] = [
  'all',
  ...operationNames
    .filter((operation) => operation.startsWith(guestPrefix))
    .map((operation) => operation.slice(guestPrefix.length)),
];

/** Everything that is wrong with an inventory of the right shape: what does not fit together, or names nothing. */
export function inventoryProblems(inventory: CheckedInventory): readonly InventoryProblem[] {
  return [
    ...inventory.vms.flatMap((vm, index) => vmProblems(vm).map((problem) => below(['vms', index], problem))),
    ...twins(inventory.hostUsers ?? [], 'name', ({ name }) => name, ['hostUsers']),
    ...placeProblems(inventory),
    ...faultProblems(inventory),
  ];
}

function vmProblems(vm: CheckedVm): readonly InventoryProblem[] {
  const { count = 1, guest, snapshots = [] } = vm;
  const problems: InventoryProblem[] = [];
  const location = faultOf(() => parseNewLocation(numbered(vm.location, 1)));
  if (location !== undefined) problems.push({ keys: ['location'], message: location });
  const named = parseLocation(vm.location);
  const inLocation = named?.kind === 'datastore' ? named.datacenter : null;
  if (vm.datacenter !== undefined && inLocation !== null && inLocation !== vm.datacenter) {
    problems.push({ keys: ['datacenter'], message: `is not '${inLocation}', which the location names; give it once` });
  }
  for (const key of ['name', 'location'] as const) {
    if (count === 1 || vm[key].includes('{n}')) continue;
    const message = `must hold {n}, since count makes ${count} machines: {n} becomes the number of each`;
    problems.push({ keys: [key], message });
  }
  if (typeof vm.tools === 'object' && vm.tools.heartbeat !== undefined) {
    const message = heartbeatProblem(vm.tools.version, vm.power);
    if (message !== undefined) problems.push({ keys: ['tools', 'heartbeat'], message });
  }
  const [, ...more] = currentSnapshots(snapshots, ['snapshots']);
  for (const keys of more) {
    problems.push({
      keys: [...keys, 'isCurrent'],
      message: 'a machine stands at one snapshot only; another is current',
    });
  }
  if (guest !== undefined) {
    for (const [index, { mac }] of (guest.nics ?? []).entries()) {
      if (count === 1 || mac === undefined) continue;
      const message = `cannot be given to ${count} machines; leave it out and each gets its own`;
      problems.push({ keys: ['guest', 'nics', index, 'mac'], message });
    }
    const family = guest.family ?? familyOf(vm.guestOs ?? 'ubuntu-64');
    const inGuest = guestProblems(guest, family);
    // Together only when each is right by itself.
    const { files = [] } = guest;
    const isTreeDue = files.length > 0 && inGuest.length === 0;
    const whole = isTreeDue ? fileTreeProblems(vm, files) : inGuest;
    problems.push(...whole.map((problem) => below(['guest'], problem)));
  }
  return problems;
}

/** Only Tools in a guest that is up gives signs of life. */
function heartbeatProblem(version: number | null | undefined, power: CheckedVm['power']): string | undefined {
  if (version === null) return 'needs Tools; give its version, or leave the heartbeat out';
  return power === 'on' ? undefined : 'is that of a machine that runs; give it power: on, or leave the heartbeat out';
}

/** Machines at the place of an earlier one. */
function placeProblems({ vms }: CheckedInventory): readonly InventoryProblem[] {
  const owners = new Map<string, number>();
  return vms.flatMap((vm, index) => {
    const locations = vm.location.includes('{n}') ? each(vm, vm.location) : [vm.location];
    const taken = locations.find((location) => {
      const place = placeText({ ...vm, location });
      const isTaken = owners.has(place);
      if (!isTaken) owners.set(place, index);
      return isTaken;
    });
    if (taken === undefined) return [];
    const place = placeText({ ...vm, location: taken });
    const message = `${place} is the place of vms[${owners.get(place)}] already; move one of them`;
    return [{ keys: ['vms', index, 'location'], message }];
  });
}

/** A local path is one place, whatever the datacentre. */
function placeText(vm: Pick<CheckedVm, 'datacenter' | 'location'>): string {
  if (faultOf(() => placeOf(vm)) !== undefined) return `'${vm.location}'`;
  const { datacenter, location } = placeOf(vm);
  return location.startsWith('[') ? `'${location}' in '${datacenter}'` : `'${location}'`;
}

/** Files that do not fit together, or into the guest. */
function fileTreeProblems(vm: CheckedVm, files: readonly GuestFile[]): readonly InventoryProblem[] {
  const guest = newGuest(vm, vm.guestOs ?? 'ubuntu-64', 1, 0);
  const keyOf = ({ path }: GuestFile): string => {
    const { root, names } = parsePath(guest.family, path);
    return nameKey(guest.family, [root, ...names].join('/'));
  };
  const first = new Map<string, number>();
  for (const [index, file] of files.entries()) {
    const earlier = first.get(keyOf(file));
    if (earlier !== undefined) {
      return [{ keys: ['files', index, 'path'], message: `is the path of files[${earlier}] too; give it once` }];
    }
    first.set(keyOf(file), index);
  }
  const problem = firstFileProblem(guest, files);
  return problem === undefined ? [] : [{ keys: ['files', problem.index, 'path'], message: problem.message }];
}

function guestProblems(guest: Guest, family: Family): readonly InventoryProblem[] {
  const problems: InventoryProblem[] = [];
  const accounts = { family, users: usersOf(family, guest.users), hostName: '' };
  const names = accounts.users.map(({ name }) => name);
  const { consoleUser = null, disabledOperations = [], files = [], aliases = [] } = guest;
  const { users = [], processes = [] } = guest;
  problems.push(
    ...networkProblems(guest),
    ...twins(users, 'name', ({ name }) => nameKey(family, name), ['users']),
    ...twins(users, 'id', ({ id }) => id, ['users']),
  );
  if (consoleUser !== null && findUser(accounts, consoleUser) === undefined) {
    problems.push({ keys: ['consoleUser'], message: unknownName('user', consoleUser, names) });
  }
  for (const [index, operation] of disabledOperations.entries()) {
    if (switchableOperations.includes(operation)) continue;
    const message = unknownName('guest operation', operation, switchableOperations);
    problems.push({ keys: ['disabledOperations', index], message });
  }
  for (const [index, { user, certificate }] of aliases.entries()) {
    if (!names.includes(user)) {
      problems.push({ keys: ['aliases', index, 'user'], message: unknownName('user', user, names) });
    }
    if (plainCertificate(certificate) === undefined) {
      const message = 'cannot be read; give base64 of its DER form, without PEM lines';
      problems.push({ keys: ['aliases', index, 'certificate'], message });
    }
  }
  const owners = [...new Set([...names, ...systemOwners[family]])];
  for (const [index, { owner }] of processes.entries()) {
    if (owner === undefined || owners.includes(owner)) continue;
    problems.push({ keys: ['processes', index, 'owner'], message: unknownName('user', owner, owners) });
  }
  for (const [index, file] of files.entries()) {
    problems.push(...fileProblems(file, family, owners).map((problem) => below(['files', index], problem)));
  }
  return problems;
}

function networkProblems({ ipAddresses, nics = [], dnsServers = [] }: Guest): readonly InventoryProblem[] {
  const problems = [
    ...addressProblems(ipAddresses ?? [], ['ipAddresses']),
    ...addressProblems(dnsServers, ['dnsServers']),
    ...nics.flatMap(({ addresses = [], gateway = null }, index) => [
      ...addressProblems(addresses, ['nics', index, 'addresses']),
      ...addressProblems(gateway === null ? [] : [gateway], ['nics', index, 'gateway']),
    ]),
  ];
  if (ipAddresses === undefined || nics.length === 0) return problems;
  return [...problems, { keys: ['ipAddresses'], message: 'cannot stand beside nics; give the addresses there' }];
}

function addressProblems(
  addresses: readonly string[],
  keys: readonly (string | number)[],
): readonly InventoryProblem[] {
  return addresses.flatMap((address, index) => {
    if (withPrefix(address) !== undefined) return [];
    const message = `'${address}' is no IP address; write it like 10.0.0.5, 10.0.0.5/24 or 2001:db8::5/64`;
    return [{ keys: keys.at(-1) === 'gateway' ? keys : [...keys, index], message }];
  });
}

function fileProblems(file: GuestFile, family: Family, owners: readonly string[]): readonly InventoryProblem[] {
  const problems: InventoryProblem[] = [];
  const path = faultOf(() => parsePath(family, file.path));
  if (path !== undefined) problems.push({ keys: ['path'], message: path });
  const [first, ...more] = (['text', 'base64', 'linkTarget'] as const).filter((key) => file[key] !== undefined);
  for (const key of more) problems.push({ keys: [key], message: `cannot stand beside ${first}; give one of them` });
  if (file.owner !== undefined && !owners.includes(file.owner)) {
    problems.push({ keys: ['owner'], message: unknownName('user', file.owner, owners) });
  }
  return problems;
}

/** Places of the snapshots that say that the machine stands there. */
function currentSnapshots(
  snapshots: readonly InventorySnapshot[],
  place: readonly (string | number)[],
): readonly (readonly (string | number)[])[] {
  return snapshots.flatMap(({ isCurrent, children = [] }, index) => {
    const keys = [...place, index];
    return [...(isCurrent === true ? [keys] : []), ...currentSnapshots(children, [...keys, 'children'])];
  });
}

/** Rules of an inventory without machines may be meant for those that a directory holds. */
function faultProblems({ vms, faults = [] }: CheckedInventory): readonly InventoryProblem[] {
  if (vms.length === 0 || faults.every(({ vm }) => vm === undefined || vm === '*')) return [];
  const names = new Set(vms.flatMap((vm) => each(vm, vm.name)));
  const known = new Set([...names, ...vms.flatMap((vm) => each(vm, placeIn(vm.location)))]);
  return faults.flatMap(({ vm = '*' }, index) =>
    vm === '*' || known.has(vm)
      ? []
      : [{ keys: ['faults', index, 'vm'], message: unknownName('virtual machine', vm, [...names].slice(0, 20)) }],
  );
}

function each({ count }: CheckedVm, text: string): readonly string[] {
  return count === undefined ? [text] : Array.from({ length: count }, (_, index) => numbered(text, index + 1));
}

/** The location as a record keeps it; one that is none is a problem of its own. */
function placeIn(location: string): string {
  try {
    return formatLocation(parseNewLocation(location));
  } catch (error) {
    if (error instanceof Fault) return location;
    throw error;
  }
}

/** Entries of a list whose name or number, as `keyOf` shows it, an earlier one has too. */
function twins<T>(
  list: readonly T[],
  key: string,
  keyOf: (entry: T) => string | number | undefined,
  keys: readonly string[],
): readonly InventoryProblem[] {
  const first = new Map<string | number, number>();
  return list.flatMap((entry, index) => {
    const value = keyOf(entry);
    const earlier = value === undefined ? undefined : first.get(value);
    if (value !== undefined && earlier === undefined) first.set(value, index);
    if (earlier === undefined) return [];
    return [
      { keys: [...keys, index, key], message: `is the ${key} of ${keys.join('.')}[${earlier}] too; give it once` },
    ];
  });
}

function below(keys: readonly (string | number)[], problem: InventoryProblem): InventoryProblem {
  return { keys: [...keys, ...problem.keys], message: problem.message };
}

/** What the action complains about. */
function faultOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

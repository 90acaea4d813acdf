import * as v from 'valibot';
import { faultSchema } from '../fault-schema.js';
import { flag, isObject, keys, name, number, oneOf, text, whole } from '../schema-parts.js';

/** Names may be anything except what would reach into JavaScript objects. */
const texts = v.record(
  text,
  v.union([text, v.pipe(number, v.transform(String)), v.pipe(flag, v.transform(String))], 'expected text'),
);

const uuid = v.pipe(text, v.uuid('expected a UUID'));

const user = keys({
  name,
  password: text,
  /** POSIX user id; by default 1000 and up, and 0 for root. */
  id: v.exactOptional(whole(0)),
  group: v.exactOptional(name),
  home: v.exactOptional(name),
  isAdministrator: v.exactOptional(flag),
});

const alias = keys({
  user: name,
  /** Base64 of its DER form. */
  certificate: name,
  /** Whom its tokens may speak for; absent: everybody. */
  subject: v.exactOptional(name),
  comment: v.exactOptional(text),
  /** Its tokens need not name the user. */
  isMapped: v.exactOptional(flag),
});

const guestFile = keys({
  /** Absolute path in the guest. Parents are made. */
  path: name,
  /** Absent, like `base64` and `linkTarget`: a directory. */
  text: v.exactOptional(text),
  base64: v.exactOptional(v.pipe(text, v.base64('expected base64'))),
  linkTarget: v.exactOptional(name),
  owner: v.exactOptional(name),
  mode: v.exactOptional(v.pipe(whole(0), v.maxValue(0o7777, 'must be at most 0o7777'))),
});

const guestProcess = keys({
  name,
  owner: v.exactOptional(name),
  commandLine: v.exactOptional(text),
  /** How long it runs from the boot on; absent: until it is killed. */
  runsForMs: v.exactOptional(whole(0)),
});

const nic = keys({
  mac: v.exactOptional(v.pipe(text, v.mac48('expected a hardware address like 00:50:56:80:01:02'))),
  network: v.exactOptional(name),
  isConnected: v.exactOptional(flag),
  isDhcp: v.exactOptional(flag),
  /** Absent: from the network. */
  addresses: v.exactOptional(v.array(name, 'expected a list')),
  gateway: v.exactOptional(v.nullable(name)),
});

const guest = keys({
  /** By default by `guestOs`. */
  family: v.exactOptional(oneOf(['posix', 'windows'])),
  osName: v.exactOptional(name),
  hostName: v.exactOptional(name),
  domain: v.exactOptional(text),
  dnsServers: v.exactOptional(v.array(name, 'expected a list')),
  /** Addresses of its only network card; `nics` says more. */
  ipAddresses: v.exactOptional(v.array(name, 'expected a list')),
  nics: v.exactOptional(v.array(nic, 'expected a list')),
  users: v.exactOptional(v.array(user, 'expected a list')),
  aliases: v.exactOptional(v.array(alias, 'expected a list')),
  /** Who is logged in at the console. */
  consoleUser: v.exactOptional(v.nullable(name)),
  /** Guest operations that Tools has switched off, like `start` or `files.read`, or `all`. */
  disabledOperations: v.exactOptional(v.array(name, 'expected a list')),
  environment: v.exactOptional(texts),
  diskSizeBytes: v.exactOptional(whole(1)),
  files: v.exactOptional(v.array(guestFile, 'expected a list')),
  processes: v.exactOptional(v.array(guestProcess, 'expected a list')),
});

const toolsKeys = keys({
  /** As vSphere counts: 12352 is 12.2.0; null: not installed. */
  version: v.exactOptional(v.nullable(whole(1))),
  bootDelayMs: v.exactOptional(whole(0)),
  scriptsDelayMs: v.exactOptional(whole(0)),
  /** Whether the host has an installer for this guest. */
  hasImage: v.exactOptional(flag),
  /** What keeps the installer out of the CD drive. */
  drive: v.exactOptional(oneOf(['missing', 'locked'])),
  /** Of a machine that runs, until it boots anew: `red` hangs. */
  heartbeat: v.exactOptional(oneOf(['green', 'yellow', 'red'])),
});
const noTools = v.literal(false, `expected false, or an object with ${Object.keys(toolsKeys.entries).join(', ')}`);
/** The kind of input chooses the schema, so that its complaints are about what was meant. */
const tools = v.lazy((input) => (isObject(input) ? toolsKeys : noTools));

/** A snapshot of an inventory, with those below it. */
export interface InventorySnapshot {
  readonly name: string;
  readonly description?: string;
  /** Power state that a revert brings back; `off` by default. */
  readonly power?: 'off' | 'on' | 'suspended';
  /** The machine stands at this one; by default at the last one of the list. */
  readonly isCurrent?: boolean;
  readonly children?: readonly InventorySnapshot[];
}

const snapshot: v.GenericSchema<InventorySnapshot> = keys({
  name,
  description: v.exactOptional(text),
  power: v.exactOptional(oneOf(['off', 'on', 'suspended'])),
  isCurrent: v.exactOptional(flag),
  children: v.exactOptional(v.lazy(() => v.array(snapshot, 'expected a list'))),
});

const sharedFolder = keys({ name, hostPath: name, isWritable: v.exactOptional(flag) });

const vm = keys({
  name,
  datacenter: v.exactOptional(name),
  /** `[datastore] folder/name.vmx`, or an absolute path. */
  location: name,
  /** BIOS UUID. */
  uuid: v.exactOptional(uuid),
  instanceUuid: v.exactOptional(uuid),
  /** Notes of people. */
  annotation: v.exactOptional(text),
  guestOs: v.exactOptional(name),
  cpuCount: v.exactOptional(whole(1)),
  memoryMb: v.exactOptional(whole(4)),
  hardwareVersion: v.exactOptional(whole(3)),
  /** A machine that is on has been on for an hour. */
  power: v.exactOptional(oneOf(['off', 'on', 'paused', 'suspended'])),
  isRegistered: v.exactOptional(flag),
  isTemplate: v.exactOptional(flag),
  isReadOnly: v.exactOptional(flag),
  encryptionPassword: v.exactOptional(name),
  tools: v.exactOptional(tools),
  /** A dialog that the next power-on raises. */
  questionAtPowerOn: v.exactOptional(name),
  powerOnRefusal: v.exactOptional(oneOf(['unsupported-guest', 'host-memory', 'host-cpus'])),
  config: v.exactOptional(texts),
  sharedFolders: v.exactOptional(v.array(sharedFolder, 'expected a list')),
  snapshots: v.exactOptional(v.array(snapshot, 'expected a list')),
  guest: v.exactOptional(guest),
  /** Makes so many machines; `{n}` in texts of the name, location and host name becomes 1, 2, 3... */
  count: v.exactOptional(v.pipe(whole(1), v.maxValue(100_000, 'must be at most 100000'))),
});

/** Shape of an inventory, as a file holds it. */
export const inventorySchema = keys({
  /** Who may connect with a name; absent: anybody. */
  hostUsers: v.exactOptional(v.array(keys({ name, password: text }), 'expected a list')),
  vms: v.array(vm, 'expected a list'),
  faults: v.exactOptional(v.array(faultSchema, 'expected a list')),
});

/** What a world begins with. */
export type Inventory = v.InferInput<typeof inventorySchema>;
/** One machine, or one kind of machine, of an inventory. */
export type InventoryVm = Inventory['vms'][number];
/** An inventory that the schema has passed. */
export type CheckedInventory = v.InferOutput<typeof inventorySchema>;
export type CheckedVm = CheckedInventory['vms'][number];

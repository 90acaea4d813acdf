import { createHash } from 'node:crypto';
import { Fault } from '../../base/fault.js';
import { familyOf } from '../guest/guest-os-names.js';
import type { VmRecord } from '../vm/vm-record.js';
import type { VmxDocument } from './vmx-file.js';

/** What a `.vmx` file cannot say about its virtual machine. */
export interface VmxOrigin {
  readonly id: string;
  readonly datacenter: string;
  readonly location: string;
  /** Path of the file, for error texts. */
  readonly fileName: string;
}

/** An entry of the `.vmx` file that is a field of the record. */
interface FrameEntry {
  readonly key: string;
  write(record: VmRecord): string;
  /** Changes the record; returns what is wrong with the value, if something is. */
  read?(record: VmRecord, value: string): string | undefined;
}

const wholeNumber = /^[0-9]{1,9}$/;

function readNumber(value: string, least: number, take: (count: number) => void): string | undefined {
  if (!wholeNumber.test(value.trim()) || Number(value) < least) return `must be a whole number from ${least} up`;
  take(Number(value));
  return undefined;
}

function uuidEntry(key: string, field: 'uuid' | 'instanceUuid'): FrameEntry {
  return {
    key,
    write: (record) => formatUuid(record[field]),
    read: (record, value) => {
      if (formatUuid(record[field]) === value) return undefined;
      const uuid = parseUuid(value);
      if (uuid === undefined) return 'must be 16 bytes in hexadecimal';
      record[field] = uuid;
      return undefined;
    },
  };
}

/** The entries that belong to fields of the record; every other entry is an item of `config`. */
const frame: readonly FrameEntry[] = [
  { key: '.encoding', write: () => 'UTF-8' },
  { key: 'config.version', write: () => '8' },
  {
    key: 'virtualHW.version',
    write: (record) => String(record.hardwareVersion),
    read: (record, value) => readNumber(value, 1, (version) => (record.hardwareVersion = version)),
  },
  {
    key: 'displayName',
    write: (record) => record.name,
    read: (record, value) => void (record.name = value),
  },
  {
    key: 'guestOS',
    write: (record) => record.guestOs,
    read: (record, value) => void (record.guestOs = value),
  },
  {
    key: 'memsize',
    write: (record) => String(record.memoryMb),
    read: (record, value) => readNumber(value, 1, (megabytes) => (record.memoryMb = megabytes)),
  },
  {
    key: 'numvcpus',
    write: (record) => String(record.cpuCount),
    read: (record, value) => readNumber(value, 1, (count) => (record.cpuCount = count)),
  },
  uuidEntry('uuid.bios', 'uuid'),
  uuidEntry('vc.uuid', 'instanceUuid'),
];

const frameKeys: ReadonlySet<string> = new Set(frame.map((entry) => entry.key.toLowerCase()));

/** VMware writes a UUID as bytes: `56 4d 01 02 03 04 05 06-07 08 09 0a 0b 0c 0d 0e`. */
function formatUuid(uuid: string): string {
  const digits = uuid.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(digits)) return uuid;
  const bytes = digits.match(/../g) ?? [];
  return `${bytes.slice(0, 8).join(' ')}-${bytes.slice(8).join(' ')}`;
}

/** A UUID as VMware writes its bytes, in the usual form; undefined where it is none. */
export function parseUuid(text: string): string | undefined {
  const digits = text.replace(/[\s-]/g, '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(digits)) return undefined;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A UUID that the text always yields again. */
export function uuidFrom(text: string): string {
  const digits = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return parseUuid(digits) ?? digits;
}

/** Entries for the first disk of a virtual machine whose configuration names none. */
export function diskEntries(diskFileName: string): Record<string, string> {
  return {
    'scsi0.present': 'TRUE',
    'scsi0.virtualDev': 'lsilogic',
    'scsi0:0.present': 'TRUE',
    'scsi0:0.fileName': diskFileName,
  };
}

const diskKey = /^(?:scsi|sata|ide|nvme)\d+:\d+\.filename$/i;

/** The disk files that a configuration names. */
export function diskFileNames(config: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(config)
    .filter(([key, value]) => diskKey.test(key) && value.toLowerCase().endsWith('.vmdk'))
    .map(([, value]) => value);
}

/**
 * Makes a `.vmx` file say what the record says; leaves comments, order and what is right already.
 * @param added entries that the store itself keeps in the file beside those of `config`.
 */
export function writeRecord(document: VmxDocument, record: VmRecord, added: Readonly<Record<string, string>>): void {
  for (const entry of frame) document.set(entry.key, entry.write(record));
  const config = { ...record.config };
  for (const key of Object.keys(config)) if (frameKeys.has(key.toLowerCase())) delete config[key];
  const wanted = new Set([...Object.keys(config), ...Object.keys(added)].map((key) => key.toLowerCase()));
  for (const [key] of document.entries()) {
    if (!frameKeys.has(key.toLowerCase()) && !wanted.has(key.toLowerCase())) document.delete(key);
  }
  const configKeys = new Set(Object.keys(config).map((key) => key.toLowerCase()));
  for (const [key, value] of Object.entries(config)) document.set(key, value);
  for (const [key, value] of Object.entries(added)) if (!configKeys.has(key.toLowerCase())) document.set(key, value);
}

/**
 * The record with what somebody wrote into its `.vmx` file by hand.
 * @throws Fault `vm-config-unreadable` for a value that cannot be, with file and line.
 */
export function readRecord(
  document: VmxDocument,
  record: VmRecord,
  added: Readonly<Record<string, string>>,
  fileName: string,
): VmRecord {
  const read = structuredClone(record);
  for (const entry of frame) {
    const value = document.get(entry.key);
    const problem = value === undefined ? undefined : entry.read?.(read, value);
    if (problem === undefined) continue;
    throw new Fault(
      'vm-config-unreadable',
      `${fileName}, line ${document.lineOf(entry.key)}: ${entry.key} ${problem}. Correct or delete the line.`,
    );
  }
  const own = new Map(Object.entries(added).map(([key, value]) => [key.toLowerCase(), value]));
  const entries = document.entries().filter(([key, value]) => {
    return !frameKeys.has(key.toLowerCase()) && own.get(key.toLowerCase()) !== value;
  });
  read.config = Object.fromEntries(entries);
  return read;
}

/**
 * A virtual machine for a `.vmx` file that Revix did not write: what the file says, and plain values for the rest. It
 * is off, has Tools and no snapshots; its guest has no users yet.
 * @throws Fault `vm-config-unreadable` for a value that cannot be, with file and line.
 */
export function recordFromVmx(document: VmxDocument, origin: VmxOrigin): VmRecord {
  const { id, datacenter, location } = origin;
  const fileTitle = (location.split(/[\\/]/).at(-1) ?? location).replace(/\.vmx$/i, '');
  const guestOs = document.get('guestOS') ?? 'other';
  const plain: VmRecord = {
    id,
    uuid: uuidFrom(`uuid ${id}`),
    instanceUuid: uuidFrom(`instance ${id}`),
    name: fileTitle,
    datacenter,
    location,
    guestOs,
    cpuCount: 1,
    memoryMb: 1024,
    hardwareVersion: 10,
    isRegistered: true,
    isTemplate: false,
    isReadOnly: false,
    encryption: null,
    power: { phase: 'off', isPaused: false, bootedAtMs: null, bootCount: 0 },
    tools: { version: 12352, bootDelayMs: 0, scriptsDelayMs: 0, isInstallerMounted: false },
    question: null,
    questionAtPowerOn: null,
    powerOnRefusal: null,
    config: {},
    runtimeConfig: {},
    guestVariables: {},
    sharedFolders: { isEnabled: false, folders: [] },
    snapshots: [],
    currentSnapshotId: null,
    recording: { state: 'idle', snapshotId: null },
    linkedTo: null,
    guest: {
      family: familyOf(guestOs),
      osName: guestOs,
      hostName: fileTitle,
      domain: '',
      dnsServers: [],
      nics: [],
      users: [],
      aliases: [],
      consoleUser: null,
      disabledOperations: [],
      environment: {},
      processes: [],
      nextPid: 1000,
      registry: familyOf(guestOs) === 'windows' ? { values: {}, keys: {} } : null,
      diskSizeBytes: 8 * 1024 ** 3,
    },
    customization: null,
    consoleLines: [],
  };
  const record = readRecord(document, plain, {}, origin.fileName);
  if (record.name === '') record.name = fileTitle;
  return record;
}

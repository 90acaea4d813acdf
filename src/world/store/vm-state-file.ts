import { createHash, randomBytes } from 'node:crypto';
import { Fault } from '../../base/fault.js';
import type { VmRecord } from '../vm/vm-record.js';
import { readFrom, readWhole } from './host-disk.js';
import { stateFormat, upgradedRecord, type VmRecord1 } from './older-state.js';

/** A file image: the first `length` bytes of a journal. Journals only grow, so a snapshot is a length. */
export interface ImageState {
  readonly file: string;
  /** Bytes that are acknowledged. The journal in force may be longer by what was flushed since. */
  readonly length: number;
  /** Bytes of the index at the head of the journal, before the changes. */
  readonly indexLength: number;
}

/** What `state.json` holds: all about one virtual machine but its files. */
export interface VmStateFile {
  readonly header: VmStateHeader;
  readonly vmx: CommittedVmx;
  /** Entries of the `.vmx` file beside those of the record. */
  readonly addedEntries: Readonly<Record<string, string>>;
  /** Disk descriptors that the store made, and may delete. */
  readonly ownDisks: readonly string[];
  readonly current: ImageState;
  readonly images: Readonly<Record<string, ImageState>>;
  /** Contents that nothing referred to at the last clean-up; what is still unused at the next one is deleted. */
  readonly unusedContents: readonly string[];
  readonly record: VmRecord;
}

/** The `.vmx` file before and after a commit; any other means that somebody edited it. */
export interface CommittedVmx {
  /** Hash. */
  readonly before: string;
  /** Hash. */
  readonly after: string;
  /** The whole file after the commit; missing in a state that an earlier version wrote. */
  readonly text?: string;
}

/** The first line of `state.json`: enough to list machines and to see whether the rest is known already. */
export interface VmStateHeader {
  /** Never the same twice. */
  readonly commit: string;
  readonly id: string;
  /** Path of the `.vmx` file in the directory at that time: differs after the folder was moved or copied by hand. */
  readonly place: string;
  /** Machines are listed by this number: the later they were made, the higher. */
  readonly order: number;
}

const longestHeaderBytes = 16 * 1024;

/** A name for a commit, never made twice. */
export function newCommit(): string {
  return randomBytes(12).toString('base64url');
}

/** Names of journals. */
export const journalForm = /^files-\d+-[0-9a-f]{8}\.jsonl$/;

/** A name for a journal, never made twice. */
export function newJournalName(number: number): string {
  return `files-${number}-${randomBytes(4).toString('hex')}.jsonl`;
}

/** Hash by which a `.vmx` file is known again. */
export function hashOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Describes the `.vmx` file before and after a commit. */
export function committedVmx(before: Buffer | string, after: Buffer | string): CommittedVmx {
  return { before: hashOf(before), after: hashOf(after), text: after.toString() };
}

/** Whether a `.vmx` file is as a commit left it. Does without a hash if it can: `vmrun list` would wait for its code. */
export function isAsCommitted({ after, text }: CommittedVmx, vmx: Buffer): boolean {
  return text === undefined ? hashOf(vmx) === after : vmx.equals(Buffer.from(text));
}

/** The text of the file: one line of header, then the rest. It is one JSON object. */
export function formatState(state: VmStateFile): string {
  const { header, ...rest } = state;
  const first = JSON.stringify({ format: stateFormat, ...header }).slice(0, -1);
  return `${first},\n${JSON.stringify(rest, null, 1).slice(2)}\n`;
}

/**
 * Reads the first line of a state file.
 * @returns undefined where there is no file.
 * @throws Fault `vm-config-unreadable`.
 */
export function readStateHeader(path: string): VmStateHeader | undefined {
  return readStateStart(path)?.header;
}

/** The beginning of a state file: of most machines all of it. */
export interface StateStart {
  readonly header: VmStateHeader;
  /** The whole file; undefined when there is more than was read. */
  readonly bytes: Buffer | undefined;
}

/**
 * Reads the first line of a state file, and keeps what else came with it.
 * @returns undefined where there is no file.
 * @throws Fault `vm-config-unreadable`.
 */
export function readStateStart(path: string): StateStart | undefined {
  const bytes = readFrom(path, 0, longestHeaderBytes);
  if (bytes === undefined) return undefined;
  const line = bytes.subarray(0, Math.max(0, bytes.indexOf('\n'))).toString();
  const header = headerFrom(parseJson(`${line.replace(/,$/, '')}}`, path), path);
  return { header, bytes: bytes.length < longestHeaderBytes ? bytes : undefined };
}

/**
 * Reads a whole state file.
 * @returns undefined where there is no file.
 * @throws Fault `vm-config-unreadable`.
 */
export function readStateFile(path: string): VmStateFile | undefined {
  const bytes = readWhole(path);
  return bytes === undefined ? undefined : parseStateFile(bytes, path);
}

/** What the bytes of a state file say. @throws Fault `vm-config-unreadable`. */
export function parseStateFile(bytes: Buffer, path: string): VmStateFile {
  const value = parseJson(bytes.toString(), path);
  const header = headerFrom(value, path);
  const body = presentForm(value);
  if (!isStateBody(body)) throw damaged(path, 'parts of it are missing');
  const { vmx, addedEntries, ownDisks, current, images, unusedContents, record } = body;
  return { header, vmx, addedEntries, ownDisks, current, images, unusedContents, record };
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(path, error instanceof Error ? error.message : String(error));
  }
}

/** What the file holds, in the present format. */
function presentForm(value: unknown): unknown {
  if (!isObject(value) || value['format'] === stateFormat) return value;
  const { record } = value;
  return isRecord1(record) ? { ...value, record: upgradedRecord(record) } : value;
}

/** As far as `upgradedRecord` looks at it. */
function isRecord1(value: unknown): value is VmRecord1 {
  return (
    isObject(value) &&
    isText(value['id']) &&
    isText(value['location']) &&
    isGuest1(value['guest']) &&
    Array.isArray(value['snapshots']) &&
    value['snapshots'].every(
      (snapshot) => isObject(snapshot) && isObject(snapshot['state']) && isGuest1(snapshot['state']['guest']),
    )
  );
}

function isGuest1(value: unknown): boolean {
  return isObject(value) && isTextList(value['ipAddresses'] ?? []);
}

function headerFrom(value: unknown, path: string): VmStateHeader {
  if (isObject(value) && typeof value['format'] === 'number' && value['format'] > stateFormat) {
    throw new Fault(
      'vm-config-unreadable',
      `${path} was written by a newer Revix (format ${value['format']}). Use that version for this directory.`,
    );
  }
  const isKnown = isObject(value) && typeof value['format'] === 'number' && value['format'] >= 1;
  if (!isKnown || !isHeader(value)) throw damaged(path, 'its first line is not what Revix writes');
  return { commit: value.commit, id: value.id, place: value.place, order: value.order };
}

/** A damaged file is left alone: whatever it still holds may be all that is left of the machine. */
function damaged(path: string, why: string): Fault {
  return new Fault(
    'vm-config-unreadable',
    `${path} is damaged (${why}) and was left as it is. Put back a copy of the file, or move its folder away to go ` +
      'on with what the .vmx file says and a fresh guest.',
  );
}

type Unknowns = Record<string, unknown>;

function isObject(value: unknown): value is Unknowns {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextRecord(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string');
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isHeader(value: Unknowns): value is Unknowns & VmStateHeader {
  return ['commit', 'id', 'place'].every((key) => typeof value[key] === 'string') && isNumber(value['order']);
}

function isImage(value: unknown): value is ImageState {
  return (
    isObject(value) &&
    typeof value['file'] === 'string' &&
    journalForm.test(value['file']) &&
    Number.isSafeInteger(value['length']) &&
    Number.isSafeInteger(value['indexLength'])
  );
}

function isStateBody(value: unknown): value is Omit<VmStateFile, 'header'> {
  return (
    isObject(value) &&
    isTextRecord(value['vmx']) &&
    isTextRecord(value['addedEntries']) &&
    isTextList(value['ownDisks']) &&
    isImage(value['current']) &&
    isObject(value['images']) &&
    Object.values(value['images']).every(isImage) &&
    isTextList(value['unusedContents']) &&
    isVmRecord(value['record'])
  );
}

/** Kinds of the fields of a record, as far as a file from elsewhere could break whoever reads it. */
const recordFields: Readonly<Record<keyof VmRecord, (value: unknown) => boolean>> = {
  id: isText,
  uuid: isText,
  instanceUuid: isText,
  name: isText,
  datacenter: isText,
  location: isText,
  guestOs: isText,
  cpuCount: isNumber,
  memoryMb: isNumber,
  hardwareVersion: isNumber,
  isRegistered: isFlag,
  isTemplate: isFlag,
  isReadOnly: isFlag,
  encryption: isObjectOrNull,
  power: isObject,
  tools: isObject,
  question: isObjectOrNull,
  questionAtPowerOn: isTextOrNull,
  powerOnRefusal: isTextOrNull,
  config: isTextRecord,
  runtimeConfig: isTextRecord,
  guestVariables: isTextRecord,
  sharedFolders: isObject,
  snapshots: Array.isArray,
  currentSnapshotId: isTextOrNull,
  recording: isObject,
  linkedTo: isObjectOrNull,
  guest: isObject,
  customization: isObjectOrNull,
  consoleLines: isTextList,
};

function isVmRecord(value: unknown): value is VmRecord {
  return isObject(value) && Object.entries(recordFields).every(([field, isRight]) => isRight(value[field]));
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

function isFlag(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}

function isObjectOrNull(value: unknown): boolean {
  return value === null || isObject(value);
}

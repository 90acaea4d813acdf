import type { VmRecord } from '../vm/vm-record.js';
import { VmxDocument } from './vmx-file.js';

/** First words of the files that stand for memory, by which ours are told from those that hold a real machine's. */
const memoryWords = {
  '.vmss': 'Revix suspended state',
  '.vmsn': 'Revix snapshot state',
  '.vmem': 'Revix memory',
} as const;

/** Entry of a `.vmsd` file of ours. */
const ownerKey = 'revix.note';

/** Name of the snapshot dictionary. */
export function dictionaryName(title: string): string {
  return `${title}.vmsd`;
}

/** A file beside the `.vmx` file that other programs look for. */
export interface SideFile {
  readonly name: string;
  readonly text: string;
  /** First words by which the file is right, whatever follows; absent: it is right when all of it is. */
  readonly marker?: string;
}

/** The files that belong beside the `.vmx` file: the dictionary where there are snapshots, and those that stand for memory. */
export function sideFiles(record: VmRecord, title: string): readonly SideFile[] {
  const dictionary = snapshotDictionary(record, title);
  const memory = memoryFiles(record, title).map(({ name, marker }) => ({
    name,
    marker,
    text: memoryText(marker, title),
  }));
  return dictionary === undefined ? memory : [{ name: dictionaryName(title), text: dictionary }, ...memory];
}

/** Text of the snapshot dictionary (`.vmsd`), or undefined when there are no snapshots. */
function snapshotDictionary(record: VmRecord, title: string): string | undefined {
  if (record.snapshots.length === 0) return undefined;
  const uids = new Map(record.snapshots.map(({ id, number }) => [id, String(number)]));
  const document = VmxDocument.empty();
  document.set('.encoding', 'UTF-8');
  document.set(ownerKey, 'Written anew after every change of the snapshots.');
  document.set('snapshot.lastUID', String(Math.max(...record.snapshots.map(({ number }) => number))));
  const current = uids.get(record.currentSnapshotId ?? '');
  if (current !== undefined) document.set('snapshot.current', current);
  record.snapshots.forEach((snapshot, index) => {
    const set = (key: string, value: string): void => document.set(`snapshot${index}.${key}`, value);
    // Microseconds since 1970 as two signed halves.
    const created = BigInt(Math.round(snapshot.createdAtMs)) * 1000n;
    set('uid', String(snapshot.number));
    set('filename', memoryFile(title, '.vmsn', snapshot.number).name);
    set('displayName', snapshot.name);
    if (snapshot.description !== '') set('description', snapshot.description);
    set('createTimeHigh', String(BigInt.asIntN(32, created >> 32n)));
    set('createTimeLow', String(BigInt.asIntN(32, created)));
    const parent = uids.get(snapshot.parentId ?? '');
    if (parent !== undefined) set('parent', parent);
    if (snapshot.hasMemory) set('type', '1');
    set('numDisks', '1');
    set('disk0.fileName', `${title}.vmdk`);
    set('disk0.node', 'scsi0:0');
  });
  document.set('snapshot.numSnapshots', String(record.snapshots.length));
  return document.toString();
}

/** Whether a `.vmsd` file was written by `snapshotDictionary`. */
export function isOwnDictionary(text: string): boolean {
  return text.includes(ownerKey);
}

/** A file that stands for memory, which other programs look for. */
export interface MemoryFile {
  readonly name: string;
  /** First words of the file when it is ours. */
  readonly marker: string;
}

/** `snapshot`: number of the snapshot that it belongs to, as in the dictionary; undefined for the machine itself. */
function memoryFile(title: string, extension: keyof typeof memoryWords, snapshot?: number): MemoryFile {
  const words = memoryWords[extension];
  if (snapshot !== undefined) {
    const name = `${title}-Snapshot${snapshot}${extension}`;
    return { name, marker: `${words} of snapshot ${snapshot} of ${title}.` };
  }
  // Earlier versions wrote the display name behind these words.
  return { name: title + extension, marker: `${words} of ` + (extension === '.vmss' ? '' : `${title}.`) };
}

/**
 * The files that stand for memory: `<title>.vmss` and `.vmem` while the machine is suspended, `<title>-Snapshot<n>.vmsn`
 * for each snapshot, and a `.vmem` beside it for one with memory.
 */
function memoryFiles(record: VmRecord, title: string): readonly MemoryFile[] {
  const own = record.power.phase === 'suspended' ? [memoryFile(title, '.vmss'), memoryFile(title, '.vmem')] : [];
  const ofSnapshots = record.snapshots.flatMap(({ hasMemory, number }) => {
    const state = memoryFile(title, '.vmsn', number);
    return hasMemory ? [state, memoryFile(title, '.vmem', number)] : [state];
  });
  return [...own, ...ofSnapshots];
}

/** What a name in the folder of a machine is as one of its files that stand for memory; undefined for any other name. */
export function memoryFileOf(name: string, title: string): MemoryFile | undefined {
  if (!name.startsWith(title)) return undefined;
  const [, snapshot, extension] =
    /^(?:-Snapshot([1-9]\d*))?(\.vmss|\.vmsn|\.vmem)$/.exec(name.slice(title.length)) ?? [];
  const known = (Object.keys(memoryWords) as (keyof typeof memoryWords)[]).find((word) => word === extension);
  if (known === undefined) return undefined;
  return memoryFile(title, known, snapshot === undefined ? undefined : Number(snapshot));
}

/** Text of a file that stands for memory. */
function memoryText(marker: string, title: string): string {
  const subject = marker.endsWith(' of ') ? `${title}.` : '';
  return `${marker}${subject} What it holds is in the folder .revix.\n`;
}

const sectorBytes = 512;

/** Text of a disk descriptor (`.vmdk`): a disk of the guest's size that reads as zeros to other tools. */
export function diskDescriptor(diskSizeBytes: number): string {
  const sectors = Math.max(1, Math.ceil(diskSizeBytes / sectorBytes));
  return [
    '# Disk DescriptorFile',
    'version=1',
    'encoding="UTF-8"',
    'CID=fffffffe',
    'parentCID=ffffffff',
    'createType="custom"',
    '',
    '# The files of the guest are in the folder .revix; to other tools this disk is empty.',
    `RW ${sectors} ZERO`,
    '',
    'ddb.adapterType = "lsilogic"',
    '',
  ].join('\n');
}

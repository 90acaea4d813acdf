import type { VmRecord } from '../vm/vm-record.js';
import { VmxDocument } from './vmx-file.js';

/** First words of a `.vmss` file of ours, by which it is told from one that holds a real machine's memory. */
const suspendMarker = 'Revix suspended state';

/** Entry of a `.vmsd` file of ours. */
const ownerKey = 'revix.note';

/** Text of the snapshot dictionary (`.vmsd`), or undefined when there are no snapshots. */
export function snapshotDictionary(record: VmRecord, diskFileName: string): string | undefined {
  if (record.snapshots.length === 0) return undefined;
  const uids = new Map(record.snapshots.map((snapshot, index) => [snapshot.id, String(index + 1)]));
  const document = VmxDocument.empty();
  document.set('.encoding', 'UTF-8');
  document.set(ownerKey, 'Written anew after every change of the snapshots.');
  document.set('snapshot.lastUID', String(record.snapshots.length));
  const current = uids.get(record.currentSnapshotId ?? '');
  if (current !== undefined) document.set('snapshot.current', current);
  record.snapshots.forEach((snapshot, index) => {
    const set = (key: string, value: string): void => document.set(`snapshot${index}.${key}`, value);
    // Microseconds since 1970 as two signed halves.
    const created = BigInt(Math.round(snapshot.createdAtMs)) * 1000n;
    set('uid', String(index + 1));
    set('displayName', snapshot.name);
    if (snapshot.description !== '') set('description', snapshot.description);
    set('createTimeHigh', String(BigInt.asIntN(32, created >> 32n)));
    set('createTimeLow', String(BigInt.asIntN(32, created)));
    const parent = uids.get(snapshot.parentId ?? '');
    if (parent !== undefined) set('parent', parent);
    if (snapshot.hasMemory) set('type', '1');
    set('numDisks', '1');
    set('disk0.fileName', diskFileName);
    set('disk0.node', 'scsi0:0');
  });
  document.set('snapshot.numSnapshots', String(record.snapshots.length));
  return document.toString();
}

/** Whether a `.vmsd` file was written by `snapshotDictionary`. */
export function isOwnDictionary(text: string): boolean {
  return text.includes(ownerKey);
}

/** Text of the marker file (`.vmss`), or undefined when the machine is not suspended. */
export function suspendFile(record: VmRecord): string | undefined {
  if (record.power.phase !== 'suspended') return undefined;
  return `${suspendMarker} of ${record.name}. What it holds is in the folder .revix.\n`;
}

/** Whether a `.vmss` file was written by `suspendFile`. */
export function isOwnSuspendFile(text: string): boolean {
  return text.startsWith(suspendMarker);
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

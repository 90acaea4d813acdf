/** Bytes in a sector of a disk, in the words of disk descriptors. */
const sectorBytes = 512;
const firstLine = '# Disk DescriptorFile';

/** Bytes of the largest disk that hosts make. */
export const largestDisk = 62 * 1024 ** 4;

/** Bytes of the longest text that is looked at as a descriptor: those of large disks in many parts are far shorter. */
export const longestDescriptor = 65_536;

export function isDescriptor(text: string): boolean {
  return text.startsWith(firstLine);
}

/** How the space of a disk is taken, in vSphere's words: as it is written, at once, or at once and filled with zeroes. */
export const diskTypes = ['thin', 'preallocated', 'eagerZeroedThick'] as const;

export type DiskType = (typeof diskTypes)[number];

export function isDiskType(text: string): text is DiskType {
  return (diskTypes as readonly string[]).includes(text);
}

/** What a disk descriptor says of its disk. */
export interface DiskDescription {
  /** Name of the descriptor's file. */
  readonly name: string;
  readonly capacityBytes: number;
  readonly hardwareVersion: number;
  /** `thin` when it is absent. */
  readonly diskType?: DiskType;
  /** 32 hexadecimal digits with any separators; absent: the disk's place tells who it is. */
  readonly uuid?: string;
}

/** What may change of a disk. */
export type DiskChange = Partial<Pick<DiskDescription, 'name' | 'capacityBytes' | 'diskType' | 'uuid'>>;

/** The text of a disk descriptor. */
export function formatDescriptor({ name, capacityBytes, hardwareVersion, ...more }: DiskDescription): string {
  const text = [
    firstLine,
    'version=1',
    'encoding="UTF-8"',
    'CID=fffffffe',
    'parentCID=ffffffff',
    'createType="vmfs"',
    `RW ${sectorsOf(capacityBytes)} VMFS "${extentName(name)}"`,
    `ddb.virtualHWVersion = "${hardwareVersion}"`,
    '',
  ].join('\n');
  return changedDescriptor(text, { diskType: 'thin', ...more });
}

/** A descriptor whose disk has changed. What else it says stays. */
export function changedDescriptor(descriptor: string, { name, capacityBytes, diskType, uuid }: DiskChange): string {
  let text = descriptor;
  if (name !== undefined)
    text = text.replace(/^(RW \d+ VMFS )"[^"]*"/mu, (_line, start) => `${start}"${extentName(name)}"`);
  if (capacityBytes !== undefined) {
    const missing = sectorsOf(capacityBytes) - sectorsOf(capacityIn(text) ?? 0);
    // A disk of several parts grows at its end.
    const last = [...text.matchAll(extent)].at(-1);
    if (last !== undefined) {
      const [line, count = ''] = last;
      text = text.slice(0, last.index) + `RW ${Number(count) + missing} ` + text.slice(last.index + line.length);
    }
  }
  if (diskType !== undefined) {
    text = withEntry(text, 'thinProvisioned', diskType === 'thin' ? '1' : undefined);
    // Hosts keep this in the volume.
    text = withEntry(text, 'eagerlyScrubbed', diskType === 'eagerZeroedThick' ? '1' : undefined);
  }
  return uuid === undefined ? text : withEntry(text, 'uuid', spacedUuid(uuid));
}

/** Bytes of the disk that a descriptor describes; undefined where it does not say so. */
export function capacityIn(descriptor: string): number | undefined {
  const sectors = [...descriptor.matchAll(extent)].map(([, count]) => Number(count));
  return sectors.length === 0 ? undefined : sectors.reduce((sum, count) => sum + count) * sectorBytes;
}

export function diskTypeIn(descriptor: string): DiskType {
  if (entryIn(descriptor, 'thinProvisioned') === '1') return 'thin';
  return entryIn(descriptor, 'eagerlyScrubbed') === '1' ? 'eagerZeroedThick' : 'preallocated';
}

/** The UUID that a descriptor holds, as `6000c290-...`; undefined where it holds none. */
export function uuidIn(descriptor: string): string | undefined {
  return dashedUuid(entryIn(descriptor, 'uuid') ?? '');
}

/** A UUID in its usual form; undefined for a text without 32 hexadecimal digits. */
export function dashedUuid(text: string): string | undefined {
  const digits = text.replaceAll(/[\s-]/gu, '').toLowerCase();
  if (!/^[\da-f]{32}$/u.test(digits)) return undefined;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
}

const extent = /^RW (\d{1,15}) /gmu;

function sectorsOf(bytes: number): number {
  return Math.ceil(bytes / sectorBytes);
}

function extentName(name: string): string {
  return name.replace(/\.vmdk$/iu, '-flat.vmdk');
}

/** As descriptors write it: `60 00 c2 90 ...-...`. */
function spacedUuid(uuid: string): string {
  const pairs = (dashedUuid(uuid) ?? '').replaceAll('-', '').match(/../gu) ?? [];
  return `${pairs.slice(0, 8).join(' ')}-${pairs.slice(8).join(' ')}`;
}

function entryIn(descriptor: string, key: string): string | undefined {
  return new RegExp(`^ddb\\.${key} = "([^"]*)"`, 'mu').exec(descriptor)?.[1];
}

/** undefined removes the entry. */
function withEntry(descriptor: string, key: string, value: string | undefined): string {
  const without = descriptor.replaceAll(new RegExp(`^ddb\\.${key} = .*\n?`, 'gmu'), '');
  if (value === undefined) return without;
  const end = without.endsWith('\n') ? '' : '\n';
  return `${without}${end}ddb.${key} = "${value}"\n`;
}

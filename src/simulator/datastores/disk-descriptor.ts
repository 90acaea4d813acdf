/** Bytes in a sector of a disk, in the words of disk descriptors. */
const sectorBytes = 512;
const firstLine = '# Disk DescriptorFile';

/** Bytes of the longest text that is looked at as a descriptor: those of large disks in many parts are far shorter. */
export const longestDescriptor = 65_536;

export function isDescriptor(text: string): boolean {
  return text.startsWith(firstLine);
}

/** What a disk descriptor says of its disk. */
export interface DiskDescription {
  /** Name of the descriptor's file. */
  readonly name: string;
  readonly capacityBytes: number;
  readonly hardwareVersion: number;
}

/** The text of a disk descriptor. */
export function formatDescriptor({ name, capacityBytes, hardwareVersion }: DiskDescription): string {
  return [
    firstLine,
    'version=1',
    'encoding="UTF-8"',
    'CID=fffffffe',
    'parentCID=ffffffff',
    'createType="vmfs"',
    `RW ${Math.ceil(capacityBytes / sectorBytes)} VMFS "${name.replace(/\.vmdk$/iu, '-flat.vmdk')}"`,
    `ddb.virtualHWVersion = "${hardwareVersion}"`,
    '',
  ].join('\n');
}

/** Bytes of the disk that a descriptor describes; undefined where it does not say so. */
export function capacityIn(descriptor: string): number | undefined {
  const sectors = [...descriptor.matchAll(/^RW (\d{1,15}) /gmu)].map(([, count]) => Number(count));
  return sectors.length === 0 ? undefined : sectors.reduce((sum, count) => sum + count) * sectorBytes;
}

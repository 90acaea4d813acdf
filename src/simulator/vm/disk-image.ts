import { formatDescriptor } from '../datastores/disk-descriptor.js';

/*
 * The form of disks that are sent: a header, the descriptor, compressed grains in any order, the tables of where these
 * lie, and at the end the header once more, which now knows where the tables are ("Virtual Disk Format 5.0").
 */
const sectorBytes = 512;
const sectorsPerGrain = 128;
const entriesPerTable = 512;
const descriptorSectors = 20;
const overheadSectors = 128;
/** Lines end as they should, grains are compressed, and markers tell what follows. */
const flags = 0x3_0001;
const formatVersion = 3;
const deflate = 1;
/** In the header at the beginning: look at the one at the end. */
const tablesAtEnd = 0xffff_ffff_ffff_ffffn;
const markers = { endOfStream: 0, tables: 2, footer: 3 } as const;

/** A disk as clients fetch it. */
export interface DiskToExport {
  /** Of the file. */
  readonly name: string;
  readonly capacityBytes: number;
  readonly hardwareVersion: number;
}

/**
 * A disk of which nothing was ever written, as a file that other programs read (`streamOptimized`). The simulator stores
 * no sectors: the files of a guest belong to its machine.
 */
export function diskImage(disk: DiskToExport): Buffer {
  const capacitySectors = Math.ceil(disk.capacityBytes / sectorBytes);
  const tableCount = Math.ceil(capacitySectors / (sectorsPerGrain * entriesPerTable));
  const directory = Buffer.alloc(inSectors(tableCount * 4));
  const directorySector = overheadSectors + 1;
  const description = Buffer.alloc(descriptorSectors * sectorBytes);
  description.write(descriptionOf(disk, capacitySectors));
  return Buffer.concat([
    header(capacitySectors, tablesAtEnd),
    description,
    Buffer.alloc((overheadSectors - 1 - descriptorSectors) * sectorBytes),
    marker(markers.tables, directory.length / sectorBytes),
    directory,
    marker(markers.footer, 1),
    header(capacitySectors, BigInt(directorySector)),
    marker(markers.endOfStream, 0),
  ]);
}

function descriptionOf({ name, capacityBytes, hardwareVersion }: DiskToExport, capacitySectors: number): string {
  return formatDescriptor({ name, capacityBytes, hardwareVersion })
    .replace('createType="vmfs"', 'createType="streamOptimized"')
    .replace(/^RW .*$/mu, `RW ${capacitySectors} SPARSE "${name}"`);
}

function header(capacitySectors: number, directorySector: bigint): Buffer {
  const bytes = Buffer.alloc(sectorBytes);
  bytes.write('KDMV', 0);
  bytes.writeUInt32LE(formatVersion, 4);
  bytes.writeUInt32LE(flags, 8);
  bytes.writeBigUInt64LE(BigInt(capacitySectors), 12);
  bytes.writeBigUInt64LE(BigInt(sectorsPerGrain), 20);
  bytes.writeBigUInt64LE(1n, 28);
  bytes.writeBigUInt64LE(BigInt(descriptorSectors), 36);
  bytes.writeUInt32LE(entriesPerTable, 44);
  bytes.writeBigUInt64LE(0n, 48);
  bytes.writeBigUInt64LE(directorySector, 56);
  bytes.writeBigUInt64LE(BigInt(overheadSectors), 64);
  bytes.write('\n \r\n', 73);
  bytes.writeUInt16LE(deflate, 77);
  return bytes;
}

function marker(type: number, sectors: number): Buffer {
  const bytes = Buffer.alloc(sectorBytes);
  bytes.writeBigUInt64LE(BigInt(sectors), 0);
  bytes.writeUInt32LE(type, 12);
  return bytes;
}

function inSectors(bytes: number): number {
  return Math.ceil(bytes / sectorBytes) * sectorBytes;
}

import { diskFileNames, writeRecord } from '../../world/store/vmx-record.js';
import { VmxDocument } from '../../world/store/vmx-file.js';
import type { VmRecord } from '../../world/vm/vm-record.js';

/** A file that a virtual machine has in its folder. */
export interface MachineFile {
  readonly name: string;
  /** What is in it: the machine's state in the form that such files have. */
  readonly text: string;
  readonly modifiedMs: number;
}

/** Bytes in a sector of a disk, in the words of disk descriptors. */
const sectorBytes = 512;

/**
 * The files of a machine beside each other in its folder: its configuration, a descriptor for each disk, and its log.
 * @param vmxName name of the configuration file.
 */
export function filesOfMachine(record: VmRecord, vmxName: string, nowMs: number): readonly MachineFile[] {
  const base = vmxName.replace(/\.vmx$/iu, '');
  const disks = diskFileNames(record.config).filter((name) => !/[\\/[]/u.test(name));
  const modifiedMs = record.power.bootedAtMs ?? nowMs;
  const file = (name: string, text: string): MachineFile => ({ name, text, modifiedMs });
  return [
    file(vmxName, configurationOf(record)),
    ...(disks.length > 0 ? disks : [`${base}.vmdk`]).map((name) => file(name, descriptorOf(record, name))),
    file('vmware.log', logOf(record, modifiedMs)),
  ];
}

function configurationOf(record: VmRecord): string {
  const document = VmxDocument.empty();
  writeRecord(document, record, {});
  return document.toString();
}

function descriptorOf({ guest, hardwareVersion }: VmRecord, name: string): string {
  const sectors = Math.ceil(guest.diskSizeBytes / sectorBytes);
  return [
    '# Disk DescriptorFile',
    'version=1',
    'encoding="UTF-8"',
    'CID=fffffffe',
    'parentCID=ffffffff',
    'createType="vmfs"',
    `RW ${sectors} VMFS "${name.replace(/\.vmdk$/iu, '-flat.vmdk')}"`,
    `ddb.virtualHWVersion = "${hardwareVersion}"`,
    '',
  ].join('\n');
}

function logOf({ name, guestOs, power }: VmRecord, atMs: number): string {
  const time = new Date(atMs).toISOString();
  return [
    `${time} In(05) vmx Log for Revix simulator pid=1 version=1 build=0 option=Release`,
    `${time} In(05) vmx ${name} is a ${guestOs} machine.`,
    `${time} In(05) vmx It is ${power.phase} and has been started ${power.bootCount} times.`,
    '',
  ].join('\n');
}

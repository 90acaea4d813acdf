import { writeRecord } from '../../world/store/vmx-record.js';
import { VmxDocument } from '../../world/store/vmx-file.js';
import type { VmRecord } from '../../world/vm/vm-record.js';
import { formatDescriptor } from './disk-descriptor.js';
import { disksOf } from './machine-disks.js';

/** A file that a virtual machine has in its folder. */
export interface MachineFile {
  readonly name: string;
  /** What is in it: the machine's state in the form that such files have. */
  readonly text: string;
  readonly modifiedMs: number;
}

export interface FilesOfMachineOptions {
  /** Name of the configuration file. */
  readonly vmxName: string;
  readonly nowMs: number;
  /** Text of a disk's descriptor that lies in the folder by itself, as that of an added disk does; else undefined. */
  readonly descriptor: (name: string) => string | undefined;
}

/** The files of a machine beside each other in its folder: its configuration, a descriptor for each disk, and its log. */
export function filesOfMachine(record: VmRecord, options: FilesOfMachineOptions): readonly MachineFile[] {
  const { vmxName, nowMs, descriptor } = options;
  const modifiedMs = record.power.bootedAtMs ?? nowMs;
  const file = (name: string, text: string): MachineFile => ({ name, text, modifiedMs });
  const disks = disksOf(record, vmxName).filter(({ fileName }) => !/[\\/[]/u.test(fileName));
  return [
    file(vmxName, configurationOf(record)),
    ...disks.map(({ fileName }) => file(fileName, descriptor(fileName) ?? descriptorOf(record, fileName))),
    file('vmware.log', logOf(record, modifiedMs)),
  ];
}

function configurationOf(record: VmRecord): string {
  const document = VmxDocument.empty();
  writeRecord(document, record, {});
  return document.toString();
}

function descriptorOf({ guest, hardwareVersion }: VmRecord, name: string): string {
  return formatDescriptor({ name, capacityBytes: guest.diskSizeBytes, hardwareVersion });
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

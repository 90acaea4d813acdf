import type { VmRecord } from '../../world/vm/vm-record.js';

/** A disk as a machine's configuration names it. */
export interface MachineDisk {
  /** Where it hangs, in lower case: `scsi0:0`. */
  readonly slot: string;
  /** Its file: beside the configuration, or a full datastore path. */
  readonly fileName: string;
}

const fileEntry = /^((?:scsi|sata|ide|nvme)\d+:\d+)\.filename$/u;
/** Where the disk of a machine hangs whose configuration names none. */
const firstSlot = 'scsi0:0';

/**
 * The disks of a machine. One whose configuration says nothing of disks has one, named like the configuration.
 * @param vmxName name of the configuration file.
 */
export function disksOf({ config }: Pick<VmRecord, 'config'>, vmxName: string): readonly MachineDisk[] {
  const entries = new Map(Object.entries(config).map(([key, value]) => [key.toLowerCase(), value]));
  const named = [...entries].flatMap(([key, fileName]) => {
    const [, slot] = fileEntry.exec(key) ?? [];
    return slot === undefined || !fileName.toLowerCase().endsWith('.vmdk') ? [] : [{ slot, fileName }];
  });
  const all = named.length > 0 ? named : [{ slot: firstSlot, fileName: vmxName.replace(/(?:\.vmx)?$/iu, '.vmdk') }];
  return all.filter(({ slot }) => entries.get(`${slot}.present`)?.toLowerCase() !== 'false');
}

/** The configuration entries that make these the disks of a machine; empty values remove entries that are there. */
export function diskEntries(before: readonly MachineDisk[], after: readonly MachineDisk[]): Record<string, string> {
  // Without this the one disk would be back that configurations have which say nothing of disks.
  const entries: Record<string, string> = { [`${firstSlot}.present`]: 'FALSE' };
  for (const { slot } of before) {
    if (slot !== firstSlot) entries[`${slot}.present`] = '';
    entries[`${slot}.fileName`] = '';
  }
  for (const { slot, fileName } of after) {
    entries[`${slot}.present`] = 'TRUE';
    entries[`${slot}.fileName`] = fileName;
  }
  return entries;
}

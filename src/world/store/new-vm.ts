import { dirname, join } from 'node:path';
import type { FileChange } from '../guest/guest-files.js';
import type { VmRecord } from '../vm/vm-record.js';
import { ContentBlobs } from './content-blobs.js';
import { formatChanges } from './file-journal.js';
import type { HostDisk } from './host-disk.js';
import type { VmFolder } from './vm-folder.js';
import { committedVmx, formatState, newCommit, newJournalName } from './vm-state-file.js';
import { VmxDocument } from './vmx-file.js';
import { diskEntries, diskFileNames, writeRecord } from './vmx-record.js';

/**
 * Writes the folder of a new machine. It exists from the moment its `.vmx` file does, which is written last: a crash
 * before leaves nothing that anybody lists, and a failure nothing at all. Runs under the directory's lock.
 */
export async function writeNewVm(folder: VmFolder, vm: NewVm, disk: HostDisk): Promise<void> {
  const { config } = vm.record;
  const addedEntries = diskFileNames(config).length === 0 ? diskEntries(`${folder.title}.vmdk`) : {};
  const ownDisks = folder.missingDisks(diskFileNames({ ...addedEntries, ...config }));
  await disk.makeDirectory(folder.path);
  await folder.sweep();
  await folder.keepAside();
  try {
    await writeFiles(folder, { ...vm, addedEntries, ownDisks }, disk);
  } catch (error) {
    // What cannot be removed either is swept away when the next machine is made here.
    await folder.delete(ownDisks, false).catch(() => undefined);
    throw error;
  }
}

/** What a new machine consists of. */
interface NewVm {
  readonly record: VmRecord;
  readonly files: Iterable<FileChange>;
  readonly order: number;
}

interface Addition {
  readonly addedEntries: Readonly<Record<string, string>>;
  readonly ownDisks: readonly string[];
}

async function writeFiles(folder: VmFolder, vm: NewVm & Addition, disk: HostDisk): Promise<void> {
  const { record, files, order, addedEntries, ownDisks } = vm;
  const document = VmxDocument.empty();
  writeRecord(document, record, addedEntries);
  const vmx = document.toString();

  const unfinished = join(folder.unfinished, folder.title);
  await disk.makeDirectory(unfinished);
  const index = await formatChanges(files, new ContentBlobs(join(unfinished, 'contents'), disk));
  const file = newJournalName(1);
  await disk.writeFile(join(unfinished, file), index);
  await folder.writeDisks(ownDisks, record.guest.diskSizeBytes);
  const image = { file, length: index.length, indexLength: index.length };
  const state = formatState({
    header: { commit: newCommit(), id: record.id, place: folder.place, order },
    vmx: committedVmx(vmx, vmx),
    addedEntries,
    ownDisks,
    current: image,
    images: {},
    unusedContents: [],
    record,
  });
  await disk.replaceFile(join(unfinished, 'state.json'), state);
  await disk.makeDirectory(dirname(folder.own));
  await disk.publish(unfinished, folder.own);
  await disk.syncDirectory(dirname(folder.own));
  await disk.removeEmptyDirectory(folder.unfinished);
  await folder.writeSideFiles(record);
  await disk.replaceFile(folder.vmx, vmx);
}

import type { FileChange, UserFiles } from '../../../src/world/guest/guest-files.js';
import type { VmRecord } from '../../../src/world/vm/vm-record.js';
import type { StoredFiles, VmStore } from '../../../src/world/vm/vm-store.js';

export type Operation =
  | { readonly op: 'create' | 'delete'; readonly vm: string }
  | { readonly op: 'set'; readonly vm: string; readonly text: string }
  | { readonly op: 'fail' | 'write'; readonly vm: string; readonly path: string; readonly text: string }
  | { readonly op: 'link' | 'move'; readonly vm: string; readonly path: string; readonly to: string }
  | { readonly op: 'remove'; readonly vm: string; readonly path: string }
  | { readonly op: 'save' | 'restore' | 'drop'; readonly vm: string; readonly image: string };

/** What operations do to files. */
export type OpenFiles = Pick<UserFiles, 'hardLink' | 'move' | 'deleteFile'> & {
  write(path: string, text: string): void;
};

/** How an operation reaches the file system that the store is used with. */
export interface Hands<Files extends StoredFiles> {
  newVm(id: string): VmRecord;
  newFiles(): Iterable<FileChange>;
  /** The file system as a user who may do everything has it. */
  open(files: Files): OpenFiles;
}

export function perform<Files extends StoredFiles>(
  store: VmStore<Files>,
  operation: Operation,
  hands: Hands<Files>,
): Promise<void>;

import type { FileChange } from '../../../src/world/guest/guest-files.js';
import type { VmRecord } from '../../../src/world/vm/vm-record.js';
import type { StoredFiles, VmStore } from '../../../src/world/vm/vm-store.js';

export type Operation =
  | { readonly op: 'create' | 'delete'; readonly vm: string }
  | { readonly op: 'set'; readonly vm: string; readonly text: string }
  | { readonly op: 'fail' | 'write'; readonly vm: string; readonly path: string; readonly text: string }
  | { readonly op: 'save' | 'restore' | 'drop'; readonly vm: string; readonly image: string };

/** How an operation reaches the file system that the store is used with. */
export interface Hands<Files extends StoredFiles> {
  newVm(id: string): VmRecord;
  newFiles(): Iterable<FileChange>;
  write(files: Files, path: string, text: string): void;
}

export function perform<Files extends StoredFiles>(
  store: VmStore<Files>,
  operation: Operation,
  hands: Hands<Files>,
): Promise<void>;

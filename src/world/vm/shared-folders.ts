import { stat } from 'node:fs/promises';
import { Fault } from '../../base/fault.js';
import type { WorldCall } from '../world-call.js';
import { requireTools, toolsStart } from './power-state.js';
import type { SharedFolderRecord, VmRecord } from './vm-record.js';
import type { VmScope } from './vm-scope.js';

/** Where a guest of each family sees its shared folders. */
const guestDirectory = { posix: '/mnt/hgfs', windows: '\\\\vmware-host\\Shared Folders' } as const;

/** Directory of the shared folders in the guest, or null while the guest has none. */
export function sharedFoldersPath(record: VmRecord, nowMs: number): string | null {
  const isThere = record.sharedFolders.isEnabled && toolsStart(record, nowMs).state === 'running';
  return isThere ? guestDirectory[record.guest.family] : null;
}

export interface SharedFolderView {
  readonly name: string;
  readonly hostPath: string;
  readonly isWritable: boolean;
}

/**
 * Shared folders of one virtual machine. They are settings: they outlive a power cycle, and the mock guest sees their
 * directory by name only, since its programs never reach the machine's own files.
 *
 * Every operation throws Fault `vm-not-running` or `tools-not-running` unless Tools runs.
 */
export class VmSharedFolders {
  readonly #scope: VmScope;

  constructor(scope: VmScope) {
    this.#scope = scope;
  }

  async setEnabled(isEnabled: boolean, call: WorldCall): Promise<void> {
    await this.#scope.begin('sharedFolders.setEnabled', call);
    await this.#change((record) => {
      record.sharedFolders.isEnabled = isEnabled;
    });
  }

  async list(call: WorldCall): Promise<readonly SharedFolderView[]> {
    await this.#scope.begin('sharedFolders.list', call);
    return this.#scope.read(({ record }) => {
      this.#requireTools(record);
      return record.sharedFolders.folders.map((folder) => ({ ...folder }));
    });
  }

  /** @throws Fault `already-exists`, `file-not-found` for a missing host directory, `invalid-argument`. */
  async add(folder: SharedFolderView, call: WorldCall): Promise<void> {
    await this.#scope.begin('sharedFolders.add', call);
    requireShareName(folder.name);
    await this.#scope.read(({ record }) => this.#requireTools(record));
    await requireHostDirectory(folder.hostPath);
    await this.#change((record) => {
      const { folders } = record.sharedFolders;
      if (folders.some(({ name }) => name === folder.name)) {
        throw new Fault(
          'already-exists',
          `'${record.name}' has a shared folder '${folder.name}' already. Change that one, or choose another name.`,
        );
      }
      folders.push({ name: folder.name, hostPath: folder.hostPath, isWritable: folder.isWritable });
    });
  }

  /** @throws Fault `not-found`, `file-not-found`. */
  async update(folder: SharedFolderView, call: WorldCall): Promise<void> {
    await this.#scope.begin('sharedFolders.update', call);
    await this.#scope.read(({ record }) => {
      this.#requireTools(record);
      findFolder(record, folder.name);
    });
    await requireHostDirectory(folder.hostPath);
    await this.#change((record) => {
      const found = findFolder(record, folder.name);
      found.hostPath = folder.hostPath;
      found.isWritable = folder.isWritable;
    });
  }

  /** @throws Fault `not-found`. */
  async remove(name: string, call: WorldCall): Promise<void> {
    await this.#scope.begin('sharedFolders.remove', call);
    await this.#change((record) => {
      const found = findFolder(record, name);
      record.sharedFolders.folders = record.sharedFolders.folders.filter((folder) => folder !== found);
    });
  }

  #change(change: (record: VmRecord) => void): Promise<void> {
    return this.#scope.update(({ record }) => {
      this.#requireTools(record);
      change(record);
    });
  }

  #requireTools(record: VmRecord): void {
    requireTools(record, this.#scope.clock.now(), 'Working with shared folders');
  }
}

function findFolder(record: VmRecord, name: string): SharedFolderRecord {
  const folder = record.sharedFolders.folders.find((candidate) => candidate.name === name);
  if (folder !== undefined) return folder;
  const known = record.sharedFolders.folders.map((candidate) => `'${candidate.name}'`).join(', ') || 'none';
  throw new Fault('not-found', `'${record.name}' has no shared folder '${name}'. It has: ${known}.`);
}

function requireShareName(name: string): void {
  if (name !== '' && !/[\\/:*?"<>|]/u.test(name)) return;
  throw new Fault(
    'invalid-argument',
    `'${name}' cannot name a shared folder: it is empty or holds one of \\ / : * ? " < > |.`,
  );
}

async function requireHostDirectory(path: string): Promise<void> {
  const status = await stat(path).catch((cause: unknown) => {
    throw new Fault('file-not-found', `The host directory '${path}' to share is not there. Make it first.`, { cause });
  });
  if (!status.isDirectory()) {
    throw new Fault('file-not-found', `'${path}' on the host is not a directory, so it cannot be shared.`);
  }
}

import type { GuestFileInfo } from '../../backends/backend.js';
import { Fault } from '../../base/fault.js';
import { guestSha256 } from '../../guest/run/guest-checksum.js';
import { readAll, sizedBytes } from '../../guest/sized-content.js';
import { copyFromGuest, copyToGuest, type CopyExtras, type CopyProgress } from '../../guest/tree-copy.js';
import type { CallContext } from '../../backends/backend.js';
import type { CallOptions } from './call-options.js';
import type { GuestCalls } from './guest-calls.js';

/** How files and trees are copied. */
export interface CopyOptions extends CallOptions {
  readonly onProgress?: (progress: CopyProgress) => void;
  /**
   * Take up again what broke off, which is the default: a download where it ended, an upload with its file. Together with
   * `verify`, files that are there already with the same content are not sent again.
   */
  readonly resume?: boolean;
  /** Compare every copied file with its source by SHA-256. */
  readonly verify?: boolean;
}

/** How a temporary file or directory is named. */
export interface TemporaryOptions extends CallOptions {
  readonly prefix?: string;
  readonly suffix?: string;
}

/** The files of a guest in the name of one user. Every path is absolute, in the guest's own form. */
export class GuestFiles {
  readonly #calls: GuestCalls;

  constructor(calls: GuestCalls) {
    this.#calls = calls;
  }

  /** What is in a directory. @throws VixError `VIX_E_NOT_A_DIRECTORY`, `VIX_E_FILE_NOT_FOUND`. */
  async *list(path: string, options: CallOptions = {}): AsyncGenerator<GuestFileInfo> {
    yield* await this.#calls.request('guest.files.list', options, (call) => this.#calls.ops.files.list(path, call));
  }

  /** @throws VixError `VIX_E_FILE_NOT_FOUND`. */
  stat(path: string, options: CallOptions = {}): Promise<GuestFileInfo> {
    return this.#calls.request('guest.files.stat', options, (call) => this.#calls.ops.files.stat(path, call));
  }

  exists(path: string, options: CallOptions = {}): Promise<boolean> {
    return this.#calls.request('guest.files.exists', options, async (call) => {
      try {
        await this.#calls.ops.files.stat(path, call);
        return true;
      } catch (error) {
        if (error instanceof Fault && error.kind === 'file-not-found') return false;
        throw error;
      }
    });
  }

  /** Makes a directory, and those above it. @throws VixError `VIX_E_FILE_ALREADY_EXISTS` when anything is there. */
  makeDirectory(path: string, options: CallOptions = {}): Promise<void> {
    return this.#calls.request('guest.files.makeDirectory', options, (call) =>
      this.#calls.ops.files.makeDirectory(path, { makeParents: true }, call),
    );
  }

  /** Deletes a file or a link itself. @throws VixError. */
  deleteFile(path: string, options: CallOptions = {}): Promise<void> {
    return this.#calls.request('guest.files.deleteFile', options, (call) =>
      this.#calls.ops.files.deleteFile(path, call),
    );
  }

  /** Deletes a directory with all that is in it. @throws VixError. */
  deleteDirectory(path: string, options: CallOptions = {}): Promise<void> {
    return this.#calls.request('guest.files.deleteDirectory', options, (call) =>
      this.#calls.ops.files.deleteDirectory(path, call),
    );
  }

  /** Renames a file or directory. @throws VixError `VIX_E_ALREADY_EXISTS` for a directory there. */
  move(from: string, to: string, options: CallOptions = {}): Promise<void> {
    return this.#calls.request('guest.files.move', options, (call) => this.#calls.ops.files.move(from, to, call));
  }

  /** Makes an empty file that did not exist. @returns its path. */
  createTemporaryFile({ prefix = '', suffix = '', ...options }: TemporaryOptions = {}): Promise<string> {
    return this.#calls.request('guest.files.createTemporaryFile', options, (call) =>
      this.#calls.ops.files.createTempFile({ prefix, suffix }, call),
    );
  }

  /** Makes a directory that only this user can read. @returns its path. */
  createTemporaryDirectory({ prefix = '', suffix = '', ...options }: TemporaryOptions = {}): Promise<string> {
    return this.#calls.request('guest.files.createTemporaryDirectory', options, (call) =>
      this.#calls.ops.files.createTempDirectory({ prefix, suffix }, call),
    );
  }

  /** The bytes of a file that fits into memory. @throws VixError. */
  read(path: string, options: CallOptions = {}): Promise<Uint8Array> {
    return this.#calls.request('guest.files.read', options, async (call) =>
      readAll(await this.#calls.ops.files.read(path, call)),
    );
  }

  /** Creates or overwrites a file; a write that fails leaves the old content. @throws VixError. */
  write(path: string, content: string | Uint8Array, options: CallOptions = {}): Promise<void> {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    return this.#calls.requestToEnd('guest.files.write', options, (call) =>
      this.#calls.ops.files.write(path, sizedBytes(bytes), call),
    );
  }

  /** SHA-256 of a file, in hexadecimal digits. @throws VixError. */
  sha256(path: string, options: CallOptions = {}): Promise<string> {
    return this.#calls.work('guest.files.sha256', options, (call) => this.#sha256(path, call));
  }

  /**
   * Copies a file or a tree of this machine into the guest. Files of the same name are overwritten, directories merged; the
   * first file that fails ends the copy. @throws VixError.
   */
  upload(hostPath: string, guestPath: string, options: CopyOptions = {}): Promise<void> {
    return this.#calls.work('guest.files.upload', callOptionsOf(options), (call) =>
      copyToGuest(this.#calls.session, hostPath, guestPath, call, this.#extras(options, call)),
    );
  }

  /** Copies a file or a tree of the guest to this machine, under the same rules. @throws VixError. */
  download(guestPath: string, hostPath: string, options: CopyOptions = {}): Promise<void> {
    return this.#calls.work('guest.files.download', callOptionsOf(options), (call) =>
      copyFromGuest(this.#calls.session, guestPath, hostPath, call, this.#extras(options, call)),
    );
  }

  #extras({ onProgress, resume = true, verify = false }: CopyOptions, call: CallContext): CopyExtras {
    return {
      onProgress,
      isResumed: resume,
      guestSha256: verify ? (path) => this.#sha256(path, call) : undefined,
    };
  }

  #sha256(path: string, call: CallContext): Promise<string> {
    return guestSha256(this.#calls.session, path, call, this.#calls.engine.runtime.report);
  }
}

function callOptionsOf({ signal, timeoutMs }: CopyOptions): CallOptions {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

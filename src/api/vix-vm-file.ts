import { posix, win32 } from 'node:path';
import type { CallContext, GuestFileInfo } from '../backends/backend.js';
import { Fault } from '../base/fault.js';
import type { GuestSession } from '../guest/guest-session.js';
import { copyFromGuest, copyToGuest } from '../guest/tree-copy.js';
import type { PropertyList } from '../handles/property-list.js';
import {
  VIX_FILE_ATTRIBUTES_DIRECTORY,
  VIX_FILE_ATTRIBUTES_SYMLINK,
  VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
  VIX_PROPERTY_JOB_RESULT_FILE_MOD_TIME,
  VIX_PROPERTY_JOB_RESULT_FILE_SIZE,
  VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
} from '../vix/names.js';
import type { VixHandle } from '../vix/types.js';
import { filledText, guestPath, integer } from './arguments.js';
import { startGuestJob, takenList, type VixCallback, type VixListHandle } from './start-job.js';
import type { VixRuntime } from './vix-runtime.js';

/** The functions for files and directories of the guest. */
export function vixVmFileFunctions(runtime: VixRuntime) {
  return {
    /** Copies a file or a tree of this machine into the guest. */
    VixVM_CopyFileFromHostToGuest(
      vmHandle: VixHandle,
      hostPathName: string,
      guestPathName: string,
      options: number,
      propertyListHandle: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_CopyFileFromHostToGuest', callback: callbackProc, clientData };
      const list = takenList(runtime, propertyListHandle);
      return startGuestJob(runtime, vmHandle, tail, async (session, context, vm) => {
        const from = filledText('hostPathName', hostPathName);
        const to = guestPath('guestPathName', guestPathName);
        integer('options', options);
        list();
        await vm.payload.host.payload.tidy(copyToGuest(session, from, to, context));
      });
    },

    /** Copies a file or a tree of the guest to this machine. */
    VixVM_CopyFileFromGuestToHost(
      vmHandle: VixHandle,
      guestPathName: string,
      hostPathName: string,
      options: number,
      propertyListHandle: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_CopyFileFromGuestToHost', callback: callbackProc, clientData };
      const list = takenList(runtime, propertyListHandle);
      return startGuestJob(runtime, vmHandle, tail, async (session, context, vm) => {
        const from = guestPath('guestPathName', guestPathName);
        const to = filledText('hostPathName', hostPathName);
        integer('options', options);
        list();
        await vm.payload.host.payload.tidy(copyFromGuest(session, from, to, context));
      });
    },

    /** Removes a file, or a link itself. */
    VixVM_DeleteFileInGuest(
      vmHandle: VixHandle,
      guestPathName: string,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_DeleteFileInGuest', callback: callbackProc, clientData };
      return startGuestJob(runtime, vmHandle, tail, async (session, context) => {
        const path = guestPath('guestPathName', guestPathName);
        await session.request(context, () => session.ops.files.deleteFile(path, context));
      });
    },

    /** Tells whether a regular file is there; anything else at the path answers false. */
    VixVM_FileExistsInGuest(
      vmHandle: VixHandle,
      guestPathName: string,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_FileExistsInGuest', callback: callbackProc, clientData };
      return startGuestJob(runtime, vmHandle, tail, async (session, context) => {
        const path = guestPath('guestPathName', guestPathName);
        addExists(context.results, await leadsToFile(session, path, context));
      });
    },

    /** Renames a file or directory. */
    VixVM_RenameFileInGuest(
      vmHandle: VixHandle,
      oldName: string,
      newName: string,
      options: number,
      propertyListHandle: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_RenameFileInGuest', callback: callbackProc, clientData };
      const list = takenList(runtime, propertyListHandle);
      return startGuestJob(runtime, vmHandle, tail, async (session, context) => {
        const from = guestPath('oldName', oldName);
        const to = guestPath('newName', newName);
        integer('options', options);
        list();
        await session.request(context, () => session.ops.files.move(from, to, context));
      });
    },

    /** Makes an empty file with a name of its own; the program deletes it. */
    VixVM_CreateTempFileInGuest(
      vmHandle: VixHandle,
      options: number,
      propertyListHandle: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_CreateTempFileInGuest', callback: callbackProc, clientData };
      const list = takenList(runtime, propertyListHandle);
      return startGuestJob(runtime, vmHandle, tail, async (session, context) => {
        integer('options', options);
        list();
        const create = (): Promise<string> =>
          session.ops.files.createTempFile({ prefix: 'vmware', suffix: '' }, context);
        const path = await session.request(context, create);
        context.results.add(VIX_PROPERTY_JOB_RESULT_ITEM_NAME, { type: 'string', value: path });
      });
    },

    /** Size, flags and modification time of a path. */
    VixVM_GetFileInfoInGuest(
      vmHandle: VixHandle,
      pathName: string,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_GetFileInfoInGuest', callback: callbackProc, clientData };
      return startGuestJob(runtime, vmHandle, tail, async (session, context) => {
        const path = guestPath('pathName', pathName);
        addFileInfo(context.results, await session.request(context, () => session.ops.files.stat(path, context)));
      });
    },

    /** Lists a directory: one set of result properties for each entry, none for an empty directory. */
    VixVM_ListDirectoryInGuest(
      vmHandle: VixHandle,
      pathName: string,
      options: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_ListDirectoryInGuest', callback: callbackProc, clientData };
      return startGuestJob(runtime, vmHandle, tail, async (session, context) => {
        const path = guestPath('pathName', pathName);
        integer('options', options);
        const entries = await session.request(context, () => session.ops.files.list(path, context));
        for (const entry of entries) {
          context.results.add(VIX_PROPERTY_JOB_RESULT_ITEM_NAME, { type: 'string', value: entry.name });
          addFileInfo(context.results, entry);
        }
      });
    },

    /** Makes a directory, with its parents. */
    VixVM_CreateDirectoryInGuest(
      vmHandle: VixHandle,
      pathName: string,
      propertyListHandle: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_CreateDirectoryInGuest', callback: callbackProc, clientData };
      const list = takenList(runtime, propertyListHandle);
      return startGuestJob(runtime, vmHandle, tail, async (session, context) => {
        const path = guestPath('pathName', pathName);
        list();
        const make = (): Promise<void> => session.ops.files.makeDirectory(path, { makeParents: true }, context);
        await session.request(context, make);
      });
    },

    /** Removes a directory with everything in it. */
    VixVM_DeleteDirectoryInGuest(
      vmHandle: VixHandle,
      pathName: string,
      options: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_DeleteDirectoryInGuest', callback: callbackProc, clientData };
      return startGuestJob(runtime, vmHandle, tail, async (session, context) => {
        const path = guestPath('pathName', pathName);
        integer('options', options);
        await session.request(context, () => session.ops.files.deleteDirectory(path, context));
      });
    },

    /** Tells whether a directory is there; a file at the path answers false. */
    VixVM_DirectoryExistsInGuest(
      vmHandle: VixHandle,
      pathName: string,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_DirectoryExistsInGuest', callback: callbackProc, clientData };
      return startGuestJob(runtime, vmHandle, tail, async (session, context) => {
        const found = await statIfAny(session, guestPath('pathName', pathName), context);
        addExists(context.results, found?.kind === 'directory');
      });
    },
  };
}

/** What is at a path, or undefined when nothing is. */
async function statIfAny(session: GuestSession, path: string, call: CallContext): Promise<GuestFileInfo | undefined> {
  try {
    return await session.request(call, () => session.ops.files.stat(path, call));
  } catch (error) {
    if (error instanceof Fault && (error.kind === 'file-not-found' || error.kind === 'not-a-directory'))
      return undefined;
    throw error;
  }
}

/** As many links as a path may lead through, as in Linux. */
const linkLimit = 40;

/** Whether a file is there, also by links. A link whose target the backend does not tell counts as one to a file. */
async function leadsToFile(session: GuestSession, path: string, call: CallContext): Promise<boolean> {
  let at = path;
  for (let links = 0; links <= linkLimit; links += 1) {
    const found = await statIfAny(session, at, call);
    if (found?.kind !== 'symlink') return found?.kind === 'file';
    if (found.linkTarget === undefined) return true;
    at = linkedPath(at, found.linkTarget);
  }
  return false;
}

/** The path that a link means. The guest takes the `..` of a POSIX path: from where a directory really is. */
function linkedPath(link: string, text: string): string {
  if (!link.startsWith('/')) return win32.resolve(win32.dirname(link), text);
  return posix.isAbsolute(text) ? text : `${posix.dirname(link)}/${text}`;
}

function addExists(results: PropertyList, value: boolean): void {
  results.add(VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS, { type: 'bool', value });
}

const fileFlags = {
  file: 0,
  directory: VIX_FILE_ATTRIBUTES_DIRECTORY,
  symlink: VIX_FILE_ATTRIBUTES_SYMLINK,
  other: 0,
} as const satisfies Record<GuestFileInfo['kind'], number>;

function addFileInfo(results: PropertyList, info: GuestFileInfo): void {
  const size = info.kind === 'directory' ? 0 : info.size;
  const modified = Math.floor(info.modified.getTime() / 1000);
  results.add(VIX_PROPERTY_JOB_RESULT_FILE_SIZE, { type: 'int64', value: size });
  results.add(VIX_PROPERTY_JOB_RESULT_FILE_FLAGS, { type: 'integer', value: fileFlags[info.kind] });
  results.add(VIX_PROPERTY_JOB_RESULT_FILE_MOD_TIME, { type: 'int64', value: modified });
}

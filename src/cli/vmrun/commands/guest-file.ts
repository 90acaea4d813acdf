import {
  VIX_FILE_ATTRIBUTES_DIRECTORY,
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_FILE_FLAGS,
  VIX_PROPERTY_JOB_RESULT_FILE_SIZE,
  VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
} from '../../../vix/names.js';
import { type Answer, type Command, command, listText, silent } from '../command.js';
import { failureStatus } from '../exit-status.js';
import { text, vm } from '../parameters.js';

const guestPath = text('path', 'GUEST-PATH', 'guest-path');

/** The sentence, and the status for those who read only that. */
function existence(what: string, exists: boolean): Answer<{ readonly exists: boolean }> {
  return {
    result: { exists },
    text: exists ? `The ${what} exists.\n` : `The ${what} does not exist.\n`,
    status: exists ? 0 : failureStatus,
  };
}

/** The commands for files and directories of the guest. */
export const guestFileCommands: readonly Command[] = [
  command({
    name: 'fileExistsInGuest',
    section: 'guest',
    parameters: [vm, guestPath],
    summary: 'tell whether a file is in the guest',
    result: { exists: 'boolean' },
    login: 'always',
    run: async (session, { path }) => {
      const job = await session.finish(session.vix.VixVM_FileExistsInGuest(session.vm, path, null, null));
      return existence('file', session.result(job, VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS));
    },
  }),
  command({
    name: 'directoryExistsInGuest',
    section: 'guest',
    parameters: [vm, guestPath],
    summary: 'tell whether a directory is in the guest',
    result: { exists: 'boolean' },
    login: 'always',
    run: async (session, { path }) => {
      const job = await session.finish(session.vix.VixVM_DirectoryExistsInGuest(session.vm, path, null, null));
      return existence('directory', session.result(job, VIX_PROPERTY_JOB_RESULT_GUEST_OBJECT_EXISTS));
    },
  }),
  command({
    name: 'deleteFileInGuest',
    section: 'guest',
    parameters: [vm, guestPath],
    summary: 'delete a file of the guest',
    login: 'always',
    run: async (session, { path }) => {
      await session.finish(session.vix.VixVM_DeleteFileInGuest(session.vm, path, null, null));
      return silent;
    },
  }),
  command({
    name: 'createDirectoryInGuest',
    section: 'guest',
    parameters: [vm, guestPath],
    summary: 'make a directory in the guest',
    login: 'always',
    run: async (session, { path }) => {
      await session.finish(session.vix.VixVM_CreateDirectoryInGuest(session.vm, path, VIX_INVALID_HANDLE, null, null));
      return silent;
    },
  }),
  command({
    name: 'deleteDirectoryInGuest',
    section: 'guest',
    parameters: [vm, guestPath],
    summary: 'delete a directory of the guest with all that is in it',
    login: 'always',
    run: async (session, { path }) => {
      await session.finish(session.vix.VixVM_DeleteDirectoryInGuest(session.vm, path, 0, null, null));
      return silent;
    },
  }),
  command({
    name: 'CreateTempfileInGuest',
    section: 'guest',
    parameters: [vm],
    summary: 'make an empty file with a new name in the guest',
    result: { path: 'string' },
    login: 'always',
    run: async (session) => {
      const job = await session.finish(
        session.vix.VixVM_CreateTempFileInGuest(session.vm, 0, VIX_INVALID_HANDLE, null, null),
      );
      const path = session.result(job, VIX_PROPERTY_JOB_RESULT_ITEM_NAME);
      return { result: { path }, text: `${path}\n` };
    },
  }),
  command({
    name: 'listDirectoryInGuest',
    section: 'guest',
    parameters: [vm, guestPath],
    summary: 'list a directory of the guest',
    result: { entries: [{ name: 'string', isDirectory: 'boolean', size: 'number' }] },
    login: 'always',
    run: async (session, { path }) => {
      const job = await session.finish(session.vix.VixVM_ListDirectoryInGuest(session.vm, path, 0, null, null));
      const names = session.results(job, VIX_PROPERTY_JOB_RESULT_ITEM_NAME);
      const entries = names.map((name, index) => {
        const flags = session.result(job, VIX_PROPERTY_JOB_RESULT_FILE_FLAGS, index);
        return {
          name,
          isDirectory: (flags & VIX_FILE_ATTRIBUTES_DIRECTORY) !== 0,
          size: session.result(job, VIX_PROPERTY_JOB_RESULT_FILE_SIZE, index),
        };
      });
      return { result: { entries }, text: listText('Directory list', names) };
    },
  }),
  command({
    name: 'CopyFileFromHostToGuest',
    section: 'guest',
    parameters: [vm, text('hostPath', 'HOST-PATH', 'host-path'), text('guestPath', 'GUEST-PATH', 'guest-path')],
    summary: 'copy a file, or a tree, into the guest',
    limit: 'none',
    login: 'always',
    run: async (session, values) => {
      const from = session.around.hostPath(values.hostPath);
      await session.finishWatched(values.hostPath, (callback) =>
        session.vix.VixVM_CopyFileFromHostToGuest(
          session.vm,
          from,
          values.guestPath,
          0,
          VIX_INVALID_HANDLE,
          callback,
          null,
        ),
      );
      return silent;
    },
  }),
  command({
    name: 'CopyFileFromGuestToHost',
    section: 'guest',
    parameters: [vm, text('guestPath', 'GUEST-PATH', 'guest-path'), text('hostPath', 'HOST-PATH', 'host-path')],
    summary: 'copy a file, or a tree, out of the guest',
    limit: 'none',
    login: 'always',
    run: async (session, values) => {
      const to = session.around.hostPath(values.hostPath);
      await session.finishWatched(values.guestPath, (callback) =>
        session.vix.VixVM_CopyFileFromGuestToHost(
          session.vm,
          values.guestPath,
          to,
          0,
          VIX_INVALID_HANDLE,
          callback,
          null,
        ),
      );
      return silent;
    },
  }),
  command({
    name: 'renameFileInGuest',
    section: 'guest',
    parameters: [vm, text('from', 'OLD-PATH', 'guest-path'), text('to', 'NEW-PATH', 'guest-path')],
    summary: 'rename a file of the guest',
    login: 'always',
    run: async (session, { from, to }) => {
      await session.finish(
        session.vix.VixVM_RenameFileInGuest(session.vm, from, to, 0, VIX_INVALID_HANDLE, null, null),
      );
      return silent;
    },
  }),
];

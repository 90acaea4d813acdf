import type { FileStatus, UserFiles } from '../../world/guest/guest-files.js';
import type { Fields } from '../fields.js';
import type { ManagedKind } from '../managed-object.js';
import { attributeChangeOf, fileAttributesOf } from './file-attributes.js';
import { fileInfo, filesAt, type ListedFile } from './file-listing.js';
import { moveDirectory, moveFile, statusAt } from './file-moves.js';
import { guestMethod, guestPrivileges, type GuestCall } from './guest-call.js';
import { fileProblem, type GuestFaultContext } from './guest-faults.js';
import type { GuestServices } from './guest-services.js';
import { matchingNames } from '../../world/guest/name-pattern.js';
import { newTemporaryPath, type TemporaryName } from './temporary-path.js';

const privateDirectoryMode = 0o700;
const privateFileMode = 0o600;
const defaultPageSize = 50;

const { query, modify } = guestPrivileges;

/** The fault of an operation names the path that this argument holds. */
const aboutPath =
  (argument: string) =>
  (args: Fields): GuestFaultContext => ({ path: args.text(argument) });

/** Files and directories of guests. */
export const fileManagerKind: ManagedKind<GuestServices> = {
  type: 'GuestFileManager',
  properties: {},
  methods: {
    MakeDirectoryInGuest: guestMethod({ privilege: modify, about: aboutPath('directoryPath') }, ({ change, args }) => {
      const path = args.text('directoryPath');
      const makeParents = args.flag('createParentDirectories');
      return change('guest.files.makeDirectory', ({ files }) =>
        files.makeDirectory(path, { makeParents, mode: privateDirectoryMode }),
      );
    }),
    DeleteFileInGuest: guestMethod({ privilege: modify, about: aboutPath('filePath') }, ({ change, args }) => {
      const path = args.text('filePath');
      return change('guest.files.deleteFile', ({ files }) => files.deleteFile(path));
    }),
    DeleteDirectoryInGuest: guestMethod(
      { privilege: modify, about: aboutPath('directoryPath') },
      ({ change, args }) => {
        const path = args.text('directoryPath');
        const recursive = args.flag('recursive');
        return change('guest.files.deleteDirectory', ({ files }) => files.deleteDirectory(path, { recursive }));
      },
    ),
    MoveDirectoryInGuest: guestMethod(
      { privilege: modify, about: aboutPath('srcDirectoryPath') },
      ({ change, args }) => {
        const from = args.text('srcDirectoryPath');
        const to = args.text('dstDirectoryPath');
        return change('guest.files.move', (admitted) => moveDirectory(admitted, from, to));
      },
    ),
    MoveFileInGuest: guestMethod({ privilege: modify, about: aboutPath('srcFilePath') }, ({ change, args }) => {
      const from = args.text('srcFilePath');
      const to = args.text('dstFilePath');
      const overwrite = args.flag('overwrite');
      return change('guest.files.move', (admitted) => moveFile(admitted, from, to, overwrite));
    }),
    CreateTemporaryFileInGuest: guestMethod({ privilege: modify, about: aboutDirectory }, ({ change, args }) => {
      const name = temporaryNameOf(args);
      return change('guest.files.createTempFile', (admitted) => {
        const path = newTemporaryPath(admitted, name);
        admitted.files.write(path, '', { mode: privateFileMode });
        return path;
      });
    }),
    CreateTemporaryDirectoryInGuest: guestMethod({ privilege: modify, about: aboutDirectory }, ({ change, args }) => {
      const name = temporaryNameOf(args);
      return change('guest.files.createTempDirectory', (admitted) => {
        const path = newTemporaryPath(admitted, name);
        admitted.files.makeDirectory(path, { mode: privateDirectoryMode });
        return path;
      });
    }),
    ListFilesInGuest: guestMethod({ privilege: query, about: aboutPath('filePath') }, listFiles),
    ChangeFileAttributesInGuest: guestMethod(
      { privilege: modify, about: aboutPath('guestFilePath') },
      ({ change, args }) => {
        const path = args.text('guestFilePath');
        const attributes = args.object('fileAttributes');
        return change('guest.files.setAttributes', ({ record, files }) =>
          files.setAttributes(path, attributeChangeOf(record.guest, attributes)),
        );
      },
    ),
    InitiateFileTransferFromGuest: guestMethod(
      { privilege: query, about: aboutPath('guestFilePath') },
      async ({ read, access, args, ref }, { transfers }) => {
        const path = args.text('guestFilePath');
        return read('guest.files.read', ({ record, files }) => {
          const status = transferable(files, path, args);
          if (status === undefined) throw fileProblem('FileNotFound', path);
          return {
            $type: 'FileTransferInformation',
            attributes: fileAttributesOf(record.guest, status),
            size: status.size,
            url: transfers.announce({
              direction: 'from-guest',
              access,
              machine: ref,
              path,
              bootCount: record.power.bootCount,
            }),
          };
        });
      },
    ),
    InitiateFileTransferToGuest: guestMethod(
      { privilege: modify, about: aboutPath('guestFilePath') },
      async ({ read, access, args, ref }, { transfers }) => {
        const path = args.text('guestFilePath');
        const size = args.whole('fileSize');
        if (size < 0) throw args.invalid('fileSize', 'it is negative');
        const overwrite = args.flag('overwrite');
        const sent = args.object('fileAttributes');
        return read('guest.files.write', ({ record, files }) => {
          const attributes = attributeChangeOf(record.guest, sent);
          if (transferable(files, path, args) !== undefined && !overwrite) throw fileProblem('FileAlreadyExists', path);
          files.checkWrite(path, size);
          return transfers.announce({
            direction: 'to-guest',
            access,
            machine: ref,
            path,
            bootCount: record.power.bootCount,
            size,
            overwrite,
            attributes,
          });
        });
      },
    ),
  },
};

function aboutDirectory(args: Fields): GuestFaultContext {
  return { path: args.optionalText('directoryPath') ?? '' };
}

function temporaryNameOf(args: Fields): TemporaryName {
  return {
    prefix: args.text('prefix'),
    suffix: args.text('suffix'),
    directory: args.optionalText('directoryPath'),
  };
}

/** The status of a file that may be sent or overwritten; undefined: there is none. */
function transferable(files: UserFiles, path: string, args: Fields): FileStatus | undefined {
  const status = statusAt(files, path);
  if (status?.kind === 'symlink') throw args.invalid('guestFilePath', 'it is a symbolic link');
  if (status?.kind === 'directory') throw fileProblem('NotAFile', path);
  return status;
}

/** ListFilesInGuest: the pattern chooses first, then the page is cut out. */
async function listFiles({ read, args }: GuestCall): Promise<object> {
  const path = args.text('filePath');
  const index = args.optionalWhole('index') ?? 0;
  const size = args.optionalWhole('maxResults') ?? defaultPageSize;
  const pattern = args.optionalText('matchPattern') ?? '';
  if (index < 0) throw args.invalid('index', 'it is negative');
  if (size < 0) throw args.invalid('maxResults', 'it is negative');
  return read('guest.files.list', ({ record, files }) => {
    const all = filesAt(record.guest, files, path);
    const found = pattern === '' ? all : all.filter(chosenBy(pattern, all, args));
    const page = found.slice(index, index + size);
    return {
      $type: 'GuestListFileInfo',
      files: page.map((file) => fileInfo(record.guest, files, file)),
      remaining: Math.max(0, found.length - index - page.length),
    };
  });
}

function chosenBy(pattern: string, all: readonly ListedFile[], args: Fields): (file: ListedFile) => boolean {
  const names = all.map(({ shown }) => shown);
  const matching = matchingNames(pattern, names);
  if (matching === undefined) throw args.invalid('matchPattern', 'it is no regular expression that can be used');
  return ({ shown }) => matching.has(shown);
}

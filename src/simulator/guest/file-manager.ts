import type { Fields } from '../fields.js';
import type { ManagedKind } from '../managed-object.js';
import { fileAttributesOf } from './file-attributes.js';
import { fileInfo } from './file-listing.js';
import { defaultPageSize, FileWork } from './file-work.js';
import { guestMethod, guestPrivileges, type GuestCall } from './guest-call.js';
import type { GuestFaultContext } from './guest-faults.js';
import type { GuestServices } from './guest-services.js';
import type { TemporaryName } from './temporary-path.js';

const { query, modify } = guestPrivileges;

/** A method whose faults name the path in an argument. */
function fileMethod(
  privilege: string,
  pathArgument: string,
  run: (work: FileWork, call: GuestCall, services: GuestServices) => Promise<unknown>,
): ReturnType<typeof guestMethod> {
  const about = (args: Fields): GuestFaultContext => ({ path: args.optionalText(pathArgument) ?? '' });
  return guestMethod({ privilege, about }, async (call, services) =>
    run(new FileWork(call.access, call.world), call, services),
  );
}

/** Files and directories of guests. */
export const fileManagerKind: ManagedKind<GuestServices> = {
  type: 'GuestFileManager',
  properties: {},
  methods: {
    MakeDirectoryInGuest: fileMethod(modify, 'directoryPath', (work, { args }) =>
      work.makeDirectory(args.text('directoryPath'), args.flag('createParentDirectories')),
    ),
    DeleteFileInGuest: fileMethod(modify, 'filePath', (work, { args }) => work.deleteFile(args.text('filePath'))),
    DeleteDirectoryInGuest: fileMethod(modify, 'directoryPath', (work, { args }) =>
      work.deleteDirectory(args.text('directoryPath'), args.flag('recursive')),
    ),
    MoveDirectoryInGuest: fileMethod(modify, 'srcDirectoryPath', (work, { args }) =>
      work.moveDirectory(args.text('srcDirectoryPath'), args.text('dstDirectoryPath')),
    ),
    MoveFileInGuest: fileMethod(modify, 'srcFilePath', (work, { args }) =>
      work.moveFile(args.text('srcFilePath'), args.text('dstFilePath'), args.flag('overwrite')),
    ),
    CreateTemporaryFileInGuest: fileMethod(modify, 'directoryPath', (work, { args }) =>
      work.createTemporaryFile(temporaryNameOf(args)),
    ),
    CreateTemporaryDirectoryInGuest: fileMethod(modify, 'directoryPath', (work, { args }) =>
      work.createTemporaryDirectory(temporaryNameOf(args)),
    ),
    ListFilesInGuest: fileMethod(query, 'filePath', async (work, { args }) => {
      const page = {
        path: args.text('filePath'),
        index: args.optionalWhole('index') ?? 0,
        size: args.optionalWhole('maxResults') ?? defaultPageSize,
        pattern: args.optionalText('matchPattern') ?? '',
      };
      const { lines, total } = await work.list(page, fileInfo);
      const remaining = Math.max(0, total - page.index - lines.length);
      return { $type: 'GuestListFileInfo', files: lines, remaining };
    }),
    ChangeFileAttributesInGuest: fileMethod(modify, 'guestFilePath', (work, { args }) =>
      work.setAttributes(args.text('guestFilePath'), args.object('fileAttributes')),
    ),
    InitiateFileTransferFromGuest: fileMethod(query, 'guestFilePath', (work, { args, ref }, { transfers }) =>
      work.announceDownload(transfers, ref, args.text('guestFilePath'), (guest, status, url) => ({
        $type: 'FileTransferInformation',
        attributes: fileAttributesOf(guest, status),
        size: status.size,
        url,
      })),
    ),
    InitiateFileTransferToGuest: fileMethod(modify, 'guestFilePath', (work, { args, ref }, { transfers }) =>
      work.announceUpload(transfers, ref, {
        path: args.text('guestFilePath'),
        size: args.whole('fileSize'),
        overwrite: args.flag('overwrite'),
        attributes: args.object('fileAttributes'),
      }),
    ),
  },
};

function temporaryNameOf(args: Fields): TemporaryName {
  return {
    prefix: args.text('prefix'),
    suffix: args.text('suffix'),
    directory: args.optionalText('directoryPath'),
  };
}

import { groupIdOf, userIdOf } from '../../world/guest/accounts.js';
import type { FileStatus, UserFiles } from '../../world/guest/guest-files.js';
import type { GuestRecord } from '../../world/vm/vm-record.js';
import { Fields } from '../fields.js';
import type { ListedFile } from '../guest/file-listing.js';
import { statusAt } from '../guest/file-moves.js';
import { defaultPageSize, FileWork } from '../guest/file-work.js';
import { guestPrivileges } from '../guest/guest-call.js';
import { fileProblem } from '../guest/guest-faults.js';
import type { TemporaryName } from '../guest/temporary-path.js';
import type { Ref } from '../ref.js';
import { inGuest, type RestMachine } from './rest-machine.js';
import { RestProblem } from './rest-problem.js';
import { created, noContent, ok, type RestCall, type RestRoute } from './rest-route.js';

const { query, modify } = guestPrivileges;
const filesystem = '/vcenter/vm/{vm}/guest/filesystem';
const directories = `${filesystem}/directories`;
const files = `${filesystem}/files`;

const kinds = { file: 'FILE', directory: 'DIRECTORY', symlink: 'SYMLINK' } as const;

/** Directories, files and transfers of files of guests. */
export const filesystemRoutes: readonly RestRoute[] = [
  {
    method: 'POST',
    path: directories,
    action: 'create',
    run: async (call) => {
      const path = call.body.text('path');
      const makeParents = call.body.optionalFlag('create_parents') ?? false;
      await work(call, modify, path, (guest) => guest.makeDirectory(path, makeParents));
      return noContent;
    },
  },
  {
    method: 'POST',
    path: directories,
    action: 'createTemporary',
    run: async (call) => {
      const name = temporaryNameOf(call);
      return ok(await work(call, modify, name.directory ?? '', (guest) => guest.createTemporaryDirectory(name)));
    },
  },
  {
    method: 'POST',
    path: directories,
    action: 'delete',
    run: async (call) => {
      const path = call.body.text('path');
      const recursive = call.body.optionalFlag('recursive') ?? false;
      await work(call, modify, path, (guest) => guest.deleteDirectory(path, recursive));
      return noContent;
    },
  },
  {
    method: 'POST',
    path: directories,
    action: 'move',
    run: async (call) => {
      const path = call.body.text('path');
      const target = call.body.text('new_path');
      await work(call, modify, path, (guest) => guest.moveDirectory(path, target));
      return noContent;
    },
  },
  {
    method: 'POST',
    path: files,
    action: 'createTemporary',
    run: async (call) => {
      const name = temporaryNameOf(call);
      return ok(await work(call, modify, name.directory ?? '', (guest) => guest.createTemporaryFile(name)));
    },
  },
  { method: 'POST', path: files, action: 'list', run: list },
  {
    method: 'POST',
    path: files,
    action: 'move',
    run: async (call) => {
      const path = call.body.text('path');
      const target = call.body.text('new_path');
      const overwrite = call.body.optionalFlag('overwrite') ?? false;
      await work(call, modify, path, (guest) => guest.moveFile(path, target, overwrite));
      return noContent;
    },
  },
  {
    method: 'POST',
    path: files,
    action: 'update',
    run: async (call) => {
      const path = call.body.text('path');
      const attributes = attributesOf(call.body.object('file_attributes'));
      await work(call, modify, path, (guest) => guest.setAttributes(path, attributes));
      return noContent;
    },
  },
  { method: 'POST', path: `${files}/{path}`, action: 'get', run: get },
  {
    method: 'POST',
    path: `${files}/{path}`,
    action: 'delete',
    run: async (call) => {
      const path = call.param('path');
      await work(call, modify, path, (guest) => guest.deleteFile(path));
      return noContent;
    },
  },
  { method: 'POST', path: filesystem, action: 'create', run: transfer },
];

function work<T>(
  call: RestCall,
  privilege: string,
  path: string,
  run: (guest: FileWork, machine: RestMachine) => Promise<T>,
): Promise<T> {
  return inGuest(call, privilege, { path }, (machine) => run(new FileWork(machine.access, machine.world), machine));
}

async function list(call: RestCall) {
  const { body } = call;
  const iteration = body.optionalObject('iteration');
  const page = {
    path: body.text('path'),
    index: iteration?.optionalWhole('index') ?? 0,
    size: iteration?.optionalWhole('size') ?? defaultPageSize,
    pattern: body.optionalObject('filter')?.optionalText('match_pattern') ?? '',
  };
  const { lines, total } = await work(call, query, page.path, (guest) => guest.list(page, lineOf));
  const end = page.index + lines.length;
  return ok({
    files: lines,
    total,
    ...(lines.length === 0 ? {} : { start_index: page.index, end_index: end - 1 }),
    status: end < total ? 'READY' : 'END_OF_DATA',
  });
}

function lineOf(_guest: GuestRecord, _files: UserFiles, { shown, status }: ListedFile): object {
  return { filename: shown, type: kinds[status.kind], size: sizeOf(status) };
}

async function get(call: RestCall) {
  const path = call.param('path');
  const info = await inGuest(call, query, { path }, ({ access, world }) =>
    access.read('guest.files.stat', world, ({ record: { guest }, files: guestFiles }) => {
      const status = statusAt(guestFiles, path);
      if (status === undefined) throw fileProblem('FileNotFound', path);
      const target = status.kind === 'symlink' && guestFiles.exists(path) ? guestFiles.stat(path) : status;
      return { type: kinds[status.kind], size: sizeOf(status), attributes: shownAttributes(guest, target, status) };
    }),
  );
  return ok(info);
}

function shownAttributes(guest: GuestRecord, target: FileStatus, { linkTarget }: FileStatus): object {
  const times = { last_modified: new Date(target.modifiedMs), last_accessed: new Date(target.accessedMs) };
  const link = linkTarget === undefined ? {} : { symlink_target: linkTarget };
  if (guest.family === 'windows') {
    const { isHidden, isReadOnly, createdMs } = target;
    return {
      ...times,
      ...link,
      filesystem_family: 'WINDOWS',
      win_attributes: { hidden: isHidden, read_only: isReadOnly, created: new Date(createdMs) },
    };
  }
  return {
    ...times,
    ...link,
    filesystem_family: 'POSIX',
    posix_attributes: {
      owner: userIdOf(guest.users, target.owner),
      group: groupIdOf(guest.users, target.group),
      permissions: (target.mode & 0o7777).toString(8),
    },
  };
}

function sizeOf({ kind, size }: FileStatus): number {
  return kind === 'file' ? size : 0;
}

async function transfer(call: RestCall) {
  const spec = call.body.object('spec');
  const path = spec.text('path');
  const sent = spec.optionalObject('attributes');
  const announce = (guest: FileWork, ref: Ref): Promise<string> => {
    const { transfers } = call.services;
    if (sent === undefined) return guest.announceDownload(transfers, ref, path, (_guest, _status, url) => url);
    const overwrite = sent.optionalFlag('overwrite') ?? false;
    const attributes = attributesOf(sent);
    return guest.announceUpload(transfers, ref, { path, size: sent.whole('size'), overwrite, attributes });
  };
  return created(await work(call, modify, path, (guest, { ref }) => announce(guest, ref)));
}

/** Attributes as GuestFileAttributes of the other API. @throws RestProblem `INVALID_ARGUMENT`. */
function attributesOf(sent: Fields): Fields {
  const posix = sent.optionalObject('posix');
  const windows = sent.optionalObject('windows');
  if (posix !== undefined && windows !== undefined) {
    throw new RestProblem('INVALID_ARGUMENT', 'A file has attributes of POSIX or of Windows, not of both.');
  }
  const times = {
    modificationTime: sent.optionalTime('last_modified'),
    accessTime: sent.optionalTime('last_accessed'),
  };
  if (posix !== undefined) {
    return new Fields({
      $type: 'GuestPosixFileAttributes',
      ...times,
      ownerId: posix.optionalWhole('owner_id'),
      groupId: posix.optionalWhole('group_id'),
      permissions: permissionsOf(posix.optionalText('permissions')),
    });
  }
  if (windows === undefined) return new Fields({ $type: 'GuestFileAttributes', ...times });
  return new Fields({
    $type: 'GuestWindowsFileAttributes',
    ...times,
    hidden: windows.optionalFlag('hidden'),
    readOnly: windows.optionalFlag('read_only'),
  });
}

/** Permissions are an octal number in a text. */
function permissionsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-7]{1,7}$/u.test(text)) throw new RestProblem('INVALID_ARGUMENT', `'${text}' are no octal permissions.`);
  return Number.parseInt(text, 8);
}

function temporaryNameOf({ body }: RestCall): TemporaryName {
  return { prefix: body.text('prefix'), suffix: body.text('suffix'), directory: body.optionalText('parent_path') };
}

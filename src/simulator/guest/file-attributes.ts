import { groupIdOf, groupNameOf, userIdOf, userNameOf } from '../../world/guest/accounts.js';
import type { FileAttributes, FileStatus } from '../../world/guest/guest-files.js';
import type { GuestRecord } from '../../world/vm/vm-record.js';
import type { Fields } from '../fields.js';

type Accounts = Pick<GuestRecord, 'family' | 'users'>;

/** Bits of a POSIX mode that say what a file is. */
const typeBits = { file: 0o100_000, directory: 0o040_000, symlink: 0o120_000 } as const;

const modeBits = 0o7777;

/** Fields of GuestFileAttributes that each family adds. */
const ownFields = {
  posix: ['ownerId', 'groupId', 'permissions'],
  windows: ['hidden', 'readOnly', 'createTime'],
} as const;

const familyOfType: Readonly<Record<string, 'posix' | 'windows'>> = {
  GuestPosixFileAttributes: 'posix',
  GuestWindowsFileAttributes: 'windows',
};

/** What a guest says of a file. @param linkTarget text of a link; the status is then that of what it leads to. */
export function fileAttributesOf(guest: Accounts, status: FileStatus, linkTarget?: string): Record<string, unknown> {
  const times = { modificationTime: seconds(status.modifiedMs), accessTime: seconds(status.accessedMs) };
  if (guest.family === 'windows') {
    return {
      $type: 'GuestWindowsFileAttributes',
      ...times,
      hidden: status.isHidden,
      readOnly: status.isReadOnly,
      createTime: seconds(status.createdMs),
    };
  }
  return {
    $type: 'GuestPosixFileAttributes',
    ...times,
    symlinkTarget: linkTarget ?? '',
    ownerId: userIdOf(guest.users, status.owner),
    groupId: groupIdOf(guest.users, status.group),
    permissions: typeBits[status.kind] | (status.mode & modeBits),
  };
}

/**
 * The changes that a client's GuestFileAttributes ask for; what is absent stays as it is.
 * @throws VimFault `InvalidArgument` for fields of another family of guests.
 */
export function attributeChangeOf(guest: Accounts, attributes: Fields): Partial<FileAttributes> {
  const family = familyOfType[attributes.type];
  const stranger = family === undefined || family === guest.family ? [] : ownFields[family];
  for (const name of stranger) {
    if (attributes.has(name)) throw attributes.invalid(name, `a ${guest.family} guest has no such attribute`);
  }
  const modified = attributes.optionalDate('modificationTime')?.getTime();
  const accessed = attributes.optionalDate('accessTime')?.getTime();
  const change: Partial<FileAttributes> = {
    ...(modified === undefined ? {} : { modifiedMs: modified }),
    ...(accessed === undefined ? {} : { accessedMs: accessed }),
  };
  if (family === undefined) return change;
  return { ...change, ...(family === 'posix' ? posixChange(guest, attributes) : windowsChange(attributes)) };
}

function posixChange(guest: Accounts, attributes: Fields): Partial<FileAttributes> {
  const owner = attributes.optionalWhole('ownerId');
  const group = attributes.optionalWhole('groupId');
  const permissions = attributes.optionalWhole('permissions');
  return {
    ...(owner === undefined ? {} : { owner: userNameOf(guest.users, owner) }),
    ...(group === undefined ? {} : { group: groupNameOf(guest.users, group) }),
    ...(permissions === undefined ? {} : { mode: permissions & modeBits }),
  };
}

function windowsChange(attributes: Fields): Partial<FileAttributes> {
  const isHidden = attributes.optionalFlag('hidden');
  const isReadOnly = attributes.optionalFlag('readOnly');
  return {
    ...(isHidden === undefined ? {} : { isHidden }),
    ...(isReadOnly === undefined ? {} : { isReadOnly }),
  };
}

/** Tools tells times in whole seconds. */
function seconds(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000);
}

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

/** A user whose number the guest does not know goes by it; nobody has the number of a user of the system. */
const nobodyId = 65_534;

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
    ownerId: idOf(guest, status.owner, ({ name }) => name),
    groupId: idOf(guest, status.group, ({ group }) => group),
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
    ...(owner === undefined ? {} : { owner: nameOf(guest, owner, ({ name }) => name) }),
    ...(group === undefined ? {} : { group: nameOf(guest, group, (user) => user.group) }),
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

type Account = GuestRecord['users'][number];

/** A mock guest gives a group the number of the user that it belongs to. */
function idOf(guest: Accounts, name: string, nameIn: (user: Account) => string): number {
  const known = guest.users.find((user) => nameIn(user) === name);
  if (known !== undefined) return known.id;
  if (name === 'root') return 0;
  return /^\d+$/u.test(name) ? Number(name) : nobodyId;
}

function nameOf(guest: Accounts, id: number, nameIn: (user: Account) => string): string {
  const known = guest.users.find((user) => user.id === id);
  if (known !== undefined) return nameIn(known);
  return id === 0 ? 'root' : String(id);
}

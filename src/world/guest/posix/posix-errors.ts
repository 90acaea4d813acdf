import { Fault, type FaultKind } from '../../../base/fault.js';

/** How a POSIX system names a failure. */
export interface PosixError {
  readonly code: string;
  readonly text: string;
}

const byKind: Partial<Record<FaultKind, PosixError>> = {
  'file-not-found': { code: 'ENOENT', text: 'No such file or directory' },
  'file-exists': { code: 'EEXIST', text: 'File exists' },
  'already-exists': { code: 'EEXIST', text: 'File exists' },
  'file-access': { code: 'EACCES', text: 'Permission denied' },
  'guest-permission': { code: 'EPERM', text: 'Operation not permitted' },
  'not-a-file': { code: 'EISDIR', text: 'Is a directory' },
  'not-a-directory': { code: 'ENOTDIR', text: 'Not a directory' },
  'directory-not-empty': { code: 'ENOTEMPTY', text: 'Directory not empty' },
  'disk-full': { code: 'ENOSPC', text: 'No space left on device' },
  'file-name-too-long': { code: 'ENAMETOOLONG', text: 'File name too long' },
  'file-name-invalid': { code: 'EINVAL', text: 'Invalid argument' },
  'invalid-argument': { code: 'EINVAL', text: 'Invalid argument' },
  'too-many-links': { code: 'ELOOP', text: 'Too many levels of symbolic links' },
  busy: { code: 'EAGAIN', text: 'Resource temporarily unavailable' },
  'no-such-process': { code: 'ESRCH', text: 'No such process' },
  'not-supported': { code: 'ENOTSUP', text: 'Operation not supported' },
  'program-not-started': { code: 'ENOEXEC', text: 'Exec format error' },
};

/** The POSIX name of a fault; undefined for what is no fault of a guest, which a caller lets pass. */
export function posixErrorOf(error: unknown): PosixError | undefined {
  return error instanceof Fault ? byKind[error.kind] : undefined;
}

import { Fault, type FaultKind } from '../base/fault.js';

/** Errors of the machine's own file system, as faults. */
const kinds: Readonly<Record<string, FaultKind>> = {
  ENOENT: 'file-not-found',
  EACCES: 'file-access',
  EPERM: 'file-access',
  EROFS: 'file-read-only',
  EEXIST: 'file-exists',
  EISDIR: 'not-a-file',
  ENOTDIR: 'not-a-directory',
  ENOTEMPTY: 'directory-not-empty',
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EFBIG: 'file-too-big',
  ENAMETOOLONG: 'file-name-too-long',
  EINVAL: 'invalid-argument',
  ERR_INVALID_ARG_VALUE: 'invalid-argument',
  EBUSY: 'busy',
  ELOOP: 'too-many-links',
};

/** Turns an error of the machine's own file system into a fault that names the path. Faults pass as they are. */
export function hostFileFault(error: unknown, doing: string, path: string): unknown {
  if (error instanceof Fault || !(error instanceof Error) || !('code' in error)) return error;
  const kind = kinds[String(error.code)] ?? 'file-error';
  return new Fault(kind, `cannot ${doing} ${path} on this machine: ${error.message}`, { cause: error });
}

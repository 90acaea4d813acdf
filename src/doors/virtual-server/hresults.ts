import {
  VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED,
  VIX_E_CANCELLED,
  VIX_E_FILE_ALREADY_EXISTS,
  VIX_E_FILE_NOT_FOUND,
  VIX_E_GUEST_USER_PERMISSIONS,
  VIX_E_HOST_USER_PERMISSIONS,
  VIX_E_INVALID_ARG,
  VIX_E_INVALID_HANDLE,
  VIX_E_NEED_KEY,
  VIX_E_NOT_SUPPORTED,
  VIX_E_OUT_OF_MEMORY,
  VIX_E_TIMEOUT_WAITING_FOR_TOOLS,
  VIX_E_TOOLS_NOT_RUNNING,
  VIX_E_VM_HOST_DISCONNECTED,
  VIX_E_VM_INSUFFICIENT_HOST_MEMORY,
  VIX_E_VM_IS_RUNNING,
  VIX_E_VM_NOT_FOUND,
  VIX_E_VM_NOT_RUNNING,
  VIX_OK,
} from '../../vix/names.js';
import type { VixError } from '../../vix/types.js';

/** The codes that members end with, by their names: as scripts see them in `Err.Number`, signed numbers of 32 bits. */
export const HRESULTS = {
  S_OK: 0,
  E_NOTIMPL: 0x80004001 | 0,
  E_POINTER: 0x80004003 | 0,
  E_ABORT: 0x80004004 | 0,
  E_FAIL: 0x80004005 | 0,
  E_ACCESSDENIED: 0x80070005 | 0,
  E_OUTOFMEMORY: 0x8007000e | 0,
  E_INVALIDARG: 0x80070057 | 0,
  E_FILE_NOT_FOUND: 0x80070002 | 0,
  E_ALREADY_EXISTS: 0x800700b7 | 0,
  DISP_E_EXCEPTION: 0x80020009 | 0,
  DISP_E_BADINDEX: 0x8002000b | 0,
  VM_E_TIMED_OUT: 0xa0040202 | 0,
  VM_E_OUT_OF_RESOURCE: 0xa0040203 | 0,
  VM_E_TOO_MANY_VMS: 0xa0040204 | 0,
  VM_E_VM_NOT_RUNNING: 0xa0040206 | 0,
  VM_E_VM_UNKNOWN: 0xa0040207 | 0,
  VM_E_OUT_OF_RESERVE: 0xa0040208 | 0,
  VM_E_APP_SHUTTING_DOWN: 0xa0040209 | 0,
  VM_E_SCRIPT_ALREADY_EXISTS: 0xa004020a | 0,
  VM_E_PREF_NOT_FOUND: 0xa0040300 | 0,
  VM_E_PREF_ILLEGAL_VALUE: 0xa0040301 | 0,
  VM_E_PREF_VM_ACTIVE: 0xa0040302 | 0,
  VM_E_CONFIG_NO_NAME: 0xa0040400 | 0,
  VM_E_CONFIG_NAME_TOO_LONG: 0xa0040401 | 0,
  VM_E_CONFIG_NAME_INVALID_CHAR: 0xa0040402 | 0,
  VM_E_CONFIG_DUPLICATE_NAME: 0xa0040403 | 0,
  VM_E_VM_RUNNING: 0xa0040500 | 0,
  VM_E_VM_NO_SAVED_STATE: 0xa0040501 | 0,
  VM_E_DRIVE_INVALID: 0xa0040502 | 0,
  VM_E_DRIVE_BUS_LOC_IN_USE: 0xa0040503 | 0,
  VM_E_ADDITIONS_NOT_AVAIL: 0xa0040504 | 0,
  VM_E_ADDITIONS_FEATURE_NOT_AVAIL: 0xa0040505 | 0,
  VM_E_FOLDER_NOT_SHARED: 0xa0040506 | 0,
  VM_E_VM_PAUSED: 0xa0040507 | 0,
  VM_E_MEDIA_UNMOUNT_FAIL: 0xa0040508 | 0,
} as const;

/** Name of a code that a member can end with. */
export type HresultName = keyof typeof HRESULTS;

/** What each error of VIX means here; what is not listed is unexpected. */
const ofVix: ReadonlyMap<VixError, HresultName> = new Map<VixError, HresultName>([
  [VIX_OK, 'S_OK'],
  [VIX_E_NOT_SUPPORTED, 'E_NOTIMPL'],
  [VIX_E_INVALID_ARG, 'E_INVALIDARG'],
  [VIX_E_CANCELLED, 'E_ABORT'],
  [VIX_E_OUT_OF_MEMORY, 'E_OUTOFMEMORY'],
  [VIX_E_FILE_NOT_FOUND, 'E_FILE_NOT_FOUND'],
  [VIX_E_FILE_ALREADY_EXISTS, 'E_ALREADY_EXISTS'],
  [VIX_E_NEED_KEY, 'E_ACCESSDENIED'],
  [VIX_E_HOST_USER_PERMISSIONS, 'E_ACCESSDENIED'],
  [VIX_E_GUEST_USER_PERMISSIONS, 'E_ACCESSDENIED'],
  [VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED, 'E_ACCESSDENIED'],
  [VIX_E_VM_NOT_RUNNING, 'VM_E_VM_NOT_RUNNING'],
  [VIX_E_VM_IS_RUNNING, 'VM_E_VM_RUNNING'],
  [VIX_E_VM_NOT_FOUND, 'VM_E_VM_UNKNOWN'],
  [VIX_E_INVALID_HANDLE, 'VM_E_VM_UNKNOWN'],
  [VIX_E_VM_HOST_DISCONNECTED, 'VM_E_VM_UNKNOWN'],
  [VIX_E_TOOLS_NOT_RUNNING, 'VM_E_ADDITIONS_NOT_AVAIL'],
  [VIX_E_TIMEOUT_WAITING_FOR_TOOLS, 'VM_E_TIMED_OUT'],
  [VIX_E_VM_INSUFFICIENT_HOST_MEMORY, 'VM_E_OUT_OF_RESOURCE'],
]);

/** Name of the code that stands for an error of VIX. */
export function hresultOf(error: VixError): HresultName {
  return ofVix.get(error) ?? 'DISP_E_EXCEPTION';
}

/** A member that did not end well: what a script finds in `Err`, and C# in a COMException. */
export class VirtualServerError extends Error {
  /** As `Err.Number`: the HRESULT as a signed number. */
  readonly number: number;
  /** Name of the code. */
  readonly code: HresultName;

  constructor(code: HresultName, message: string) {
    super(`${code} (0x${(HRESULTS[code] >>> 0).toString(16).toUpperCase()}): ${message}`);
    this.name = 'VirtualServerError';
    this.code = code;
    this.number = HRESULTS[code];
  }
}

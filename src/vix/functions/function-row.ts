import type { VixErrorName } from '../error-codes.js';
import type { VixPropertyName } from '../properties.js';
import type { ParamKind } from '../types.js';

/** A product line of the VIX support matrix. */
type VixProduct = 'vSphere' | 'Fusion' | 'Player' | 'Server' | 'Workstation' | 'WorkstationShared';

/** One function of the VIX C API. */
export interface FunctionRow {
  /** What the function works on, as the reference groups functions. */
  readonly category: string;
  /**
   * `job`: returns a job handle at once, the result comes later. `promise`: may block in C, so it returns a promise
   * here. `plain`: an ordinary call.
   */
  readonly call: 'job' | 'promise' | 'plain';
  /** Return type as C declares it. */
  readonly returns: 'VixHandle' | 'VixError' | 'VixHandleType' | 'int' | 'const char *' | 'void';
  /** Parameter name -> kind, in the order of the C declaration. */
  readonly params: Readonly<Record<string, ParamKind>>;
  /** Properties that the finished job holds. */
  readonly results?: readonly VixPropertyName[];
  /** The results repeat: one set per item, read with `VixJob_GetNthProperties`. */
  readonly indexedResults?: boolean;
  /** Reports each item with a FIND_ITEM event. */
  readonly findsItems?: boolean;
  /** Whether `VixVM_LoginInGuest` must come first; `environment`: only for guest environment variables. */
  readonly guestLogin?: 'always' | 'environment';
  /** The release that dropped the function; it works here all the same. */
  readonly removedIn?: string;
  /** Name under which the library of the 1.1 line exported it. */
  readonly legacyName?: string;
  /** Products that the VIX 1.13 support matrix marks as not offering it. */
  readonly refusedBy?: readonly VixProduct[];
  /** Error codes that callers meet in practice. */
  readonly errors: readonly VixErrorName[];
}

/** The last two parameters of a function that starts a job. */
export const callback = { callbackProc: 'callback', clientData: 'clientData' } as const;

/** What every call that needs a guest login can fail with. */
export const guestErrors = [
  'VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED',
  'VIX_E_GUEST_USER_PERMISSIONS',
  'VIX_E_TOOLS_NOT_RUNNING',
  'VIX_E_VM_NOT_RUNNING',
  'VIX_E_GUEST_OPERATIONS_PROHIBITED',
  'VIX_E_OPERATION_DISABLED',
] as const;

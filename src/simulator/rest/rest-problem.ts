import { Fault } from '../../base/fault.js';
import { guestFault } from '../guest/guest-faults.js';
import { VimFault, type FaultValue } from '../vim-fault.js';
import { asVimFault } from '../world-faults.js';

/** HTTP status of each kind of error that these resources answer with. */
const statuses = {
  ALREADY_EXISTS: 400,
  ALREADY_IN_DESIRED_STATE: 400,
  INVALID_ARGUMENT: 400,
  INVALID_REQUEST: 400,
  NOT_ALLOWED_IN_CURRENT_STATE: 400,
  RESOURCE_IN_USE: 400,
  UNSUPPORTED: 400,
  UNAUTHENTICATED: 401,
  UNAUTHORIZED: 403,
  NOT_FOUND: 404,
  OPERATION_NOT_FOUND: 404,
  ERROR: 500,
  RESOURCE_BUSY: 500,
  UNABLE_TO_ALLOCATE_RESOURCE: 500,
  SERVICE_UNAVAILABLE: 503,
} as const;

export type RestErrorType = keyof typeof statuses;

/** Details that some errors carry, like the path of a file. */
export type RestErrorData = Readonly<Record<string, unknown>>;

/** A failure in the terms of the Automation API. */
export class RestProblem extends Error {
  readonly type: RestErrorType;
  readonly data: RestErrorData | undefined;

  /** @param message for people; it goes to the client, so it holds no secret. */
  constructor(type: RestErrorType, message: string, data?: RestErrorData, options?: { readonly cause: unknown }) {
    super(message, options);
    this.name = 'RestProblem';
    this.type = type;
    this.data = data;
  }

  get status(): number {
    return statuses[this.type];
  }

  /** As JSON under `/api`. */
  get body(): object {
    return { error_type: this.type, ...this.#content };
  }

  /** As JSON under `/rest`. */
  get legacyBody(): object {
    return { type: `com.vmware.vapi.std.errors.${this.type.toLowerCase()}`, value: this.#content };
  }

  get #content(): object {
    const id = `com.vmware.api.vcenter.${this.type.toLowerCase()}`;
    const message = { id, default_message: this.message, args: [] };
    return { messages: [message], ...(this.data === undefined ? {} : { data: this.data }) };
  }
}

/** What a fault of vSphere becomes; `reason` and the file's path then stand in the data. */
const answers: Readonly<Record<string, { readonly type: RestErrorType; readonly reason?: string }>> = {
  NotAuthenticated: { type: 'UNAUTHENTICATED' },
  InvalidLogin: { type: 'UNAUTHENTICATED' },
  InvalidGuestLogin: { type: 'UNAUTHENTICATED' },
  GuestMultipleMappings: { type: 'UNAUTHENTICATED' },
  NoPermission: { type: 'UNAUTHORIZED' },
  GuestPermissionDenied: { type: 'UNAUTHORIZED' },
  CannotAccessFile: { type: 'UNAUTHORIZED' },
  FileNotWritable: { type: 'UNAUTHORIZED' },
  ManagedObjectNotFound: { type: 'NOT_FOUND' },
  NotFound: { type: 'NOT_FOUND' },
  GuestProcessNotFound: { type: 'NOT_FOUND' },
  FileNotFound: { type: 'NOT_FOUND', reason: 'FILE_NOT_FOUND' },
  FileAlreadyExists: { type: 'ALREADY_EXISTS' },
  AlreadyExists: { type: 'ALREADY_EXISTS' },
  InvalidArgument: { type: 'INVALID_ARGUMENT' },
  NotAFile: { type: 'NOT_FOUND', reason: 'NOT_A_FILE' },
  NotADirectory: { type: 'NOT_FOUND', reason: 'NOT_A_DIRECTORY' },
  FileNameTooLong: { type: 'NOT_FOUND', reason: 'PATH_TOO_LONG' },
  DirectoryNotEmpty: { type: 'NOT_FOUND', reason: 'DIRECTORY_NOT_EMPTY' },
  FileTooLarge: { type: 'NOT_FOUND', reason: 'FILE_TOO_LARGE' },
  NoDiskSpace: { type: 'UNABLE_TO_ALLOCATE_RESOURCE', reason: 'NO_DISK_SPACE' },
  InvalidPowerState: { type: 'NOT_ALLOWED_IN_CURRENT_STATE' },
  InvalidState: { type: 'NOT_ALLOWED_IN_CURRENT_STATE' },
  QuestionPending: { type: 'NOT_ALLOWED_IN_CURRENT_STATE' },
  CustomizationFault: { type: 'INVALID_ARGUMENT' },
  NotSupported: { type: 'UNSUPPORTED' },
  OperationDisabledByGuest: { type: 'UNSUPPORTED' },
  OperationNotSupportedByGuest: { type: 'UNSUPPORTED' },
  GuestOperationsUnavailable: { type: 'SERVICE_UNAVAILABLE' },
  ToolsUnavailable: { type: 'SERVICE_UNAVAILABLE' },
  TaskInProgress: { type: 'RESOURCE_BUSY' },
  ResourceInUse: { type: 'RESOURCE_BUSY' },
  ToolsInstallationInProgress: { type: 'ALREADY_IN_DESIRED_STATE' },
  ToolsAlreadyUpgraded: { type: 'ALREADY_IN_DESIRED_STATE' },
  InsufficientMemoryResourcesFault: { type: 'UNABLE_TO_ALLOCATE_RESOURCE' },
  InsufficientCpuResourcesFault: { type: 'UNABLE_TO_ALLOCATE_RESOURCE' },
};

/** Error numbers of Tools in a SystemError that have an answer of their own. */
const toolsAnswers: Readonly<Record<string, RestErrorType>> = {
  3009: 'SERVICE_UNAVAILABLE',
  3004: 'UNABLE_TO_ALLOCATE_RESOURCE',
  3016: 'SERVICE_UNAVAILABLE',
  3017: 'UNSUPPORTED',
  3032: 'UNAUTHENTICATED',
  3033: 'UNAUTHENTICATED',
  3035: 'UNAUTHENTICATED',
  44: 'INVALID_ARGUMENT',
  5: 'RESOURCE_BUSY',
};

/** Any failure as the Automation API tells it. undefined: nobody expected it, and the server says so. */
export function restProblemOf(error: unknown): RestProblem | undefined {
  if (error instanceof RestProblem) return error;
  if (!(error instanceof Fault) && !(error instanceof VimFault)) return undefined;
  const { fault, message } = asVimFault(guestFault(error, {}));
  const known = answers[fault.$type];
  if (known !== undefined) return new RestProblem(known.type, message, dataOf(fault, known.reason), { cause: error });
  const { reason } = fault;
  const [, code = ''] = /vix error codes = \((\d+), \d+\)/u.exec(typeof reason === 'string' ? reason : '') ?? [];
  return new RestProblem(toolsAnswers[code] ?? 'ERROR', message, undefined, { cause: error });
}

function dataOf(fault: FaultValue, reason: string | undefined): RestErrorData | undefined {
  if (fault.$type === 'GuestProcessNotFound') return { pid: fault['pid'] };
  return reason === undefined ? undefined : { reason, file_path: fault['file'] };
}

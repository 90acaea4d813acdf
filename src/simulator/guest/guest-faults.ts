import { Fault, type FaultKind } from '../../base/fault.js';
import type { PowerPhase } from '../../world/vm/vm-record.js';
import { VimFault, type FaultValue } from '../vim-fault.js';

/** What a guest operation was about; faults carry it. */
export interface GuestFaultContext {
  /** Guest path. */
  readonly path?: string;
  readonly pid?: number;
  readonly keyName?: string;
  readonly valueName?: string;
  /** Where the machine stands. */
  readonly phase?: PowerPhase;
}

/** A fault and the sentence that vSphere says with it. */
type Answer = readonly [fault: FaultValue, message: string];

/** `SystemError` with the code of Tools, which a host sends where it has no fault of its own for it. */
function toolsError(code: number): Answer {
  const reason = `vix error codes = (${code}, 0).\n`;
  return [{ $type: 'SystemError', reason }, `A general system error occurred: ${reason}`];
}

function fileFault(type: string, sentence: (file: string) => string): (context: GuestFaultContext) => Answer {
  return ({ path = '' }) => [{ $type: type, file: path }, sentence(path)];
}

function keyFault(type: string, code: number, sentence: string): (context: GuestFaultContext) => Answer {
  return ({ keyName = '' }) => [{ $type: type, windowsSystemErrorCode: code, keyName }, sentence];
}

const always =
  (type: string, message: string): ((context: GuestFaultContext) => Answer) =>
  () => [{ $type: type }, message];

/** Error numbers of Windows that faults of the registry carry. */
const windowsErrors = { fileNotFound: 2, alreadyExists: 183, accessDenied: 5, childMustBeVolatile: 1021 } as const;

/** What vSphere answers to each failure inside a guest. Numbers are those of Tools. */
const answers: Partial<Record<FaultKind, (context: GuestFaultContext) => Answer>> = {
  'vm-not-running': ({ phase = 'off' }) => [
    { $type: 'InvalidPowerState', requestedState: 'poweredOn', existingState: powerStateOf(phase) },
    'The attempted operation cannot be performed in the current state.',
  ],
  'tools-not-running': always('GuestOperationsUnavailable', 'The guest operations agent could not be contacted.'),
  'replay-active': always('InvalidState', 'The operation is not allowed in the current state.'),
  'guest-operations-prohibited': () => toolsError(3017),
  'guest-operation-disabled': always('OperationDisabledByGuest', 'The operation is disabled in the guest.'),
  'guest-os-unsupported': always('OperationNotSupportedByGuest', 'The operation is not supported by the guest.'),
  'guest-login-refused': always(
    'InvalidGuestLogin',
    'Failed to authenticate with the guest operating system using the supplied credentials.',
  ),
  'guest-login-type': () => toolsError(3032),
  'guest-alias-ambiguous': always('GuestMultipleMappings', 'The token or certificate stands for several guest users.'),
  'guest-empty-password': () => toolsError(3033),
  'guest-interactive-missing': always(
    'GuestOperationsUnavailable',
    'The specified guest user must be logged in interactively to perform this operation.',
  ),
  'guest-interactive-mismatch': () => toolsError(3035),
  'guest-permission': always(
    'GuestPermissionDenied',
    'The guest authentication being used does not have sufficient permissions to perform the operation.',
  ),
  'file-not-found': fileFault('FileNotFound', (file) => `File ${file} was not found`),
  'file-exists': fileFault('FileAlreadyExists', (file) => `File or folder '${file}' already exists`),
  'already-exists': fileFault('FileAlreadyExists', (file) => `File or folder '${file}' already exists`),
  'file-access': fileFault('CannotAccessFile', (file) => `Unable to access file ${file}`),
  'file-error': fileFault('FileFault', (file) => `A file error has occurred: ${file}`),
  'file-read-only': fileFault('FileNotWritable', (file) => `File ${file} is not writable`),
  'file-too-big': ({ path = '' }) => [
    { $type: 'FileTooLarge', file: path, datastore: '', fileSize: 0 },
    `File ${path} is too large`,
  ],
  'file-name-too-long': fileFault('FileNameTooLong', (file) => `File name ${file} is too long`),
  'file-name-invalid': () => toolsError(22),
  'not-a-file': fileFault('NotAFile', (file) => `The object or item referred to is not a file: ${file}`),
  'not-a-directory': fileFault('NotADirectory', (file) => `The object or item referred to is not a directory: ${file}`),
  'directory-not-empty': fileFault('DirectoryNotEmpty', (file) => `Directory ${file} is not empty`),
  'disk-full': ({ path = '' }) => [
    { $type: 'NoDiskSpace', file: path, datastore: '' },
    `Insufficient disk space for ${path}`,
  ],
  'too-many-links': () => toolsError(2),
  'no-such-process': ({ pid = 0 }) => [{ $type: 'GuestProcessNotFound', pid }, `No process ${pid} was found`],
  'program-not-started': () => toolsError(3004),
  busy: () => toolsError(5),
  'argument-too-big': () => toolsError(44),
  'registry-key-invalid': keyFault(
    'GuestRegistryKeyInvalid',
    windowsErrors.fileNotFound,
    'The registry key is not valid.',
  ),
  'registry-key-exists': keyFault(
    'GuestRegistryKeyAlreadyExists',
    windowsErrors.alreadyExists,
    'The registry key already exists.',
  ),
  'registry-key-has-subkeys': keyFault(
    'GuestRegistryKeyHasSubkeys',
    windowsErrors.accessDenied,
    'The registry key has subkeys.',
  ),
  'registry-parent-volatile': keyFault(
    'GuestRegistryKeyParentVolatile',
    windowsErrors.childMustBeVolatile,
    'The parent of the registry key is volatile.',
  ),
  'registry-value-not-found': ({ keyName = '', valueName = '' }) => [
    {
      $type: 'GuestRegistryValueNotFound',
      windowsSystemErrorCode: windowsErrors.fileNotFound,
      keyName,
      valueName,
    },
    'The registry value was not found.',
  ],
};

/**
 * A failure inside a guest as vSphere tells it; the cause keeps the world's own words. Anything else than such a
 * failure is given back as it is.
 */
export function guestFault(error: unknown, context: GuestFaultContext): unknown {
  if (!(error instanceof Fault)) return error;
  if (error.kind === 'invalid-argument') {
    const fault = { $type: 'InvalidArgument' };
    return new VimFault(fault, `A specified parameter was not correct: ${error.message}`, { cause: error });
  }
  const answer = answers[error.kind]?.(context);
  return answer === undefined ? error : new VimFault(answer[0], answer[1], { cause: error });
}

/** The fault of a file or directory, for checks that the world does not make. */
export function fileProblem(
  kind: 'FileAlreadyExists' | 'FileNotFound' | 'NotADirectory' | 'NotAFile',
  path: string,
): VimFault {
  const kinds = {
    FileAlreadyExists: 'file-exists',
    FileNotFound: 'file-not-found',
    NotADirectory: 'not-a-directory',
    NotAFile: 'not-a-file',
  } as const;
  const [fault, message] = answers[kinds[kind]]?.({ path }) ?? toolsError(1);
  return new VimFault(fault, message);
}

/** Power state as vSphere has it: changes under way do not show. */
export function powerStateOf(phase: PowerPhase): 'poweredOn' | 'poweredOff' | 'suspended' {
  if (phase === 'off' || phase === 'powering-on') return 'poweredOff';
  return phase === 'suspended' || phase === 'resuming' ? 'suspended' : 'poweredOn';
}

import { Fault, type FaultKind } from '../base/fault.js';
import { faultCode } from '../errors/vix-failure.js';
import type { Ref } from './ref.js';
import { VimFault, type FaultValue } from './vim-fault.js';

/** What the fields of a fault are filled from, as far as whoever answers knows. */
export interface FaultContext {
  /** The object that the call was about. */
  readonly object?: Ref;
  /** Its power state, for faults about power: `poweredOn`, `poweredOff` or `suspended`. */
  readonly powerState?: string;
  /** The power state that the call asks for, or needs. */
  readonly wantedState?: string;
  /** The file, name or argument that the call was about. */
  readonly subject?: string;
  /** Process id that the call was about. */
  readonly pid?: number;
}

type Build = (context: FaultContext, fault: Fault) => FaultValue;

/** A fault without fields, or with fields that nobody knows. */
function plain(type: string): Build {
  return () => ({ $type: type });
}

const fileFault =
  (type: string): Build =>
  ({ subject = '' }) => ({ $type: type, file: subject });

const powerFault =
  (requestedState: string, existingState: string): Build =>
  (context) => ({
    $type: 'InvalidPowerState',
    requestedState: context.wantedState ?? requestedState,
    existingState: context.powerState ?? existingState,
  });

/** vSphere has no fault of its own for it. The text then tells the exact code, as the agents of real servers do. */
const systemError: Build = (_context, fault) => ({ $type: 'SystemError', reason: withCode(fault) });

const registryKeyFault =
  (type: string): Build =>
  ({ subject = '' }, { guestError }) => ({ $type: type, keyName: subject, windowsSystemErrorCode: guestError ?? 0 });

/**
 * How each kind of failure of the world shows on the wire: the inverse of the map by which clients turn faults into VIX
 * codes. Where two kinds share a fault, or vSphere knows none, `systemError` keeps them apart.
 */
const faultsByKind: Readonly<Record<FaultKind, Build>> = {
  internal: systemError,
  'out-of-memory': systemError,
  'invalid-argument': ({ subject = '' }) => ({ $type: 'InvalidArgument', invalidProperty: subject }),
  'invalid-name': ({ subject = '' }) => ({ $type: 'InvalidName', name: subject }),
  'invalid-utf8': systemError,
  'argument-too-big': systemError,
  'not-supported': plain('NotSupported'),
  'not-found': plain('NotFound'),
  'already-exists': ({ subject }) => ({ $type: 'AlreadyExists', ...(subject === undefined ? {} : { name: subject }) }),
  busy: plain('ResourceInUse'),
  cancelled: plain('RequestCanceled'),
  'timed-out': systemError,
  licence: plain('NotEnoughLicenses'),

  'host-name-invalid': systemError,
  'host-name-unresolved': systemError,
  'host-unreachable': systemError,
  'host-certificate': systemError,
  'host-permission': plain('NoPermission'),
  'host-remote-only-local': systemError,
  'connection-lost': plain('HostCommunication'),
  'host-unavailable': systemError,
  'host-timeout': systemError,

  'vm-not-found': ({ object }) =>
    object === undefined ? { $type: 'NotFound' } : { $type: 'ManagedObjectNotFound', obj: object },
  'vm-ambiguous': systemError,
  'vm-config-unreadable': plain('InvalidVmConfig'),
  'vm-needs-key': plain('EncryptionKeyRequired'),
  'vm-wrong-key': systemError,
  'vm-not-running': powerFault('poweredOn', 'poweredOff'),
  'vm-running': powerFault('poweredOff', 'poweredOn'),
  'vm-read-only': systemError,
  'vm-template': plain('NotSupported'),
  'vm-cannot-power-on': ({ subject = '' }) => ({ $type: 'GenericVmConfigFault', reason: subject }),
  'vm-suspend-failed': systemError,
  'vm-unsupported-guest': ({ subject = '' }) => ({
    $type: 'UnsupportedGuest',
    property: 'guestId',
    unsupportedGuestOS: subject,
  }),
  'vm-question-pending': (_context, { message }) => ({ $type: 'QuestionPending', text: message }),
  'vm-host-memory': () => ({ $type: 'InsufficientMemoryResourcesFault', unreserved: 0, requested: 0 }),
  'vm-host-cpus': () => ({ $type: 'InsufficientCpuResourcesFault', unreserved: 0, requested: 0 }),
  'vm-up-to-date': plain('AlreadyUpgraded'),
  'vm-host-disconnected': plain('HostNotConnected'),
  'vm-version-unsupported': plain('VirtualHardwareCompatibilityIssue'),

  'tools-not-running': plain('ToolsUnavailable'),
  'tools-timeout': systemError,
  'tools-scripts-unavailable': plain('ToolsUnavailable'),
  'tools-image-missing': plain('ToolsImageNotAvailable'),
  'tools-drive-missing': systemError,
  'tools-drive-locked': systemError,
  'tools-auto-upgrade-unsupported': plain('ToolsAutoUpgradeNotSupported'),
  'tools-guest-not-ready': plain('ToolsUnavailable'),
  'tools-install-in-progress': plain('ToolsInstallationInProgress'),
  'tools-install-failed': plain('VmToolsUpgradeFault'),
  'tools-up-to-date': plain('ToolsAlreadyUpgraded'),
  'tools-image-copy-failed': plain('ToolsImageCopyFailed'),
  'tools-image-untrusted': plain('ToolsImageSignatureCheckFailed'),
  'tools-install-cancelled': plain('ToolsUpgradeCancelled'),

  'guest-login-refused': plain('InvalidGuestLogin'),
  'guest-permission': plain('GuestPermissionDenied'),
  'guest-not-logged-in': systemError,
  'guest-alias-ambiguous': plain('GuestMultipleMappings'),
  'guest-login-type': systemError,
  'guest-empty-password': systemError,
  'guest-interactive-missing': systemError,
  'guest-interactive-mismatch': systemError,
  'guest-operations-prohibited': systemError,
  'guest-operation-disabled': plain('OperationDisabledByGuest'),
  'guest-too-many-logins': plain('TooManyGuestLogons'),
  'guest-session-invalid': systemError,
  'guest-not-quiesced': plain('FilesystemQuiesceFault'),
  'guest-os-unsupported': plain('OperationNotSupportedByGuest'),

  'file-not-found': fileFault('FileNotFound'),
  'file-exists': fileFault('FileAlreadyExists'),
  'file-access': fileFault('CannotAccessFile'),
  'file-error': fileFault('FileFault'),
  'file-read-only': fileFault('FileNotWritable'),
  'file-too-big': ({ subject = '' }) => ({ $type: 'FileTooLarge', file: subject, datastore: '', fileSize: 0 }),
  'file-name-too-long': fileFault('FileNameTooLong'),
  'file-name-invalid': systemError,
  'file-locked': fileFault('FileLocked'),
  'file-type': fileFault('IncorrectFileType'),
  'not-a-file': fileFault('NotAFile'),
  'not-a-directory': fileFault('NotADirectory'),
  'directory-not-empty': fileFault('DirectoryNotEmpty'),
  'disk-full': ({ subject = '' }) => ({ $type: 'NoDiskSpace', file: subject, datastore: '' }),
  'too-many-links': systemError,
  'no-such-process': ({ pid }) => ({ $type: 'GuestProcessNotFound', pid: pid ?? 0 }),
  'program-not-started': systemError,
  'exit-code-lost': systemError,
  'registry-key-invalid': registryKeyFault('GuestRegistryKeyInvalid'),
  'registry-key-has-subkeys': registryKeyFault('GuestRegistryKeyHasSubkeys'),
  'registry-key-exists': registryKeyFault('GuestRegistryKeyAlreadyExists'),
  'registry-parent-volatile': registryKeyFault('GuestRegistryKeyParentVolatile'),
  'registry-value-not-found': ({ subject = '' }, { guestError }) => ({
    $type: 'GuestRegistryValueNotFound',
    keyName: '',
    valueName: subject,
    windowsSystemErrorCode: guestError ?? 0,
  }),

  'snapshot-not-found': ({ object }) =>
    object?.type === 'VirtualMachineSnapshot' ? { $type: 'ManagedObjectNotFound', obj: object } : { $type: 'NotFound' },
  'snapshot-ambiguous': systemError,
  'snapshot-no-change': plain('SnapshotNoChange'),
  'snapshot-name-too-long': ({ subject = '' }) => ({ $type: 'InvalidName', name: subject }),
  'snapshot-too-many': plain('SnapshotFault'),
  'snapshot-too-deep': plain('TooManySnapshotLevels'),
  'snapshot-failed': plain('SnapshotFault'),
  'snapshot-locked': plain('SnapshotLocked'),
  'snapshot-one-only': plain('MultipleSnapshotsNotSupported'),
  'snapshot-exists': plain('MultipleSnapshotsNotSupported'),
  'snapshot-independent-disk': plain('MemorySnapshotOnIndependentDisk'),
  'snapshot-impossible': plain('SnapshotDisabled'),
  'snapshot-format': plain('InvalidSnapshotFormat'),
  'snapshot-no-space': systemError,
  'snapshot-not-revertable': () => ({ $type: 'SnapshotRevertIssue', errors: true }),
  'recording-active': plain('InvalidState'),
  'replay-active': plain('InvalidState'),
  'not-recording': systemError,
  'not-replaying': systemError,
  'replay-impossible': systemError,
  'screen-capture-failed': systemError,
};

/** Kinds whose fault means more than one thing: the text then tells the exact code, as above. */
const tellCode: ReadonlySet<FaultKind> = new Set([
  'vm-template',
  'tools-scripts-unavailable',
  'tools-guest-not-ready',
  'recording-active',
  'replay-active',
  'snapshot-name-too-long',
  'snapshot-too-many',
]);

/** Any failure as the fault that the wire shows. */
export function asVimFault(error: unknown, context: FaultContext = {}): VimFault {
  if (error instanceof VimFault) return error;
  const fault =
    error instanceof Fault
      ? error
      : new Fault('internal', 'The simulator failed inside; see its diagnostics.', { cause: error });
  const message = tellCode.has(fault.kind) ? withCode(fault) : fault.message;
  return new VimFault(faultsByKind[fault.kind](context, fault), message, { cause: error });
}

function withCode(fault: Fault): string {
  return `${fault.message} vix error codes = (${faultCode(fault)}, ${fault.guestError ?? 0}).`;
}

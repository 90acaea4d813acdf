import { describe, expect, it } from 'vitest';
import { faultFrom, type FaultContext } from '../../../../src/backends/vsphere/errors/fault-from.js';
import { kindsByFault } from '../../../../src/backends/vsphere/errors/fault-kinds.js';
import { VimError } from '../../../../src/backends/vsphere/errors/vim-error.js';
import { HttpFailure, type HttpFailureKind } from '../../../../src/backends/vsphere/http/http-failure.js';
import type { DataObject } from '../../../../src/backends/vsphere/soap/values.js';
import { vimSchema } from '../../../../src/backends/vsphere/vim/vim-schema.js';
import { Fault, type FaultKind } from '../../../../src/base/fault.js';
import { faultCode } from '../../../../src/errors/vix-failure.js';

const context: FaultContext = { doing: 'power on', to: '[ds] a/a.vmx' };

function faultOf(fault: DataObject, text = 'said the server', where: FaultContext = context): Fault {
  const made = faultFrom(new VimError(fault, text), where);
  if (made instanceof Fault) return made;
  throw new Error('no fault');
}

/** Code of each fault as the reference of vSphere's faults has it, where the fault alone decides. */
const codes: readonly (readonly [string, number])[] = [
  ['InvalidGuestLogin', 3015],
  ['GuestPermissionDenied', 3015],
  ['GuestOperationsUnavailable', 3016],
  ['GuestComponentsOutOfDate', 3003],
  ['OperationDisabledByGuest', 20_005],
  ['OperationNotSupportedByGuest', 3003],
  ['GuestProcessNotFound', 20_003],
  ['GuestMultipleMappings', 20_007],
  ['GuestAuthenticationChallenge', 3047],
  ['TooManyGuestLogons', 3046],
  ['GuestRegistryKeyInvalid', 20_008],
  ['GuestRegistryKeyAlreadyExists', 20_011],
  ['GuestRegistryKeyHasSubkeys', 20_009],
  ['GuestRegistryKeyParentVolatile', 20_012],
  ['GuestRegistryValueNotFound', 20_010],
  ['GuestRegistryKeyFault', 20_008],
  ['GuestRegistryValueFault', 20_010],
  ['GuestRegistryFault', 1],
  ['GuestOperationsFault', 1],
  ['FileNotFound', 4],
  ['FileAlreadyExists', 12],
  ['NotAFile', 20_001],
  ['NotADirectory', 20_002],
  ['DirectoryNotEmpty', 20_006],
  ['CannotAccessFile', 13],
  ['CannotCreateFile', 7],
  ['CannotDeleteFile', 13],
  ['FileLocked', 15],
  ['FileNameTooLong', 20_004],
  ['FileNotWritable', 11],
  ['FileTooLarge', 21],
  ['IncorrectFileType', 9],
  ['NoDiskSpace', 8],
  ['NetworkCopyFault', 7],
  ['FileFault', 7],
  ['InvalidPowerState', 3006],
  ['InvalidState', 1],
  ['InvalidVmState', 4000],
  ['QuestionPending', 3028],
  ['TaskInProgress', 5],
  ['ToolsUnavailable', 3016],
  ['VmPowerOnDisabled', 3041],
  ['ConcurrentAccess', 5],
  ['UnsupportedGuest', 4011],
  ['VmConfigFault', 4002],
  ['InvalidVmConfig', 4002],
  ['InvalidFormat', 4002],
  ['GenericVmConfigFault', 3041],
  ['VirtualHardwareVersionNotSupported', 4001],
  ['VirtualHardwareCompatibilityIssue', 4001],
  ['AlreadyUpgraded', 4006],
  ['NoDiskFound', 2000],
  ['InsufficientResourcesFault', 3041],
  ['InsufficientMemoryResourcesFault', 3011],
  ['InsufficientCpuResourcesFault', 3013],
  ['NumVirtualCpusExceedsLimit', 3013],
  ['InsufficientStorageSpace', 8],
  ['NotEnoughLicenses', 32],
  ['RestrictedVersion', 32],
  ['LicenseExpired', 32],
  ['MigrationFault', 1],
  ['CustomizationFault', 1],
  ['NoPermission', 3014],
  ['NotAuthenticated', 26],
  ['InvalidProperty', 6000],
  ['InvalidLogin', 3014],
  ['InvalidLocale', 3],
  ['PasswordExpired', 3014],
  ['SecurityError', 3014],
  ['NoClientCertificate', 3014],
  ['ManagedObjectNotFound', 4000],
  ['NotFound', 2000],
  ['AlreadyExists', 23],
  ['DuplicateName', 41],
  ['InvalidName', 3],
  ['InvalidDatastore', 4],
  ['InvalidDatastorePath', 22],
  ['InaccessibleDatastore', 13],
  ['OutOfBounds', 3],
  ['ResourceInUse', 5],
  ['InvalidArgument', 3],
  ['InvalidRequest', 3],
  ['InvalidType', 3],
  ['MethodNotFound', 6],
  ['MethodDisabled', 20_005],
  ['NotImplemented', 6],
  ['NotSupported', 6],
  ['RequestCanceled', 10],
  ['Timedout', 1],
  ['HostNotConnected', 34],
  ['HostNotReachable', 34],
  ['HostCommunication', 36],
  ['DisallowedOperationOnFailoverHost', 6],
  ['InvalidCollectorVersion', 1],
  ['SystemError', 1],
  ['UnexpectedFault', 1],
  ['RuntimeFault', 1],
  ['VimFault', 1],
  ['MethodFault', 1],
  ['SnapshotFault', 13_000],
  ['SnapshotLocked', 13_010],
  ['SnapshotNoChange', 13_008],
  ['TooManySnapshotLevels', 13_021],
  ['MultipleSnapshotsNotSupported', 13_004],
  ['MemorySnapshotOnIndependentDisk', 13_018],
  ['SnapshotIncompatibleDeviceInVm', 13_007],
  ['SnapshotDisabled', 13_007],
  ['FilesystemQuiesceFault', 20_000],
  ['ApplicationQuiesceFault', 20_000],
  ['InvalidSnapshotFormat', 13_005],
  ['SnapshotRevertIssue', 13_024],
  ['VmToolsUpgradeFault', 21_009],
  ['ToolsAlreadyUpgraded', 21_010],
  ['ToolsAutoUpgradeNotSupported', 21_006],
  ['ToolsImageCopyFailed', 21_012],
  ['ToolsImageNotAvailable', 21_000],
  ['ToolsImageSignatureCheckFailed', 21_008],
  ['ToolsUpgradeCancelled', 21_004],
  ['ToolsInstallationInProgress', 21_011],
  ['CpuHotPlugNotSupported', 3007],
  ['MemoryHotPlugNotSupported', 3007],
  ['EncryptionKeyRequired', 30],
];

describe('a fault of vSphere', () => {
  it.each(codes)('%s becomes %i', (type, code) => {
    expect(faultCode(faultOf({ $type: type }))).toBe(code);
  });

  it('is in the tables of vim25 if it is in the map', () => {
    for (const type of Object.keys(kindsByFault)) expect(vimSchema.dataType(type), type).toBeDefined();
  });

  it('that is newer than the map means what the type above it means', () => {
    expect(faultOf({ $type: 'VmWwnConflict' }).kind).toBe('vm-config-unreadable');
    expect(faultOf({ $type: 'FromTheFuture' }).kind).toBe('internal');
  });

  it('is known by the name of its element as well', () => {
    expect(faultOf({ $type: 'InvalidPowerStateFault' }).kind).toBe('vm-not-running');
  });

  it('means what the fault behind it means when it says nothing itself', () => {
    const cause = { fault: { $type: 'NoDiskSpace', file: 'a.vmdk' }, localizedMessage: 'full' };
    expect(faultOf({ $type: 'SystemError', reason: 'x', faultCause: cause }).kind).toBe('disk-full');
    expect(faultOf({ $type: 'UnexpectedFault', fault: { $type: 'FileLocked' } }).kind).toBe('file-locked');
    expect(faultOf({ $type: 'FileNotFound', faultCause: cause }).kind).toBe('file-not-found');
  });

  it.each<[string, DataObject, FaultKind]>([
    ['a running machine', { $type: 'InvalidPowerState', existingState: 'poweredOn' }, 'vm-running'],
    ['a suspended machine', { $type: 'InvalidPowerState', existingState: 'suspended' }, 'vm-not-running'],
    [
      'a snapshot',
      { $type: 'ManagedObjectNotFound', obj: { type: 'VirtualMachineSnapshot', value: 's' } },
      'snapshot-not-found',
    ],
    ['a machine', { $type: 'ManagedObjectNotFound', obj: { type: 'VirtualMachine', value: 'v' } }, 'vm-not-found'],
  ])('is told apart by what it says: %s', (_what, fault, kind) => {
    expect(faultOf(fault).kind).toBe(kind);
  });

  it.each(['Task', 'ContainerView', 'PropertyFilter'])(
    'names no machine when the server has forgotten a %s',
    (type) => {
      const fault = faultOf({ $type: 'ManagedObjectNotFound', obj: { type, value: 'x' } });
      expect([fault.kind, faultCode(fault)]).toEqual(['connection-lost', 25]);
    },
  );

  it('may mean something of its own where it happened, and so may the types below it', () => {
    const where = {
      ...context,
      meanings: { VmConfigFault: 'vm-cannot-power-on', InvalidState: 'tools-install-in-progress' },
    } as const;
    expect(faultOf({ $type: 'InvalidFormat' }, '', where).kind).toBe('vm-cannot-power-on');
    expect(faultOf({ $type: 'UnsupportedGuest' }, '', where).kind).toBe('vm-unsupported-guest');
    expect(faultOf({ $type: 'InvalidState' }, '', where).kind).toBe('tools-install-in-progress');
  });

  it('tells the operation, the machine, the words of the server and the next step', () => {
    const { message } = faultOf({ $type: 'ToolsUnavailable' }, 'Cannot complete operation.');
    expect(message).toMatch(
      /^power on \[ds\] a\/a\.vmx: Cannot complete operation\. \(ToolsUnavailable\) Start or install/,
    );
  });

  it('names the setting of Tools that forbids an operation', () => {
    expect(faultOf({ $type: 'OperationDisabledByGuest' }).message).toContain('[guestoperations] of tools.conf');
  });

  it('names the privilege that is missing', () => {
    const object = { type: 'VirtualMachine', value: 'vm-7' };
    const { message } = faultOf({ $type: 'NoPermission', object, privilegeId: 'VirtualMachine.Interact.PowerOn' });
    expect(message).toContain('lacks the privilege VirtualMachine.Interact.PowerOn on vm-7');
  });
});

describe('the exact code in the text of a SystemError', () => {
  it.each([
    ['A general system error occurred: vix error codes = (3016, 0).\n', 3016, undefined],
    ['vix error codes = (35, 0).', 35, undefined],
    ['vix error codes = (1, 13).', 1, 13],
    ['Ein Fehler: vix error codes = (3051, 0).', 3051, undefined],
  ])('wins: %j', (text, code, guestError) => {
    const fault = faultOf({ $type: 'SystemError', reason: '' }, text);
    expect([faultCode(fault), fault.guestError]).toEqual([code, guestError]);
  });

  it('is found in its reason, too', () => {
    expect(faultCode(faultOf({ $type: 'SystemError', reason: 'vix error codes = (5, 0).\n' }, ''))).toBe(5);
  });

  it('is none when it is 0', () => {
    expect(faultCode(faultOf({ $type: 'SystemError', reason: 'vix error codes = (0, 0)' }))).toBe(1);
  });
});

describe('a failure of HTTP', () => {
  it.each<[HttpFailureKind, number]>([
    ['resolve', 30_006],
    ['connect', 18_000],
    ['tls', 18_000],
    ['proxy', 18_000],
    ['certificate', 30_201],
    ['lost', 36],
    ['timeout', 14_011],
    ['unavailable', 14_015],
    ['refused', 3014],
    ['bad-answer', 36],
  ])('%s becomes %i', (kind, code) => {
    const fault = faultFrom(new HttpFailure(kind, 'no', { mayHaveRun: false }), context);
    expect(fault instanceof Fault && faultCode(fault)).toBe(code);
  });

  it('says when nobody knows whether the server did it', () => {
    const doubtful = faultFrom(new HttpFailure('lost', 'it broke', { mayHaveRun: true }), context);
    expect(String(doubtful)).toContain('may have carried it out');
    const sure = faultFrom(new HttpFailure('connect', 'nobody there', { mayHaveRun: false }), context);
    expect(String(sure)).not.toContain('may have');
  });
});

it('a fault, the reason of a signal and a defect pass as they are', () => {
  for (const error of [new Fault('busy', 'x'), 'enough', new TypeError('x')])
    expect(faultFrom(error, context)).toBe(error);
});

/**
 * What went wrong, in the words of the field. A backend tells failures apart by kind and nothing else; the map from
 * kind to VIX code is in `errors/fault-codes.ts`.
 */
export type FaultKind =
  // general
  | 'internal'
  | 'out-of-memory'
  | 'invalid-argument'
  | 'invalid-name'
  | 'invalid-utf8'
  | 'argument-too-big'
  | 'not-supported'
  | 'not-found'
  | 'already-exists'
  | 'busy'
  | 'cancelled'
  | 'timed-out'
  | 'licence'
  // host
  | 'host-name-invalid'
  | 'host-name-unresolved'
  | 'host-unreachable'
  | 'host-certificate'
  | 'host-permission'
  | 'host-remote-only-local'
  | 'connection-lost'
  | 'host-unavailable'
  | 'host-timeout'
  // virtual machine
  | 'vm-not-found'
  | 'vm-ambiguous'
  | 'vm-config-unreadable'
  | 'vm-needs-key'
  | 'vm-wrong-key'
  | 'vm-not-running'
  | 'vm-running'
  | 'vm-read-only'
  | 'vm-template'
  | 'vm-cannot-power-on'
  | 'vm-suspend-failed'
  | 'vm-unsupported-guest'
  | 'vm-question-pending'
  | 'vm-host-memory'
  | 'vm-host-cpus'
  | 'vm-up-to-date'
  | 'vm-host-disconnected'
  | 'vm-version-unsupported'
  // Tools
  | 'tools-not-running'
  | 'tools-timeout'
  | 'tools-scripts-unavailable'
  | 'tools-image-missing'
  | 'tools-drive-missing'
  | 'tools-drive-locked'
  | 'tools-auto-upgrade-unsupported'
  | 'tools-guest-not-ready'
  | 'tools-install-in-progress'
  | 'tools-install-failed'
  | 'tools-up-to-date'
  | 'tools-image-copy-failed'
  | 'tools-image-untrusted'
  | 'tools-install-cancelled'
  // guest login and rights
  | 'guest-login-refused'
  | 'guest-permission'
  | 'guest-not-logged-in'
  | 'guest-login-type'
  | 'guest-empty-password'
  | 'guest-interactive-missing'
  | 'guest-interactive-mismatch'
  | 'guest-operations-prohibited'
  | 'guest-operation-disabled'
  | 'guest-os-unsupported'
  | 'guest-alias-ambiguous'
  | 'guest-too-many-logins'
  | 'guest-session-invalid'
  // guest files and processes
  | 'file-not-found'
  | 'file-exists'
  | 'file-access'
  | 'file-error'
  | 'file-read-only'
  | 'file-too-big'
  | 'file-name-too-long'
  | 'file-name-invalid'
  | 'not-a-file'
  | 'not-a-directory'
  | 'directory-not-empty'
  | 'disk-full'
  | 'file-locked'
  | 'file-type'
  | 'too-many-links'
  | 'no-such-process'
  | 'program-not-started'
  | 'exit-code-lost'
  | 'registry-key-invalid'
  | 'registry-key-has-subkeys'
  | 'registry-key-exists'
  | 'registry-parent-volatile'
  | 'registry-value-not-found'
  // snapshots and recordings
  | 'snapshot-not-found'
  | 'snapshot-ambiguous'
  | 'snapshot-no-change'
  | 'snapshot-name-too-long'
  | 'snapshot-too-many'
  | 'snapshot-too-deep'
  | 'snapshot-not-revertable'
  | 'snapshot-failed'
  | 'snapshot-locked'
  | 'snapshot-one-only'
  | 'snapshot-exists'
  | 'snapshot-independent-disk'
  | 'snapshot-impossible'
  | 'snapshot-format'
  | 'snapshot-no-space'
  | 'guest-not-quiesced'
  | 'recording-active'
  | 'replay-active'
  | 'not-recording'
  | 'not-replaying'
  | 'replay-impossible'
  // screen
  | 'screen-capture-failed';

/** When it makes sense to repeat the failed call. */
export type Retryable = 'no' | 'same-call' | 'after-relogin' | 'when-state-changes';

/** Details of a fault beside its kind and message. */
export interface FaultOptions {
  readonly retryable?: Retryable;
  /** The exact VIX error code, where the failing side itself named it. Wins over the map by kind. */
  readonly vixCode?: number;
  /** errno or GetLastError of the guest, where it is known. */
  readonly guestError?: number;
  readonly cause?: unknown;
}

/**
 * A failure of a backend or of the world behind it: the only error that either throws on purpose. The message names
 * what was wrong, on what, and what to do next; it never holds a secret.
 */
export class Fault extends Error {
  readonly kind: FaultKind;
  readonly retryable: Retryable;
  readonly vixCode: number | undefined;
  readonly guestError: number | undefined;

  constructor(kind: FaultKind, message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Fault';
    this.kind = kind;
    this.retryable = options.retryable ?? 'no';
    this.vixCode = options.vixCode;
    this.guestError = options.guestError;
  }
}

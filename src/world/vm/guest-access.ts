import { Fault } from '../../base/fault.js';
import type { Secret } from '../../base/secret.js';
import type { OperationName } from '../operation-names.js';
import type { GuestFileSystem } from '../guest/guest-file-system.js';
import type { UserFiles } from '../guest/guest-files.js';
import { checkLogin } from '../guest/guest-users.js';
import type { GuestUser } from '../guest/program.js';
import type { WorldCall } from '../world-call.js';
import { requireNoRecording } from './power.js';
import { requireOn, requireTools } from './power-state.js';
import { areGuestOperationsProhibited } from './tools.js';
import type { VmRecord } from './vm-record.js';
import type { VmScope } from './vm-scope.js';
import type { VmState } from './vm-store.js';

/** In whose name a guest operation works. */
export interface GuestLogin {
  readonly userName: string;
  readonly password: Secret;
  /** Work in the session of the user at the console. */
  readonly isInteractive: boolean;
}

/** A login that something else than a password proves, such as a token or a ticket. */
export interface ProvenLogin {
  readonly isInteractive: boolean;
  /** The account, looked up anew for each operation. @throws Fault of a login kind when the proof holds no more. */
  readonly identify: (record: VmRecord) => GuestUser;
}

export type GuestOperation = Extract<OperationName, `guest.${string}`>;

/** A guest operation that was let in. */
export interface Admitted {
  readonly state: VmState<GuestFileSystem>;
  readonly record: VmRecord;
  readonly user: GuestUser;
  /** The guest's files in the name of the user. */
  readonly files: UserFiles;
}

/**
 * The door that every guest operation passes, each time anew: the machine is on, Tools answers, the operation is
 * allowed, and the login is good.
 *
 * It throws Fault `vm-not-running`, `tools-not-running`, `guest-operations-prohibited`, `guest-operation-disabled`,
 * `replay-active`, `guest-login-refused`, `guest-login-type`, `guest-empty-password`, `guest-interactive-missing` and
 * `guest-interactive-mismatch`.
 */
export class GuestAccess {
  readonly scope: VmScope;
  readonly login: GuestLogin | ProvenLogin;

  constructor(scope: VmScope, login: GuestLogin | ProvenLogin) {
    this.scope = scope;
    this.login = login;
  }

  /** Works on the guest without changing it. */
  async read<T>(operation: GuestOperation, call: WorldCall, view: (admitted: Admitted) => T): Promise<T> {
    await this.scope.begin(operation, call);
    return this.scope.read((state) => view(this.#admit(operation, state)));
  }

  /** Works on the guest; what it changes is kept when the operation resolves. */
  async change<T>(operation: GuestOperation, call: WorldCall, change: (admitted: Admitted) => T): Promise<T> {
    await this.scope.begin(operation, call);
    return this.changeFurther(operation, change);
  }

  /** As `change`, for the later parts of an operation that has begun. */
  changeFurther<T>(operation: GuestOperation, change: (admitted: Admitted) => T): Promise<T> {
    return this.scope.update((state) => change(this.#admit(operation, state)));
  }

  #admit(operation: GuestOperation, state: VmState<GuestFileSystem>): Admitted {
    const { record } = state;
    requireOn(record);
    requireAllowed(record, operation);
    if (record.recording.state === 'replaying') requireNoRecording(record, 'A guest operation');
    requireTools(record, this.scope.clock.now(), 'A guest operation');
    const { login } = this;
    const user =
      'identify' in login ? login.identify(record) : checkLogin(record.guest, login.userName, login.password);
    if (login.isInteractive) requireConsole(record, user);
    return { state, record, user, files: state.files.as(user) };
  }
}

function requireAllowed(record: VmRecord, operation: GuestOperation): void {
  if (areGuestOperationsProhibited(record)) {
    throw new Fault(
      'guest-operations-prohibited',
      `The configuration of '${record.name}' forbids guest operations. Set guest.commands.enabled to TRUE.`,
    );
  }
  const name = operation.slice('guest.'.length);
  const disabled = record.guest.disabledOperations;
  if (disabled.includes('all') || disabled.includes(name)) {
    throw new Fault('guest-operation-disabled', `Tools on '${record.name}' has the operation '${name}' switched off.`);
  }
}

/** @throws Fault `guest-interactive-missing` when nobody is at the console, `guest-interactive-mismatch`. */
export function requireConsole(record: VmRecord, user: GuestUser): void {
  const { consoleUser, family } = record.guest;
  if (consoleUser === null) {
    throw new Fault(
      'guest-interactive-missing',
      `Nobody is logged in at the console of '${record.name}'. Log in there, or work without the interactive session.`,
      { retryable: 'when-state-changes' },
    );
  }
  const isSame =
    family === 'windows' ? consoleUser.toLowerCase() === user.name.toLowerCase() : consoleUser === user.name;
  if (isSame) return;
  throw new Fault(
    'guest-interactive-mismatch',
    `At the console of '${record.name}' is '${consoleUser}', not '${user.name}'. Use that account.`,
  );
}

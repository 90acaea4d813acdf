import { resolve } from 'node:path';
import { Vix_Out } from '../../api/vix-out.js';
import type { Vix } from '../../api/vix.js';
import type { Secret } from '../../base/secret.js';
import {
  VIX_API_VERSION,
  VIX_E_CANCELLED,
  VIX_INVALID_HANDLE,
  VIX_LOGIN_IN_GUEST_REQUIRE_INTERACTIVE_ENVIRONMENT,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_ENCRYPTION_PASSWORD,
  VIX_VMOPEN_NORMAL,
  VIX_E_FAIL,
  VIX_E_INVALID_ARG,
} from '../../vix/names.js';
import type { VixHandle } from '../../vix/types.js';
import { CommandFailure } from './command-failure.js';
import type { Answer } from './command.js';
import { providerOf } from './host-types.js';
import type { Request } from './parse-command-line.js';
import type { Secrets } from './secrets.js';
import { Session } from './session.js';
import { absoluteVmPath, hasForeignSuffix, resolvedVmPath } from './vm-path.js';

/** A set of VIX functions with a connection of their own, for one command. */
export interface Connection {
  readonly vix: Vix;
  readonly host: VixHandle;
  /** Gives it back. @param isUsable false when something went wrong with the connection itself. */
  giveBack(isUsable: boolean): Promise<void>;
}

/** What a command wants to connect to. */
export interface ConnectTarget {
  readonly provider: number;
  readonly hostName: string | null;
  readonly hostPort: number;
  readonly userName: string | null;
  readonly password: Secret | undefined;
}

/** What a command is carried out with. */
export interface Executor {
  readonly directory: string;
  /** Aborted with an Error that says why: the time is over, or somebody interrupts. */
  readonly signal: AbortSignal;
  /** Makes the functions, or finds a connection that is open. */
  connect(target: ConnectTarget, signal: AbortSignal): Promise<Connection>;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  showProgress(what: string, fraction: number): void;
}

/** Carries a request out. @throws CommandFailure. */
export async function execute(request: Request, secrets: Secrets, executor: Executor): Promise<Answer> {
  const { command, values } = request;
  const { signal } = executor;
  const vmx = vmPathOf(request, executor.directory);
  const connection = await executor.connect(connectTarget(request, secrets), signal);
  const session = new Session(connection.vix, connection.host, {
    hostPath: (path) => resolve(executor.directory, path),
    vmPath: (path) => resolvedVmPath(absoluteVmPath(path, executor.directory)),
    sleep: (ms) => executor.sleep(ms, signal),
    showProgress: (what, fraction) => executor.showProgress(what, fraction),
  });
  // Ends whatever the command waits for: its jobs fail with VIX_E_CANCELLED.
  const cancel = (): void => connection.vix.VixHost_Disconnect(connection.host);
  signal.addEventListener('abort', cancel, { once: true });
  let isUsable = false;
  try {
    if (command.opensVm && vmx !== undefined) await openVm(session, vmx, secrets.vmPassword);
    const login = command.login(values);
    if (login !== undefined) await logIn(session, request, secrets, login.isInteractive);
    session.stage = 'command';
    const answer = await command.run(session, values);
    isUsable = true;
    return answer;
  } catch (error) {
    if (signal.aborted) throw cancelled(signal);
    isUsable = error instanceof CommandFailure;
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
    session.release();
    await connection.giveBack(isUsable && !signal.aborted);
  }
}

/** The failure of a command that was cut short. */
export function cancelled(signal: AbortSignal): CommandFailure {
  const reason: unknown = signal.reason;
  return new CommandFailure('command', VIX_E_CANCELLED, reason instanceof Error ? reason.message : String(reason));
}

/** The machine that the command names, as the caller knows it. */
export function vmPathOf(request: Request, directory: string): string | undefined {
  const { vm } = request.values;
  return typeof vm === 'string' ? absoluteVmPath(vm, directory) : undefined;
}

function connectTarget({ hostType, flags }: Request, { password }: Secrets): ConnectTarget {
  const port = flags.hostPort ?? '';
  if (!/^\d{0,5}$/.test(port)) {
    throw new CommandFailure('connect', VIX_E_INVALID_ARG, `-P takes the number of a port, not '${port}'`);
  }
  return {
    provider: providerOf(hostType, flags.hostName),
    hostName: flags.hostName ?? null,
    hostPort: Number(port),
    userName: flags.userName ?? null,
    password,
  };
}

/** Connects. @throws CommandFailure. */
export async function connectHost(vix: Vix, target: ConnectTarget): Promise<VixHandle> {
  const job = vix.VixHost_Connect(
    VIX_API_VERSION,
    target.provider,
    target.hostName,
    target.hostPort,
    target.userName,
    target.password?.reveal() ?? null,
    0,
    VIX_INVALID_HANDLE,
    null,
    null,
  );
  return resultHandle(vix, job, 'connect');
}

async function openVm(session: Session, path: string, password: Secret | undefined): Promise<void> {
  session.stage = 'open';
  if (hasForeignSuffix(path)) {
    const message = `${path} does not end in .vmx`;
    throw new CommandFailure('open', VIX_E_FAIL, message, `Cannot open VM: ${path}, unknown file suffix`);
  }
  const { vix, host } = session;
  const properties = Vix_Out(VIX_INVALID_HANDLE);
  if (password !== undefined) {
    const id = VIX_PROPERTY_VM_ENCRYPTION_PASSWORD;
    session.expect(
      vix.VixPropertyList_AllocPropertyList(host, properties, id, password.reveal(), VIX_PROPERTY_NONE),
      host,
    );
    session.keep(properties.value);
  }
  const job = vix.VixHost_OpenVM(host, resolvedVmPath(path), VIX_VMOPEN_NORMAL, properties.value, null, null);
  session.vm = session.keep(await resultHandle(vix, job, 'open'));
}

async function logIn(
  session: Session,
  { flags }: Request,
  { guestPassword }: Secrets,
  isInteractive: boolean,
): Promise<void> {
  session.stage = 'login';
  if (flags.guestUser === undefined || flags.guestUser === '') {
    const text = 'Invalid user name or password for the guest OS';
    throw new CommandFailure('login', VIX_E_INVALID_ARG, 'give a user of the guest with -gu and -gp', text);
  }
  const options = isInteractive ? VIX_LOGIN_IN_GUEST_REQUIRE_INTERACTIVE_ENVIRONMENT : 0;
  const password = guestPassword?.reveal() ?? '';
  await session.finish(session.vix.VixVM_LoginInGuest(session.vm, flags.guestUser, password, options, null, null));
}

async function resultHandle(vix: Vix, job: VixHandle, stage: 'connect' | 'open'): Promise<VixHandle> {
  const cell = Vix_Out(VIX_INVALID_HANDLE);
  const error = await vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE);
  const message = vix.Revix_GetJobMessage(job);
  vix.Vix_ReleaseHandle(job);
  if (error !== 0) throw new CommandFailure(stage, error, message);
  return cell.value;
}

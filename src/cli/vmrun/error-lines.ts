import { errorCode, errorText } from '../../vix/lookup.js';
import {
  VIX_E_AUTHENTICATION_FAIL,
  VIX_E_CANCELLED,
  VIX_E_CANNOT_READ_VM_CONFIG,
  VIX_E_CRYPTO_BAD_PASSWORD,
  VIX_E_CRYPTO_NEED_PASSWORD,
  VIX_E_EMPTY_PASSWORD_NOT_ALLOWED_IN_GUEST,
  VIX_E_FAIL,
  VIX_E_FILE_ACCESS_ERROR,
  VIX_E_FILE_ALREADY_LOCKED,
  VIX_E_FILE_NOT_FOUND,
  VIX_E_GUEST_USER_PERMISSIONS,
  VIX_E_HOST_USER_PERMISSIONS,
  VIX_E_INTERACTIVE_SESSION_NOT_PRESENT,
  VIX_E_INTERACTIVE_SESSION_USER_MISMATCH,
  VIX_E_INVALID_ARG,
  VIX_E_NEED_KEY,
  VIX_E_NOT_SUPPORTED,
  VIX_E_SNAPSHOT_EXISTS,
  VIX_E_SNAPSHOT_NONUNIQUE_NAME,
  VIX_E_SNAPSHOT_NOTFOUND,
  VIX_E_TOOLS_NOT_RUNNING,
  VIX_E_VM_IS_RUNNING,
  VIX_E_VM_NOT_FOUND,
  VIX_E_VM_NOT_RUNNING,
  VIX_E_WRAPPER_VERSION_NOT_FOUND,
  VIX_E_WRAPPER_WORKSTATION_NOT_INSTALLED,
} from '../../vix/names.js';
import type { CommandFailure } from './command-failure.js';

const notInteractive = 'The specified guest user must be logged in interactively to perform this operation';

/** Texts that scripts compare, by code; `<vmx>` stands for the path of the machine. */
const texts: ReadonlyMap<number, string> = new Map<number, string>([
  [VIX_E_VM_NOT_RUNNING, 'The virtual machine is not powered on: <vmx>'],
  [VIX_E_TOOLS_NOT_RUNNING, 'The VMware Tools are not running in the virtual machine: <vmx>'],
  [VIX_E_INTERACTIVE_SESSION_NOT_PRESENT, notInteractive],
  [VIX_E_INTERACTIVE_SESSION_USER_MISMATCH, notInteractive],
  [VIX_E_FILE_NOT_FOUND, 'A file was not found'],
  [VIX_E_FILE_ACCESS_ERROR, 'You do not have access rights to this file'],
  [VIX_E_FILE_ALREADY_LOCKED, 'The file is already in use'],
  [VIX_E_INVALID_ARG, 'One of the parameters was invalid'],
  // VMware's own text makes known callers repeat the command without end, which cannot help here.
  [VIX_E_NOT_SUPPORTED, 'This host does not support the operation'],
  [VIX_E_CANCELLED, 'The operation was canceled'],
  [VIX_E_FAIL, 'Unknown error'],
  [
    VIX_E_WRAPPER_WORKSTATION_NOT_INSTALLED,
    'Service type VIX_SERVICEPROVIDER_VMWARE_WORKSTATION was specified, but not installed',
  ],
  [VIX_E_WRAPPER_VERSION_NOT_FOUND, 'The specified version was not found'],
  [VIX_E_HOST_USER_PERMISSIONS, 'Insufficient permissions in the host operating system'],
  [VIX_E_VM_IS_RUNNING, 'The virtual machine should not be powered on. It is already running.'],
  [VIX_E_SNAPSHOT_EXISTS, 'The snapshot already exists'],
  [VIX_E_SNAPSHOT_NOTFOUND, 'The snapshot does not exist'],
  [VIX_E_SNAPSHOT_NONUNIQUE_NAME, 'The name does not uniquely identify one snapshot'],
]);

/** Why a machine could not be opened, where that has a text of its own. */
const openTexts: ReadonlyMap<number, string> = new Map<number, string>([
  [VIX_E_VM_NOT_FOUND, 'The virtual machine cannot be found'],
  [VIX_E_CANNOT_READ_VM_CONFIG, 'Cannot read the virtual machine configuration file'],
  [VIX_E_NEED_KEY, 'A password is required for this operation'],
  [VIX_E_CRYPTO_NEED_PASSWORD, 'A password is required for this operation'],
  [VIX_E_AUTHENTICATION_FAIL, 'Incorrect password'],
  [VIX_E_CRYPTO_BAD_PASSWORD, 'Incorrect password'],
]);

/** Codes of a guest that refuses a login. */
const refusedLogins: ReadonlySet<number> = new Set<number>([
  VIX_E_AUTHENTICATION_FAIL,
  VIX_E_GUEST_USER_PERMISSIONS,
  // What Tools calls it inside the guest.
  errorCode('VIX_E_INVALID_LOGIN_CREDENTIALS'),
  VIX_E_EMPTY_PASSWORD_NOT_ALLOWED_IN_GUEST,
]);

/** What vmrun says of a failure, without `Error: `. @param vmx path of the machine as the caller gave it. */
function textOf({ stage, code, text }: CommandFailure, vmx: string): string {
  if (text !== undefined) return text;
  if (stage === 'login' && refusedLogins.has(code)) return 'Invalid user name or password for the guest OS';
  const known = texts.get(code)?.replace('<vmx>', () => vmx);
  if (stage !== 'open') return known ?? errorText(code);
  return `Cannot open VM: ${vmx}, ${openTexts.get(code) ?? known ?? errorText(code)}`;
}

/** The lines for a failure, on stdout as all of vmrun's. */
export function failureText(failure: CommandFailure, vmx: string): string {
  const line = `Error: ${textOf(failure, vmx)}\n`;
  return failure.stage === 'connect' ? `Unable to connect to host.\n${line}\n` : line;
}

/** What to do about an error, by the name of its code, for the person who reads it. */
const nextSteps: Readonly<Record<string, string>> = {
  VIX_E_CANCELLED: 'Call again with a longer timeoutMs, or find out what the operation waits for.',
  VIX_E_INVALID_ARG: 'Correct the argument that the message names.',
  VIX_E_INVALID_HANDLE: 'The object was closed, or its host was disconnected: connect and open it again.',
  VIX_E_NOT_SUPPORTED: 'This host cannot do it; docs/functions.md tells which can.',
  VIX_E_OP_NOT_SUPPORTED_ON_GUEST: 'This guest cannot do it; see which operating system it has.',
  VIX_E_OBJECT_IS_BUSY: 'Wait until the other work on the virtual machine has ended, and call again.',
  VIX_E_CANNOT_CONNECT_TO_HOST:
    'Check address and port, and that this machine can reach them; `revix doctor` looks at each step.',
  VIX_E_NET_HTTP_COULDNT_RESOLVE_HOST: 'Check the name of the host; `revix doctor` looks at each step.',
  VIX_E_NET_HTTP_SSL_SECURITY: 'Trust the certificate by a CA file or its thumbprint; see docs/vsphere.md.',
  VIX_E_HOST_USER_PERMISSIONS: 'Check user and password of the host, and the rights of this user.',
  VIX_E_HOST_CONNECTION_LOST: 'Connect again.',
  VIX_E_VM_NOT_FOUND: 'List what there is with host.vms(), and open one of these locations.',
  VIX_E_DUPLICATE_NAME: 'Use one of the full paths that the message lists.',
  VIX_E_NEED_KEY: 'Give the password of the encrypted machine: openVm(location, { encryptionPassword }).',
  VIX_E_AUTHENTICATION_FAIL: 'Give the right password of the encrypted machine.',
  VIX_E_VM_NOT_RUNNING: 'Power the virtual machine on first.',
  VIX_E_VM_IS_RUNNING: 'Power the virtual machine off first.',
  VIX_E_VMX_MSG_DIALOG_AND_NO_UI: 'Answer it: vm.question(), or the option onQuestion.',
  VIX_E_TOOLS_NOT_RUNNING: 'Wait with vm.waitForTools(), or see that Tools is installed.',
  VIX_E_TIMEOUT_WAITING_FOR_TOOLS: 'See whether the guest boots, and that Tools is installed.',
  VIX_E_GUEST_USER_PERMISSIONS: 'Check user and password in the guest, and what this user may do there.',
  VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED: 'Log in to the guest with vm.login().',
  VIX_E_INTERACTIVE_SESSION_NOT_PRESENT: 'Have the user log on at the console, or log in without isInteractive.',
  VIX_E_INTERACTIVE_SESSION_USER_MISMATCH: 'Log in as the user at the console, or without isInteractive.',
  VIX_E_FILE_NOT_FOUND: 'Check the path; it must be absolute, in the form of the guest.',
  VIX_E_FILE_ALREADY_EXISTS: 'Remove what is there, or choose another name.',
  VIX_E_FILE_ACCESS_ERROR: 'Use a place that this user may use, or log in as another one.',
  VIX_E_FILE_ERROR: 'Call again; what is there already is left as it is.',
  VIX_E_DISK_FULL: 'Make room on the disk that the message names.',
  VIX_E_DIRECTORY_NOT_EMPTY: 'Empty the directory first, or delete it with all that is in it.',
  VIX_E_PROGRAM_NOT_STARTED: 'See that the program is there and that this user may execute it.',
  VIX_E_NO_SUCH_PROCESS: 'The process has ended; list what runs with guest.processes().',
  VIX_E_ARGUMENT_TOO_BIG: 'Pass long data as a file or as input.',
  VIX_E_SNAPSHOT_NOTFOUND: 'List what there is with vm.snapshots().',
  VIX_E_SNAPSHOT_NONUNIQUE_NAME: 'Use the id of the snapshot, or its path of names.',
  VIX_E_SNAPSHOT_NOCHANGE: 'There is nothing to keep: use the snapshot that there is.',
};

/** What to do about an error. */
export function nextStepFor(codeName: string): string {
  return nextSteps[codeName] ?? `See what docs/error-codes.md says of ${codeName}, and the cause of this error.`;
}

import type { Fault, FaultKind } from '../../base/fault.js';

/** Why a guest takes no login. */
export const guestLoginProblems = {
  refused: {
    status: 'red',
    cause: 'The guest refuses the user {user} with this password.',
    next:
      'Check name (DOMAIN\\user on Windows) and password by logging on at the console. If both are right, look at the ' +
      'PAM rules of vmtoolsd, at the shell of the user (it has to be in /etc/shells), at empty passwords, at SELinux (ausearch -m avc -c vmtoolsd) and at policies.',
  },
  'no-privilege': {
    status: 'red',
    cause: 'The guest was not asked, since the user of the host may not: {said}',
    next: 'Give that user the privileges VirtualMachine.GuestOperations.Query, Modify and Execute on the machine.',
  },
  disabled: {
    status: 'red',
    cause: 'The guest forbids the operation: {said}',
    next: 'The section [guestoperations] in the tools.conf of the guest, or a policy in vCenter, forbids it. That is up to its administrator.',
  },
  'not-interactive': {
    status: 'red',
    cause: 'Nobody, or somebody else than {user}, is logged on at the console.',
    next: 'Log {user} on at the console, or leave --interactive out.',
  },
  'not-now': {
    status: 'red',
    cause: 'Tools did not take the login: {said}',
    next: 'Wait until it does (VixVM_WaitForToolsInGuest), or restart its service in the guest.',
  },
  'too-many': {
    status: 'red',
    cause: 'The guest has too many logins at once.',
    next: 'Let programs log out, or restart the service of Tools in the guest.',
  },
  unsupported: {
    status: 'red',
    cause: 'Tools in this guest knows no such login: {said}',
    next: 'Upgrade Tools in the guest.',
  },
  other: {
    status: 'red',
    cause: 'The login failed: {said}',
    next: 'The log of Tools in the guest (vmware-vmsvc.log) says more.',
  },
} as const;

const byKind: Partial<Record<FaultKind, keyof typeof guestLoginProblems>> = {
  'guest-login-refused': 'refused',
  'guest-permission': 'refused',
  'guest-empty-password': 'refused',
  'host-permission': 'no-privilege',
  'guest-operation-disabled': 'disabled',
  'guest-operations-prohibited': 'disabled',
  'guest-interactive-missing': 'not-interactive',
  'guest-interactive-mismatch': 'not-interactive',
  'tools-not-running': 'not-now',
  busy: 'not-now',
  'guest-too-many-logins': 'too-many',
  'guest-os-unsupported': 'unsupported',
  'guest-login-type': 'unsupported',
};

/** The problem that a fault of a guest login is. */
export function guestLoginProblemOf({ kind }: Fault): keyof typeof guestLoginProblems {
  return byKind[kind] ?? 'other';
}

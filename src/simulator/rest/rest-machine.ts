import type { GuestAccess } from '../../world/vm/guest-access.js';
import type { VirtualMachine } from '../../world/vm/virtual-machine.js';
import type { WorldCall } from '../../world/world-call.js';
import { Fields } from '../fields.js';
import { withGuestFaults } from '../guest/guest-call.js';
import { loginOf } from '../guest/guest-login.js';
import type { GuestFaultContext } from '../guest/guest-faults.js';
import type { Ref } from '../ref.js';
import { RestProblem } from './rest-problem.js';
import type { RestCall } from './rest-route.js';

/** The machine that a request is about. */
export interface RestMachine {
  readonly ref: Ref<'VirtualMachine'>;
  readonly vm: VirtualMachine;
  readonly world: WorldCall;
}

/**
 * Opens the machine that the path names.
 * @throws VimFault `NoPermission`, `ManagedObjectNotFound`.
 */
export async function machineOf(call: RestCall, privilege: string): Promise<RestMachine> {
  const ref = { type: 'VirtualMachine', value: call.param('vm') } as const;
  call.session.requirePrivilege(privilege, ref);
  const vm = await call.endpoint.machines.open(ref);
  return { ref, vm, world: { signal: call.signal, progress: () => undefined } };
}

/** A guest operation with the credentials of the body; what goes wrong in the guest becomes what vSphere says of it. */
export async function inGuest<T>(
  call: RestCall,
  privilege: string,
  context: GuestFaultContext,
  work: (machine: RestMachine & { readonly access: GuestAccess }) => Promise<T>,
): Promise<T> {
  const machine = await machineOf(call, privilege);
  const access = machine.vm.guestAccess(loginOf(authOf(call.body.object('credentials')), call.services));
  return withGuestFaults(machine.vm, context, () => work({ ...machine, access }));
}

/** Credentials as the authentication of the other API. @throws RestProblem `INVALID_ARGUMENT`. */
function authOf(credentials: Fields): Fields {
  const type = credentials.text('type');
  const interactiveSession = credentials.flag('interactive_session');
  const username = credentials.optionalText('user_name');
  if (type === 'USERNAME_PASSWORD') {
    const password = credentials.optionalText('password') ?? '';
    return new Fields(
      { $type: 'NamePasswordAuthentication', interactiveSession, username: username ?? '', password },
      'credentials',
    );
  }
  if (type !== 'SAML_BEARER_TOKEN') throw new RestProblem('INVALID_ARGUMENT', `There are no credentials ${type}.`);
  if (interactiveSession) {
    throw new RestProblem('INVALID_ARGUMENT', 'A token does not act in the session at the console.');
  }
  const token = credentials.text('saml_token');
  return new Fields({ $type: 'SAMLTokenAuthentication', interactiveSession, token, username }, 'credentials');
}

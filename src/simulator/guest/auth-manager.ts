import { Fault } from '../../base/fault.js';
import type { ManagedKind } from '../managed-object.js';
import { guestMethod, guestPrivileges, openMachine, withGuestFaults } from './guest-call.js';
import type { GuestServices } from './guest-services.js';

/** Logins of guests. */
export const authManagerKind: ManagedKind<GuestServices> = {
  type: 'GuestAuthManager',
  properties: {},
  methods: {
    ValidateCredentialsInGuest: guestMethod({ privilege: guestPrivileges.query }, ({ read }) =>
      read('guest.validate', () => undefined),
    ),
    AcquireCredentialsInGuest: {
      privilege: null,
      run: async (services, request) => {
        const { vm, args } = await openMachine(services, request, guestPrivileges.query);
        const auth = args.object('requestedAuth');
        if (auth.type !== 'SSPIAuthentication') {
          throw args.invalid('requestedAuth', 'only SSPI leads to a ticket; send other credentials with each call');
        }
        const isInteractive = auth.flag('interactiveSession');
        const sspiToken = auth.secret('sspiToken').reveal();
        const sessionId = args.optionalWhole('sessionID');
        let ticket = '';
        const door = vm.guestAccess({
          isInteractive,
          identify: (record) => {
            requireWindows(record.guest.family);
            ticket = services.tickets.acquire(record, sspiToken, sessionId);
            return services.tickets.identify(record, ticket);
          },
        });
        const world = { signal: request.signal, progress: () => undefined };
        await withGuestFaults(vm, {}, () => door.read('guest.validate', world, () => undefined));
        return { $type: 'TicketedSessionAuthentication', interactiveSession: isInteractive, ticket };
      },
    },
    ReleaseCredentialsInGuest: guestMethod({ privilege: guestPrivileges.query }, async ({ read, args }, services) => {
      const auth = args.object('auth');
      if (auth.type !== 'TicketedSessionAuthentication') {
        throw args.invalid('auth', 'only a ticket can be released');
      }
      await read('guest.validate', () => undefined);
      services.tickets.release(auth.secret('ticket').reveal());
    }),
  },
};

function requireWindows(family: 'posix' | 'windows'): void {
  if (family === 'windows') return;
  throw new Fault('guest-os-unsupported', 'Only guests with Windows know SSPI. Log in with name and password.');
}

import type { GuestLogin, ProvenLogin } from '../../world/vm/guest-access.js';
import type { Fields } from '../fields.js';
import { VimFault } from '../vim-fault.js';
import type { GuestServices } from './guest-services.js';
import { accountOfToken, readSamlToken } from './saml-token.js';

/**
 * The login that a GuestAuthentication stands for. Nothing is checked yet.
 * @throws VimFault `InvalidArgument` for a kind that no operation takes.
 */
export function loginOf(auth: Fields, { tickets, endpoint }: GuestServices): GuestLogin | ProvenLogin {
  const isInteractive = auth.flag('interactiveSession');
  switch (auth.type) {
    case 'NamePasswordAuthentication':
      return { userName: auth.text('username'), password: auth.secret('password'), isInteractive };
    case 'TicketedSessionAuthentication': {
      const ticket = auth.secret('ticket').reveal();
      return { isInteractive, identify: (record) => tickets.identify(record, ticket) };
    }
    case 'SAMLTokenAuthentication': {
      const token = auth.secret('token');
      const userName = auth.optionalText('username');
      return {
        isInteractive,
        identify: ({ guest }) =>
          accountOfToken(guest, readSamlToken(token.reveal()), userName || undefined, endpoint.clock.now()),
      };
    }
    default:
      throw new VimFault(
        { $type: 'InvalidArgument', invalidProperty: 'auth' },
        `A specified parameter was not correct: auth: this operation takes no ${auth.type || 'untyped authentication'}.`,
      );
  }
}

import type { GuestClient } from '../../../../backends/vsphere/client/guest-client.js';
import { Fault } from '../../../../base/fault.js';
import { Secret } from '../../../../base/secret.js';
import { check, green, passedOver, trouble } from '../../check.js';
import { guestLoginProblemOf, guestLoginProblems } from '../../guest-login-problems.js';
import { foundCheck } from '../vm/found.js';
import { guestOperationsCheck } from '../vm/guest-operations.js';

export const guestLoginCheck = check({
  id: 'guest.login',
  title: 'Login',
  looksAt: 'Whether the guest takes the user and the password. It is tried once, since accounts lock.',
  needs: { vm: foundCheck, ready: guestOperationsCheck },
  problems: guestLoginProblems,
  run: async ({ vm: { machine } }, { request, signal, said }) => {
    const { guestUser: user, guestPassword, isInteractive } = request;
    if (user === null) return passedOver('no user of the guest was given: -gu USER -gp PASSWORD');
    const login = { userName: user, password: guestPassword ?? new Secret(''), isInteractive };
    const guest: GuestClient = await machine.guest(login, { signal });
    try {
      await guest.validate({ signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Fault)) throw error;
      return trouble(guestLoginProblemOf(error), { facts: { user, said: said(error) } });
    }
    return green(`as ${user}${isInteractive ? ', at the console' : ''}; the guest is ${guest.family}`, guest, {
      facts: { user, isInteractive, family: guest.family },
    });
  },
});

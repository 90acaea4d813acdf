import { Fault } from '../../../../base/fault.js';
import { Secret } from '../../../../base/secret.js';
import { check, green, passedOver, trouble } from '../../check.js';
import { guestLoginProblemOf, guestLoginProblems } from '../../guest-login-problems.js';
import { mockGuestOperationsCheck } from './guest-operations.js';
import { mockVmCheck } from './vm.js';

export const mockLoginCheck = check({
  id: 'mock.login',
  title: 'Login',
  looksAt: 'Whether the guest of the machine of the mock host takes the user and the password.',
  needs: { opened: mockVmCheck, ready: mockGuestOperationsCheck },
  problems: guestLoginProblems,
  run: async ({ opened: { vm } }, { request, clock, signal, said }) => {
    const { guestUser: user, guestPassword, isInteractive } = request;
    if (user === null) return passedOver('no user of the guest was given: -gu USER -gp PASSWORD');
    const guest = vm.guest({ userName: user, password: guestPassword ?? new Secret(''), isInteractive });
    try {
      await guest.validate({ clock, signal, progress: () => undefined });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Fault)) throw error;
      return trouble(guestLoginProblemOf(error), { facts: { user, said: said(error) } });
    }
    return green(`as ${user}; the guest is ${guest.family}`, guest, { facts: { user, family: guest.family } });
  },
});

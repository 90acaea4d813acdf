import { check, green, passedOver, trouble } from '../../check.js';
import { neededPrivileges } from '../../needed-privileges.js';
import { missingPrivileges, privilegeLines } from '../../probe/held-privileges.js';
import { loginCheck } from '../host/login.js';
import { sessionCheck } from '../host/session.js';
import { foundCheck } from './found.js';

export const vmPrivilegesCheck = check({
  id: 'vm.privileges',
  title: 'Privileges',
  looksAt: 'Which privileges that Revix needs the user has on the machine.',
  needs: { login: loginCheck, session: sessionCheck, vm: foundCheck },
  problems: {
    'missing-for-guest': {
      status: 'red',
      cause: 'On this machine the user lacks {lacking} of the privileges that Revix needs.',
      next: 'Add the privileges to the role that the user has there: without them functions fail with VIX_E_HOST_USER_PERMISSIONS.',
    },
    'missing-for-power': {
      status: 'yellow',
      cause: 'On this machine the user lacks {lacking} of the privileges that Revix needs.',
      next: 'Guest operations work. Add the privileges to the role if a program needs what stands beside them.',
    },
  },
  run: async ({ login, session, vm: { machine } }, { signal }) => {
    const missing = await missingPrivileges(login, machine.ref, session.key, signal);
    if (missing === undefined) return passedOver('the host does not tell');
    const more = {
      facts: { missing: missing.map(({ privilege }) => privilege), lacking: missing.length },
      details: privilegeLines(missing),
      value: undefined,
    };
    if (missing.some(({ isEssential }) => isEssential === true)) return trouble('missing-for-guest', more);
    if (missing.length > 0) return trouble('missing-for-power', more);
    return green(`all ${neededPrivileges.length} on this machine`, undefined, more);
  },
});

import { check, green, passedOver, trouble } from '../../check.js';
import { neededPrivileges } from '../../needed-privileges.js';
import { missingPrivileges, privilegeLines } from '../../probe/held-privileges.js';
import { loginCheck } from './login.js';
import { sessionCheck } from './session.js';

export const privilegesCheck = check({
  id: 'host.privileges',
  title: 'Privileges',
  looksAt:
    'Which privileges that Revix needs the user has at the root of the inventory. `vm.privileges` looks at one machine.',
  needs: { login: loginCheck, session: sessionCheck },
  problems: {
    missing: {
      status: 'yellow',
      cause: 'At the root of the inventory the user lacks {lacking} of the privileges that Revix needs.',
      next: 'That is well if a role further down has them: name a machine, and doctor looks there. Otherwise add them to the role.',
    },
  },
  run: async ({ login, session }, { signal }) => {
    const missing = await missingPrivileges(login, login.client.content.rootFolder, session.key, signal);
    if (missing === undefined) return passedOver('the host does not tell');
    const facts = { missing: missing.map(({ privilege }) => privilege), lacking: missing.length };
    if (missing.length > 0) return trouble('missing', { facts, details: privilegeLines(missing), value: undefined });
    return green(`all ${neededPrivileges.length} at the root of the inventory`, undefined, { facts });
  },
});

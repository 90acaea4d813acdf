import { VimError } from '../../../../backends/vsphere/errors/vim-error.js';
import type { LocalizedMethodFault, UserSession } from '../../../../backends/vsphere/vim/generated/types.js';
import { check, green, passedOver, trouble } from '../../check.js';
import { loginCheck } from './login.js';

/** Sessions of one user that are more than any program needs. ESXi takes 500 of all users. */
const manySessions = 100;

export const sessionCheck = check({
  id: 'host.session',
  title: 'Session',
  looksAt: 'Whether the host remembers the login it has just granted, and how many sessions the user has there.',
  needs: { login: loginCheck },
  problems: {
    forgotten: {
      status: 'red',
      cause: 'The host has forgotten the session that it granted a moment ago.',
      next:
        'A load balancer may send each request to another server: have it keep connections of one client together. ' +
        'Or an administrator ends sessions.',
    },
    many: {
      status: 'yellow',
      cause: '{user} has {sessions} sessions on the host, which refuses logins when all are taken.',
      next: 'Find the programs that end without VixHost_Disconnect; vCenter forgets a session after half an hour of silence.',
    },
  },
  run: async ({ login: { connection } }, { signal }) => {
    const { sessionManager, propertyCollector } = connection.content;
    if (sessionManager === undefined) return passedOver('the host has no sessions');
    const specSet = [
      {
        propSet: [{ type: 'SessionManager', pathSet: ['currentSession', 'sessionList'] }],
        objectSet: [{ obj: sessionManager }],
      },
    ];
    let values: ReadonlyMap<string, unknown>;
    try {
      // Once: a new login would hide what is to be found out.
      const call = { signal, isOnce: true };
      const answer = await connection.session.call(
        propertyCollector,
        'RetrievePropertiesEx',
        { specSet, options: {} },
        call,
      );
      const [object] = answer?.objects ?? [];
      values = new Map(object?.propSet?.map(({ name, val }) => [name, val]));
      const refused = object?.missingSet?.find(({ path }) => path === 'currentSession');
      if (refused !== undefined && isForgotten(refused.fault)) return trouble('forgotten');
    } catch (error) {
      if (error instanceof VimError && error.fault.$type === 'NotAuthenticated') return trouble('forgotten');
      throw error;
    }
    const current = values.get('currentSession') as UserSession | undefined;
    if (current === undefined) return trouble('forgotten');
    const all = values.get('sessionList') as readonly UserSession[] | undefined;
    const user = current.userName;
    const sessions = all?.filter(({ userName }) => userName === user).length ?? null;
    const more = { facts: { user, sessions }, value: current };
    if (sessions !== null && sessions > manySessions) return trouble('many', more);
    const count = sessions === null ? 'how many there are the user may not see' : `${sessions} of ${user}`;
    return green(`remembered; sessions: ${count}`, current, more);
  },
});

function isForgotten({ fault }: LocalizedMethodFault): boolean {
  return fault.$type === 'NotAuthenticated';
}

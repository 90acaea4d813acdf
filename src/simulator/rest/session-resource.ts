import type { SecretText } from '../../backends/vsphere/soap/values.js';
import type { Endpoint } from '../endpoint.js';
import { basicCredentials } from '../server/basic-credentials.js';
import type { EndpointUser } from '../sessions.js';
import { RestProblem } from './rest-problem.js';
import { created, noContent, ok, type RestCall, type RestRoute } from './rest-route.js';

/** The user behind a name and a password. @throws VimFault `InvalidLogin`. */
export type RestLogin = (endpoint: Endpoint, userName: string, password: SecretText) => Omit<EndpointUser, 'password'>;

/** Logging in and out; the older form of the API has paths of its own for that. */
export function sessionRoutes(login: RestLogin): readonly RestRoute[] {
  const open = async (call: RestCall) => {
    const { endpoint, request } = call;
    const credentials = basicCredentials(request);
    if (credentials === undefined) {
      throw new RestProblem('UNAUTHENTICATED', 'Log in with a user name and a password.');
    }
    const session = endpoint.sessions.open(login(endpoint, credentials.userName, credentials.password), {
      address: request.socket.remoteAddress ?? '',
      userAgent: request.headers['user-agent'] ?? '',
    });
    return created(session.token.reveal());
  };
  const show = async ({ session }: RestCall) =>
    ok({
      user: session.userName,
      created_time: new Date(session.loginMs),
      last_accessed_time: new Date(session.lastActiveMs),
    });
  const close = async ({ endpoint, session }: RestCall) => {
    endpoint.sessions.close(session);
    return noContent;
  };
  return [
    { method: 'POST', path: '/session', isForAnybody: true, run: open },
    { method: 'GET', path: '/session', run: show },
    { method: 'DELETE', path: '/session', run: close },
    { method: 'POST', path: '/com/vmware/cis/session', isLegacyToo: true, isForAnybody: true, run: open },
    { method: 'POST', path: '/com/vmware/cis/session', action: 'get', isLegacyToo: true, run: show },
    { method: 'DELETE', path: '/com/vmware/cis/session', isLegacyToo: true, run: close },
  ];
}

import type { Endpoint } from '../endpoint.js';
import type { EndpointUser } from '../sessions.js';
import { RestProblem } from './rest-problem.js';
import { created, noContent, ok, type RestCall, type RestRoute } from './rest-route.js';

/** The user behind a name and a password. @throws VimFault `InvalidLogin`. */
export type RestLogin = (endpoint: Endpoint, userName: string, password: string) => Omit<EndpointUser, 'password'>;

/** Logging in and out; the older form of the API has paths of its own for that. */
export function sessionRoutes(login: RestLogin): readonly RestRoute[] {
  const open = async (call: RestCall) => {
    const { endpoint, request } = call;
    const [userName, password] = basicCredentials(request.headers.authorization);
    const session = endpoint.sessions.open(login(endpoint, userName, password), {
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

/** @throws RestProblem `UNAUTHENTICATED`. */
function basicCredentials(header: string | undefined): readonly [userName: string, password: string] {
  const [, base64] = /^Basic\s+(\S+)$/iu.exec(header ?? '') ?? [];
  const text = base64 === undefined ? '' : Buffer.from(base64, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon === -1) throw new RestProblem('UNAUTHENTICATED', 'Log in with a user name and a password.');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

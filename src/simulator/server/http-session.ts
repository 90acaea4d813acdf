import type { IncomingMessage } from 'node:http';
import type { SecretText } from '../../backends/vsphere/soap/values.js';
import type { Endpoint } from '../endpoint.js';
import { HttpProblem } from '../http-problem.js';
import type { HttpExchange } from '../http-routes.js';
import { httpPurpose } from '../service/service-tickets.js';
import { Session, type EndpointUser, type Sessions } from '../sessions.js';
import { basicCredentials } from './basic-credentials.js';
import { cookieOf, sessionCookie, sessionHeader, ticketCookie } from './cookies.js';

/** The user behind a name and a password. @throws VimFault `InvalidLogin`. */
export type HttpLogin = (endpoint: Endpoint, userName: string, password: SecretText) => Omit<EndpointUser, 'password'>;

/**
 * Who asks for a file over HTTP: by a ticket for this very request, a session, or a name and a password.
 * @throws HttpProblem 401; VimFault `InvalidLogin`.
 */
export function httpSession(endpoint: Endpoint, login: HttpLogin, { request, url }: HttpExchange): Session {
  const ticket = cookieOf(request, ticketCookie);
  if (ticket !== undefined) {
    const session = endpoint.tickets.take(ticket, httpPurpose(request.method ?? '', url.pathname + url.search));
    if (session !== undefined) return session;
    throw new HttpProblem(401, 'The ticket is not good for this request, or has been used.');
  }
  const token = cookieOf(request, sessionCookie);
  const session = token === undefined ? undefined : endpoint.sessions.use(token);
  if (session !== undefined) return session;
  const credentials = basicCredentials(request);
  if (credentials === undefined) throw new HttpProblem(401, 'Log in first, or send a user name and a password.');
  const user = login(endpoint, credentials.userName, credentials.password);
  // For this one request; no session stays behind.
  return new Session(
    user,
    { address: request.socket.remoteAddress ?? '', userAgent: '' },
    endpoint.clock.now(),
    (object) => endpoint.inventory.lineOf(object),
  );
}

/** Ends the sessions that the header and the cookie of a request name. */
export function endSessionOf(request: IncomingMessage, sessions: Sessions): void {
  for (const token of [request.headers[sessionHeader], cookieOf(request, sessionCookie)]) {
    const session = typeof token === 'string' ? sessions.use(token) : undefined;
    if (session !== undefined) sessions.close(session);
  }
}

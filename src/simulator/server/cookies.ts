import type { IncomingMessage } from 'node:http';

/** Name of the cookie that carries a session. */
export const sessionCookie = 'vmware_soap_session';

/** Name of the cookie that carries a ticket for one file over HTTP. */
export const ticketCookie = 'vmware_cgi_ticket';

/** Header in which clients of the Automation API send the token of their session. */
export const sessionHeader = 'vmware-api-session-id';

/** A cookie of a request; its value may stand in quotes. */
export function cookieOf(request: IncomingMessage, wanted: string): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name = '', ...value] = part.split('=');
    if (name.trim() !== wanted) continue;
    return value
      .join('=')
      .trim()
      .replace(/^"(.*)"$/u, '$1');
  }
  return undefined;
}

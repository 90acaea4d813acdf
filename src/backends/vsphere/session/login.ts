import type { Clock } from '../../../base/clock.js';
import { Fault } from '../../../base/fault.js';
import { Secret } from '../../../base/secret.js';
import { settledWithin } from '../../../base/settled-within.js';
import { untilAborted } from '../../../base/until-aborted.js';
import type { ConnectTarget } from '../../backend.js';
import type { VsphereSettings } from '../settings.js';
import type { Ref } from '../soap/values.js';
import type { UserSession } from '../vim/generated/types.js';
import type { ChannelCall, SoapChannel } from './soap-channel.js';

/** What somebody logs in with. */
export type Login =
  | { readonly kind: 'password'; readonly userName: string; readonly password: Secret }
  | { readonly kind: 'clone-ticket'; readonly ticket: Secret }
  | { readonly kind: 'saml-token'; readonly token: Secret };

/**
 * What the target logs in with. Without a user name the password is a clone ticket, as VIX had it.
 *
 * @throws Fault `host-permission` when something is missing.
 */
export function loginOf(
  { userName, password }: Pick<ConnectTarget, 'userName' | 'password'>,
  wanted: VsphereSettings['login'],
): Login {
  const kind = wanted === 'by-arguments' ? (userName === null ? 'clone-ticket' : 'password') : wanted;
  if (kind === 'password') {
    if (userName === null) throw missing('a user name');
    // An empty password is one that the server may judge; VIX could not tell it from none either.
    return { kind, userName, password: password ?? new Secret('') };
  }
  if (password === null) {
    const what = { 'clone-ticket': 'a user name, or a clone ticket as password', 'saml-token': 'a token as password' };
    throw missing(what[kind]);
  }
  return kind === 'clone-ticket' ? { kind, ticket: password } : { kind, token: password };
}

function missing(what: string): Fault {
  return new Fault('host-permission', `the connection to vSphere needs ${what}. Give it to VixHost_Connect.`);
}

/** Whether two logins are the same, so that they may share a session. A clone ticket is good for one only. */
export function isSameLogin(one: Login, other: Login): boolean {
  if (one.kind === 'password' && other.kind === 'password') {
    return one.userName === other.userName && one.password.equals(other.password);
  }
  return one.kind === 'saml-token' && other.kind === 'saml-token' && one.token.equals(other.token);
}

/** Fault messages come in this language; they are for people, and no code reads them. */
const locale = 'en_US';

/**
 * Logs in. The channel keeps the cookie of the new session; that of an older one only when the login fails.
 *
 * @returns the new session, as the server tells it.
 * @throws VimError, HttpFailure.
 */
export async function logIn(
  channel: SoapChannel,
  manager: Ref<'SessionManager'>,
  login: Login,
  clock: Clock,
  limits: Pick<ChannelCall, 'signal' | 'timeoutMs'>,
): Promise<UserSession> {
  const call = { ...limits, isLogin: true };
  switch (login.kind) {
    case 'password':
      return channel.call(manager, 'Login', { userName: login.userName, password: login.password, locale }, call);
    case 'clone-ticket':
      return channel.call(manager, 'CloneSession', { cloneTicket: login.ticket }, call);
    case 'saml-token':
      return channel.call(
        manager,
        'LoginByToken',
        { locale },
        {
          ...call,
          header: { security: securityHeader(login.token, clock) },
        },
      );
  }
}

/** What a logout may take; the server would forget the session anyway. */
export const logoutMs = 5000;

/**
 * Logs in for somebody who may give up meanwhile. A login that arrives after that is logged out again: the server would
 * keep its session for half an hour.
 *
 * @throws VimError, HttpFailure, the signal's reason; this one only when nothing is left behind, or after a while.
 */
export async function logInUnlessAborted(
  channel: SoapChannel,
  manager: Ref<'SessionManager'>,
  login: Login,
  clock: Clock,
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<UserSession> {
  signal.throwIfAborted();
  // Without the signal: a request that is cut off may have been carried out, and its cookie would be lost.
  const arriving = logIn(channel, manager, login, clock, { timeoutMs });
  try {
    return await untilAborted(() => arriving, signal);
  } catch (error) {
    if (signal.aborted) {
      const undone = arriving.then(() => logOut(channel, manager));
      await settledWithin(clock, logoutMs, undone);
    }
    throw error;
  }
}

/** A server that is gone, or has forgotten the session, has nothing to log out from. Never rejects. */
export async function logOut(
  channel: SoapChannel,
  manager: Ref<'SessionManager'>,
  cookie: string | undefined = channel.cookie,
): Promise<void> {
  const call = { timeoutMs: logoutMs, ...(cookie === undefined ? {} : { cookie }) };
  await channel.call(manager, 'Logout', {}, call).catch(() => undefined);
}

const securityNamespace = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const utilityNamespace = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';

/** How long the server may take a login by token for fresh. */
const freshMs = 300_000;

/** The header that carries a bearer token. Its assertion is signed, so that it travels byte for byte. */
function securityHeader(token: Secret, clock: Clock): Secret {
  const now = clock.now();
  const time = (name: string, ms: number): string => `<wsu:${name}>${new Date(ms).toISOString()}</wsu:${name}>`;
  const timestamp =
    `<wsu:Timestamp xmlns:wsu="${utilityNamespace}">` +
    `${time('Created', now)}${time('Expires', now + freshMs)}</wsu:Timestamp>`;
  const assertion = token.reveal().replace(/^\s*<\?xml[^>]*\?>\s*/, '');
  return new Secret(`<wsse:Security xmlns:wsse="${securityNamespace}">${timestamp}${assertion}</wsse:Security>`);
}

import { Secret } from '../../base/secret.js';
import { Fault } from '../../base/fault.js';
import { revealed, type SecretText } from '../../backends/vsphere/soap/values.js';
import type { UserSession } from '../../backends/vsphere/vim/generated/types.js';
import type { Endpoint } from '../endpoint.js';
import { managed, vimMethods, type ManagedKind, type MethodRequest } from '../managed-object.js';
import type { EndpointUser, Session } from '../sessions.js';
import { VimFault } from '../vim-fault.js';
import { clonePurpose, httpPurpose } from './service-tickets.js';

type User = Omit<EndpointUser, 'password'>;

const locales = ['en', 'en_US'];

/**
 * The user behind a name and a password.
 * @throws VimFault `InvalidLogin`.
 */
export function checkLogin({ users, world }: Endpoint, userName: string, password: SecretText): User {
  const user = users.find(({ name }) => name === userName);
  if (user !== undefined && user.password === revealed(password)) return user;
  if (users.length > 0) throw invalidLogin();
  try {
    world.checkHostUser(userName, new Secret(revealed(password)));
  } catch (error) {
    if (error instanceof Fault && error.kind === 'host-permission') throw invalidLogin(error);
    throw error;
  }
  return { name: userName };
}

function invalidLogin(cause?: unknown): VimFault {
  return new VimFault({ $type: 'InvalidLogin' }, 'Cannot complete login due to an incorrect user name or password.', {
    cause,
  });
}

function openSession(
  endpoint: Endpoint,
  user: User,
  locale: string | undefined,
  request: MethodRequest<unknown>,
): UserSession {
  if (!request.session.isAnonymous) throw invalidLogin();
  const { client } = request;
  const session = endpoint.sessions.open(user, {
    address: client?.address ?? '',
    userAgent: client?.userAgent ?? '',
    locale: locale ?? 'en',
  });
  client?.useSession(session);
  endpoint.events.post({
    type: 'UserLoginSessionEvent',
    userName: user.name,
    message: `User ${user.name}@${session.origin.address} logged in as ${session.origin.userAgent}`,
    fields: {
      ipAddress: session.origin.address,
      userAgent: session.origin.userAgent,
      locale: locale ?? 'en',
      sessionId: session.key,
    },
  });
  return userSession(session);
}

function userSession(session: Session): UserSession {
  const { key, userName, origin, loginMs, lastActiveMs, callCount } = session;
  const locale = origin.locale ?? 'en';
  return {
    key,
    userName,
    fullName: userName,
    loginTime: new Date(loginMs),
    lastActiveTime: new Date(lastActiveMs),
    locale,
    messageLocale: locale,
    extensionSession: false,
    ipAddress: origin.address,
    userAgent: origin.userAgent,
    callCount,
  };
}

function notSupported(what: string): VimFault {
  return new VimFault(
    { $type: 'NotSupported' },
    `The simulator does not offer ${what}. Log in with a name and a password.`,
  );
}

const sessionManagerKind: ManagedKind<Endpoint> = {
  type: 'SessionManager',
  properties: {
    currentSession: (_endpoint, session) => (session.isAnonymous ? undefined : userSession(session)),
    defaultLocale: () => 'en',
    message: () => '',
    messageLocaleList: () => locales,
    sessionList: ({ sessions }) => sessions.list().map(userSession),
    supportedLocaleList: () => locales,
  },
  methods: vimMethods<Endpoint>({
    Login: (endpoint, request) => {
      const { userName, password, locale } = request.args;
      if (locale !== undefined && !/^[a-z]{2}(?:[_-][a-z]{2,})?$/iu.test(locale)) {
        throw new VimFault({ $type: 'InvalidLocale' }, `There is no locale '${locale}'.`);
      }
      return openSession(endpoint, checkLogin(endpoint, userName, password), locale, request);
    },
    LoginByToken: (endpoint, request) => {
      const user = endpoint.tokens.userOf(request.client?.security);
      if (user === undefined) throw invalidLogin();
      return openSession(endpoint, user, request.args.locale, request);
    },
    LoginBySSPI: () => {
      throw notSupported('a login by SSPI');
    },
    LoginExtensionByCertificate: () => {
      throw notSupported('extensions');
    },
    LoginExtensionBySubjectName: () => {
      throw notSupported('extensions');
    },
    ImpersonateUser: () => {
      throw notSupported('impersonation');
    },
    AcquireLocalTicket: () => {
      throw notSupported('local tickets');
    },
    Logout: ({ sessions, events }, { session }) => {
      sessions.close(session);
      events.post({
        type: 'UserLogoutSessionEvent',
        userName: session.userName,
        message: `User ${session.userName}@${session.origin.address} logged out`,
        fields: { ipAddress: session.origin.address, sessionId: session.key, loginTime: new Date(session.loginMs) },
      });
    },
    SessionIsActive: ({ sessions }, { args }) => {
      const session = sessions.byKey(args.sessionID);
      return session !== undefined && session.userName === args.userName;
    },
    TerminateSession: ({ sessions }, { args, session }) => {
      const ended = args.sessionId.map((key) => {
        const found = sessions.byKey(key);
        if (found === undefined) throw new VimFault({ $type: 'NotFound' }, `There is no session '${key}'.`);
        if (found === session) {
          throw new VimFault(
            { $type: 'InvalidArgument', invalidProperty: 'sessionId' },
            'Log out to end your own session.',
          );
        }
        return found;
      });
      for (const found of ended) sessions.close(found);
    },
    SetLocale: () => undefined,
    AcquireCloneTicket: ({ tickets }, { session }) => tickets.issue(session, clonePurpose),
    CloneSession: (endpoint, request) => {
      const of = endpoint.tickets.take(revealed(request.args.cloneTicket), clonePurpose);
      if (of === undefined) throw invalidLogin();
      return openSession(endpoint, of.user ?? { name: of.userName }, of.origin.locale, request);
    },
    AcquireGenericServiceTicket: (endpoint, { args, session }) => {
      const { spec } = args;
      if (!('url' in spec)) throw notSupported(`tickets for ${spec.$type ?? 'anything but files'}`);
      const purpose = httpPurpose(spec.method ?? 'httpGet', spec.url);
      return { id: endpoint.tickets.issue(session, purpose) };
    },
  }),
};

/** Puts the session manager into an endpoint. */
export function addSessionManager(endpoint: Endpoint): void {
  const value = endpoint.kind === 'esx' ? 'ha-sessionmgr' : 'SessionManager';
  endpoint.addManager('sessionManager', managed({ type: 'SessionManager', value }, sessionManagerKind, endpoint));
}

import { describe, expect, it } from 'vitest';
import { one, other } from '../../world/vm/certificates.js';
import { auth, GuestEndpoint } from './guest-endpoint.js';

const manager = 'aliasManager';
const rootAuth = auth('root');
const any = { $type: 'GuestAuthAnySubject' };
const named = (name: string): object => ({ $type: 'GuestAuthNamedSubject', name });

function newAlias(base64Cert: string, subject: object, more: object = {}): object {
  const aliasInfo = { $type: 'GuestAuthAliasInfo', subject, comment: 'ci' };
  return { username: 'user', mapCert: false, base64Cert, aliasInfo, ...more };
}

/** A token as an issuer would sign it, but for the signature. */
function token(certificate: string, subject: string, conditions = ''): string {
  return (
    '<saml2:Assertion xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0">' +
    '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:KeyInfo><ds:X509Data>' +
    `<ds:X509Certificate>${certificate}</ds:X509Certificate>` +
    '</ds:X509Data></ds:KeyInfo></ds:Signature>' +
    `<saml2:Subject><saml2:NameID>${subject}</saml2:NameID></saml2:Subject>` +
    `<saml2:Conditions ${conditions}/></saml2:Assertion>`
  );
}

function samlAuth(text: string, username?: string): object {
  return {
    $type: 'SAMLTokenAuthentication',
    interactiveSession: false,
    token: text,
    ...(username === undefined ? {} : { username }),
  };
}

describe('aliases', () => {
  it('are added, listed and removed', async () => {
    const guests = await GuestEndpoint.of();
    await guests.call(manager, 'AddGuestAlias', newAlias(one, any));
    await guests.call(manager, 'AddGuestAlias', newAlias(one, named('svc@vsphere.local'), { mapCert: true }));
    expect(await guests.call(manager, 'ListGuestAliases', { username: 'user' })).toEqual([
      {
        $type: 'GuestAliases',
        base64Cert: one,
        aliases: [
          { $type: 'GuestAuthAliasInfo', subject: any, comment: 'ci' },
          { $type: 'GuestAuthAliasInfo', subject: named('svc@vsphere.local'), comment: 'ci' },
        ],
      },
    ]);
    expect(await guests.call(manager, 'ListGuestMappedAliases', {})).toEqual([
      { $type: 'GuestMappedAliases', base64Cert: one, username: 'user', subjects: [named('svc@vsphere.local')] },
    ]);
    await guests.call(manager, 'RemoveGuestAlias', { username: 'user', base64Cert: one, subject: any });
    expect(await guests.call(manager, 'ListGuestAliases', { username: 'user' })).toMatchObject([
      { aliases: [{ subject: named('svc@vsphere.local') }] },
    ]);
    await guests.call(manager, 'RemoveGuestAliasByCert', { username: 'user', base64Cert: one });
    expect(await guests.call(manager, 'ListGuestAliases', { username: 'user' })).toEqual([]);
  });

  it('are refused as Tools does', async () => {
    const guests = await GuestEndpoint.of();
    const fault = async (request: object): Promise<string> =>
      (await guests.fault(manager, 'AddGuestAlias', request)).$type;
    expect(await fault(newAlias('nonsense', any))).toBe('InvalidArgument');
    expect(await fault(newAlias(one, named('')))).toBe('InvalidArgument');
    expect(await fault(newAlias(one, { $type: 'GuestAuthSubject' }))).toBe('InvalidArgument');
    expect(await fault(newAlias(one, any, { username: 'nobody', auth: rootAuth }))).toBe('InvalidArgument');
    expect(await fault(newAlias(one, any, { username: 'root' }))).toBe('GuestPermissionDenied');
    await guests.call(manager, 'AddGuestAlias', newAlias(one, any, { mapCert: true }));
    expect(await fault(newAlias(one, any))).toBe('InvalidArgument');
    expect(await fault(newAlias(one, any, { mapCert: true, username: 'root', auth: rootAuth }))).toBe(
      'GuestMultipleMappings',
    );
    const origin = { address: '127.0.0.1', userAgent: 'test' };
    const privileges = ['VirtualMachine.GuestOperations.Query', 'VirtualMachine.GuestOperations.QueryAliases'];
    const weak = guests.endpoint.sessions.open({ name: 'weak', privileges }, origin);
    await guests.call(manager, 'ListGuestMappedAliases', {}, weak);
    expect(await guests.fault(manager, 'AddGuestAlias', newAlias(other, any), weak)).toMatchObject({
      $type: 'NoPermission',
      privilegeId: 'VirtualMachine.GuestOperations.ModifyAliases',
    });
  });
});

describe('SAML tokens', () => {
  const names = ['USER'];
  const userOf = (guests: GuestEndpoint, login: object): Promise<unknown> =>
    guests.call('processManager', 'ReadEnvironmentVariableInGuest', { auth: login, names });

  it('log in as the user whose alias they fit', async () => {
    const guests = await GuestEndpoint.of();
    await guests.call(manager, 'AddGuestAlias', newAlias(one, named('svc')));
    await guests.call(manager, 'AddGuestAlias', newAlias(other, any, { mapCert: true }));
    expect(await userOf(guests, samlAuth(token(one, 'svc'), 'user'))).toEqual(['USER=user']);
    expect(await userOf(guests, samlAuth(token(other, 'anybody')))).toEqual(['USER=user']);
    expect(await userOf(guests, samlAuth(token(other, 'anybody'), ''))).toEqual(['USER=user']);
    const validate = async (login: object): Promise<string> =>
      (await guests.fault('authManager', 'ValidateCredentialsInGuest', { auth: login })).$type;
    for (const login of [
      samlAuth(token(one, 'svc')),
      samlAuth(token(one, 'another'), 'user'),
      samlAuth(token(one, 'svc'), 'root'),
      samlAuth('<a/>', 'user'),
      samlAuth('no XML <', 'user'),
      samlAuth(token('nonsense', 'svc'), 'user'),
    ]) {
      expect(await validate(login)).toBe('InvalidGuestLogin');
    }
  });

  it('count in their time only', async () => {
    const guests = await GuestEndpoint.of();
    await guests.call(manager, 'AddGuestAlias', newAlias(one, any));
    const at = (ms: number): string => new Date(guests.clock.now() + ms).toISOString();
    const conditions = `NotBefore="${at(0)}" NotOnOrAfter="${at(1000)}"`;
    const login = samlAuth(token(one, 'svc', conditions), 'user');
    expect(await userOf(guests, login)).toEqual(['USER=user']);
    await guests.clock.advance(1000);
    expect(await guests.fault('authManager', 'ValidateCredentialsInGuest', { auth: login })).toEqual({
      $type: 'InvalidGuestLogin',
    });
  });
});

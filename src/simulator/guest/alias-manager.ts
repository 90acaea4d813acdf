import { GuestAliasSession, type AliasSubject } from '../../world/vm/guest-alias-session.js';
import type { Fields } from '../fields.js';
import type { ManagedKind } from '../managed-object.js';
import { guestMethod, guestPrivileges } from './guest-call.js';
import type { GuestServices } from './guest-services.js';

const { queryAliases, modifyAliases } = guestPrivileges;

/** Certificates by whose tokens one may act as a user of a guest. */
export const aliasManagerKind: ManagedKind<GuestServices> = {
  type: 'GuestAliasManager',
  properties: {},
  methods: {
    AddGuestAlias: guestMethod({ privilege: modifyAliases }, ({ access, args, world }) => {
      const info = args.object('aliasInfo');
      const alias = {
        userName: args.text('username'),
        certificate: args.text('base64Cert'),
        isMapped: args.flag('mapCert'),
        subject: subjectOf(info, 'subject'),
        comment: info.text('comment'),
      };
      return new GuestAliasSession(access).add(alias, world);
    }),
    RemoveGuestAlias: guestMethod({ privilege: modifyAliases }, ({ access, args, world }) =>
      new GuestAliasSession(access).remove(
        args.text('username'),
        args.text('base64Cert'),
        subjectOf(args, 'subject'),
        world,
      ),
    ),
    RemoveGuestAliasByCert: guestMethod({ privilege: modifyAliases }, ({ access, args, world }) =>
      new GuestAliasSession(access).removeCertificate(args.text('username'), args.text('base64Cert'), world),
    ),
    ListGuestAliases: guestMethod({ privilege: queryAliases }, async ({ access, args, world }) => {
      const aliases = await new GuestAliasSession(access).list(args.text('username'), world);
      return aliases.map(({ certificate, aliases: infos }) => ({
        $type: 'GuestAliases',
        base64Cert: certificate,
        aliases: infos.map(({ subject, comment }) => ({
          $type: 'GuestAuthAliasInfo',
          subject: subjectValue(subject),
          comment,
        })),
      }));
    }),
    ListGuestMappedAliases: guestMethod({ privilege: queryAliases }, async ({ access, world }) => {
      const aliases = await new GuestAliasSession(access).listMapped(world);
      return aliases.map(({ certificate, userName, subjects }) => ({
        $type: 'GuestMappedAliases',
        base64Cert: certificate,
        username: userName,
        subjects: subjects.map(subjectValue),
      }));
    }),
  },
};

/** @throws VimFault `InvalidArgument` for a subject of a kind that there is not. */
function subjectOf(holder: Fields, name: string): AliasSubject {
  const subject = holder.object(name);
  if (subject.type === 'GuestAuthAnySubject') return null;
  if (subject.type === 'GuestAuthNamedSubject') return subject.text('name');
  throw holder.invalid(name, 'expected a GuestAuthAnySubject or a GuestAuthNamedSubject');
}

function subjectValue(subject: AliasSubject): object {
  return subject === null ? { $type: 'GuestAuthAnySubject' } : { $type: 'GuestAuthNamedSubject', name: subject };
}

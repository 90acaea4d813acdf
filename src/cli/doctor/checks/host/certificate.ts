import { check, green, passedOver, trouble } from '../../check.js';
import { factsOf } from '../../probe/judge-certificate.js';
import { settingsCheck } from './settings.js';
import { tlsCheck } from './tls.js';

const dayMs = 86_400_000;
const soonDays = 30;

export const certificateCheck = check({
  id: 'host.certificate',
  title: 'Certificate',
  looksAt: 'What stands in the certificate of the host: subject, names, how long it is valid. `host.trust` judges it.',
  needs: { seen: tlsCheck, settings: settingsCheck },
  problems: {
    'expires-soon': {
      status: 'yellow',
      cause: 'The certificate is valid until {to} only: {days} more days.',
      next: 'Have it renewed in time; a pinned thumbprint then has to be replaced.',
    },
    'expired-though-pinned': {
      status: 'yellow',
      cause:
        'The certificate expired on {to}. It is accepted all the same, because it is pinned or nothing is verified.',
      next: 'Have it renewed; other clients refuse it.',
    },
  },
  run: ({ seen, settings: { tls } }, { clock }) => {
    if (seen === null) return passedOver('the host was asked without TLS');
    const facts = factsOf(seen);
    const days = Math.floor((Date.parse(seen.certificate.validTo) - clock.now()) / dayMs);
    const isExpired = days < 0;
    const more = { facts: { ...facts, days }, value: undefined };
    if (isExpired && tls.kind !== 'authorities') return trouble('expired-though-pinned', more);
    if (!isExpired && days < soonDays) return trouble('expires-soon', more);
    const { subject, from, to, names } = facts;
    const details = [`for ${Array.isArray(names) && names.length > 0 ? names.join(', ') : 'no names'}`];
    return green(`${String(subject)}, valid from ${String(from)} to ${String(to)}`, undefined, {
      facts: more.facts,
      details,
    });
  },
});

import { resolve } from 'node:path';
import { readSettings, type VsphereSettings } from '../../../../backends/vsphere/settings.js';
import { check, green, trouble } from '../../check.js';
import { backendCheck } from './backend.js';

/** What the report says of whom the settings trust. */
function trustOf({ tls }: VsphereSettings): string {
  switch (tls.kind) {
    case 'authorities':
      return tls.ca === undefined ? 'authorities that this machine trusts' : `${tls.ca.length} authorities of tls.ca`;
    case 'pinned':
      return `${tls.thumbprints.length} pinned ${tls.thumbprints.length === 1 ? 'certificate' : 'certificates'}`;
    case 'insecure':
      return 'everybody';
  }
}

/** How the report calls the manners of logging in. */
const logins: Readonly<Record<VsphereSettings['login'], string>> = {
  'by-arguments': 'password, or clone ticket without a user',
  password: 'password',
  'clone-ticket': 'clone ticket',
  'saml-token': 'token',
};

export const settingsCheck = check({
  id: 'host.settings',
  title: 'Options',
  looksAt: 'The options of the vSphere backend for this host: whom it trusts, its manner of logging in.',
  needs: { choice: backendCheck },
  problems: {
    invalid: {
      status: 'red',
      cause: '{reason}',
      next: 'Correct the options of the entry in the configuration; docs/vsphere.md lists them.',
    },
  },
  run: ({ choice: { target } }, { said, timeoutMs }) => {
    try {
      const read = readSettings({}, target.settings, resolve(target.settingsDirectory ?? '.'), target.settingsSource);
      const trusts = trustOf(read);
      // A check wants to know how things are, not to wait until they are better.
      const settings = { ...read, callTimeoutMs: Math.min(read.callTimeoutMs, timeoutMs), reconnectMs: 1 };
      return green(`trusts ${trusts}; login by ${logins[read.login]}`, settings, {
        facts: { trusts: read.tls.kind, login: read.login },
      });
    } catch (error) {
      return trouble('invalid', { facts: { reason: said(error) } });
    }
  },
});

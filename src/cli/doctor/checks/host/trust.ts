import { findConfigFile } from '../../../../backends/find-config-file.js';
import { check, green } from '../../check.js';
import { pinLines } from '../../pin-lines.js';
import { judgeCertificate, trustProblems } from '../../probe/judge-certificate.js';
import { backendCheck } from './backend.js';
import { settingsCheck } from './settings.js';
import { tlsCheck } from './tls.js';

export const trustCheck = check({
  id: 'host.trust',
  title: 'Trust',
  looksAt:
    'Whether the certificate of the host is accepted, by an authority or because it is pinned; the thumbprints that ' +
    'were expected and seen, and the lines of the configuration that pin it.',
  needs: { seen: tlsCheck, settings: settingsCheck, choice: backendCheck },
  problems: trustProblems,
  run: ({ seen, settings, choice: { target } }, { env, directory }) => {
    if (seen === null) return green('nothing to verify without TLS', undefined);
    // An entry of the configuration hands its directory on.
    const file = target.settingsDirectory === undefined ? undefined : findConfigFile(env, directory)?.path;
    return judgeCertificate(seen, settings.tls, (sha256) => pinLines(target.provider, file, sha256));
  },
});

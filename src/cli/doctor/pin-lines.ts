import type { ProviderName } from '../../backends/backend.js';

/**
 * The lines of the configuration by which a certificate is accepted.
 * @param file path of the configuration, where there is one with this provider in it.
 */
export function pinLines(provider: ProviderName, file: string | undefined, sha256: string): readonly string[] {
  const tls = `"tls": { "thumbprint": "${sha256}" }`;
  if (file !== undefined) return [`In ${file}, under providers.${provider}.options:`, `  ${tls}`];
  return [
    'In revix.config.json:',
    `  { "providers": { "${provider}": { "backend": "vsphere", "options": { ${tls} } } } }`,
  ];
}

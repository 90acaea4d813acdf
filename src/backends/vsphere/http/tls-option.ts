import * as v from 'valibot';
import { parseThumbprint } from './thumbprint.js';
import { trustingFiles, type TlsPolicy, verifiedBySystem } from './tls-policy.js';

const some = v.pipe(v.string('must be a text'), v.nonEmpty('must not be empty'));
const oneOrMore = v.union([some, v.pipe(v.array(some), v.minLength(1))], 'must be a text or a list of texts');

/** Checks an option that says whose certificate is accepted. */
export const tlsSchema = v.union(
  [v.picklist(['system', 'insecure']), v.strictObject({ ca: oneOrMore }), v.strictObject({ thumbprint: oneOrMore })],
  'must be "system", {"ca": FILE}, {"thumbprint": HASH} or "insecure"',
);

/** Whose certificate is accepted: see `VsphereOptions.tls`. */
export type TlsOption = v.InferOutput<typeof tlsSchema>;

/**
 * The policy of an option; without one, the authorities of this machine.
 *
 * @param directory where relative paths of files start from.
 * @throws Fault `invalid-argument` or `file-not-found`.
 */
export function policyOf(option: TlsOption | undefined, directory: string): TlsPolicy {
  if (option === undefined || option === 'system') return verifiedBySystem;
  if (option === 'insecure') return { kind: 'insecure' };
  if ('ca' in option) return trustingFiles([option.ca].flat(), directory);
  return { kind: 'pinned', thumbprints: [option.thumbprint].flat().map((text) => parseThumbprint(text)) };
}

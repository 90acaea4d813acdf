import { createHash } from 'node:crypto';
import type { CallContext } from '../../backends/backend.js';
import { Fault } from '../../base/fault.js';
import type { GuestSession } from '../guest-session.js';
import { patiently } from '../patiently.js';
import { runInGuest } from './run-in-guest.js';

/** Programs of the guest that work out a SHA-256, their arguments, and where it stands in what they print. */
export const checksumPrograms = {
  posix: { program: 'sha256sum', arguments: (path: string) => ['--', path], pattern: /^\\?([0-9a-f]{64}) / },
  windows: {
    program: 'certutil',
    arguments: (path: string) => ['-hashfile', path, 'SHA256'],
    pattern: /^((?:[0-9a-f]{2} ?){32})\r?$/m,
  },
} as const;

/**
 * SHA-256 of a guest file, in hexadecimal digits. A program of the guest works it out; where there is none, the file is
 * read.
 *
 * @param leftBehind is told what could not be tidied up.
 */
export async function guestSha256(
  session: GuestSession,
  path: string,
  call: CallContext,
  leftBehind: (error: unknown) => void,
): Promise<string> {
  const { program, arguments: words, pattern } = checksumPrograms[session.ops.family];
  const printed: Uint8Array[] = [];
  const output = (stream: string, bytes: Uint8Array): void => void (stream === 'stdout' && printed.push(bytes));
  try {
    const spec = { program, arguments: words(path) };
    const { exitCode } = await runInGuest(session, spec, { output, isStreamed: false, leftBehind }, call);
    const [, digits] = pattern.exec(Buffer.concat(printed).toString('utf8')) ?? [];
    if (exitCode === 0 && digits !== undefined) return digits.replaceAll(' ', '');
  } catch (error) {
    const isMissing =
      error instanceof Fault && (error.kind === 'file-not-found' || error.kind === 'program-not-started');
    if (!isMissing) throw error;
  }
  return patiently(call, () =>
    session.request(call, async () => {
      const hash = createHash('sha256');
      for await (const chunk of (await session.ops.files.read(path, call)).chunks) hash.update(chunk);
      return hash.digest('hex');
    }),
  );
}

import { randomUUID } from 'node:crypto';
import { posix, win32 } from 'node:path';
import type { CallContext } from '../backends/backend.js';
import { Fault } from '../base/fault.js';
import type { GuestSession } from './guest-session.js';
import { isInDoubt, mostLost, seenThrough } from './seen-through.js';

/** A directory of the guest for one program. */
export interface PrivateDirectoryOptions {
  /** How its name begins. */
  readonly prefix: string;
  /** Makes it, perhaps more than once; absent: once. */
  readonly ask?: (make: () => Promise<string>) => Promise<string>;
  /** Is told what could not be removed, and why. */
  readonly leftBehind: (error: unknown) => void;
}

/**
 * Makes a directory of the guest that only its user can read. Those whose names were lost on the way to this machine are
 * removed, and so is one that is made when the call has ended.
 *
 * @returns its path.
 */
export async function makePrivateDirectory(
  session: GuestSession,
  { prefix, ask = (make) => make(), leftBehind }: PrivateDirectoryOptions,
  call: CallContext,
): Promise<string> {
  const { files } = session.ops;
  const suffix = randomUUID().slice(0, 8);
  const make = (): Promise<string> =>
    seenThrough(
      session,
      call,
      (through) => files.createTempDirectory({ prefix, suffix }, through),
      (directory, tidying) => removePrivateDirectory(session, directory, tidying).catch(leftBehind),
    );
  for (let lost = 0; ; lost += 1) {
    try {
      const directory = await ask(make);
      if (lost > 0) await removeLost(session, directory, { prefix, suffix }, call).catch(leftBehind);
      return directory;
    } catch (error) {
      // To make another one does no harm.
      if (!isInDoubt(error) || lost === mostLost) throw error;
    }
  }
}

/** Removes such a directory with all that is in it, also when the answer is lost on the way. @throws Fault. */
export async function removePrivateDirectory(
  session: GuestSession,
  directory: string,
  call: CallContext,
): Promise<void> {
  for (let lost = 0; ; lost += 1) {
    try {
      await session.request(call, () => session.ops.files.deleteDirectory(directory, call));
      return;
    } catch (error) {
      if (lost > 0 && error instanceof Fault && error.kind === 'file-not-found') return;
      if (!isInDoubt(error) || lost === mostLost) throw error;
    }
  }
}

/** Removes directories that were made for the same program. */
async function removeLost(
  session: GuestSession,
  directory: string,
  { prefix, suffix }: { readonly prefix: string; readonly suffix: string },
  call: CallContext,
): Promise<void> {
  const { files, family } = session.ops;
  const paths = family === 'windows' ? win32 : posix;
  const parent = paths.dirname(directory);
  for (const { name } of await session.request(call, () => files.list(parent, call))) {
    // Tools puts a number of its own behind the suffix.
    const isLost = name.startsWith(prefix) && name.includes(suffix) && name !== paths.basename(directory);
    if (isLost) await removePrivateDirectory(session, paths.join(parent, name), call);
  }
}

import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { toVixFailure } from '../../errors/vix-failure.js';
import { hostFileFault } from '../../guest/host-file-fault.js';
import { CommandFailure } from './command-failure.js';

/** Writes a file of this machine whole: when it cannot be, what was there stays. @throws CommandFailure. */
export async function writeHostFile(path: string, content: Uint8Array): Promise<void> {
  const draft = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(draft, content);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    const { code, message } = toVixFailure(hostFileFault(error, 'write', path));
    throw new CommandFailure('command', code, message);
  }
}

import { randomBytes } from 'node:crypto';
import { contentOf, emptyContent } from '../file-content.js';
import type { FileContent } from '../guest-files.js';
import type { ProgramContext } from '../program.js';
import { UsageError } from './posix-command.js';

/** What an endless device gives to whoever reads it whole, as the shell does: bytes. */
export const endlessBytes = 1024 * 1024;

const endless: ReadonlyMap<string, (size: number) => Uint8Array> = new Map([
  ['/dev/zero', (size) => new Uint8Array(size)],
  ['/dev/random', (size) => Uint8Array.from(randomBytes(size))],
  ['/dev/urandom', (size) => Uint8Array.from(randomBytes(size))],
]);

/** What the shell takes for its own streams. */
const standardStreams = /^\/dev\/(?:std(?:in|out|err)|fd\/\d+|full|tcp\/.*|udp\/.*)$/u;
const standardInput: ReadonlySet<string> = new Set(['/dev/stdin', '/dev/fd/0']);

/** Whether commands know the path as a device that is no file of the guest: what is written to it is gone. */
export function isDevice(path: string): boolean {
  return path === '/dev/null' || endless.has(path);
}

export function isStandardStream(path: string): boolean {
  return standardStreams.test(path);
}

export function isStandardInput(path: string): boolean {
  return standardInput.has(path);
}

export function isEndless(path: string): boolean {
  return endless.has(path);
}

/** So many bytes of an endless device. */
export function endlessContent(path: string, size: number): Uint8Array {
  return endless.get(path)?.(size) ?? new Uint8Array(0);
}

/** What a device gives to whoever reads it whole; undefined for any other path. */
export function deviceContent(path: string): FileContent | undefined {
  if (path === '/dev/null') return emptyContent;
  return isEndless(path) ? contentOf(endlessContent(path, endlessBytes)) : undefined;
}

/**
 * What a command reads by this path: a file of the guest, standard input, or nothing.
 * @throws UsageError for a device without end.
 */
export function openInput(context: ProgramContext, path: string): FileContent {
  if (isEndless(path)) throw new UsageError(`'${path}' has no end; read a part of it by "head -c" or "dd"`);
  if (isStandardInput(path)) return contentOf(context.stdin);
  return deviceContent(path) ?? context.files.read(path);
}

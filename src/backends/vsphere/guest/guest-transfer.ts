import { randomUUID } from 'node:crypto';
import { afterBytes } from '../../../base/after-bytes.js';
import { Fault } from '../../../base/fault.js';
import { isInDoubt, mostLost } from '../../../guest/seen-through.js';
import { readAll, sizedBytes } from '../../../guest/sized-content.js';
import { tidily } from '../../../guest/tidily.js';
import type { CallContext, SizedContent } from '../../backend.js';
import { HttpFailure, type HttpFailureKind } from '../http/http-failure.js';
import { get, put, type Download } from '../transfer/http-transfer.js';
import type { TransferRoute } from '../transfer/transfer-routes.js';
import type { GuestFileAttributes, GuestFileInfo, GuestPosixFileAttributes } from '../vim/generated/types.js';
import type { GuestCaller } from './guest-caller.js';
import { pathsOf } from './guest-path.js';

/** Mode of a file that did not exist: as Tools makes it for its user. */
const newFileMode = 0o644;

/** So many bytes are kept in memory, to be sent again where the first way is refused. */
const smallBytes = 1024 * 1024;

/** Nothing is there; `path` is the end of all links. */
interface FreePlace {
  readonly is: 'free';
  readonly path: string;
}

/** A file that is to be overwritten; `path` is the end of all links. */
interface TakenPlace {
  readonly is: 'taken';
  readonly path: string;
  readonly entry: GuestFileInfo;
}

/** What is where a file is to be written; in a directory of our own nothing that must be spared. */
export type WritePlace = FreePlace | TakenPlace | { readonly is: 'unknown' } | { readonly is: 'own' };

/** Opens a guest file for reading. The bytes come as they are asked for. */
export async function readGuestFile(caller: GuestCaller, path: string, call: CallContext): Promise<SizedContent> {
  const information = await caller.file('InitiateFileTransferFromGuest', { guestFilePath: path }, call);
  const download = await overRoutes(caller, path, information.url, call, ({ peer, url }) => get(peer, url, call));
  // Files that the kernel makes up (/proc) are announced as empty.
  const size = information.size > 0 ? information.size : (download.size ?? 0);
  return { size, chunks: checked(download, size, path, caller) };
}

/**
 * Opens what follows the first bytes of a guest file. A host that sends the file from its start all the same is taken at
 * its word, and the beginning left out here.
 */
export async function readGuestFileFrom(
  caller: GuestCaller,
  path: string,
  position: number,
  call: CallContext,
): Promise<SizedContent> {
  const information = await caller.file('InitiateFileTransferFromGuest', { guestFilePath: path }, call);
  const size = Math.max(0, information.size - position);
  if (size === 0) return { size, chunks: afterBytes([], 0) };
  const download = await overRoutes(caller, path, information.url, call, ({ peer, url }) =>
    get(peer, url, call, position),
  );
  const skipped = download.isPartial ? 0 : position;
  const chunks = checked(download, size + skipped, path, caller);
  return { size, chunks: skipped === 0 ? chunks : afterBytes(chunks, skipped) };
}

/** The bytes behind a URL that `InitiateFileTransferFromGuest` gave. @param path of the file, for messages. */
export async function fetchFrom(
  caller: GuestCaller,
  path: string,
  given: string,
  call: CallContext,
): Promise<SizedContent> {
  const download = await overRoutes(caller, path, given, call, ({ peer, url }) => get(peer, url, call));
  const size = download.size ?? 0;
  return { size, chunks: checked(download, size, path, caller) };
}

/** Sends bytes to a URL that `InitiateFileTransferToGuest` gave. @param path of the file, for messages. */
export async function sendTo(
  caller: GuestCaller,
  path: string,
  given: string,
  content: SizedContent,
  call: CallContext,
): Promise<void> {
  // The bytes can be had once: another route is tried only while none of them is gone.
  const source = new OnceContent(content);
  await overRoutes(
    caller,
    path,
    given,
    call,
    ({ peer, url }) => put(peer, url, source, call),
    () => source.isUntouched,
  );
}

/**
 * Creates or overwrites a guest file. The bytes go to a file beside it of which nobody else knows, and which takes its
 * place when it is whole, with the owner and mode of an old one. So what somebody else writes there meanwhile is never
 * mixed with them, nor removed with what did not arrive whole. Where the user may write the old file, but not put such a
 * one beside it, the old one is overwritten where it is. In a directory of our own they go to the very path.
 */
export async function writeGuestFile(
  caller: GuestCaller,
  path: string,
  place: WritePlace,
  content: SizedContent,
  call: CallContext,
): Promise<void> {
  if (place.is === 'unknown' || place.is === 'own')
    return upload(caller, path, newFileAttributes(caller), content, call);
  if (place.is === 'taken') {
    return overwrite(caller, place, content.size <= smallBytes ? await held(content) : content, call);
  }
  const partial = partialOf(caller, place.path);
  try {
    await uploadPartial(caller, partial, newFileAttributes(caller), content, call);
    await putInPlace(caller, partial, place.path, content.size, call);
  } catch (error) {
    throw toldOf(path, partial, error);
  }
}

async function overwrite(
  caller: GuestCaller,
  { path, entry }: TakenPlace,
  content: SizedContent,
  call: CallContext,
): Promise<void> {
  const partial = partialOf(caller, path);
  const attributes = keptAttributes(entry);
  const isHeld = content.size <= smallBytes;
  try {
    // The bytes of a large file can be had once, so an empty one shows whether the user may make it at all.
    await uploadPartial(caller, partial, attributes, isHeld ? content : sizedBytes(new Uint8Array()), call);
  } catch (error) {
    const isRefused = error instanceof Fault && error.kind === 'file-access';
    if (!isRefused) throw toldOf(path, partial, error);
    return overwriteInPlace(caller, path, attributes, content, call);
  }
  try {
    if (!isHeld) await uploadPartial(caller, partial, attributes, content, call);
    await putInPlace(caller, partial, path, content.size, call);
  } catch (error) {
    throw toldOf(path, partial, error);
  }
}

/** Sends the bytes into the very file. Its mode stays: hosts reset it, unless it is somebody else's. */
async function overwriteInPlace(
  caller: GuestCaller,
  path: string,
  attributes: GuestFileAttributes,
  content: SizedContent,
  call: CallContext,
): Promise<void> {
  const { ownerId: _, groupId: __, ...mode } = attributes as GuestPosixFileAttributes;
  const given = await caller
    .file('ChangeFileAttributesInGuest', { guestFilePath: path, fileAttributes: mode }, call)
    .then((): GuestFileAttributes => mode)
    .catch((error: unknown): GuestFileAttributes => {
      if (error instanceof Fault && error.kind === 'file-access') return { $type: 'GuestFileAttributes' };
      throw error;
    });
  await upload(caller, path, given, content, call);
}

/** Where the bytes of a file lie until all have come. */
function partialOf({ family }: GuestCaller, path: string): string {
  const paths = pathsOf(family);
  return paths.join(paths.dirname(path), `.${randomUUID()}.part`);
}

/** Content that can be had more than once. */
async function held(content: SizedContent): Promise<SizedContent> {
  return { ...sizedBytes(await readAll(content)), size: content.size };
}

/** Moves a whole file to its path. A move whose answer was lost is sent again, and finds nothing where it was done. */
async function putInPlace(
  caller: GuestCaller,
  partial: string,
  path: string,
  size: number,
  call: CallContext,
): Promise<void> {
  const parameters = { srcFilePath: partial, dstFilePath: path, overwrite: true };
  for (let lost = 0; ; lost += 1) {
    try {
      await caller.file('MoveFileInGuest', parameters, call);
      return;
    } catch (error) {
      const isGone = error instanceof Fault && error.kind === 'file-not-found';
      if (lost > 0 && isGone && (await isThere(caller, path, size, call))) return;
      if (isInDoubt(error) && lost < mostLost) continue;
      await removeQuietly(caller, partial, call);
      throw error;
    }
  }
}

async function isThere(caller: GuestCaller, path: string, size: number, call: CallContext): Promise<boolean> {
  const query = { filePath: path, index: 0, maxResults: 1 };
  const { files = [] } = await caller.file('ListFilesInGuest', query, call);
  return files[0]?.type === 'file' && files[0].size === size;
}

/** Tells of a file by its path, not by the name that it has until it is whole, which nobody knows. */
function toldOf(path: string, partial: string, error: unknown): unknown {
  if (!(error instanceof Fault) || !error.message.includes(partial)) return error;
  const { kind, retryable, vixCode, guestError, message } = error;
  return new Fault(kind, message.replaceAll(partial, path), {
    retryable,
    ...(vixCode === undefined ? {} : { vixCode }),
    ...(guestError === undefined ? {} : { guestError }),
    cause: error,
  });
}

/** Uploads to a path that only this write knows, so that all that is there after a failure is removed. */
async function uploadPartial(
  caller: GuestCaller,
  partial: string,
  attributes: GuestFileAttributes,
  content: SizedContent,
  call: CallContext,
): Promise<void> {
  try {
    await upload(caller, partial, attributes, content, call);
  } catch (error) {
    await removeQuietly(caller, partial, call);
    throw error;
  }
}

async function upload(
  caller: GuestCaller,
  path: string,
  attributes: GuestFileAttributes,
  content: SizedContent,
  call: CallContext,
): Promise<void> {
  await sendTo(caller, path, await uploadUrl(caller, path, attributes, content, call), content, call);
}

function uploadUrl(
  caller: GuestCaller,
  path: string,
  fileAttributes: GuestFileAttributes,
  { size }: SizedContent,
  call: CallContext,
): Promise<string> {
  const parameters = { guestFilePath: path, fileAttributes, fileSize: size, overwrite: true };
  return caller.file('InitiateFileTransferToGuest', parameters, call);
}

/** Removing what a failed upload left must not hide why it failed, and is done also after a cancel. */
async function removeQuietly(caller: GuestCaller, path: string, call: CallContext): Promise<void> {
  const remove = (tidying: CallContext): Promise<void> => caller.file('DeleteFileInGuest', { filePath: path }, tidying);
  await tidily(call, remove).catch(() => undefined);
}

/** Tries one route after the other while a host cannot be reached at all. */
async function overRoutes<T>(
  caller: GuestCaller,
  path: string,
  given: string,
  call: CallContext,
  transfer: (route: TransferRoute) => Promise<T>,
  mayTryAgain: () => boolean = () => true,
): Promise<T> {
  const routes = await caller.routes(given, call);
  const failures: HttpFailure[] = [];
  for (const route of routes) {
    try {
      const done = await transfer(route);
      caller.worked(given, route);
      return done;
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      failures.push(error);
      const isElsewhere = error.kind === 'certificate' || unreachable[error.kind] !== undefined;
      if (!isElsewhere || !mayTryAgain()) break;
    }
  }
  if (failures.at(-1)?.kind === 'certificate') caller.refused(given);
  throw transferFault(caller, path, failures);
}

/** What an answer to a transfer means. Real hosts were seen to use these for a file that is gone or forbidden. */
const statusKinds: Readonly<Record<number, 'file-not-found' | 'file-access' | 'disk-full'>> = {
  401: 'file-access',
  403: 'file-access',
  404: 'file-not-found',
  507: 'disk-full',
};

/** What it means that no connection to the host of a file came about: the codes of VIX for its own transfers. */
const unreachable: Readonly<Partial<Record<HttpFailureKind, number>>> = {
  resolve: 30_006,
  connect: 30_007,
  proxy: 30_007,
  tls: 30_035,
};

function transferFault({ vmName }: GuestCaller, path: string, failures: readonly HttpFailure[]): Fault {
  const [first] = failures;
  const last = failures.at(-1);
  const said = failures.map(({ message }) => message).join('; ');
  const about = `the transfer of "${path}" in the guest of ${vmName} failed: ${said}`;
  const options = { cause: last ?? first };
  const vixCode = unreachable[last?.kind ?? 'lost'];
  if (vixCode !== undefined) {
    // Two ways that failed in two manners are told by the one code for both.
    const isMixed = failures.some(({ kind }) => unreachable[kind] !== vixCode);
    return new Fault(
      'host-unreachable',
      `${about}. Guest files travel over the ESXi host that runs the virtual machine: let this machine reach it, or ` +
        'name a way to it in the settings transferHosts, proxy or rewriteTransferUrl.',
      isMixed ? options : { ...options, vixCode },
    );
  }
  switch (last?.kind) {
    case 'certificate':
      return new Fault('host-certificate', about, options);
    case 'lost':
    case 'timeout':
      return new Fault('connection-lost', `${about}. Copy it again.`, {
        ...options,
        retryable: 'same-call',
        vixCode: 7,
      });
    default:
      return new Fault(statusKinds[last?.status ?? 0] ?? 'file-error', about, options);
  }
}

/** The bytes of a download, as many as the guest said. */
async function* checked(
  download: Download,
  size: number,
  path: string,
  caller: GuestCaller,
): AsyncGenerator<Uint8Array> {
  let received = 0;
  try {
    for await (const chunk of download.chunks) {
      received += chunk.byteLength;
      yield chunk;
    }
  } catch (error) {
    throw error instanceof HttpFailure ? transferFault(caller, path, [error]) : error;
  }
  if (received === size || size === 0) return;
  throw new Fault(
    'file-error',
    `"${path}" in the guest of ${caller.vmName} has ${size} bytes, but ${received} arrived. Copy it again.`,
    { retryable: 'same-call' },
  );
}

/** Content that knows whether any of it was taken: it can be had once. */
class OnceContent implements SizedContent {
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array>;
  isUntouched = true;

  constructor(content: SizedContent) {
    this.size = content.size;
    this.chunks = {
      [Symbol.asyncIterator]: () => {
        this.isUntouched = false;
        return content.chunks[Symbol.asyncIterator]();
      },
    };
  }
}

function newFileAttributes({ family }: GuestCaller): GuestFileAttributes {
  if (family === 'windows') return { $type: 'GuestFileAttributes' };
  const attributes: GuestPosixFileAttributes = { $type: 'GuestPosixFileAttributes', permissions: newFileMode };
  return attributes;
}

/** The attributes that the new file takes over from the one in whose place it comes. */
function keptAttributes({ attributes }: GuestFileInfo): GuestFileAttributes {
  const { modificationTime: _, accessTime: __, symlinkTarget: ___, ...kept } = attributes;
  return kept;
}

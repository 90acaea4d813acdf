import { crc32 } from 'node:zlib';
import { Fault } from '../../base/fault.js';
import type { FileChange } from '../guest/guest-files.js';
import type { ContentBlobs, ContentReference } from './content-blobs.js';
import { readFrom } from './host-disk.js';
import { type StoredAttributes, upgradedAttributes } from './older-state.js';

/** A change as a journal keeps it: the same, with a reference in the place of the bytes. */
type JournalEntry =
  | {
      readonly change: 'put';
      readonly path: string;
      readonly kind: 'file' | 'directory' | 'symlink';
      readonly attributes: StoredAttributes;
      readonly content?: ContentReference;
      readonly linkTarget?: string;
      readonly isShared?: true;
    }
  | {
      readonly change: 'append';
      readonly path: string;
      readonly attributes: StoredAttributes;
      readonly content?: ContentReference;
      readonly isShared?: true;
    }
  | { readonly change: 'link'; readonly path: string; readonly target: string }
  | { readonly change: 'remove'; readonly path: string }
  | { readonly change: 'move'; readonly from: string; readonly to: string };

/** Complete lines from some place of a journal on. */
export interface JournalPiece {
  readonly changes: readonly FileChange[];
  /** Where the last complete line ends. What follows was torn by a crash, or is being written. */
  readonly end: number;
}

/**
 * Changes as lines for a journal: checksum, blank, JSON, line end. The bytes of files are kept first, so that a line
 * never names what is not there.
 */
export async function formatChanges(changes: Iterable<FileChange>, blobs: ContentBlobs): Promise<Buffer> {
  const lines: Buffer[] = [];
  for (const change of changes) {
    const json = Buffer.from(JSON.stringify(await entryFor(change, blobs)));
    lines.push(Buffer.from(`${checksum(json)} `), json, newline);
  }
  return Buffer.concat(lines);
}

const newline = Buffer.from('\n');
const checksumLength = 8;

function checksum(json: Uint8Array): string {
  return crc32(json).toString(16).padStart(checksumLength, '0');
}

async function entryFor(change: FileChange, blobs: ContentBlobs): Promise<JournalEntry> {
  if (change.change !== 'put' && change.change !== 'append') return change;
  const { content, ...rest } = change;
  return content === undefined ? rest : { ...rest, content: await blobs.keep(content) };
}

/**
 * Reads a journal from `start` on, at most up to `limit`.
 * @param sure what is known to be whole: a line before this place that cannot be read is damage, not a torn tail.
 * @returns undefined where there is no such file.
 * @throws Fault `vm-config-unreadable`.
 */
export function readJournal(
  path: string,
  range: { readonly start: number; readonly limit?: number; readonly sure: number },
  blobs: ContentBlobs,
): JournalPiece | undefined {
  const length = range.limit === undefined ? undefined : range.limit - range.start;
  const bytes = readFrom(path, range.start, length);
  if (bytes === undefined) return undefined;
  const changes: FileChange[] = [];
  let end = 0;
  for (let next = bytes.indexOf(newline, end); next >= 0; next = bytes.indexOf(newline, end)) {
    const entry = parseLine(bytes.subarray(end, next));
    if (entry === undefined) break;
    changes.push(changeFor(entry, blobs));
    end = next + 1;
  }
  if (range.start + end < range.sure) throw damaged(path, range.start + end);
  return { changes, end: range.start + end };
}

function parseLine(line: Buffer): JournalEntry | undefined {
  const json = line.subarray(checksumLength + 1);
  if (line.subarray(0, checksumLength).toString('latin1') !== checksum(json)) return undefined;
  // The checksum says that this is what `formatChanges` wrote.
  const entry: JournalEntry = JSON.parse(json.toString());
  return entry;
}

function changeFor(entry: JournalEntry, blobs: ContentBlobs): FileChange {
  if (entry.change !== 'put' && entry.change !== 'append') return entry;
  const { content, ...kept } = entry;
  const rest = { ...kept, attributes: upgradedAttributes(kept.attributes) };
  return content === undefined ? rest : { ...rest, content: blobs.open(content) };
}

const namedHash = /"hash":"([0-9a-f]{64})"/g;

/** Hashes of all contents that the lines of a journal name. */
export function contentsNamedIn(path: string): ReadonlySet<string> {
  const text = readFrom(path, 0)?.toString('latin1') ?? '';
  return new Set([...text.matchAll(namedHash)].flatMap(([, hash]) => (hash === undefined ? [] : [hash])));
}

function damaged(path: string, at: number): Fault {
  return new Fault(
    'vm-config-unreadable',
    `${path} is damaged at byte ${at} and was left as it is. Put back a copy of the file, or move the folder .revix away ` +
      'to go on with what the .vmx file says and a fresh guest without snapshots.',
  );
}

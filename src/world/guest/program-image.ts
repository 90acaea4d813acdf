import { contentOf, textOf } from './file-content.js';
import type { FileContent } from './guest-files.js';
import type { GuestFamily } from './guest-path.js';

/** First bytes of an executable, as real ones begin. */
const magic: Readonly<Record<GuestFamily, string>> = { posix: '\u007fELF', windows: 'MZ' };
const marker = '\u0000revix-program=';
const end = '\u0000';

/** Only so much of a file is looked at: images and first lines of scripts are short. */
const headSize = 512;

/** Content of a system executable. A copy of the file under another name behaves the same. */
export function programImage(family: GuestFamily, name: string): FileContent {
  return contentOf(magic[family] + marker + name + end);
}

/** What an executable file turns out to be. */
export type ProgramKind =
  /** Made by `programImage`: behaves as the program of this name. */
  | { readonly kind: 'image'; readonly name: string }
  /** A `#!` line names the interpreter; `argument` is the rest of that line, maybe empty. */
  | { readonly kind: 'script'; readonly interpreter: string; readonly argument: string }
  | { readonly kind: 'text' }
  | { readonly kind: 'binary' };

/** Looks at the first bytes of a file. */
export function programKind(family: GuestFamily, content: FileContent): ProgramKind {
  const head = textOf(contentOf(content.bytes().subarray(0, headSize)));
  const imageStart = magic[family] + marker;
  if (head.startsWith(imageStart)) {
    const stop = head.indexOf(end, imageStart.length);
    if (stop > 0) return { kind: 'image', name: head.slice(imageStart.length, stop) };
  }
  const [, interpreter, argument] = /^#![ \t]*([^\s]+)[ \t]*([^\r\n]*)/u.exec(head) ?? [];
  if (interpreter !== undefined) return { kind: 'script', interpreter, argument: (argument ?? '').trim() };
  return { kind: head.includes('\u0000') ? 'binary' : 'text' };
}

import type { ProgramContext } from '../../program.js';
import { findFiles, isPattern } from '../file-patterns.js';
import { decodeText } from '../text.js';
import { programPath } from './program-output.js';

/** Text that a filter reads. */
export interface TextInput {
  /** As the filter shows it; empty for standard input. */
  readonly name: string;
  readonly text: string;
}

/** The files that words name, patterns included; standard input where there is no word. */
export function* textInputs(
  context: ProgramContext,
  words: readonly string[],
  onMissing: (word: string) => void,
): Generator<TextInput> {
  if (words.length === 0) {
    yield { name: '', text: decodeText(context.stdin) };
    return;
  }
  for (const word of words) {
    const prefix = /^.*[\\/:]/s.exec(word)?.[0] ?? '';
    const found = findFiles(context.files, programPath(context, word)).filter(({ status }) => status.kind === 'file');
    if (found.length === 0) onMissing(word);
    for (const { path, status } of found) {
      const name = isPattern(word) ? prefix + status.name : word;
      yield { name, text: decodeText(context.files.read(path).bytes()) };
    }
  }
}

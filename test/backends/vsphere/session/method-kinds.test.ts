import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isChanging } from '../../../../src/backends/vsphere/session/method-kinds.js';
import { vimSchema } from '../../../../src/backends/vsphere/vim/vim-schema.js';

const backend = new URL('../../../../src/backends/vsphere/', import.meta.url);

/** Methods that the sources of a room name. */
function namedIn(room: string): string[] {
  const files = readdirSync(new URL(room, backend)).filter((file) => file.endsWith('.ts'));
  const source = files.map((file) => readFileSync(new URL(`${room}${file}`, backend), 'utf8')).join('\n');
  const words = [...source.matchAll(/'([A-Z]\w+)'/g)].map(([, word = '']) => word);
  return words.filter((word) => vimSchema.method(word) !== undefined);
}

/** Every method of the guest managers, whichever of them somebody calls. */
const ofGuest = vimSchema.methodNames().filter((name) => /Guest\w*Manager$/.test(vimSchema.method(name)?.owner ?? ''));

/** Those that only look, or hand out what a reader needs. */
const looking =
  /^(List|Read|Find|Retrieve|Continue|Cancel|Validate|Acquire|Release|CurrentTime|InitiateFileTransferFromGuest$|Create\w*View$|Destroy\w*View$)/;

it('every method that machines and guests are changed with counts as a change, and no other', () => {
  const called = [...new Set([...['vm/', 'guest/', 'inventory/', 'rest/'].flatMap(namedIn), ...ofGuest])].sort();
  expect(called.length).toBeGreaterThan(50);
  expect(called).toEqual(expect.arrayContaining(['AnswerVM', 'CreateScreenshot_Task', 'StartProgramInGuest']));
  const misplaced = called.filter((name) => isChanging(name) === looking.test(name));
  expect(misplaced).toEqual([]);
});

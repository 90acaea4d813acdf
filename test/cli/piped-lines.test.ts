import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { PipedLines } from '../../src/cli/piped-lines.js';

it('lines of a pipe come one at a time, in whatever pieces, until there are none', async () => {
  const pipe = new PassThrough();
  const lines = new PipedLines(pipe);
  const first = lines.next();
  pipe.write('on');
  pipe.write('e\r');
  pipe.write('\ntwo\n\nlast');
  pipe.end();
  expect([await first, await lines.next(), await lines.next(), await lines.next()]).toEqual(['one', 'two', '', 'last']);
  expect(await lines.next()).toBeUndefined();
  lines.close();
  expect(pipe.destroyed).toBe(true);
});

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';

// As it was built: a program loads it before anything that could load it otherwise.
const CachedBody = createRequire(import.meta.url)('../../dist/base/cached-body.cjs') as new (
  body: string,
  cacheFile: string,
  isTrusted: () => boolean,
  onReplaced: (error: Error) => void,
) => { readonly exports: { answer(): number }; readonly isCompiledAnew: boolean; keep(): void };

/** A program with something for V8 to keep. */
function program(): { start(this: void): InstanceType<typeof CachedBody>; readonly cachePath: string } {
  const folder = mkdtempSync(join(tmpdir(), 'revix-body-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const body = join(folder, 'body.cjs');
  writeFileSync(body, '/*abc1*/(function(exports){exports.answer=()=>[6].map((value)=>value*7)[0]})');
  const start = (): InstanceType<typeof CachedBody> =>
    new CachedBody(
      body,
      join(folder, 'kept'),
      () => true,
      () => undefined,
    );
  const first = start();
  expect(first.exports.answer()).toBe(42);
  first.keep();
  const [name = '', ...others] = readdirSync(folder).filter((entry) => entry !== 'body.cjs');
  expect(others).toEqual([]);
  return { start, cachePath: join(folder, name) };
}

it('what V8 has compiled is taken up again', () => {
  const { start } = program();
  expect(start()).toMatchObject({ isCompiledAnew: false });
  expect(start().exports.answer()).toBe(42);
});

it('what V8 has compiled is made anew where it is damaged in any way, and kept whole again', () => {
  const { start, cachePath } = program();
  const whole = readFileSync(cachePath);
  const flipped = fc
    .tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }))
    .map(([at, bits]) => whole.map((byte, index) => (index === at ? byte ^ bits : byte)));
  const cut = fc.nat(whole.length - 1).map((length) => whole.subarray(0, length));
  const emptied = fc.nat(whole.length - 1).map((from) => Buffer.from(whole).fill(0, from));
  const longer = fc.uint8Array({ minLength: 1, maxLength: 20 }).map((more) => Buffer.concat([whole, more]));
  fc.assert(
    fc.property(fc.oneof(flipped, cut, emptied, longer), (damaged) => {
      writeFileSync(cachePath, damaged);
      const body = start();
      expect([body.isCompiledAnew, body.exports.answer()]).toEqual([true, 42]);
    }),
  );
  start().keep();
  // How much of it V8 has compiled by then, and so how long the file is, is V8's own affair.
  expect(start().isCompiledAnew).toBe(false);
});

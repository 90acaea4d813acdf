import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { OutputChunk } from '../../src/doors/client/index.js';
import { backendNames, ClientRig } from '../doors/client/client-rig.js';

const piece = Buffer.alloc(1024 * 1024, 'a line of output\n');
/** 100 MiB where the whole proof runs. */
const pieces = 100;
const size = pieces * piece.length;

async function* pieceByPiece(): AsyncGenerator<Uint8Array> {
  for (let count = 0; count < pieces; count += 1) yield piece;
}

it.each(backendNames)('large output arrives whole, in pieces that fit into memory, over %s', async (name) => {
  const rig = await ClientRig.create(name);
  const guest = await rig.login(await rig.connect(), 'posix');
  const seen = createHash('sha256');
  const sizes: number[] = [];
  const onOutput = ({ bytes }: OutputChunk): void => {
    seen.update(bytes);
    sizes.push(bytes.byteLength);
  };
  const program = guest.run('/bin/sleep', ['500'], { onOutput, maxKeptBytes: 1000 });
  const { files } = await rig.inside('posix');
  const begun = async (): Promise<string | undefined> => {
    const [directory] = await rig.leftIn('posix');
    if (directory === undefined) return undefined;
    const hasOutput = (await files.list(directory, rig.call)).some((entry) => entry.name === 'stdout');
    return hasOutput ? directory : undefined;
  };
  let directory: string | undefined;
  for (let looks = 0; looks < 500 && directory === undefined; looks += 1) {
    await rig.moving(rig.clock.advance(10));
    directory = await begun();
  }
  // The programs of a mock guest may not print as much, so somebody else in the guest does it.
  await files.write(`${directory}/stdout`, { size, chunks: pieceByPiece() }, rig.call);
  const { isTruncated, stdoutBytes } = await rig.moving(program, 1000);
  expect({ isTruncated, kept: stdoutBytes.byteLength }).toEqual({ isTruncated: true, kept: 1000 });
  expect(sizes.reduce((sum, bytes) => sum + bytes, 0)).toBe(size);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(16 * 1024 * 1024);
  const whole = createHash('sha256');
  for (let count = 0; count < pieces; count += 1) whole.update(piece);
  expect(seen.digest('hex')).toBe(whole.digest('hex'));
  expect(await rig.leftIn('posix')).toEqual([]);
  await rig.close();
});

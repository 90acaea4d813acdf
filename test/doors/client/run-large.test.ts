import { createHash, randomBytes } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { standardPrograms } from '../../../src/backends/mock/index.js';
import type { OutputChunk } from '../../../src/doors/client/index.js';
import { backendNames, ClientRig } from './client-rig.js';

const size = 100 * 1024 * 1024;

it.each(backendNames)('guest.run passes on 100 MiB of bytes without a line end, over %s', async (backend) => {
  const limits = {
    programs: standardPrograms({ outputLimitBytes: 4 * size }),
    programLimits: { outputBytes: 4 * size },
  };
  const rig = await ClientRig.create(backend, limits);
  onTestFinished(() => rig.close());
  const guest = await rig.login(await rig.connect(), 'posix');
  const block = randomBytes(1024 * 1024);
  const content = Buffer.concat(Array.from({ length: size / block.length }, () => block));
  await rig.moving(guest.files.write('/tmp/large', content));
  const wanted = createHash('sha256').update(content).digest('hex');
  const seen = createHash('sha256');
  let chunks = 0;
  const onOutput = ({ bytes }: OutputChunk): void => {
    seen.update(bytes);
    chunks += 1;
  };
  const ended = await rig.moving(guest.run('/bin/cat', ['/tmp/large'], { onOutput, maxKeptBytes: 1024 }));
  expect(ended).toMatchObject({ exitCode: 0, isTruncated: true });
  expect(Buffer.from(ended.stdoutBytes)).toEqual(block.subarray(0, 1024));
  expect(seen.digest('hex')).toBe(wanted);
  expect(chunks).toBeGreaterThan(1);
  expect([await rig.running('posix'), await rig.leftIn('posix')]).toEqual([[], []]);
});

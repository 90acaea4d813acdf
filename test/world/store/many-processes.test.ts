import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { putDirectory } from './fake-files.js';
import { sampleVm, temporaryDirectory } from './sample-vm.js';
import { openGuestStore, runWorker } from './worker-process.js';

/** More of them run apart, in `npm run test:whole`. */
const isWhole = process.env['REVIX_WHOLE_PROOF'] !== undefined;
const processes = isWhole ? 20 : 6;
const rounds = isWhole ? 25 : 8;
const fewer = 5;

describe('many processes on one directory', () => {
  it('lose no update of a machine, nor of one another', async () => {
    const directory = temporaryDirectory();
    const store = await openGuestStore(directory);
    for (const id of ['shared', 'even', 'odd'])
      await store.create(sampleVm(id), [putDirectory('/'), putDirectory('/d')]);
    const ends = await Promise.all(
      Array.from({ length: processes }, (_none, index) =>
        runWorker(directory, [
          { op: 'count', vm: 'shared', times: rounds },
          { op: 'create', vm: `own-${index}` },
          { op: 'count', vm: index % 2 === 0 ? 'even' : 'odd', times: fewer },
        ]),
      ),
    );
    for (const end of ends) expect(end).toEqual({ acknowledged: 3, signal: null, code: 0, errors: '' });
    const counts = async (id: string) =>
      await store.read(id, ({ record, files }) => {
        const changes = [...files.contents()];
        const file = changes.find((change) => change.change === 'put' && change.path === '/d/count');
        const text = file?.change === 'put' ? Buffer.from(file.content?.bytes() ?? []).toString() : '';
        return [record.config['count'], text];
      });
    expect(await counts('shared')).toEqual([String(processes * rounds), String(processes * rounds)]);
    const half = Array.from({ length: 2 }, () => String((processes / 2) * fewer));
    expect(await counts('even')).toEqual(half);
    expect(await counts('odd')).toEqual(half);
    expect(await store.ids()).toHaveLength(3 + processes);
    await store.close();
    expect(readdirSync(join(directory, '.revix-locks'))).toEqual([]);
  }, 300_000);
});

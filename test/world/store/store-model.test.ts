import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/fault.js';
import { RealClock } from '../../../src/base/clock.js';
import { openDirectoryStore } from '../../../src/world/store/directory-store.js';
import { scratchRoot } from '../../fixtures/scratch-root.js';
import { FakeFiles, putDirectory, putFile } from './fake-files.js';
import { type Hands, perform } from './operations.mjs';
import { failureOf, sampleVm } from './sample-vm.js';
import { type Model, after, contentsOf, newVmFiles, operations } from './store-model.js';

const hands: Hands<FakeFiles> = {
  newVm: (id) => sampleVm(id),
  newFiles: () => [putDirectory('/d'), ...Object.entries(newVmFiles).map(([path, text]) => putFile(path, text))],
  open: (files) => files,
};

describe('two stores on one directory', () => {
  it('behave like one model, whoever does what', async () => {
    const steps = fc.array(fc.record({ byFirst: fc.boolean(), isReopened: fc.boolean(), operation: operations }), {
      maxLength: 25,
      size: 'max',
    });
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const directory = mkdtempSync(join(scratchRoot, 'revix-model-'));
        const open = () =>
          openDirectoryStore(directory, { clock: new RealClock(), createFiles: () => new FakeFiles() });
        const first = await open();
        let second = await open();
        let model: Model = {};
        const refused: unknown[] = [];
        try {
          for (const { byFirst, isReopened, operation } of script) {
            const next = after(model, operation);
            const attempt = perform(byFirst ? first : second, operation, hands);
            if (next === undefined) refused.push(await failureOf(attempt));
            else await attempt;
            model = next ?? model;
            if (isReopened) {
              await second.close();
              second = await open();
            }
            expect(await contentsOf(byFirst ? second : first)).toEqual(model);
          }
          expect(await contentsOf(await open())).toEqual(model);
          expect(refused.filter((error) => !(error instanceof Fault))).toEqual([]);
        } finally {
          await first.close();
          await second.close();
          rmSync(directory, { recursive: true, force: true });
        }
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it('do operations at the same time without losing one', async () => {
    const directory = mkdtempSync(join(scratchRoot, 'revix-model-'));
    const open = () => openDirectoryStore(directory, { clock: new RealClock(), createFiles: () => new FakeFiles() });
    const stores = [await open(), await open(), await open()];
    try {
      await stores[0]?.create({ ...sampleVm('a'), memoryMb: 0 }, []);
      const work = stores.flatMap((store, index) =>
        Array.from({ length: 15 }, async (_none, round) => {
          await store.update('a', async ({ record, files }) => {
            const seen = record.memoryMb;
            await Promise.resolve();
            record.memoryMb = seen + 1;
            files.write(`/${index}-${round}`, String(seen));
          });
        }),
      );
      await Promise.all(work);
      for (const store of stores) {
        const seen = await store.read('a', ({ record, files }) => [record.memoryMb, Object.values(files.tree())]);
        expect(seen[0]).toBe(45);
        expect(new Set(Object.values(seen[1] ?? [])).size).toBe(45);
      }
    } finally {
      for (const store of stores) await store.close();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

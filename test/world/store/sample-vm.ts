import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { RealClock } from '../../../src/base/clock.js';
import { type DirectoryStoreOptions, openDirectoryStore } from '../../../src/world/store/directory-store.js';
import { VmxDocument } from '../../../src/world/store/vmx-file.js';
import { recordFromVmx } from '../../../src/world/store/vmx-record.js';
import type { VmRecord } from '../../../src/world/vm/vm-record.js';
import type { VmStore } from '../../../src/world/vm/vm-store.js';
import { scratchRoot } from '../../fixtures/scratch-root.js';
import { FakeFiles } from './fake-files.js';

/** A machine with plain values. */
export function sampleVm(id: string, location = `[ds1] ${id}/${id}.vmx`, datacenter = 'DC0'): VmRecord {
  return recordFromVmx(VmxDocument.empty(), { id, location, datacenter, fileName: 'sample.vmx' });
}

/** What a promise rejects with. */
export async function failureOf(outcome: Promise<unknown>): Promise<unknown> {
  return await outcome.then(
    (value) => new Error(`resolved with ${String(value)}`),
    (error: unknown) => error,
  );
}

/** A new empty directory that is removed after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(scratchRoot, 'revix-store-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A store over `FakeFiles` that is closed after the test. */
export async function openStore(
  directory: string,
  options: Partial<DirectoryStoreOptions<FakeFiles>> = {},
): Promise<VmStore<FakeFiles>> {
  const store = await openDirectoryStore(directory, {
    clock: new RealClock(),
    createFiles: () => new FakeFiles(),
    ...options,
  });
  onTestFinished(() => store.close());
  return store;
}

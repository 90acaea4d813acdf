import fs, { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createVix } from '../../src/compose/create-vix.js';
import { createMockBackend } from '../../src/backends/mock/index.js';
import type { TraceEvent } from '../../src/base/timeline.js';
import { VIX_SERVICEPROVIDER_DEFAULT } from '../../src/vix/names.js';
import { finish, spansOf } from './trace-rig.js';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'revix-trace-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** What the format asks of a reader: an array whose end may be missing. */
function eventsIn(file: string): readonly TraceEvent[] {
  return JSON.parse(`${readFileSync(file, 'utf8').replace(/,\s*$/, '')}]`) as TraceEvent[];
}

const connect = [-1, VIX_SERVICEPROVIDER_DEFAULT, null, 0, null, null, 0, 0, null, null] as const;

it('writes two sets of functions at once, and later ones, into one file', async () => {
  const directory = folder();
  const file = join(directory, 'trace.json');
  const make = () => createVix({ backends: [createMockBackend()], config: {}, trace: file });
  const [one, other] = [make(), make()];
  await Promise.all([one, other].map(async (vix) => finish(vix, vix.VixHost_Connect(...connect))));
  await Promise.all([one.Revix_Close(), other.Revix_Close()]);
  const later = make();
  await finish(later, later.VixHost_Connect(...connect));
  await later.Revix_Close();

  expect(readdirSync(directory)).toEqual(['trace.json']);
  const spans = spansOf(eventsIn(file));
  const jobs = spans.filter(({ name }) => name === 'VixHost_Connect');
  expect(jobs.map(({ args }) => args['error'])).toEqual(['VIX_OK', 'VIX_OK', 'VIX_OK']);
  expect(new Set(jobs.map(({ row }) => row)).size).toBe(3);
});

it('names the file that cannot be written, and what to do', () => {
  const file = join(folder(), 'no such folder', 'trace.json');
  expect(() => createVix({ trace: file })).toThrow(/trace cannot be written to .*no such folder.*ENOENT.*another file/);
});

it('goes on without a trace, and says so once, when the disk is full', async () => {
  const file = join(folder(), 'trace.json');
  const vix = createVix({ backends: [createMockBackend()], config: {}, trace: file });
  const told: string[] = [];
  vix.Revix_OnDiagnostic(({ error }) => told.push(String(error)));
  const { writeSync } = fs;
  fs.writeSync = () => {
    throw new Error('ENOSPC: no space left on device');
  };
  syncBuiltinESMExports();
  try {
    expect((await finish(vix, vix.VixHost_Connect(...connect))).error).toBe(0);
  } finally {
    fs.writeSync = writeSync;
    syncBuiltinESMExports();
  }
  await vix.Revix_Close();
  expect(told).toEqual(['Error: ENOSPC: no space left on device']);
});

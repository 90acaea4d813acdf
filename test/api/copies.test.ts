import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { sizedBytes } from '../../src/guest/sized-content.js';
import {
  VIX_E_CANCELLED,
  VIX_E_FILE_ERROR,
  VIX_E_FILE_NAME_INVALID,
  VIX_E_FILE_NOT_FOUND,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_EVENTTYPE_JOB_PROGRESS,
  VIX_OK,
  VIX_PROPERTY_NONE,
} from '../../src/vix/names.js';
import type { VixCallback } from '../../src/api/start-job.js';
import type { VixHandle } from '../../src/vix/types.js';
import { Stage } from '../fixtures/vix-catalogue.js';

let here = '';

beforeEach(() => {
  here = mkdtempSync(join(tmpdir(), 'revix-copies-'));
});

afterEach(() => rmSync(here, { recursive: true, force: true }));

function fromGuest(stage: Stage, from: string, to: string, callback: VixCallback = null): VixHandle {
  return stage.vix.VixVM_CopyFileFromGuestToHost(stage.vm as VixHandle, from, to, 0, 0, callback, null);
}

describe('VixVM_CopyFileFromGuestToHost', () => {
  // A backslash is a part of a name where it parts no folders.
  const backslashed = process.platform === 'win32' ? ['..\\evil'] : [];

  it.each(['..', '../evil', '/etc/evil', ...backslashed, 'a/../../evil', '', 'a\0b'])(
    'does not follow a guest that names a file %j',
    async (name) => {
      const stage = await Stage.make();
      mkdirSync(join(here, 'inner'));
      writeFileSync(join(here, 'evil'), 'mine');
      stage.control.once('files.list', () => [{ name, kind: 'file', size: 1, modified: new Date(0) }]);
      stage.control.always('files.read', () => sizedBytes(Buffer.from('x')));
      const job = fromGuest(stage, '/home', join(here, 'inner', 'target'));
      expect(await stage.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_E_FILE_NAME_INVALID);
      expect(stage.vix.Revix_GetJobMessage(job)).toContain(JSON.stringify(name));
      expect([readdirSync(here).sort(), readdirSync(join(here, 'inner', 'target'))]).toEqual([['evil', 'inner'], []]);
      expect(readFileSync(join(here, 'evil'), 'utf8')).toBe('mine');
      expect(stage.control.of('files.read')).toEqual([]);
    },
  );

  it('keeps the old file when the content is cut short, or the host goes', async () => {
    const stage = await Stage.make();
    const target = join(here, 'a.txt');
    writeFileSync(target, 'old');
    stage.control.once('files.read', () => ({ ...sizedBytes(Buffer.from('al')), size: 5 }));
    expect(await stage.finish(fromGuest(stage, '/home/a.txt', target))).toBe(VIX_E_FILE_ERROR);
    stage.control.once('files.read', 'pending');
    const job = fromGuest(stage, '/home/a.txt', target);
    await stage.control.reached('files.read');
    while (stage.control.running.length === 0) await stage.clock.advance(1);
    stage.vix.VixHost_Disconnect(stage.host as VixHandle);
    expect(await stage.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_E_CANCELLED);
    while (readdirSync(here).length > 1) await stage.clock.advance(1);
    expect([readdirSync(here), readFileSync(target, 'utf8')]).toEqual([['a.txt'], 'old']);
  });

  it('reports progress, then the end', async () => {
    const stage = await Stage.make();
    const types: number[] = [];
    const job = fromGuest(stage, '/home/a.txt', join(here, 'a.txt'), (_, type) => types.push(type));
    expect(await stage.finish(job)).toBe(VIX_OK);
    expect(types).toEqual([VIX_EVENTTYPE_JOB_PROGRESS, VIX_EVENTTYPE_JOB_COMPLETED]);
    expect(readFileSync(join(here, 'a.txt'), 'utf8')).toBe('alpha');
  });
});

describe('VixVM_CopyFileFromHostToGuest', () => {
  it('copies a tree there and back without a change', async () => {
    const stage = await Stage.make();
    const source = join(here, 'source');
    mkdirSync(join(source, 'sub'), { recursive: true });
    writeFileSync(join(source, 'one'), '1');
    writeFileSync(join(source, 'sub', 'zwei ü'), Buffer.from([0, 255, 10, 13]));
    const { vix } = stage;
    const there = vix.VixVM_CopyFileFromHostToGuest(stage.vm as VixHandle, source, '/tree', 0, 0, null, null);
    expect(await stage.finish(there)).toBe(VIX_OK);
    const copy = join(here, 'copy');
    expect(await stage.finish(fromGuest(stage, '/tree', copy))).toBe(VIX_OK);
    const names = (folder: string): Set<unknown> => new Set(readdirSync(folder, { recursive: true }).map(String));
    expect(names(copy)).toEqual(names(source));
    expect(readFileSync(join(copy, 'sub', 'zwei ü'))).toEqual(Buffer.from([0, 255, 10, 13]));
  });

  it.each(['has taken back half a file', 'never answers'])(
    'keeps a connection that ends until the backend %s, for half a minute at most',
    async (name) => {
      const stage = await Stage.make();
      const source = join(here, 'source');
      writeFileSync(source, 'alpha');
      stage.control.once('files.write', 'deaf');
      const job = stage.vix.VixVM_CopyFileFromHostToGuest(stage.vm as VixHandle, source, '/a', 0, 0, null, null);
      const writing = await stage.control.reached('files.write');
      stage.vix.VixHost_Disconnect(stage.host as VixHandle);
      expect(await stage.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_E_CANCELLED);
      await settle();
      expect([writing.signal.aborted, stage.backend.link.closed]).toEqual([true, 0]);
      if (name === 'never answers') await stage.clock.advance(30_000);
      else writing.fail(new Error('taken back'));
      await stage.vix.Revix_Close();
      expect(stage.backend.link.closed).toBe(1);
    },
  );

  it('names a file of this machine that is missing', async () => {
    const stage = await Stage.make();
    const path = join(here, 'none');
    const job = stage.vix.VixVM_CopyFileFromHostToGuest(stage.vm as VixHandle, path, '/a', 0, 0, null, null);
    expect(await stage.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_E_FILE_NOT_FOUND);
    expect(stage.vix.Revix_GetJobMessage(job)).toContain(path);
  });
});

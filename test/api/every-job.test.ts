import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { Fault } from '../../src/base/fault.js';
import { functions } from '../../src/vix/functions.js';
import {
  VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED,
  VIX_E_CANCELLED,
  VIX_E_HOST_CONNECTION_LOST,
  VIX_E_INVALID_HANDLE,
  VIX_E_NOT_SUPPORTED,
  VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE,
  VIX_E_OBJECT_IS_BUSY,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_OK,
  VIX_PROPERTY_NONE,
} from '../../src/vix/names.js';
import { properties } from '../../src/vix/properties.js';
import type { VixHandle, VixPropertyID } from '../../src/vix/types.js';
import { jobCaseList, jobCases, Stage, type JobCase } from '../fixtures/vix-catalogue.js';

let directory = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'revix-api-'));
  writeFileSync(join(directory, 'a.txt'), 'from the host');
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function newStage(): Promise<Stage> {
  const stage = await Stage.make();
  stage.hostFile = join(directory, 'a.txt');
  return stage;
}

/** Kind of the handle that a function works on: its first parameter. */
function firstKind(name: keyof typeof functions): string {
  return Object.values(functions[name].params)[0] ?? '';
}

const onHandles = jobCaseList.filter(([name]) => firstKind(name) === 'host' || firstKind(name) === 'vm');
const withOperation = jobCaseList.flatMap(([name, item]): [keyof typeof functions, JobCase, string][] =>
  item.operation === undefined ? [] : [[name, item, item.operation]],
);

describe('the catalogue', () => {
  it('has every function that starts a job', () => {
    const starters = Object.entries(functions).filter(([, row]) => row.call === 'job');
    expect(Object.keys(jobCases).sort()).toEqual(starters.map(([name]) => name).sort());
    expect(Object.keys(functions)).toHaveLength(73);
  });

  it('agrees with the API on the number of parameters', async () => {
    const { vix } = await newStage();
    const counts = Object.entries(functions).map(([name, { params }]) => {
      const varargs = Object.values(params).filter((kind) => kind === 'propertyCells' || kind === 'propertyValues');
      return [name, Object.keys(params).length - varargs.length];
    });
    expect(Object.keys(functions).map((name) => [name, vix[name as keyof typeof functions].length])).toEqual(counts);
  });
});

describe('every function that starts a job', () => {
  it.each(jobCaseList)('%s succeeds, with its result properties', async (name, item) => {
    const stage = await newStage();
    const before = stage.live;
    const job = stage.start(name, item);
    expect(stage.vix.Vix_GetHandleType(job)).toBe(6);
    expect(await stage.settleJob(job), stage.vix.Revix_GetJobMessage(job)).toBe(VIX_OK);
    const row = functions[name];
    for (const property of 'results' in row ? row.results : []) {
      const { id, type } = properties[property];
      const cells = type === 'blob' ? [{ value: undefined }, { value: undefined }] : [{ value: undefined }];
      expect(stage.call('VixJob_GetNthProperties', [job, 0, id, ...cells, 0]), property).toBe(VIX_OK);
      expect(cells.map((cell) => cell.value)).not.toContain(undefined);
      if (type === 'handle') stage.call('Vix_ReleaseHandle', [cells[0]?.value]);
      expect(stage.vix.VixJob_GetNumProperties(job, id as VixPropertyID)).toBeGreaterThan(0);
    }
    stage.vix.Vix_ReleaseHandle(job);
    await settle();
    expect(stage.vix.Revix_DumpHandles().filter((line) => line.kind === 'job')).toEqual([]);
    expect(stage.live).toBe(before);
    expect([undefined, ...stage.control.operations]).toContain(item.operation);
    expect([stage.control.running, stage.diagnostics]).toEqual([[], []]);
  });

  it.each(jobCaseList)('%s tells its callback of the end once, with the client data', async (name, item) => {
    const stage = await newStage();
    const seen: unknown[] = [];
    const args = [...item.args(stage), (...event: unknown[]) => seen.push(event), 0];
    const job = stage.call(name, args) as VixHandle;
    expect(seen).toEqual([]);
    expect(await stage.settleJob(job)).toBe(VIX_OK);
    const ends = seen.filter((event) => Array.isArray(event) && event[1] === VIX_EVENTTYPE_JOB_COMPLETED);
    expect(ends).toEqual([[job, VIX_EVENTTYPE_JOB_COMPLETED, 0, 0]]);
    expect(seen.at(-1)).toEqual(ends[0]);
  });

  it.each(withOperation)('%s ends with the code of what the backend throws', async (name, item, operation) => {
    const stage = await newStage();
    stage.control.once(operation, new Fault('busy', 'somebody else is at it'));
    const before = stage.live;
    const job = stage.start(name, item);
    expect(await stage.settleJob(job)).toBe(VIX_E_OBJECT_IS_BUSY);
    expect(stage.vix.Revix_GetJobMessage(job)).toContain('somebody else is at it');
    expect(stage.vix.Revix_GetJobMessage(job).startsWith(`${name} on `)).toBe(true);
    stage.vix.Vix_ReleaseHandle(job);
    expect(stage.live).toBe(before);
  });

  it.each(withOperation)('%s is cancelled when its host is disconnected', async (name, item, operation) => {
    const stage = await newStage();
    stage.control.once(operation, 'pending');
    const job = stage.start(name, item);
    while (stage.control.running.length === 0) await settle();
    const pending = stage.control.last(operation);
    expect(pending.state).toBe('running');
    const waiting = stage.settleJob(job);
    if (name === 'VixHost_Connect') await stage.vix.Revix_Close();
    else stage.vix.VixHost_Disconnect(stage.host as VixHandle);
    expect(await waiting).toBe(VIX_E_CANCELLED);
    await settle();
    expect([pending.state, pending.signal.aborted]).toEqual(['aborted', true]);
    expect(stage.live).toBe(0);
  });

  it.each(onHandles.filter(([, { operation }]) => operation !== undefined))(
    '%s ends with 36 when the connection is lost',
    async (name, item) => {
      const stage = await newStage();
      const operation = item.operation ?? '';
      stage.control.once(operation, 'pending');
      const job = stage.start(name, item);
      while (stage.control.running.length === 0) await settle();
      stage.backend.link.lose();
      expect(await stage.settleJob(job)).toBe(VIX_E_HOST_CONNECTION_LOST);
      expect(stage.vix.Revix_GetJobMessage(job)).toMatch(/Fake host was lost: the cable was pulled/);
      expect(stage.control.last(operation).signal.aborted).toBe(true);
    },
  );

  it.each(jobCaseList.filter(([, { capability }]) => capability !== undefined))(
    '%s is not supported without its capability, and says so at once',
    async (name, item) => {
      const stage = await newStage();
      if (item.capability !== undefined) stage.backend.capabilities.delete(item.capability);
      stage.control.always('power.reset', 'pending');
      const blocking = stage.vix.VixVM_Reset(stage.vm as VixHandle, 0, null, null);
      await settle();
      const asked = stage.control.calls.length;
      const job = stage.start(name, item);
      const error = await stage.vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
      expect(error).toBe(VIX_E_NOT_SUPPORTED);
      expect(stage.vix.Revix_GetJobMessage(job)).toContain('Fake host does not offer this');
      expect(stage.control.calls).toHaveLength(asked);
      expect(stage.vix.VixJob_GetError(blocking)).not.toBe(VIX_OK);
    },
  );

  it.each(onHandles)('%s answers a bad handle through the job', async (name, item) => {
    const stage = await newStage();
    const wrongKind = firstKind(name) === 'host' ? stage.vm : stage.host;
    const before = stage.live;
    const asked = stage.control.calls.length;
    const bad: [unknown, number][] = [
      [0, VIX_E_INVALID_HANDLE],
      [-1, VIX_E_INVALID_HANDLE],
      [999_999, VIX_E_INVALID_HANDLE],
      [Number.NaN, VIX_E_INVALID_HANDLE],
      [undefined, VIX_E_INVALID_HANDLE],
      [null, VIX_E_INVALID_HANDLE],
      [String(stage.vm), VIX_E_INVALID_HANDLE],
      [{}, VIX_E_INVALID_HANDLE],
      [wrongKind, VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE],
      [stage.snapshot, VIX_E_NOT_SUPPORTED_ON_HANDLE_TYPE],
    ];
    for (const [handle, expected] of bad) {
      const seen: unknown[] = [];
      const args = [handle, ...item.args(stage).slice(1), (_: unknown, type: unknown) => seen.push(type), null];
      const job = stage.call(name, args) as VixHandle;
      expect(job).toBeGreaterThan(0);
      expect(seen).toEqual([]);
      expect(await stage.vix.VixJob_Wait(job, VIX_PROPERTY_NONE), String(handle)).toBe(expected);
      expect(seen).toEqual([VIX_EVENTTYPE_JOB_COMPLETED]);
      stage.vix.Vix_ReleaseHandle(job);
    }
    expect([stage.live, stage.control.calls.length]).toEqual([before, asked]);
  });

  it.each(jobCaseList.filter(([name]) => 'guestLogin' in functions[name] && name.includes('InGuest')))(
    '%s needs a guest login',
    async (name, item) => {
      const stage = await newStage();
      await stage.finish(stage.vix.VixVM_LogoutFromGuest(stage.vm as VixHandle, null, null));
      const job = stage.start(name, item);
      expect(await stage.settleJob(job)).toBe(VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED);
      expect(stage.vix.Revix_GetJobMessage(job)).toContain('VixVM_LoginInGuest');
    },
  );
});

import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type DiagnosticEvent,
  type SyncVix,
  type VixHandle,
  VIX_E_CANCELLED,
  VIX_E_UNFINISHED_JOB,
  VIX_EVENTTYPE_FIND_ITEM,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_EVENTTYPE_JOB_PROGRESS,
  VIX_FIND_REGISTERED_VMS,
  VIX_HOSTOPTION_USE_EVENT_PUMP,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  Vix_Out,
} from '../../../dist/doors/sync/index.js';
import { connect, fakeVix, startConnect, until, vixOfFile } from './fake-vix.js';

const sharedVix = vixOfFile();

const names = new Map([
  [VIX_EVENTTYPE_FIND_ITEM, 'item'],
  [VIX_EVENTTYPE_JOB_PROGRESS, 'progress'],
  [VIX_EVENTTYPE_JOB_COMPLETED, 'completed'],
]);

function findItems(vix: SyncVix, host: VixHandle, callback: (type: string, info: VixHandle) => void): VixHandle {
  return vix.VixHost_FindItems(
    host,
    VIX_FIND_REGISTERED_VMS,
    VIX_INVALID_HANDLE,
    -1,
    (_job: VixHandle, type: number, info: VixHandle) => callback(names.get(type) ?? '?', info),
    null,
  );
}

function location(vix: SyncVix, info: VixHandle): string {
  const cell = Vix_Out<string>();
  const error = vix.Vix_GetProperties(info, VIX_PROPERTY_FOUND_ITEM_LOCATION, cell, VIX_PROPERTY_NONE);
  return error === VIX_OK ? cell.value : `error ${error}`;
}

const found = ['item /vms/a.vmx', 'item /vms/ä 日本 🐧.vmx', 'item /vms/c.vmx', 'completed'];

describe('callbacks inside a blocking wait', () => {
  it('all run before the wait returns, the completion last, and can read what the event tells', () => {
    const vix = sharedVix();
    const seen: string[] = [];
    const job = findItems(vix, connect(vix), (type, info) => {
      seen.push(type === 'item' ? `item ${location(vix, info)}` : type);
    });
    expect(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(seen).toEqual(found);
  });

  it('get the job, the client data as it is, and run on the thread of the program', () => {
    const vix = sharedVix();
    const clientData = { uncloneable: () => 1 };
    const calls: unknown[][] = [];
    const job = startConnect(vix, 'slow', (...args: unknown[]) => calls.push(args), clientData);
    vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
    const progress = [job, VIX_EVENTTYPE_JOB_PROGRESS, VIX_INVALID_HANDLE, clientData];
    expect(calls).toEqual([
      progress,
      progress,
      progress,
      [job, VIX_EVENTTYPE_JOB_COMPLETED, VIX_INVALID_HANDLE, clientData],
    ]);
    expect(calls[0]?.[3]).toBe(clientData);
  });

  it('run for every job of the engine, whichever is waited for', () => {
    const vix = sharedVix();
    const seen: string[] = [];
    startConnect(vix, 'slow', (_job, type) => seen.push(`other ${names.get(type)}`));
    const job = startConnect(vix, 'gate');
    startConnect(vix, 'slow', (_job, type) => {
      if (type === VIX_EVENTTYPE_JOB_COMPLETED) startConnect(vix, 'open-gate');
    });
    expect(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(seen).toEqual(['other progress', 'other progress', 'other progress', 'other completed']);
  });

  it('never run inside the call that starts the job', async () => {
    const vix = sharedVix();
    const host = connect(vix);
    let isStarting = true;
    const early: string[] = [];
    const seen: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      findItems(vix, host, (type) => (isStarting ? early : seen).push(type));
      vix.Vix_GetHandleType(host);
    }
    isStarting = false;
    await until(() => seen.length === 80);
    expect(early).toEqual([]);
  });

  it('run inside VixJob_CheckCompletion, so that a program that polls sees the end', () => {
    const vix = sharedVix();
    const seen: string[] = [];
    const job = findItems(vix, connect(vix), (type) => seen.push(type));
    const isDone = Vix_Out(false);
    while (!isDone.value) vix.VixJob_CheckCompletion(job, isDone);
    expect(seen).toEqual(['item', 'item', 'item', 'completed']);
  });

  it('see their job complete, with its results, in the completion', () => {
    const vix = fakeVix();
    const code = Vix_Out(-1);
    const host = Vix_Out<VixHandle>();
    const job = startConnect(vix, 'plain', (handle) => {
      vix.Vix_GetProperties(
        handle,
        VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
        code,
        VIX_PROPERTY_JOB_RESULT_HANDLE,
        host,
        VIX_PROPERTY_NONE,
      );
    });
    vix.Vix_ReleaseHandle(job);
    while (code.value === -1) vix.Vix_PumpEvents(VIX_INVALID_HANDLE, 0);
    expect(code.value).toBe(VIX_OK);
    expect(vix.Revix_DumpHandles()).toMatchObject([{ handle: host.value, kind: 'host', refs: 1 }]);
  });
});

describe('blocking calls inside a callback', () => {
  it('work, also several deep', () => {
    const vix = sharedVix();
    const host = connect(vix);
    const seen: string[] = [];
    const outer = findItems(vix, host, (type) => {
      seen.push(`outer ${type}`);
      if (type !== 'item' || seen.length > 1) return;
      const inner = findItems(vix, host, (innerType) => {
        seen.push(`inner ${innerType}`);
        if (innerType === 'completed') connect(vix, 'slow');
      });
      expect(vix.VixJob_Wait(inner, VIX_PROPERTY_NONE)).toBe(VIX_OK);
      seen.push('inner waited');
    });
    expect(vix.VixJob_Wait(outer, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(seen).toEqual([
      'outer item',
      'inner item',
      'inner item',
      'inner item',
      'inner completed',
      'inner waited',
      'outer item',
      'outer item',
      'outer completed',
    ]);
  });

  it('refuse to wait for the job that the callback holds up, and wait for it in its completion', () => {
    const vix = sharedVix();
    const errors: number[] = [];
    const job = findItems(vix, connect(vix), () => errors.push(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)));
    expect(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(errors).toEqual([VIX_E_UNFINISHED_JOB, VIX_E_UNFINISHED_JOB, VIX_E_UNFINISHED_JOB, VIX_OK]);
  });

  it('may pump and may close the engine', () => {
    const vix = fakeVix();
    const seen: string[] = [];
    const job = findItems(vix, connect(vix), (type) => {
      seen.push(type);
      vix.Vix_PumpEvents(VIX_INVALID_HANDLE, 0);
      if (seen.length === 2) vix.Revix_Close();
    });
    expect(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).not.toBe(VIX_OK);
    expect(seen).toEqual(['item', 'item', 'completed']);
  });
});

describe('callbacks outside of waits', () => {
  it('run on a later turn of the event loop when the program does not block', async () => {
    const vix = sharedVix();
    const seen: string[] = [];
    findItems(vix, connect(vix), (type, info) => {
      seen.push(type === 'item' ? `item ${location(vix, info)}` : type);
    });
    expect(seen).toEqual([]);
    await until(() => seen.includes('completed'));
    expect(seen).toEqual(found);
  });

  it('run inside Vix_PumpEvents, and only there for a connection in event-pump mode', async () => {
    const vix = sharedVix();
    const host = connect(vix, 'plain', VIX_HOSTOPTION_USE_EVENT_PUMP);
    const seen: string[] = [];
    const job = findItems(vix, host, (type) => seen.push(type));
    // Work that goes through the same engine, and takes longer than the search.
    let isOtherDone = false;
    startConnect(vix, 'slow', (_job, type) => {
      isOtherDone = type === VIX_EVENTTYPE_JOB_COMPLETED;
    });
    await until(() => isOtherDone);
    expect(seen).toEqual([]);
    while (vix.VixJob_GetError(job) === VIX_E_UNFINISHED_JOB) vix.Vix_PumpEvents(host, 0);
    expect(seen).toEqual(['item', 'item', 'item', 'completed']);
  });

  it('run for the jobs that Revix_Close cancels, before it returns', () => {
    const vix = fakeVix();
    const seen: string[] = [];
    const error = Vix_Out(-1);
    startConnect(vix, 'never', (job, type) => {
      vix.Vix_GetProperties(job, VIX_PROPERTY_JOB_RESULT_ERROR_CODE, error, VIX_PROPERTY_NONE);
      seen.push(names.get(type) ?? '?');
    });
    vix.Revix_Close();
    expect(seen).toEqual(['completed']);
    expect(error.value).toBe(VIX_E_CANCELLED);
  });
});

describe('callbacks that fail', () => {
  it('are reported and harm nothing, whether they throw or reject', async () => {
    const vix = fakeVix();
    const events: DiagnosticEvent[] = [];
    vix.Revix_OnDiagnostic((event) => events.push(event));
    const thrown = new Error('thrown');
    const rejected = new Error('rejected');
    const job = findItems(vix, connect(vix), () => {
      throw thrown;
    });
    expect(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(events).toEqual(Array.from({ length: 4 }, () => ({ kind: 'callback-failed', error: thrown, job })));
    const foreign = (): unknown => runInNewContext('Promise.reject(rejected)', { rejected });
    for (const [at, outcome] of [() => Promise.reject(rejected), foreign].entries()) {
      const other = startConnect(vix, 'plain', outcome);
      expect(vix.VixJob_Wait(other, VIX_PROPERTY_NONE)).toBe(VIX_OK);
      await until(() => events.length === 5 + at);
      expect(events[4 + at]).toEqual({ kind: 'callback-failed', error: rejected, job: other });
    }
  });

  it('are a warning of the process when nobody listens', async () => {
    const vix = fakeVix();
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    const job = startConnect(vix, 'plain', () => {
      throw new Error('thrown');
    });
    expect(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    await until(() => warnings.length > 0);
    expect(warnings).toMatchObject([{ name: 'RevixWarning', message: 'a callback failed: Error: thrown' }]);
  });

  it('may be async: the wait does not wait for their end', async () => {
    const vix = sharedVix();
    const seen: string[] = [];
    const job = startConnect(vix, 'plain', async () => {
      seen.push('begun');
      await Promise.resolve();
      seen.push('ended');
    });
    vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
    seen.push('waited');
    await until(() => seen.includes('ended'));
    expect(seen).toEqual(['begun', 'waited', 'ended']);
  });

  it('of the engine itself are reported as well', () => {
    const vix = fakeVix();
    const events: DiagnosticEvent[] = [];
    vix.Revix_OnDiagnostic((event) => events.push(event));
    vix.VixHost_Disconnect(connect(vix, 'fails-to-close'));
    vix.Revix_Close();
    expect(events).toMatchObject([{ kind: 'background-failed', error: { message: 'logout refused' }, job: null }]);
  });
});

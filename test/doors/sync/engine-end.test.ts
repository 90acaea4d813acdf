import { describe, expect, it } from 'vitest';
import {
  type DiagnosticEvent,
  type SyncVix,
  type VixHandle,
  VIX_E_HOST_CONNECTION_LOST,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
  VIX_PROPERTY_NONE,
  Vix_Out,
} from '../../../dist/doors/sync/index.js';
import { connect, fakeVix, startConnect, until } from './fake-vix.js';

/** How an engine may end, by the host that makes it end, and what the program is told. */
const ends = [
  { host: 'exit', options: {}, message: /ended unexpectedly with code 3/ },
  { host: 'throw-later', options: {}, message: /a socket broke/ },
  { host: 'loop', options: { engineTimeoutMs: 1000 }, message: /no sign of life for 1 s/ },
];

function diagnosed(vix: SyncVix): DiagnosticEvent[] {
  const events: DiagnosticEvent[] = [];
  vix.Revix_OnDiagnostic((event) => events.push(event));
  return events;
}

describe.each(ends)('an engine that ends by "$host"', ({ host, options, message }) => {
  it('ends the wait with an error and a message that says why', () => {
    const vix = fakeVix(options);
    const events = diagnosed(vix);
    const other = startConnect(vix, 'never');
    const job = startConnect(vix, host);
    expect(vix.VixJob_Wait(other, VIX_PROPERTY_NONE)).toBe(VIX_E_HOST_CONNECTION_LOST);
    expect(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_E_HOST_CONNECTION_LOST);
    expect(vix.Revix_GetJobMessage(job)).toMatch(message);
    expect(events).toMatchObject([{ kind: 'background-failed', job: null }]);
    expect(events[0]?.error).toHaveProperty('message', expect.stringMatching(message));
  });

  it('completes the jobs that it leaves, before the wait returns', () => {
    const vix = fakeVix(options);
    const seen: unknown[] = [];
    const code = Vix_Out<number>();
    const job = startConnect(
      vix,
      'never',
      (handle, type, _info, clientData) => {
        seen.push([handle, type, clientData]);
        seen.push(vix.Vix_GetProperties(handle, VIX_PROPERTY_JOB_RESULT_ERROR_CODE, code, VIX_PROPERTY_NONE));
      },
      'data',
    );
    startConnect(vix, host);
    vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
    expect(seen).toEqual([[job, VIX_EVENTTYPE_JOB_COMPLETED, 'data'], VIX_E_HOST_CONNECTION_LOST]);
  });

  it('is noticed by a program that waits for a callback in its event loop', async () => {
    const vix = fakeVix(options);
    const types: number[] = [];
    startConnect(vix, 'never', (_job, type) => types.push(type));
    startConnect(vix, host);
    await until(() => types.length > 0);
    expect(types).toEqual([VIX_EVENTTYPE_JOB_COMPLETED]);
    expect(vix.VixJob_GetError(1 as VixHandle)).toBe(VIX_E_HOST_CONNECTION_LOST);
  });
});

describe('calls to an engine that has ended', () => {
  it('answer at once, each with an error of its kind', () => {
    const vix = fakeVix();
    const host = connect(vix);
    vix.VixJob_Wait(startConnect(vix, 'exit'), VIX_PROPERTY_NONE);
    const count = Vix_Out(7);
    expect(startConnect(vix, 'plain')).toBe(VIX_INVALID_HANDLE);
    expect(vix.VixJob_Wait(VIX_INVALID_HANDLE, VIX_PROPERTY_NONE)).toBe(VIX_E_HOST_CONNECTION_LOST);
    expect(vix.VixVM_GetNumRootSnapshots(host, count)).toBe(VIX_E_HOST_CONNECTION_LOST);
    expect(count.value).toBe(7);
    expect(vix.Vix_GetHandleType(host)).toBe(0);
    vix.Vix_ReleaseHandle(host);
    vix.VixHost_Disconnect(host);
    vix.Vix_PumpEvents(host, 0);
    expect(vix.Vix_GetErrorText(VIX_E_HOST_CONNECTION_LOST, null)).not.toBe('');
    expect(() => vix.Revix_CountHandles()).toThrow(/cannot be counted: .*code 3/);
    vix.Revix_Close();
  });

  it('answer so after Revix_Close too, which may be called twice', () => {
    const vix = fakeVix();
    const events = diagnosed(vix);
    const host = connect(vix);
    vix.Revix_Close();
    vix.Revix_Close();
    expect(startConnect(vix, 'plain')).toBe(VIX_INVALID_HANDLE);
    expect(vix.VixJob_GetError(host)).toBe(VIX_E_HOST_CONNECTION_LOST);
    expect(vix.Revix_GetJobMessage(host)).toMatch(/closed with Revix_Close/);
    expect(vix.Revix_GetErrorMessage(host)).toMatch(/closed with Revix_Close/);
    expect(events).toEqual([]);
  });

  it('leave another engine alone', () => {
    const dying = fakeVix();
    const other = fakeVix();
    const host = connect(other);
    expect(dying.VixJob_Wait(startConnect(dying, 'exit'), VIX_PROPERTY_NONE)).toBe(VIX_E_HOST_CONNECTION_LOST);
    const count = Vix_Out<number>();
    const vm = Vix_Out<VixHandle>();
    expect(other.VixJob_Wait(other.VixVM_Open(host, '/vms/a.vmx', null, null), VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(other.VixVM_GetCurrentSnapshot(host, vm)).not.toBe(VIX_OK);
    expect(count.value).toBeUndefined();
  });
});

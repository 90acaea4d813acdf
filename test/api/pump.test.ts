import { describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { Vix_Out } from '../../src/api/vix-out.js';
import {
  VIX_E_CANCELLED,
  VIX_E_INVALID_ARG,
  VIX_E_OBJECT_IS_BUSY,
  VIX_E_UNFINISHED_JOB,
  VIX_EVENTTYPE_FIND_ITEM,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_FIND_REGISTERED_VMS,
  VIX_HOSTOPTION_USE_EVENT_PUMP,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
} from '../../src/vix/names.js';
import { Fault } from '../../src/base/fault.js';
import type { VixHandle } from '../../src/vix/types.js';
import { labPath, VixRig } from '../fixtures/vix-rig.js';

const pumped = VIX_HOSTOPTION_USE_EVENT_PUMP;

function takeHandle(rig: VixRig, job: VixHandle): VixHandle {
  const cell = Vix_Out<VixHandle>();
  expect(rig.vix.VixJob_GetNthProperties(job, 0, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE)).toBe(VIX_OK);
  return cell.value;
}

describe('in event-pump mode', () => {
  it('the connect job itself is pumped, with handle 0', async () => {
    const rig = new VixRig();
    const types: number[] = [];
    const job = rig.startConnect(pumped, (_, type) => types.push(type));
    await settle();
    expect([types, rig.vix.VixJob_GetError(job)]).toEqual([[], VIX_E_UNFINISHED_JOB]);
    rig.vix.Vix_PumpEvents(VIX_INVALID_HANDLE, 0);
    expect([types, rig.vix.VixJob_GetError(job)]).toEqual([[VIX_EVENTTYPE_JOB_COMPLETED], VIX_OK]);
    const host = takeHandle(rig, job);
    rig.vix.Vix_ReleaseHandle(job);
    rig.vix.VixHost_Disconnect(host);
    expect([rig.live, rig.runtime.unpumped.size]).toEqual([0, 0]);
  });

  it('the connect job is pumped with another host as well, until the program knows its handle', async () => {
    const rig = new VixRig();
    const first = await rig.connect(pumped);
    const job = rig.startConnect(pumped);
    await settle();
    rig.vix.Vix_PumpEvents(first, 0);
    expect(rig.vix.VixJob_GetError(job)).toBe(VIX_OK);
    const second = takeHandle(rig, job);
    const open = rig.vix.VixVM_Open(second, labPath, null, null);
    await settle();
    rig.vix.Vix_PumpEvents(first, 0);
    expect(rig.vix.VixJob_GetError(open)).toBe(VIX_E_UNFINISHED_JOB);
    rig.vix.Vix_PumpEvents(second, 0);
    expect(rig.vix.VixJob_GetError(open)).toBe(VIX_OK);
  });

  it('callbacks run inside the pump, in order, and nowhere else', async () => {
    const rig = new VixRig();
    rig.backend.add('/vms/b.vmx');
    const host = await rig.connect(pumped);
    const types: number[] = [];
    const job = rig.vix.VixHost_FindItems(host, VIX_FIND_REGISTERED_VMS, 0, -1, (_, type) => types.push(type), null);
    await rig.clock.advance(10_000);
    expect(types).toEqual([]);
    const done = Vix_Out<boolean>();
    rig.vix.VixJob_CheckCompletion(job, done);
    expect(done.value).toBe(false);
    rig.vix.Vix_PumpEvents(host, 0);
    expect(types).toEqual([VIX_EVENTTYPE_FIND_ITEM, VIX_EVENTTYPE_FIND_ITEM, VIX_EVENTTYPE_JOB_COMPLETED]);
    expect(rig.vix.VixJob_GetError(job)).toBe(VIX_OK);
    rig.vix.Vix_PumpEvents(host, 0);
    expect(types).toHaveLength(3);
  });

  it('a callback may pump', async () => {
    const rig = new VixRig();
    const host = await rig.connect(pumped);
    const order: string[] = [];
    const callback =
      (name: string) =>
      (_: unknown, type: number): void => {
        order.push(`${name} ${type}`);
        rig.vix.Vix_PumpEvents(host, 0);
        order.push(`${name} end`);
      };
    rig.vix.VixVM_Open(host, labPath, callback('a'), null);
    rig.vix.VixVM_Open(host, labPath, callback('b'), null);
    await settle();
    rig.vix.Vix_PumpEvents(host, 0);
    expect(order).toEqual(['a 2', 'a end', 'b 2', 'b end']);
  });

  it('a wait needs no pump, and reads a job that its own callback released', async () => {
    const rig = new VixRig();
    const host = await rig.connect(pumped);
    const job = rig.vix.VixVM_Open(host, labPath, (handle) => rig.vix.Vix_ReleaseHandle(handle), null);
    await settle();
    const cell = Vix_Out<VixHandle>();
    expect(await rig.vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(rig.refs(cell.value)).toBe(1);
    expect(rig.vix.Revix_CountHandles().job.live).toBe(0);
  });

  it('a refused wait leaves no reference behind', async () => {
    const rig = new VixRig();
    const host = await rig.connect(pumped);
    const answers: Promise<number>[] = [];
    const callback = (handle: VixHandle, type: number): void => {
      if (type === VIX_EVENTTYPE_FIND_ITEM) answers.push(rig.vix.VixJob_Wait(handle, VIX_PROPERTY_NONE));
    };
    const job = rig.vix.VixHost_FindItems(host, VIX_FIND_REGISTERED_VMS, 0, -1, callback, null);
    await settle();
    rig.vix.Vix_PumpEvents(host, 0);
    expect(await Promise.all(answers)).toEqual([VIX_E_UNFINISHED_JOB]);
    rig.vix.Vix_ReleaseHandle(job);
    expect(rig.vix.Revix_CountHandles().job.live).toBe(0);
  });

  it('a disconnect delivers the completion without a pump, and no earlier events', async () => {
    const rig = new VixRig();
    const host = await rig.connect(pumped);
    const types: number[] = [];
    rig.control.once('findVms.item', () => undefined, 'pending');
    rig.backend.add('/vms/b.vmx');
    const job = rig.vix.VixHost_FindItems(host, VIX_FIND_REGISTERED_VMS, 0, -1, (_, type) => types.push(type), null);
    await settle();
    expect([types, rig.vix.Revix_CountHandles().propertyList.live]).toEqual([[], 1]);
    rig.vix.VixHost_Disconnect(host);
    expect(await rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_E_CANCELLED);
    expect(types).toEqual([VIX_EVENTTYPE_JOB_COMPLETED]);
    await settle();
    expect([rig.live, rig.runtime.unpumped.size]).toEqual([0, 0]);
  });

  it('the last release of the host leaves its jobs to a pump with handle 0', async () => {
    const rig = new VixRig();
    const host = await rig.connect(pumped);
    const job = rig.vix.VixHost_FindItems(host, VIX_FIND_REGISTERED_VMS, 0, -1, null, null);
    rig.vix.Vix_ReleaseHandle(host);
    await settle();
    expect(rig.vix.VixJob_GetError(job)).toBe(VIX_E_UNFINISHED_JOB);
    rig.vix.Vix_PumpEvents(host, 0);
    expect(rig.vix.VixJob_GetError(job)).toBe(VIX_OK);
    expect(rig.runtime.unpumped.size).toBe(0);
  });

  it('a failed connection leaves nothing behind', async () => {
    const rig = new VixRig();
    rig.control.always('connect', new Fault('busy', 'later'));
    const waited = rig.startConnect(pumped);
    expect(await rig.finish(waited)).toBe(VIX_E_OBJECT_IS_BUSY);
    expect(rig.runtime.unpumped.size).toBe(0);
    const pumpedJob = rig.startConnect(pumped);
    await settle();
    rig.vix.Vix_PumpEvents(VIX_INVALID_HANDLE, 0);
    expect(rig.vix.VixJob_GetError(pumpedJob)).toBe(VIX_E_OBJECT_IS_BUSY);
    rig.vix.Vix_ReleaseHandle(pumpedJob);
    expect([rig.runtime.unpumped.size, rig.live]).toEqual([0, 0]);
  });

  it('a callback that is none fails the job, which waits for the pump like any other', async () => {
    const rig = new VixRig();
    const job = rig.startConnect(pumped, 'f' as never);
    await settle();
    expect(rig.vix.VixJob_GetError(job)).toBe(VIX_E_UNFINISHED_JOB);
    rig.vix.Vix_PumpEvents(VIX_INVALID_HANDLE, 0);
    expect(rig.vix.VixJob_GetError(job)).toBe(VIX_E_INVALID_ARG);
    expect(rig.control.calls).toEqual([]);
  });

  it('closing ends connections that are being made', async () => {
    const rig = new VixRig();
    const types: number[] = [];
    rig.control.once('connect', 'pending');
    rig.startConnect(pumped, (_, type) => types.push(type));
    await settle();
    await rig.vix.Revix_Close();
    await settle();
    expect([types, rig.live, rig.runtime.unpumped.size]).toEqual([[VIX_EVENTTYPE_JOB_COMPLETED], 0, 0]);
  });
});

describe('without event-pump mode', () => {
  it('the pump does nothing', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const job = rig.vix.VixVM_Open(host, labPath, null, null);
    rig.vix.Vix_PumpEvents(host, 0);
    expect(rig.vix.VixJob_GetError(job)).toBe(VIX_E_UNFINISHED_JOB);
    await settle();
    expect(rig.vix.VixJob_GetError(job)).toBe(VIX_OK);
  });
});

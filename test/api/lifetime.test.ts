import { describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { Fault } from '../../src/base/fault.js';
import { Vix_Out } from '../../src/api/vix-out.js';
import {
  VIX_CLONETYPE_FULL,
  VIX_E_CANCELLED,
  VIX_E_DUPLICATE_NAME,
  VIX_E_HOST_CONNECTION_LOST,
  VIX_E_INVALID_HANDLE,
  VIX_E_UNFINISHED_JOB,
  VIX_E_VM_NOT_FOUND,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_INVALID_HANDLE as none,
  VIX_OK,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_NAME,
} from '../../src/vix/names.js';
import type { VixHandle } from '../../src/vix/types.js';
import { clonePath, Stage } from '../fixtures/vix-catalogue.js';
import { labPath, VixRig } from '../fixtures/vix-rig.js';

describe('a VM handle', () => {
  it('is the same when the VM is opened again, with one reference for each', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const first = await rig.open(host);
    const second = await rig.result(rig.vix.VixHost_OpenVM(host, labPath, 0, 0, null, null));
    expect([second, rig.refs(first)]).toEqual([first, 2]);
    rig.vix.Vix_ReleaseHandle(first);
    expect(rig.refs(first)).toBe(1);
    expect(await rig.finish(rig.vix.VixVM_PowerOn(first, 0, 0, null, null))).toBe(VIX_OK);
    rig.vix.Vix_ReleaseHandle(first);
    expect(rig.refs(first)).toBe(0);
    expect(await rig.finish(rig.vix.VixVM_PowerOn(first, 0, 0, null, null))).toBe(VIX_E_INVALID_HANDLE);
  });

  it('is a new one after the last release', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const first = await rig.open(host);
    rig.vix.Vix_ReleaseHandle(first);
    const second = await rig.open(host);
    expect(second).not.toBe(first);
    expect(await rig.finish(rig.vix.VixVM_PowerOn(second, 0, 0, null, null))).toBe(VIX_OK);
  });

  it('is one even when the VM is opened twice at once, by two names', async () => {
    const rig = new VixRig();
    rig.backend.add('[store] lab/lab.vmx', { key: labPath });
    const host = await rig.connect();
    const jobs = [labPath, '[store] lab/lab.vmx'].map((path) => rig.vix.VixVM_Open(host, path, null, null));
    const handles = await Promise.all(jobs.map((job) => rig.result(job)));
    expect(handles[0]).toBe(handles[1]);
    expect(rig.refs(handles[0] ?? 0)).toBe(2);
    expect(rig.vix.Revix_CountHandles().vm).toEqual({ live: 1, created: 1 });
  });

  it('that is released while it is opened again stays good, whenever the release comes', async () => {
    for (let turns = 0; turns < 12; turns += 1) {
      const rig = new VixRig();
      const host = await rig.connect();
      const vm = await rig.open(host);
      rig.control.once('openVm', 'pending');
      const job = rig.vix.VixVM_Open(host, labPath, null, null);
      await settle();
      rig.control.last('openVm').release();
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      rig.vix.Vix_ReleaseHandle(vm);
      const again = await rig.result(job);
      expect(await rig.finish(rig.vix.VixVM_PowerOn(again, 0, 0, null, null)), `${turns} turns`).toBe(VIX_OK);
    }
  });

  it('forgets the guest login with its last release', async () => {
    const rig = new VixRig();
    const { host, vm } = await rig.login();
    rig.vix.Vix_ReleaseHandle(vm);
    const again = await rig.open(host);
    expect(await rig.finish(rig.vix.VixVM_ListProcessesInGuest(again, 0, null, null))).toBe(3018);
  });

  it('of a deleted VM stays, fails, and does not hide a new VM in its place', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const old = await rig.open(host);
    expect(await rig.finish(rig.vix.VixVM_Delete(old, 0, null, null))).toBe(VIX_OK);
    expect(rig.refs(old)).toBe(1);
    expect(await rig.finish(rig.vix.VixVM_PowerOn(old, 0, 0, null, null))).toBe(VIX_E_VM_NOT_FOUND);
    rig.backend.add(labPath);
    const fresh = await rig.open(host);
    expect(fresh).not.toBe(old);
    rig.vix.Vix_ReleaseHandle(old);
    expect(await rig.open(host)).toBe(fresh);
    expect(await rig.finish(rig.vix.VixVM_PowerOn(fresh, 0, 0, null, null))).toBe(VIX_OK);
  });

  it('is not made when the VM is not found or the path is ambiguous', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    expect(await rig.finish(rig.vix.VixVM_Open(host, '/nowhere.vmx', null, null))).toBe(VIX_E_VM_NOT_FOUND);
    rig.control.once('openVm', new Fault('vm-ambiguous', 'both /a and /b'));
    expect(await rig.finish(rig.vix.VixVM_Open(host, labPath, null, null))).toBe(VIX_E_DUPLICATE_NAME);
    expect(rig.live).toBe(1);
  });

  it('keeps its snapshots and its host alive as they keep it', async () => {
    const stage = await Stage.make();
    const { vix } = stage;
    vix.Vix_ReleaseHandle(stage.host as VixHandle);
    vix.Vix_ReleaseHandle(stage.vm as VixHandle);
    expect(stage.live).toBe(3);
    const name = Vix_Out<number>();
    expect(await vix.VixSnapshot_GetNumChildren(stage.snapshot as VixHandle, name)).toBe(VIX_OK);
    vix.Vix_ReleaseHandle(stage.snapshot as VixHandle);
    await settle();
    expect([stage.live, stage.backend.link.closed]).toEqual([0, 1]);
  });
});

describe('a job result', () => {
  it('gives one reference with each read, and keeps one of its own', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const job = rig.vix.VixVM_Open(host, labPath, null, null);
    await rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
    const vm = rig.vix.Revix_DumpHandles().find((line) => line.kind === 'vm');
    expect([vm?.refs, vm?.holds, vm?.call]).toEqual([0, 1, 'VixVM_Open']);
    const cell = Vix_Out<VixHandle>();
    for (let count = 1; count <= 3; count += 1) {
      expect(await rig.vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, cell, VIX_PROPERTY_NONE)).toBe(VIX_OK);
      expect(rig.refs(cell.value)).toBe(count);
    }
    for (let count = 0; count < 3; count += 1) rig.vix.Vix_ReleaseHandle(cell.value);
    expect(rig.vix.Vix_GetHandleType(cell.value)).toBe(3);
    rig.vix.Vix_ReleaseHandle(job);
    expect(rig.vix.Vix_GetHandleType(cell.value)).toBe(0);
  });

  it('that comes after the disconnect is released: hosts', async () => {
    const rig = new VixRig();
    rig.control.once('connect', 'deaf');
    const types: number[] = [];
    rig.startConnect(0, (_, type) => types.push(type));
    await settle();
    await rig.vix.Revix_Close();
    rig.control.last('connect').release();
    await settle();
    expect([types, rig.live, rig.backend.link.closed]).toEqual([[VIX_EVENTTYPE_JOB_COMPLETED], 0, 1]);
  });

  it.each(['openVm', 'snapshots.create', 'clone', 'recording.begin'])(
    'that comes after the disconnect is released: %s',
    async (operation) => {
      const stage = await Stage.make();
      const { vix } = stage;
      const [host, vm] = [stage.host as VixHandle, stage.vm as VixHandle];
      stage.control.once(operation, 'deaf');
      const jobs = {
        openVm: () => vix.VixVM_Open(host, clonePath, null, null),
        'snapshots.create': () => vix.VixVM_CreateSnapshot(vm, 's', '', 0, 0, null, null),
        clone: () => vix.VixVM_Clone(vm, 0, 0, clonePath, 0, 0, null, null),
        'recording.begin': () => vix.VixVM_BeginRecording(vm, 'r', '', 0, 0, null, null),
      };
      const job = jobs[operation as keyof typeof jobs]();
      await stage.control.reached(operation);
      const waiting = vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
      vix.VixHost_Disconnect(host);
      expect(await waiting).toBe(VIX_E_CANCELLED);
      stage.control.last(operation).release();
      await settle();
      expect([stage.live, stage.diagnostics]).toEqual([0, []]);
    },
  );
});

describe('the time limit of a runtime', () => {
  it('cancels a job that never ends, and frees its VM for the next', async () => {
    const rig = new VixRig({ jobTimeLimitMs: 5000 });
    const host = await rig.connect();
    const vm = await rig.open(host);
    rig.control.once('power.on', 'deaf');
    const stuck = rig.vix.VixVM_PowerOn(vm, 0, 0, null, null);
    await rig.clock.advance(4000);
    const queued = rig.vix.VixVM_PowerOff(vm, 0, null, null);
    await rig.clock.advance(999);
    expect([rig.vix.VixJob_GetError(stuck), rig.control.of('power.off').length]).toEqual([VIX_E_UNFINISHED_JOB, 0]);
    await rig.clock.advance(1);
    expect([rig.vix.VixJob_GetError(stuck), rig.vix.VixJob_GetError(queued)]).toEqual([VIX_E_CANCELLED, VIX_OK]);
    expect(rig.clock.pending).toBe(0);
  });

  it('frees the VM from a guest request that never answers', async () => {
    const rig = new VixRig({ jobTimeLimitMs: 5000 });
    const { vm } = await rig.login();
    rig.control.once('guest.processes', 'deaf');
    const stuck = rig.vix.VixVM_ListProcessesInGuest(vm, 0, null, null);
    await rig.clock.advance(4000);
    const next = rig.vix.VixVM_ListProcessesInGuest(vm, 0, null, null);
    await rig.clock.advance(1000);
    expect(rig.vix.VixJob_GetError(stuck)).toBe(VIX_E_CANCELLED);
    expect(await rig.finish(next)).toBe(VIX_OK);
  });
});

describe('a lost connection', () => {
  it('ends every job at once, and leaves the handles', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const vm = await rig.open(host);
    rig.control.always('power.on', 'deaf');
    const jobs = [1, 2].map(() => rig.vix.VixVM_PowerOn(vm, 0, 0, null, null));
    const other = await rig.connect();
    rig.control.once('findVms', 'pending');
    const untouched = rig.vix.VixHost_FindItems(other, 4, 0, -1, null, null);
    await settle();
    rig.backend.links[0]?.lose();
    expect(await Promise.all(jobs.map((job) => rig.finish(job)))).toEqual([
      VIX_E_HOST_CONNECTION_LOST,
      VIX_E_HOST_CONNECTION_LOST,
    ]);
    expect(rig.vix.VixJob_GetError(untouched)).not.toBe(VIX_E_HOST_CONNECTION_LOST);
    expect([rig.refs(host), rig.refs(vm)]).toEqual([1, 1]);
    rig.vix.VixHost_Disconnect(host);
    await settle();
    expect(rig.backend.links[0]?.closed).toBe(1);
  });

  it('leaves finished jobs as they are', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const job = rig.vix.VixVM_Open(host, labPath, null, null);
    await rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
    rig.backend.link.lose();
    expect(rig.vix.VixJob_GetError(job)).toBe(VIX_OK);
  });
});

describe('what a call is given', () => {
  it('counts as it was at the call: a list and a snapshot may be released right after it', async () => {
    const stage = await Stage.make();
    const { vix, control } = stage;
    const list = Vix_Out<VixHandle>();
    vix.VixPropertyList_AllocPropertyList(0, list, VIX_PROPERTY_VM_NAME, 'copy', VIX_PROPERTY_NONE);
    const [vm, snapshot] = [stage.vm as VixHandle, stage.snapshot as VixHandle];
    const clone = vix.VixVM_Clone(vm, snapshot, VIX_CLONETYPE_FULL, clonePath, 0, list.value, null, null);
    const removal = vix.VixVM_RemoveSnapshot(vm, snapshot, 0, null, null);
    vix.Vix_ReleaseHandle(list.value);
    vix.Vix_ReleaseHandle(snapshot);
    expect(await vix.VixJob_Wait(clone, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(await vix.VixJob_Wait(removal, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(control.last('clone').args).toEqual([expect.objectContaining({ name: 'copy', snapshotId: 'base' })]);
    const late = vix.VixVM_PowerOn(vm, 0, list.value, null, null);
    expect(await vix.VixJob_Wait(late, VIX_PROPERTY_NONE)).toBe(VIX_E_INVALID_HANDLE);
  });

  it('stays while somebody has a reference: the details of an event, until the host is disconnected', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const kept: VixHandle[] = [];
    const keep = (_job: VixHandle, _type: number, info: VixHandle): void => {
      rig.vix.Vix_AddRefHandle(info);
      if (info !== 0) kept.push(info);
    };
    await rig.finish(rig.vix.VixHost_FindItems(host, 4, 0, -1, keep, null));
    const [info] = kept;
    const found = Vix_Out('');
    const location = VIX_PROPERTY_FOUND_ITEM_LOCATION;
    expect(await rig.vix.Vix_GetProperties(info ?? none, location, found, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(found.value).toBe(labPath);
    rig.vix.VixHost_Disconnect(host);
    expect(rig.vix.Vix_GetHandleType(info ?? none)).toBe(0);
  });
});

describe('Revix_Close', () => {
  it('ends everything: hosts, jobs, lists, and what outlived its host', async () => {
    const stage = await Stage.make();
    const { vix } = stage;
    const list = Vix_Out<VixHandle>();
    vix.VixPropertyList_AllocPropertyList(0, list, VIX_PROPERTY_NONE);
    const second = await stage.connect();
    const orphan = vix.VixHost_FindItems(second, 4, 0, -1, null, null);
    await vix.VixJob_Wait(orphan, VIX_PROPERTY_NONE);
    vix.Vix_ReleaseHandle(second);
    stage.control.once('power.on', 'pending');
    vix.VixVM_PowerOn(stage.vm as VixHandle, 0, 0, null, null);
    const failed = vix.VixVM_PowerOn(0 as VixHandle, 0, 0, null, null);
    await settle();
    expect(vix.VixJob_GetError(failed)).toBe(VIX_E_INVALID_HANDLE);
    await vix.Revix_Close();
    await settle();
    expect([stage.live, stage.backend.closed]).toEqual([0, 1]);
    expect(stage.backend.links.map((link) => link.closed)).toEqual([1, 1]);
    expect(stage.control.running).toEqual([]);
  });

  it('waits for sessions to end, and reports one that cannot', async () => {
    const rig = new VixRig();
    await rig.connect();
    rig.backend.closeError = new Fault('host-unreachable', 'no answer to the logout');
    await rig.vix.Revix_Close();
    expect(rig.diagnostics.map((event) => [event.kind, String(event.error), event.job])).toEqual([
      ['background-failed', 'Fault: no answer to the logout', null],
    ]);
    expect(rig.live).toBe(0);
  });
});

describe('two runtimes', () => {
  it('share nothing', async () => {
    const [one, two] = [new VixRig(), new VixRig()];
    const host = await one.connect();
    expect(two.vix.Vix_GetHandleType(host)).toBe(0);
    two.vix.VixHost_Disconnect(host);
    two.vix.Vix_ReleaseHandle(host);
    expect(one.refs(host)).toBe(1);
    const name = Vix_Out<string>();
    expect(await two.vix.Vix_GetProperties(host, VIX_PROPERTY_VM_NAME, name, VIX_PROPERTY_NONE)).toBe(1000);
  });
});

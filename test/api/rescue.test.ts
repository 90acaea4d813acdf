import { describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import {
  VIX_E_CANCELLED,
  VIX_FIND_REGISTERED_VMS,
  VIX_OK,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_NUM_VCPUS,
  VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
} from '../../src/vix/names.js';
import { Vix_Out } from '../../src/api/vix-out.js';
import { VixRig } from '../fixtures/vix-rig.js';

describe('a guest that hangs', () => {
  it('does not keep a hard power-off or reset waiting, but holds back what must not collide', async () => {
    const rig = new VixRig();
    const { vm } = await rig.login();
    rig.control.once('guest.processes', 'pending');
    const hung = rig.vix.VixVM_ListProcessesInGuest(vm, 0, null, null);
    await settle();
    const snapshot = rig.vix.VixVM_CreateSnapshot(vm, 's', '', 0, 0, null, null);
    const off = rig.vix.VixVM_PowerOff(vm, 0, null, null);
    expect(await rig.vix.VixJob_Wait(off, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    const reset = rig.vix.VixVM_Reset(vm, 0, null, null);
    expect(await rig.vix.VixJob_Wait(reset, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    const done = Vix_Out<boolean>();
    rig.vix.VixJob_CheckCompletion(snapshot, done);
    expect(done.value).toBe(false);
    rig.control.last('guest.processes').release();
    expect(await rig.vix.VixJob_Wait(hung, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(await rig.vix.VixJob_Wait(snapshot, VIX_PROPERTY_NONE)).toBe(VIX_OK);
  });
});

describe('a callback that never ends', () => {
  it('holds a waiter no longer than the time limit', async () => {
    const rig = new VixRig({ jobTimeLimitMs: 1000 });
    const host = await rig.connect();
    const job = rig.vix.VixHost_FindItems(
      host,
      VIX_FIND_REGISTERED_VMS,
      0,
      -1,
      () => new Promise(() => undefined),
      null,
    );
    const waiting = rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
    await rig.clock.advance(1000);
    expect(await waiting).toBe(VIX_OK);
  });

  it('is left alone a while after its host was disconnected', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const before = rig.live;
    const job = rig.vix.VixHost_FindItems(
      host,
      VIX_FIND_REGISTERED_VMS,
      0,
      -1,
      () => new Promise(() => undefined),
      null,
    );
    const waiting = rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
    await settle();
    rig.vix.VixHost_Disconnect(host);
    await rig.clock.advance(10_000);
    expect(await waiting).toBe(VIX_E_CANCELLED);
    expect(before - rig.live).toBe(1);
  });
});

describe('a read that nobody answers', () => {
  it('ends with the time limit of jobs', async () => {
    const rig = new VixRig({ jobTimeLimitMs: 1000 });
    const vm = await rig.open(await rig.connect());
    rig.control.once('properties', 'pending');
    const read = rig.vix.Vix_GetProperties(vm, VIX_PROPERTY_VM_NUM_VCPUS, Vix_Out<number>(), VIX_PROPERTY_NONE);
    rig.control.once('snapshots.tree', 'pending');
    const count = rig.vix.VixVM_GetNumRootSnapshots(vm, Vix_Out<number>());
    await rig.clock.advance(1000);
    expect(await Promise.all([read, count])).toEqual([VIX_E_CANCELLED, VIX_E_CANCELLED]);
  });

  it('leaves no warning behind, however many there are', async () => {
    const rig = new VixRig();
    const vm = await rig.open(await rig.connect());
    const warnings: Error[] = [];
    const onWarning = (warning: Error): number => warnings.push(warning);
    process.on('warning', onWarning);
    const reads = Array.from({ length: 60 }, () =>
      rig.vix.Vix_GetProperties(vm, VIX_PROPERTY_VM_NUM_VCPUS, Vix_Out<number>(), VIX_PROPERTY_NONE),
    );
    expect(new Set(await Promise.all(reads))).toEqual(new Set([VIX_OK]));
    await settle();
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});

describe('a password in the address of a host', () => {
  it('reaches no message', async () => {
    const rig = new VixRig();
    rig.backend.claim = 'decline';
    const url = 'https://root:hunter2@vc.example/sdk';
    const job = rig.vix.VixHost_Connect(-1, VIX_SERVICEPROVIDER_VMWARE_VI_SERVER, url, 0, null, null, 0, 0, null, null);
    await rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
    const message = rig.vix.Revix_GetJobMessage(job);
    expect(message).toContain('vc.example');
    expect(message).not.toContain('hunter2');
  });
});

describe('a handle that does not fit', () => {
  it('is named, with what it is', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const wrong = rig.vix.VixVM_Suspend(host, 0, null, null);
    await rig.vix.VixJob_Wait(wrong, VIX_PROPERTY_NONE);
    expect(rig.vix.Revix_GetJobMessage(wrong)).toContain(
      `vmHandle is ${host}, which is a host handle made by VixHost_Connect`,
    );
    rig.vix.VixHost_Disconnect(host);
    const dead = rig.vix.VixVM_Open(host, '/a.vmx', null, null);
    await rig.vix.VixJob_Wait(dead, VIX_PROPERTY_NONE);
    expect(rig.vix.Revix_GetJobMessage(dead)).toContain(`hostHandle is ${host}, which is no live handle`);
  });
});

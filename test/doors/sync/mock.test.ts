import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createVix,
  type SyncVix,
  type PlainMockOptions,
  type VixHandle,
  VIX_CAPTURESCREENFORMAT_PNG,
  VIX_E_CANCELLED,
  VIX_E_HOST_CONNECTION_LOST,
  VIX_EVENTTYPE_FIND_ITEM,
  VIX_FIND_REGISTERED_VMS,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_POWERSTATE_POWERED_OFF,
  VIX_POWERSTATE_POWERED_ON,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_SNAPSHOT_DISPLAYNAME,
  VIX_PROPERTY_VM_POWER_STATE,
  VIX_VMPOWEROP_NORMAL,
  Vix_Out,
} from '../../../dist/doors/sync/index.js';
import { connect, resultOf } from './fake-vix.js';

function mockVix(mock: PlainMockOptions): SyncVix {
  const vix = createVix({ mock });
  onTestFinished(() => vix.Revix_Close());
  return vix;
}

/** Waits for a job that has no result. */
function done(vix: SyncVix, job: VixHandle): void {
  const error = vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
  expect([error, vix.Revix_GetJobMessage(job)]).toEqual([VIX_OK, '']);
  vix.Vix_ReleaseHandle(job);
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'revix-sync-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('the blocking door over the mock host', () => {
  it('runs a whole legacy program, line by line, and leaves no handle', () => {
    const vix = mockVix({});
    const folder = temporaryFolder();
    const host = connect(vix, '');

    const found: string[] = [];
    done(
      vix,
      vix.VixHost_FindItems(
        host,
        VIX_FIND_REGISTERED_VMS,
        VIX_INVALID_HANDLE,
        -1,
        (_job, type, info) => {
          if (type !== VIX_EVENTTYPE_FIND_ITEM) return;
          const url = Vix_Out<string>();
          vix.Vix_GetProperties(info, VIX_PROPERTY_FOUND_ITEM_LOCATION, url, VIX_PROPERTY_NONE);
          found.push(url.value);
        },
        null,
      ),
    );
    expect(found).toContain('/vms/linux/linux.vmx');

    const vm = resultOf(vix, vix.VixVM_Open(host, '/vms/linux/linux.vmx', null, null));
    done(vix, vix.VixVM_PowerOn(vm, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE, null, null));
    done(vix, vix.VixVM_WaitForToolsInGuest(vm, 300, null, null));
    done(vix, vix.VixVM_LoginInGuest(vm, 'user', 'password', 0, null, null));

    writeFileSync(join(folder, 'in.txt'), 'one\ntwo ä\nthree\n');
    done(
      vix,
      vix.VixVM_CopyFileFromHostToGuest(vm, join(folder, 'in.txt'), '/tmp/in.txt', 0, VIX_INVALID_HANDLE, null, null),
    );
    const script = vix.VixVM_RunScriptInGuest(
      vm,
      '/bin/sh',
      'grep t /tmp/in.txt > /tmp/out.txt; exit 7',
      0,
      VIX_INVALID_HANDLE,
      null,
      null,
    );
    const exitCode = Vix_Out<number>();
    const exitCodeId = VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE;
    expect(vix.VixJob_Wait(script, exitCodeId, exitCode, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(exitCode.value).toBe(7);
    vix.Vix_ReleaseHandle(script);
    done(
      vix,
      vix.VixVM_CopyFileFromGuestToHost(vm, '/tmp/out.txt', join(folder, 'out.txt'), 0, VIX_INVALID_HANDLE, null, null),
    );
    expect(readFileSync(join(folder, 'out.txt'), 'utf8')).toBe('two ä\nthree\n');

    const list = vix.VixVM_ListDirectoryInGuest(vm, '/tmp', 0, null, null);
    expect(vix.VixJob_Wait(list, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    const names = Array.from(
      { length: vix.VixJob_GetNumProperties(list, VIX_PROPERTY_JOB_RESULT_ITEM_NAME) },
      (_, at) => {
        const name = Vix_Out<string>();
        vix.VixJob_GetNthProperties(list, at, VIX_PROPERTY_JOB_RESULT_ITEM_NAME, name, VIX_PROPERTY_NONE);
        return name.value;
      },
    );
    expect(names).toEqual(expect.arrayContaining(['in.txt', 'out.txt']));
    vix.Vix_ReleaseHandle(list);

    const screen = vix.VixVM_CaptureScreenImage(vm, VIX_CAPTURESCREENFORMAT_PNG, VIX_INVALID_HANDLE, null, null);
    const size = Vix_Out<number>();
    const png = Vix_Out<Uint8Array>();
    const imageId = VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA;
    expect(vix.VixJob_Wait(screen, imageId, size, png, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect([...png.value.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    expect(png.value).toHaveLength(size.value);
    vix.Vix_ReleaseHandle(screen);

    const snapshot = resultOf(
      vix,
      vix.VixVM_CreateSnapshot(vm, 'before', 'für später', 0, VIX_INVALID_HANDLE, null, null),
    );
    done(vix, vix.VixVM_PowerOff(vm, VIX_VMPOWEROP_NORMAL, null, null));
    done(vix, vix.VixVM_RevertToSnapshot(vm, snapshot, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE, null, null));
    const current = Vix_Out<VixHandle>();
    expect(vix.VixVM_GetCurrentSnapshot(vm, current)).toBe(VIX_OK);
    expect(current.value).toBe(snapshot);
    const snapshotName = Vix_Out<string>();
    vix.Vix_GetProperties(snapshot, VIX_PROPERTY_SNAPSHOT_DISPLAYNAME, snapshotName, VIX_PROPERTY_NONE);
    expect(snapshotName.value).toBe('before');

    for (const handle of [snapshot, current.value, vm]) vix.Vix_ReleaseHandle(handle);
    vix.VixHost_Disconnect(host);
    expect(vix.Revix_DumpHandles()).toEqual([]);
  });

  it('keeps its machines in a directory that the next engine finds', () => {
    const directory = join(temporaryFolder(), 'vms');
    const inventory = { vms: [{ name: 'kept', location: '/kept.vmx' }] };
    const states = [VIX_POWERSTATE_POWERED_OFF, VIX_POWERSTATE_POWERED_ON].map((expected) => {
      const vix = createVix({ mock: { inventory, directory } });
      const vm = resultOf(vix, vix.VixVM_Open(connect(vix, ''), '/kept.vmx', null, null));
      const state = Vix_Out<number>();
      vix.Vix_GetProperties(vm, VIX_PROPERTY_VM_POWER_STATE, state, VIX_PROPERTY_NONE);
      if (expected === VIX_POWERSTATE_POWERED_OFF) {
        done(vix, vix.VixVM_PowerOn(vm, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE, null, null));
      }
      vix.Revix_Close();
      return state.value & expected;
    });
    expect(states).toEqual([VIX_POWERSTATE_POWERED_OFF, VIX_POWERSTATE_POWERED_ON]);
  });

  it('takes faults as data: a lost connection ends the wait', () => {
    const vix = mockVix({ faults: [{ operation: 'power.on', effect: { dropConnection: true } }] });
    const vm = resultOf(vix, vix.VixVM_Open(connect(vix, ''), '/vms/linux/linux.vmx', null, null));
    const job = vix.VixVM_PowerOn(vm, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE, null, null);
    expect(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_E_HOST_CONNECTION_LOST);
  });

  it('ends a job that never answers at its time limit', () => {
    const vix = createVix({ jobTimeLimitMs: 1, mock: { faults: [{ operation: 'connect', effect: { never: true } }] } });
    onTestFinished(() => vix.Revix_Close());
    const job = vix.VixHost_Connect(-1, 3, null, 0, null, null, 0, VIX_INVALID_HANDLE, null, null);
    expect(vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_E_CANCELLED);
  });
});

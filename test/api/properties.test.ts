import { describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { Fault } from '../../src/base/fault.js';
import { Vix_Out } from '../../src/api/vix-out.js';
import {
  VIX_E_FILE_NOT_FOUND,
  VIX_E_HOST_CONNECTION_LOST,
  VIX_E_INVALID_ARG,
  VIX_E_SNAPSHOT_NOTFOUND,
  VIX_E_UNFINISHED_JOB,
  VIX_E_UNRECOGNIZED_PROPERTY,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_JOB_RESULT_USER_MESSAGE,
  VIX_PROPERTY_META_DATA_CONTAINER,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_SNAPSHOT_DISPLAYNAME,
  VIX_PROPERTY_VM_NAME,
} from '../../src/vix/names.js';
import { properties, type VixPropertyName } from '../../src/vix/properties.js';
import type { VixHandle, VixPropertyID } from '../../src/vix/types.js';
import { power } from '../fixtures/fake-vm.js';
import { Stage } from '../fixtures/vix-catalogue.js';
import { labPath } from '../fixtures/vix-rig.js';

const none = VIX_PROPERTY_NONE;

async function read(stage: Stage, handle: number, id: number): Promise<[unknown, unknown]> {
  const cell = { value: undefined };
  const error = await stage.call('Vix_GetProperties', [handle, id, cell, none]);
  return [error, cell.value];
}

const typeNumbers = { integer: 1, string: 2, bool: 3, handle: 4, int64: 5, blob: 6 } as const;

describe('the properties of a handle', () => {
  it('of a VM follow the VM', async () => {
    const stage = await Stage.make();
    stage.lab.properties = {
      ...stage.lab.properties,
      name: 'Lab',
      isReadOnly: true,
      isRecording: true,
      hasTlsError: true,
      tools: 'running',
      sharedFoldersPath: '/mnt/hgfs',
      power: power('resetting', { areToolsRunning: true }),
    };
    const expected: Partial<Record<VixPropertyName, unknown>> = {
      VIX_PROPERTY_VM_NUM_VCPUS: 2,
      VIX_PROPERTY_VM_VMX_PATHNAME: labPath,
      VIX_PROPERTY_VM_VMTEAM_PATHNAME: '',
      VIX_PROPERTY_VM_MEMORY_SIZE: 1024,
      VIX_PROPERTY_VM_READ_ONLY: true,
      VIX_PROPERTY_VM_NAME: 'Lab',
      VIX_PROPERTY_VM_GUESTOS: 'ubuntu-64',
      VIX_PROPERTY_VM_IN_VMTEAM: false,
      VIX_PROPERTY_VM_POWER_STATE: 0x80 | 0x40,
      VIX_PROPERTY_VM_TOOLS_STATE: 2,
      VIX_PROPERTY_VM_IS_RUNNING: true,
      VIX_PROPERTY_VM_SUPPORTED_FEATURES: 15,
      VIX_PROPERTY_VM_IS_RECORDING: true,
      VIX_PROPERTY_VM_IS_REPLAYING: false,
      VIX_PROPERTY_VM_SSL_ERROR: true,
      VIX_PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH: '/mnt/hgfs',
    };
    for (const [name, value] of Object.entries(expected) as [VixPropertyName, unknown][]) {
      expect(await read(stage, stage.vm, properties[name].id), name).toEqual([VIX_OK, value]);
    }
    stage.backend.capabilities.delete('sharedFolders');
    stage.lab.properties = { ...stage.lab.properties, sharedFoldersPath: null, tools: 'not-installed' };
    stage.lab.setPower(power('off'));
    const { VIX_PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH: path } = properties;
    expect(await read(stage, stage.vm, path.id)).toEqual([VIX_E_UNRECOGNIZED_PROPERTY, undefined]);
    expect(await read(stage, stage.vm, properties.VIX_PROPERTY_VM_TOOLS_STATE.id)).toEqual([VIX_OK, 4]);
    expect(await read(stage, stage.vm, properties.VIX_PROPERTY_VM_IS_RUNNING.id)).toEqual([VIX_OK, false]);
    expect(await read(stage, stage.vm, properties.VIX_PROPERTY_VM_SUPPORTED_FEATURES.id)).toEqual([VIX_OK, 14]);
    stage.lab.properties = { ...stage.lab.properties, takesManySnapshots: false };
    expect(await read(stage, stage.vm, properties.VIX_PROPERTY_VM_SUPPORTED_FEATURES.id)).toEqual([VIX_OK, 12]);
  });

  it.each([
    [power('powering-off', { isOn: true }), true],
    [power('powering-off'), false],
    [power('powering-on'), false],
  ])('of a machine say whether it is powered on, whatever is under way: %o', async (state, isRunning) => {
    const stage = await Stage.make();
    stage.lab.setPower(state);
    const { id } = properties.VIX_PROPERTY_VM_IS_RUNNING;
    expect(await read(stage, stage.vm, id)).toEqual([VIX_OK, isRunning]);
  });

  it('of a host tell what was connected to', async () => {
    const stage = await Stage.make();
    expect(await read(stage, stage.host, properties.VIX_PROPERTY_HOST_HOSTTYPE.id)).toEqual([VIX_OK, 3]);
    expect(await read(stage, stage.host, properties.VIX_PROPERTY_HOST_API_VERSION.id)).toEqual([VIX_OK, 19]);
    expect(await read(stage, stage.host, properties.VIX_PROPERTY_HOST_SOFTWARE_VERSION.id)).toEqual([
      VIX_OK,
      'Fake host 1.0',
    ]);
  });

  it('of a host say its version once, also where the name of the product holds it', async () => {
    const stage = await Stage.make();
    const product = 'VMware vCenter Server 8.0.3 build-24322831';
    stage.backend.link.about = { product, version: '8.0.3' };
    const { id } = properties.VIX_PROPERTY_HOST_SOFTWARE_VERSION;
    expect(await read(stage, stage.host, id)).toEqual([VIX_OK, product]);
  });

  it('of a snapshot can be read until it is gone', async () => {
    const stage = await Stage.make();
    const name = VIX_PROPERTY_SNAPSHOT_DISPLAYNAME;
    expect(await read(stage, stage.snapshot, name)).toEqual([VIX_OK, 'base']);
    expect(await read(stage, stage.snapshot, properties.VIX_PROPERTY_SNAPSHOT_DESCRIPTION.id)).toEqual([
      VIX_OK,
      'about base',
    ]);
    expect(await read(stage, stage.snapshot, properties.VIX_PROPERTY_SNAPSHOT_POWERSTATE.id)).toEqual([VIX_OK, 2]);
    expect(await read(stage, stage.snapshot, properties.VIX_PROPERTY_SNAPSHOT_IS_REPLAYABLE.id)).toEqual([
      VIX_OK,
      false,
    ]);
    stage.lab.roots = [];
    expect(await read(stage, stage.snapshot, name)).toEqual([VIX_E_SNAPSHOT_NOTFOUND, undefined]);
  });

  it('of a job are there when it is done', async () => {
    const stage = await Stage.make();
    const error = VIX_PROPERTY_JOB_RESULT_ERROR_CODE;
    const message = VIX_PROPERTY_JOB_RESULT_USER_MESSAGE;
    stage.control.once('files.deleteFile', new Fault('file-not-found', 'no such file: /x'));
    const failing = stage.vix.VixVM_DeleteFileInGuest(stage.vm as VixHandle, '/x', null, null);
    const good = stage.vix.VixVM_Open(stage.host as VixHandle, labPath, null, null);
    expect(await read(stage, failing, error)).toEqual([VIX_E_UNFINISHED_JOB, undefined]);
    await settle();
    expect(await read(stage, failing, error)).toEqual([VIX_OK, VIX_E_FILE_NOT_FOUND]);
    expect(await read(stage, failing, message)).toEqual([
      VIX_OK,
      `VixVM_DeleteFileInGuest on ${labPath}: no such file: /x`,
    ]);
    expect(stage.vix.Revix_GetJobMessage(failing)).toContain('no such file: /x');
    expect(await read(stage, good, error)).toEqual([VIX_OK, VIX_OK]);
    expect(await read(stage, good, message)).toEqual([VIX_E_UNRECOGNIZED_PROPERTY, undefined]);
    expect(stage.vix.Revix_GetJobMessage(good)).toBe('');
    expect(await read(stage, good, VIX_PROPERTY_JOB_RESULT_HANDLE)).toEqual([VIX_OK, stage.vm]);
    expect(stage.refs(stage.vm)).toBe(2);
    expect(await read(stage, failing, VIX_PROPERTY_JOB_RESULT_HANDLE)).toEqual([
      VIX_E_UNRECOGNIZED_PROPERTY,
      undefined,
    ]);
  });

  it('belong to their own kind of handle', async () => {
    const stage = await Stage.make();
    const job = stage.vix.VixVM_Open(stage.host as VixHandle, labPath, null, null);
    await settle();
    const owners = { host: stage.host, vm: stage.vm, snapshot: stage.snapshot, job };
    for (const { id, of } of Object.values(properties)) {
      for (const [kind, handle] of Object.entries(owners)) {
        if (kind === of || id === 0) continue;
        expect(await stage.call('Vix_GetProperties', [handle, id, { value: 0 }, { value: 0 }, none])).not.toBe(VIX_OK);
        const type = { value: 0 };
        expect(stage.call('Vix_GetPropertyType', [handle, id, type])).toBe(VIX_E_UNRECOGNIZED_PROPERTY);
      }
    }
  });

  it('have the type of the table', async () => {
    const stage = await Stage.make();
    const owners: Record<string, number> = { host: stage.host, vm: stage.vm, snapshot: stage.snapshot };
    let asked = 0;
    for (const { id, of, type } of Object.values(properties)) {
      const handle = owners[of];
      if (handle === undefined || type === 'none' || type === 'unknown') continue;
      const cell = { value: 0 };
      expect(stage.call('Vix_GetPropertyType', [handle, id, cell])).toBe(VIX_OK);
      expect(cell.value).toBe(typeNumbers[type]);
      asked += 1;
    }
    expect(asked).toBeGreaterThan(20);
    const { vm } = stage;
    for (const id of [VIX_PROPERTY_META_DATA_CONTAINER, none, 4711, Number.NaN, '108']) {
      expect(stage.call('Vix_GetPropertyType', [vm, id, { value: 0 }])).toBe(VIX_E_UNRECOGNIZED_PROPERTY);
    }
    for (const cell of [null, undefined, {}, 5]) {
      expect(stage.call('Vix_GetPropertyType', [vm, VIX_PROPERTY_VM_NAME, cell])).toBe(VIX_E_INVALID_ARG);
    }
  });

  it('of a job have the type of what it holds', async () => {
    const stage = await Stage.make();
    const job = stage.vix.VixVM_Open(stage.host as VixHandle, labPath, null, null);
    const type = Vix_Out<number>();
    const ask = (id: VixPropertyID): number => stage.vix.Vix_GetPropertyType(job, id, type);
    expect(ask(VIX_PROPERTY_JOB_RESULT_HANDLE)).toBe(VIX_E_UNFINISHED_JOB);
    await settle();
    expect([ask(VIX_PROPERTY_JOB_RESULT_HANDLE), type.value]).toEqual([VIX_OK, 4]);
    expect([ask(VIX_PROPERTY_JOB_RESULT_ERROR_CODE), type.value]).toEqual([VIX_OK, 5]);
    expect(ask(VIX_PROPERTY_JOB_RESULT_USER_MESSAGE)).toBe(VIX_E_UNRECOGNIZED_PROPERTY);
  });
});

describe('a property that the host cannot give', () => {
  it('answers with the code of what went wrong', async () => {
    const stage = await Stage.make();
    stage.control.once('properties', new Fault('connection-lost', 'gone'));
    expect(await read(stage, stage.vm, VIX_PROPERTY_VM_NAME)).toEqual([VIX_E_HOST_CONNECTION_LOST, undefined]);
    stage.control.once('snapshots.tree', new Fault('busy', 'wait'));
    expect(await read(stage, stage.snapshot, VIX_PROPERTY_SNAPSHOT_DISPLAYNAME)).toEqual([5, undefined]);
    expect(stage.vix.Revix_DumpHandles().every((line) => line.kind !== 'vm' || line.refs === 1)).toBe(true);
  });

  it('ends when the host is disconnected meanwhile', async () => {
    const stage = await Stage.make();
    stage.control.once('properties', 'pending');
    const reading = read(stage, stage.vm, VIX_PROPERTY_VM_NAME);
    await settle();
    stage.vix.VixHost_Disconnect(stage.host as VixHandle);
    expect((await reading)[0]).not.toBe(VIX_OK);
    expect(stage.live).toBe(0);
  });

  it('is read of a VM that is released meanwhile', async () => {
    const stage = await Stage.make();
    stage.vix.Vix_ReleaseHandle(stage.snapshot as VixHandle);
    stage.control.once('properties', 'pending');
    const reading = read(stage, stage.vm, VIX_PROPERTY_VM_NAME);
    stage.vix.Vix_ReleaseHandle(stage.vm as VixHandle);
    await settle();
    stage.control.last('properties').release();
    expect(await reading).toEqual([VIX_OK, labPath]);
    expect(stage.vix.Revix_CountHandles().vm.live).toBe(0);
  });
});

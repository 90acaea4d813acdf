import { describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { Vix_Out } from '../../src/api/vix-out.js';
import {
  VIX_E_CANCELLED,
  VIX_E_INVALID_HANDLE,
  VIX_E_UNFINISHED_JOB,
  VIX_E_UNRECOGNIZED_PROPERTY,
  VIX_EVENTTYPE_JOB_COMPLETED,
  VIX_FIND_REGISTERED_VMS,
  VIX_HANDLETYPE_NONE,
  VIX_OK,
  VIX_POWERSTATE_POWERED_ON,
  VIX_POWERSTATE_TOOLS_RUNNING,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_POWER_STATE,
} from '../../src/vix/names.js';
import type { VixHandle } from '../../src/vix/types.js';
import { power } from '../fixtures/fake-vm.js';
import { Stage } from '../fixtures/vix-catalogue.js';
import { labPath, VixRig } from '../fixtures/vix-rig.js';

describe('releasing', () => {
  it('does nothing for 0, unset, foreign and released handles', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const vm = await rig.open(host);
    rig.vix.Vix_ReleaseHandle(vm);
    const before = rig.vix.Revix_DumpHandles();
    const bad: unknown[] = [0, undefined, null, vm, -1, 1e9, Number.NaN, Number.POSITIVE_INFINITY, '1', {}, 1.5, true];
    for (const handle of bad) {
      rig.call('Vix_ReleaseHandle', [handle]);
      rig.call('Vix_AddRefHandle', [handle]);
      expect(rig.call('Vix_GetHandleType', [handle])).toBe(VIX_HANDLETYPE_NONE);
    }
    expect(rig.vix.Revix_DumpHandles()).toEqual(before);
  });

  it('a job at once neither stops it nor loses its callback', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const vm = await rig.open(host);
    const seen: unknown[] = [];
    rig.control.once('power.on', 'pending');
    const job = rig.vix.VixVM_PowerOn(
      vm,
      0,
      0,
      async (handle, type, info, data) => {
        const error = Vix_Out<number>();
        const read = await rig.vix.Vix_GetProperties(
          handle,
          VIX_PROPERTY_JOB_RESULT_ERROR_CODE,
          error,
          VIX_PROPERTY_NONE,
        );
        seen.push([handle, type, info, data, read, error.value]);
      },
      'data',
    );
    rig.vix.Vix_ReleaseHandle(job);
    await settle();
    rig.control.last('power.on').release();
    await settle();
    expect(seen).toEqual([[job, VIX_EVENTTYPE_JOB_COMPLETED, 0, 'data', VIX_OK, VIX_OK]]);
    expect(rig.lab.properties.power.phase).toBe('on');
    expect(rig.vix.Revix_CountHandles().job.live).toBe(0);
  });

  it('a job in its own callback is fine', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const vm = await rig.open(host);
    const job = rig.vix.VixVM_PowerOn(vm, 0, 0, (handle) => rig.vix.Vix_ReleaseHandle(handle), null);
    expect(await rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(rig.vix.Vix_GetHandleType(job)).toBe(VIX_HANDLETYPE_NONE);
    expect(await rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_E_INVALID_HANDLE);
  });

  it('the VM while a job works on it lets the job end', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const vm = await rig.open(host);
    rig.control.once('power.on', 'pending');
    const job = rig.vix.VixVM_PowerOn(vm, 0, 0, null, null);
    rig.vix.Vix_ReleaseHandle(vm);
    await settle();
    expect(rig.vix.Vix_GetHandleType(vm)).not.toBe(VIX_HANDLETYPE_NONE);
    rig.control.last('power.on').release();
    expect(await rig.finish(job)).toBe(VIX_OK);
    expect(rig.vix.Vix_GetHandleType(vm)).toBe(VIX_HANDLETYPE_NONE);
  });

  it('the host while a job works on it lets the job end, and then closes the connection', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    rig.control.once('findVms', 'pending');
    const job = rig.vix.VixHost_FindItems(host, VIX_FIND_REGISTERED_VMS, 0, -1, null, null);
    rig.vix.Vix_ReleaseHandle(host);
    await settle();
    expect(rig.backend.link.closed).toBe(0);
    rig.control.last('findVms').release();
    expect(await rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(rig.vix.VixJob_GetNumProperties(job, VIX_PROPERTY_FOUND_ITEM_LOCATION)).toBe(1);
    await settle();
    expect(rig.backend.link.closed).toBe(1);
    rig.vix.Vix_ReleaseHandle(job);
    expect(rig.live).toBe(0);
  });

  it('the host without a disconnect keeps the connection as long as VMs are open', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const vm = await rig.open(host);
    rig.vix.Vix_ReleaseHandle(host);
    rig.vix.Vix_ReleaseHandle(host);
    expect(rig.backend.link.closed).toBe(0);
    expect(await rig.finish(rig.vix.VixVM_PowerOn(vm, 0, 0, null, null))).toBe(VIX_OK);
    rig.vix.Vix_ReleaseHandle(vm);
    await settle();
    expect([rig.backend.link.closed, rig.live]).toEqual([1, 0]);
  });

  it('frees buffers of any origin without harm', () => {
    const rig = new VixRig();
    for (const buffer of [null, undefined, 'text', new Uint8Array(), 7]) rig.vix.Vix_FreeBuffer(buffer);
    expect(rig.live).toBe(0);
  });
});

describe('disconnecting', () => {
  it('first and releasing afterwards is harmless', async () => {
    const stage = await Stage.make();
    const { vix } = stage;
    const job = vix.VixVM_ListProcessesInGuest(stage.vm as VixHandle, 0, null, null);
    await vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
    vix.VixHost_Disconnect(stage.host as VixHandle);
    expect(stage.live).toBe(0);
    for (const handle of [stage.snapshot, stage.vm, job, stage.host, stage.host]) {
      vix.Vix_ReleaseHandle(handle as VixHandle);
      vix.VixHost_Disconnect(handle as VixHandle);
    }
    await settle();
    expect([stage.live, stage.backend.link.closed]).toEqual([0, 1]);
    expect(await stage.finish(vix.VixVM_PowerOn(stage.vm as VixHandle, 0, 0, null, null))).toBe(VIX_E_INVALID_HANDLE);
  });

  it('ends the connection whatever references there are', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    rig.vix.Vix_AddRefHandle(host);
    rig.vix.VixHost_Disconnect(host);
    await settle();
    expect([rig.live, rig.backend.link.closed]).toEqual([0, 1]);
  });

  it('ignores handles that are no host', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const vm = await rig.open(host);
    for (const handle of [vm, 0, 77, Number.NaN]) rig.vix.VixHost_Disconnect(handle as VixHandle);
    expect(rig.live).toBe(2);
  });

  it('ends the property lists that were made with it', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const vm = await rig.open(host);
    const lists = [host, vm, 0 as const].map((owner) => {
      const cell = Vix_Out<VixHandle>();
      expect(rig.vix.VixPropertyList_AllocPropertyList(owner, cell, VIX_PROPERTY_NONE)).toBe(VIX_OK);
      return cell.value;
    });
    rig.vix.VixHost_Disconnect(host);
    expect(lists.map((list) => rig.vix.Vix_GetHandleType(list))).toEqual([0, 0, 9]);
    rig.call('Vix_ReleaseHandle', [lists[2]]);
    expect(rig.live).toBe(0);
  });

  it('leaves other connections alone', async () => {
    const rig = new VixRig();
    const [first, second] = [await rig.connect(), await rig.connect()];
    const [one, two] = [await rig.open(first), await rig.open(second)];
    expect(first).not.toBe(second);
    expect(one).not.toBe(two);
    rig.control.once('power.on', 'pending');
    const job = rig.vix.VixVM_PowerOn(two, 0, 0, null, null);
    await settle();
    rig.vix.VixHost_Disconnect(first);
    await settle();
    expect(rig.vix.VixJob_GetError(job)).toBe(VIX_E_UNFINISHED_JOB);
    rig.control.last('power.on').release();
    expect(await rig.finish(job)).toBe(VIX_OK);
  });
});

describe('an abandoned job', () => {
  it('works on, and is named by the leak report', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const vm = await rig.open(host);
    rig.vix.VixVM_PowerOn(vm, 0, 0, null, null);
    rig.vix.VixVM_PowerOn(vm, 0, 0, 0, null);
    await settle();
    expect(rig.lab.properties.power.phase).toBe('on');
    const leaked = rig.vix.Revix_DumpHandles().filter((line) => line.kind === 'job');
    expect(leaked.map((line) => [line.call, line.refs, line.holds])).toEqual([
      ['VixVM_PowerOn', 1, 0],
      ['VixVM_PowerOn', 1, 0],
    ]);
    await rig.vix.Revix_Close();
    expect(rig.live).toBe(0);
  });

  it('drops a result that nobody reads', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    await rig.finish(rig.vix.VixVM_Open(host, labPath, null, null));
    expect(rig.vix.Revix_CountHandles().vm).toEqual({ live: 0, created: 1 });
  });
});

describe('results', () => {
  it('are walked by number', async () => {
    const stage = await Stage.make();
    const job = stage.vix.VixVM_ListDirectoryInGuest(stage.vm as VixHandle, '/home', 0, null, null);
    stage.lab.guest.file('/home/b.txt', '');
    await stage.vix.VixJob_Wait(job, VIX_PROPERTY_NONE);
    const names: string[] = [];
    const count = stage.vix.VixJob_GetNumProperties(job, VIX_PROPERTY_JOB_RESULT_ITEM_NAME);
    for (let index = 0; index < count; index += 1) {
      const name = Vix_Out<string>();
      const error = stage.vix.VixJob_GetNthProperties(
        job,
        index,
        VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
        name,
        VIX_PROPERTY_NONE,
      );
      expect(error).toBe(VIX_OK);
      names.push(name.value);
    }
    expect(names).toEqual(['a.txt', 'b.txt']);
    const beyond = Vix_Out<string>();
    expect(
      stage.vix.VixJob_GetNthProperties(job, 2, VIX_PROPERTY_JOB_RESULT_ITEM_NAME, beyond, VIX_PROPERTY_NONE),
    ).toBe(VIX_E_UNRECOGNIZED_PROPERTY);
  });

  it('of an empty directory count 0', async () => {
    const stage = await Stage.make();
    stage.lab.guest.directory('/empty');
    const job = stage.vix.VixVM_ListDirectoryInGuest(stage.vm as VixHandle, '/empty', 0, null, null);
    const name = Vix_Out<string>();
    expect(await stage.vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_ITEM_NAME, name, VIX_PROPERTY_NONE)).toBe(
      VIX_E_UNRECOGNIZED_PROPERTY,
    );
    expect(stage.vix.VixJob_GetError(job)).toBe(VIX_OK);
    expect(stage.vix.VixJob_GetNumProperties(job, VIX_PROPERTY_JOB_RESULT_ITEM_NAME)).toBe(0);
  });

  it('of different types are read in one call, a blob with its size first', async () => {
    const stage = await Stage.make();
    const shot = stage.vix.VixVM_CaptureScreenImage(stage.vm as VixHandle, 1, 0, null, null);
    const [size, data] = [Vix_Out<number>(), Vix_Out<Uint8Array>()];
    const error = await stage.vix.VixJob_Wait(
      shot,
      VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
      size,
      data,
      VIX_PROPERTY_NONE,
    );
    expect([error, size.value, data.value]).toEqual([VIX_OK, 4, Uint8Array.of(0x89, 0x50, 0x4e, 0x47)]);
    const list = stage.vix.VixVM_ListProcessesInGuest(stage.vm as VixHandle, 0, null, null);
    const [name, pid] = [Vix_Out<string>(), Vix_Out<number>()];
    const both = await stage.vix.VixJob_Wait(
      list,
      VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
      name,
      VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
      pid,
      VIX_PROPERTY_NONE,
    );
    expect([both, name.value, pid.value]).toEqual([VIX_OK, 'init', 7]);
  });
});

describe('the power state', () => {
  it('is a set of bits that also compares equal to its usual values', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const vm = await rig.open(host);
    const read = async (): Promise<number> => {
      const state = Vix_Out<number>();
      expect(await rig.vix.Vix_GetProperties(vm, VIX_PROPERTY_VM_POWER_STATE, state, VIX_PROPERTY_NONE)).toBe(VIX_OK);
      return state.value;
    };
    expect(await read()).toBe(0x2);
    rig.lab.setPower(power('on', { areToolsRunning: true }));
    expect(await read()).toBe(VIX_POWERSTATE_POWERED_ON | VIX_POWERSTATE_TOOLS_RUNNING);
    rig.lab.setPower(power('on', { isPaused: true, isBlockedByQuestion: true }));
    expect(await read()).toBe(0x8 | 0x200 | 0x100);
    rig.lab.setPower(power('suspended'));
    expect(await read()).toBe(0x20);
  });
});

describe('client data', () => {
  it('may be anything and comes back as it is', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    for (const data of [0, 1, '', null, undefined, { own: true }, Number.NaN, Symbol('mine')]) {
      const seen: unknown[] = [];
      const job = rig.vix.VixVM_Open(host, labPath, (_, __, ___, given) => seen.push(given), data);
      await rig.finish(job);
      expect(seen).toEqual([data]);
    }
  });
});

describe('a callback', () => {
  it('that throws or rejects is told to diagnosis, and harms nothing', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const jobs = [
      rig.vix.VixVM_Open(
        host,
        labPath,
        () => {
          throw new Error('thrown');
        },
        null,
      ),
      rig.vix.VixVM_Open(host, labPath, () => Promise.reject(new Error('rejected')), null),
    ];
    for (const job of jobs) expect(await rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(rig.diagnostics.map((event) => [event.kind, String(event.error), event.job])).toEqual([
      ['callback-failed', 'Error: thrown', jobs[0]],
      ['callback-failed', 'Error: rejected', jobs[1]],
    ]);
  });

  it('may start jobs, release handles and disconnect', async () => {
    const rig = new VixRig();
    const host = await rig.connect();
    const order: string[] = [];
    const job = rig.vix.VixVM_Open(
      host,
      labPath,
      (handle) => {
        const inner = rig.vix.VixVM_Open(host, labPath, () => order.push('inner done'), null);
        void rig.finish(inner).then((error) => order.push(`inner ${error}`));
        rig.vix.Vix_ReleaseHandle(handle);
        rig.vix.VixHost_Disconnect(host);
        order.push('outer done');
      },
      null,
    );
    expect(await rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    await settle();
    expect(order).toEqual(['outer done', 'inner done', `inner ${VIX_E_CANCELLED}`]);
    expect(rig.live).toBe(0);
  });

  it('failing under a diagnosis that fails leaves the job as it was', async () => {
    const rig = new VixRig();
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const uncaught: unknown[] = [];
    process.on('uncaughtException', (error) => uncaught.push(error));
    try {
      rig.vix.Revix_OnDiagnostic(() => {
        throw new Error('diagnosis');
      });
      const host = await rig.connect();
      const job = rig.vix.VixVM_Open(host, labPath, () => Promise.reject(new Error('x')), null);
      expect(await rig.finish(job)).toBe(VIX_OK);
      await settle();
      expect([uncaught.map(String), rig.diagnostics.length]).toEqual([['Error: diagnosis'], 1]);
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of others) process.on('uncaughtException', listener);
    }
  });
});

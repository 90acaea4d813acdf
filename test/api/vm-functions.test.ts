import { describe, expect, it } from 'vitest';
import { settle } from '../../src/base/clock.js';
import { Secret } from '../../src/base/secret.js';
import { Vix_Out } from '../../src/api/vix-out.js';
import {
  VIX_CAPTURESCREENFORMAT_PNG_NOCOMPRESS,
  VIX_CLONETYPE_LINKED,
  VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED,
  VIX_E_AUTHENTICATION_FAIL,
  VIX_E_CANCELLED,
  VIX_E_INVALID_ARG,
  VIX_E_LICENSE,
  VIX_E_NEED_KEY,
  VIX_E_NOT_FOUND,
  VIX_E_NOT_SUPPORTED,
  VIX_E_SCREEN_CAPTURE_BAD_FORMAT,
  VIX_E_TIMEOUT_WAITING_FOR_TOOLS,
  VIX_E_TOOLS_NOT_RUNNING,
  VIX_FIND_RUNNING_VMS,
  VIX_GUEST_ENVIRONMENT_VARIABLE,
  VIX_HOSTOPTION_VERIFY_SSL_CERT,
  VIX_INSTALLTOOLS_AUTO_UPGRADE,
  VIX_INSTALLTOOLS_RETURN_IMMEDIATELY,
  VIX_OK,
  VIX_PROPERTY_FOUND_ITEM_LOCATION,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT,
  VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_FLAGS,
  VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST,
  VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_ENCRYPTION_PASSWORD,
  VIX_PROPERTY_VM_VMX_PATHNAME,
  VIX_SERVICEPROVIDER_VMWARE_VI_SERVER,
  VIX_VM_CONFIG_RUNTIME_ONLY,
  VIX_VM_GUEST_VARIABLE,
  VIX_VMPOWEROP_FROM_GUEST,
  VIX_VMPOWEROP_LAUNCH_GUI,
  VIX_VMPOWEROP_START_VM_PAUSED,
} from '../../src/vix/names.js';
import { Fault } from '../../src/base/fault.js';
import type { VixHandle } from '../../src/vix/types.js';
import { power } from '../fixtures/fake-vm.js';
import { clonePath, Stage } from '../fixtures/vix-catalogue.js';
import { labPath, VixRig } from '../fixtures/vix-rig.js';

async function open(): Promise<{ rig: VixRig; host: VixHandle; vm: VixHandle }> {
  const rig = new VixRig();
  const host = await rig.connect();
  return { rig, host, vm: await rig.open(host) };
}

describe('VixHost_Connect', () => {
  it('hands on what the program gave, with empty strings as none', async () => {
    const rig = new VixRig();
    const connect = (name: string | null, user: string | null, password: string | null, options: number): VixHandle =>
      rig.vix.VixHost_Connect(-1, VIX_SERVICEPROVIDER_VMWARE_VI_SERVER, name, 902, user, password, options, 0, 0, 0);
    await rig.finish(connect('https://vc/sdk', 'root', 'hunter2', VIX_HOSTOPTION_VERIFY_SSL_CERT));
    await rig.finish(connect('', '', '', 0));
    await rig.finish(connect(null, null, null, 1));
    const [full, empty, nothing] = rig.control.of('connect').map((call) => call.args[0]);
    const none = { hostName: null, userName: null, password: null, verifyTls: false };
    expect(full).toEqual({
      provider: 'vi-server',
      hostName: 'https://vc/sdk',
      hostPort: 902,
      userName: 'root',
      password: new Secret('hunter2'),
      verifyTls: true,
      settings: {},
    });
    expect([empty, nothing]).toEqual([
      { provider: 'vi-server', hostPort: 902, settings: {}, ...none },
      { provider: 'vi-server', hostPort: 902, settings: {}, ...none },
    ]);
  });

  it.each([
    [1, 'default'],
    [2, 'server'],
    [3, 'workstation'],
    [4, 'player'],
    [10, 'vi-server'],
    [11, 'workstation-shared'],
  ])('knows the provider %i as %s', async (hostType, provider) => {
    const rig = new VixRig();
    await rig.finish(rig.vix.VixHost_Connect(-1, hostType, null, 0, null, null, 0, 0, null, null));
    expect(rig.control.last('connect').args[0]).toMatchObject({ provider });
  });

  it.each([
    [5, 0, 'hostType'],
    [0, 0, 'hostType'],
    [-1, 0, 'hostType'],
    [3, -1, 'hostPort'],
    [3, 65_536, 'hostPort'],
  ])('refuses provider %i and port %i', async (hostType, port, parameter) => {
    const rig = new VixRig();
    const job = rig.vix.VixHost_Connect(-1, hostType, null, port, null, null, 0, 0, null, null);
    expect(await rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_E_INVALID_ARG);
    expect(rig.vix.Revix_GetJobMessage(job)).toContain(parameter);
    expect(rig.control.calls).toEqual([]);
  });

  it('names the host in its error', async () => {
    const rig = new VixRig();
    rig.control.always('connect', new Fault('host-unreachable', 'no route'));
    const local = rig.startConnect();
    const remote = rig.vix.VixHost_Connect(-1, 10, 'https://vc/sdk', 0, 'u', 'p', 0, 0, null, null);
    expect([await rig.vix.VixJob_Wait(local, VIX_PROPERTY_NONE), rig.vix.Revix_GetJobMessage(local)]).toEqual([
      18_000,
      'VixHost_Connect on the local host: no route',
    ]);
    await rig.vix.VixJob_Wait(remote, VIX_PROPERTY_NONE);
    expect(rig.vix.Revix_GetJobMessage(remote)).toBe('VixHost_Connect on https://vc/sdk: no route');
  });

  it('fails without a backend for the host, and takes every port', async () => {
    const rig = new VixRig();
    await rig.finish(rig.vix.VixHost_Connect(-1, 3, null, 65_535, null, null, 0, 0, null, null));
    expect(rig.control.of('connect')).toHaveLength(1);
    rig.backend.claim = 'decline';
    expect(await rig.finish(rig.startConnect())).toBe(VIX_E_NOT_SUPPORTED);
  });
});

describe('a configured host', () => {
  const config = {
    providers: {
      workstation: {
        backend: 'fake',
        url: 'https://vc/sdk',
        user: 'robot',
        password: { env: 'REVIX_TEST_PASSWORD' },
        paths: { 'C:\\VMs\\': '/vms/' },
        options: { insecure: true },
      },
    },
  };

  it('is reached under its own name, with its paths', async () => {
    process.env['REVIX_TEST_PASSWORD'] = 'hunter2';
    try {
      const rig = new VixRig({ config });
      const host = await rig.connect();
      expect(rig.control.last('connect').args[0]).toMatchObject({
        hostName: 'https://vc/sdk',
        userName: 'robot',
        password: new Secret('hunter2'),
        settings: { insecure: true },
      });
      const path = 'C:\\VMs\\lab\\lab.vmx';
      const vm = await rig.open(host, path);
      expect(rig.control.last('openVm').args[0]).toBe(labPath);
      const cell = Vix_Out<string>();
      await rig.vix.Vix_GetProperties(vm, VIX_PROPERTY_VM_VMX_PATHNAME, cell, VIX_PROPERTY_NONE);
      expect(cell.value).toBe(path);
      const find = rig.vix.VixHost_FindItems(host, 4, 0, -1, null, null);
      await rig.vix.VixJob_Wait(find, VIX_PROPERTY_FOUND_ITEM_LOCATION, cell, VIX_PROPERTY_NONE);
      expect(cell.value).toBe(path);
      await rig.finish(rig.vix.VixHost_RegisterVM(host, 'c:/vms/x.vmx', null, null));
      await rig.finish(rig.vix.VixHost_UnregisterVM(host, 'C:\\VMS\\y\\y.vmx', null, null));
      expect([rig.control.last('registerVm').args[0], rig.control.last('unregisterVm').args[0]]).toEqual([
        '/vms/x.vmx',
        '/vms/y/y.vmx',
      ]);
      rig.backend.add(clonePath);
      const clone = await rig.result(rig.vix.VixVM_Clone(vm, 0, 0, 'C:\\VMs\\clone\\clone.vmx', 0, 0, null, null));
      expect(rig.control.last('clone').args[0]).toMatchObject({ destination: clonePath });
      await rig.vix.Vix_GetProperties(clone, VIX_PROPERTY_VM_VMX_PATHNAME, cell, VIX_PROPERTY_NONE);
      expect(cell.value).toBe('C:\\VMs\\clone\\clone.vmx');
    } finally {
      delete process.env['REVIX_TEST_PASSWORD'];
    }
  });

  it('without its password fails the connection', async () => {
    const rig = new VixRig({ config });
    const job = rig.startConnect();
    expect(await rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_E_INVALID_ARG);
    expect(rig.vix.Revix_GetJobMessage(job)).toContain('REVIX_TEST_PASSWORD');
  });
});

describe('an encrypted VM', () => {
  const password = VIX_PROPERTY_VM_ENCRYPTION_PASSWORD;

  it('opens with its password only', async () => {
    const rig = new VixRig();
    rig.backend.add('/vms/safe.vmx', { encryptionPassword: 'sesame' });
    const host = await rig.connect();
    const openWith = async (...values: string[]): Promise<number> => {
      const list = Vix_Out<VixHandle>();
      const pairs = values.flatMap((value) => [password, value]);
      rig.call('VixPropertyList_AllocPropertyList', [host, list, ...pairs, VIX_PROPERTY_NONE]);
      const error = await rig.finish(rig.vix.VixHost_OpenVM(host, '/vms/safe.vmx', 0, list.value, null, null));
      rig.vix.Vix_ReleaseHandle(list.value);
      return error;
    };
    expect(await openWith()).toBe(VIX_E_NEED_KEY);
    expect(await openWith('wrong')).toBe(VIX_E_AUTHENTICATION_FAIL);
    expect(await openWith('sesame')).toBe(VIX_OK);
    expect(await openWith('sesame', 'wrong')).toBe(VIX_OK);
    expect(await rig.finish(rig.vix.VixVM_Open(host, '/vms/safe.vmx', null, null))).toBe(VIX_E_NEED_KEY);
    expect(rig.live).toBe(1);
  });
});

describe('VixHost_FindItems', () => {
  it('finds running VMs, and refuses what it does not know', async () => {
    const { rig, host } = await open();
    rig.backend.add('/vms/on.vmx').setPower(power('on'));
    const job = rig.vix.VixHost_FindItems(host, VIX_FIND_RUNNING_VMS, 0, -1, null, null);
    expect(await rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_OK);
    expect(rig.vix.VixJob_GetNumProperties(job, VIX_PROPERTY_FOUND_ITEM_LOCATION)).toBe(1);
    for (const type of [0, 2, 3, 5, -1]) {
      const bad = rig.vix.VixHost_FindItems(host, type, 0, -1, null, null);
      expect(await rig.finish(bad)).toBe(VIX_E_INVALID_ARG);
    }
    rig.backend.capabilities.delete('findRunning');
    const refused = rig.vix.VixHost_FindItems(host, VIX_FIND_RUNNING_VMS, 0, -1, null, null);
    expect(await rig.finish(refused)).toBe(VIX_E_NOT_SUPPORTED);
  });

  it('keeps what was found before it failed out of the results', async () => {
    const { rig, host } = await open();
    rig.backend.add('/vms/b.vmx');
    rig.control.once('findVms.item', () => undefined, new Fault('busy', 'enough'));
    const types: number[] = [];
    const job = rig.vix.VixHost_FindItems(host, 4, 0, -1, (_, type) => types.push(type), null);
    expect(await rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(5);
    expect(types).toEqual([8, 2]);
    expect(rig.vix.VixJob_GetNumProperties(job, VIX_PROPERTY_FOUND_ITEM_LOCATION)).toBe(0);
    expect(rig.vix.Revix_CountHandles().propertyList.live).toBe(0);
  });
});

describe('power options', () => {
  it('are read by their bits; bits that mean nothing are ignored', async () => {
    const { rig, vm } = await open();
    const on = async (options: number): Promise<unknown> => {
      expect(await rig.finish(rig.vix.VixVM_PowerOn(vm, options, 0, null, null))).toBe(VIX_OK);
      return rig.control.last('power.on').args[0];
    };
    expect(await on(0)).toEqual({ paused: false, showConsole: false });
    expect(await on(VIX_VMPOWEROP_LAUNCH_GUI)).toEqual({ paused: false, showConsole: true });
    expect(await on(VIX_VMPOWEROP_START_VM_PAUSED)).toEqual({ paused: true, showConsole: false });
    expect(await on(8 | 0x80)).toEqual({ paused: false, showConsole: false });
    rig.backend.capabilities.delete('startPaused');
    expect(await rig.finish(rig.vix.VixVM_PowerOn(vm, VIX_VMPOWEROP_START_VM_PAUSED, 0, null, null))).toBe(
      VIX_E_NOT_SUPPORTED,
    );
  });

  it.each(['off', 'reset', 'suspend'] as const)('of %s choose the guest, in its old value as well', async (kind) => {
    const { rig, vm } = await open();
    const name = ({ off: 'VixVM_PowerOff', reset: 'VixVM_Reset', suspend: 'VixVM_Suspend' } as const)[kind];
    const start = (options: number): VixHandle => rig.call(name, [vm, options, null, null]) as VixHandle;
    for (const [options, mode] of [
      [0, 'hard'],
      [VIX_VMPOWEROP_FROM_GUEST, 'soft'],
      [1, 'soft'],
      [8, 'hard'],
    ] as const) {
      expect(await rig.finish(start(options))).toBe(VIX_OK);
      expect(rig.control.last(`power.${kind}`).args).toEqual([mode]);
    }
    rig.backend.capabilities.delete('softPower');
    expect(await rig.finish(start(VIX_VMPOWEROP_FROM_GUEST))).toBe(VIX_E_NOT_SUPPORTED);
    expect(await rig.finish(start(0))).toBe(VIX_OK);
    rig.backend.capabilities.delete('power');
    rig.backend.capabilities.delete('suspend');
    rig.backend.link.whyMissing = () => new Fault('licence', 'a licence that only reads');
    expect(await rig.finish(start(0))).toBe(VIX_E_LICENSE);
  });

  it('never run at once on one VM, and do on two', async () => {
    const { rig, host, vm } = await open();
    rig.backend.add('/vms/b.vmx');
    const other = await rig.open(host, '/vms/b.vmx');
    rig.control.always('power.on', 'pending');
    const jobs = [vm, vm, other].map((handle) => rig.vix.VixVM_PowerOn(handle, 0, 0, null, null));
    const snapshot = rig.vix.VixVM_CreateSnapshot(vm, 's', '', 0, 0, null, null);
    await settle();
    expect(rig.control.running.map((call) => call.operation)).toEqual(['power.on', 'power.on']);
    rig.control.of('power.on')[0]?.release();
    await settle();
    expect(rig.control.of('power.on').map((call) => call.state)).toEqual(['done', 'running', 'running']);
    expect(rig.control.of('snapshots.create')).toEqual([]);
    for (const call of rig.control.running) call.release();
    expect(await Promise.all([...jobs, snapshot].map((job) => rig.finish(job)))).toEqual([0, 0, 0, 0]);
  });
});

describe('VixVM_Clone', () => {
  it('takes a snapshot of the same VM, and links when asked', async () => {
    const stage = await Stage.make();
    const [vm, snapshot] = [stage.vm as VixHandle, stage.snapshot as VixHandle];
    const clone = (from: VixHandle | 0, type: number): VixHandle =>
      stage.vix.VixVM_Clone(vm, from, type, clonePath, 0, 0, null, null);
    await stage.result(clone(snapshot, VIX_CLONETYPE_LINKED));
    expect(stage.control.last('clone').args[0]).toEqual({ snapshotId: 'base', isLinked: true, destination: clonePath });
    expect(await stage.finish(clone(0, 7))).toBe(VIX_E_INVALID_ARG);
    stage.backend.capabilities.delete('linkedClone');
    expect(await stage.finish(clone(0, VIX_CLONETYPE_LINKED))).toBe(VIX_E_NOT_SUPPORTED);
  });

  it('and BeginReplay, revert and remove refuse the snapshot of another VM', async () => {
    const stage = await Stage.make();
    const { vix } = stage;
    const other = await stage.open(stage.host as VixHandle, clonePath);
    const snapshot = stage.snapshot as VixHandle;
    const jobs = [
      vix.VixVM_Clone(other, snapshot, 0, labPath, 0, 0, null, null),
      vix.VixVM_BeginReplay(other, snapshot, 0, 0, null, null),
      vix.VixVM_RevertToSnapshot(other, snapshot, 0, 0, null, null),
      vix.VixVM_RemoveSnapshot(other, snapshot, 0, null, null),
    ];
    for (const job of jobs) expect(await stage.finish(job)).toBe(VIX_E_INVALID_ARG);
  });
});

describe('VixVM_Delete', () => {
  it('keeps the disks unless told otherwise', async () => {
    const { rig, vm } = await open();
    rig.control.always('delete', () => undefined);
    expect(await rig.finish(rig.vix.VixVM_Delete(vm, 0, null, null))).toBe(VIX_OK);
    expect(rig.control.last('delete').args).toEqual([{ keepDisks: true }]);
    expect(await rig.finish(rig.vix.VixVM_Delete(vm, 2, null, null))).toBe(VIX_OK);
    expect(rig.control.last('delete').args).toEqual([{ keepDisks: false }]);
    rig.backend.capabilities.delete('keepDisksOnDelete');
    expect(await rig.finish(rig.vix.VixVM_Delete(vm, 0, null, null))).toBe(VIX_E_NOT_SUPPORTED);
  });
});

describe('VixVM_WaitForToolsInGuest', () => {
  it('ends with 3000 when the time is over, and stops asking', async () => {
    const { rig, vm } = await open();
    rig.control.always('tools.wait', 'deaf');
    const job = rig.vix.VixVM_WaitForToolsInGuest(vm, 60, null, null);
    await rig.clock.advance(59_999);
    expect(rig.vix.VixJob_GetError(job)).not.toBe(VIX_E_TIMEOUT_WAITING_FOR_TOOLS);
    await rig.clock.advance(1);
    expect(rig.vix.VixJob_GetError(job)).toBe(VIX_E_TIMEOUT_WAITING_FOR_TOOLS);
    expect(rig.vix.Revix_GetJobMessage(job)).toContain('60 s');
    expect([rig.control.last('tools.wait').signal.aborted, rig.clock.pending]).toEqual([true, 0]);
  });

  it.each([0, -1])('with %i waits for ever', async (seconds) => {
    const { rig, vm } = await open();
    rig.control.once('tools.wait', 'pending');
    const job = rig.vix.VixVM_WaitForToolsInGuest(vm, seconds, null, null);
    await settle();
    expect(rig.clock.pending).toBe(0);
    await rig.clock.advance(86_400_000);
    rig.control.last('tools.wait').release();
    expect(await rig.finish(job)).toBe(VIX_OK);
  });

  it('leaves no timer when Tools runs, fails, or the host goes', async () => {
    const { rig, host, vm } = await open();
    expect(await rig.finish(rig.vix.VixVM_WaitForToolsInGuest(vm, 60, null, null))).toBe(VIX_OK);
    rig.control.once('tools.wait', new Fault('tools-not-running', 'not installed'));
    expect(await rig.finish(rig.vix.VixVM_WaitForToolsInGuest(vm, 60, null, null))).toBe(VIX_E_TOOLS_NOT_RUNNING);
    expect(rig.clock.pending).toBe(0);
    rig.control.once('tools.wait', 'deaf');
    const job = rig.vix.VixVM_WaitForToolsInGuest(vm, 60, null, null);
    await settle();
    expect(rig.clock.pending).toBe(1);
    rig.vix.VixHost_Disconnect(host);
    expect(await rig.vix.VixJob_Wait(job, VIX_PROPERTY_NONE)).toBe(VIX_E_CANCELLED);
    await settle();
    expect([rig.clock.pending, rig.control.last('tools.wait').signal.aborted]).toEqual([0, true]);
  });

  it('does not keep the VM from being powered on meanwhile', async () => {
    const { rig, vm } = await open();
    rig.control.once('tools.wait', 'pending');
    const waiting = rig.vix.VixVM_WaitForToolsInGuest(vm, 60, null, null);
    await settle();
    expect(await rig.finish(rig.vix.VixVM_PowerOn(vm, 0, 0, null, null))).toBe(VIX_OK);
    rig.control.last('tools.wait').release();
    expect(await rig.finish(waiting)).toBe(VIX_OK);
  });
});

describe('VixVM_InstallTools', () => {
  it('reads its options, and takes no command line', async () => {
    const { rig, vm } = await open();
    const install = (options: number, line: string | null): VixHandle =>
      rig.vix.VixVM_InstallTools(vm, options, line, null, null);
    expect(await rig.finish(install(0, null))).toBe(VIX_OK);
    expect(rig.control.last('tools.install').args).toEqual([{ autoUpgrade: false, waitForEnd: true }]);
    const both = VIX_INSTALLTOOLS_AUTO_UPGRADE | VIX_INSTALLTOOLS_RETURN_IMMEDIATELY;
    expect(await rig.finish(install(both, ''))).toBe(VIX_OK);
    expect(rig.control.last('tools.install').args).toEqual([{ autoUpgrade: true, waitForEnd: false }]);
    expect(await rig.finish(install(0, '/S'))).toBe(VIX_E_INVALID_ARG);
  });
});

describe('variables', () => {
  it.each([
    [VIX_VM_GUEST_VARIABLE, 'guestVariables', 'guestVariables'],
    [VIX_VM_CONFIG_RUNTIME_ONLY, 'configRead', 'configWrite'],
    [VIX_GUEST_ENVIRONMENT_VARIABLE, 'guest', 'environmentWrite'],
  ] as const)('of type %i are written and read back', async (type, reads, writes) => {
    const rig = new VixRig();
    const { vm } = await rig.login();
    const write = (name: string): VixHandle => rig.vix.VixVM_WriteVariable(vm, type, name, 'red', 0, null, null);
    const read = async (name: string): Promise<[number, unknown]> => {
      const cell = Vix_Out<string>();
      const job = rig.vix.VixVM_ReadVariable(vm, type, name, 0, null, null);
      return [
        await rig.vix.VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING, cell, VIX_PROPERTY_NONE),
        cell.value,
      ];
    };
    expect(await read('color')).toEqual([VIX_OK, '']);
    expect(await rig.finish(write('color'))).toBe(VIX_OK);
    expect(await read('color')).toEqual([VIX_OK, 'red']);
    expect(await rig.finish(write('a=b'))).toBe(VIX_E_INVALID_ARG);
    expect(await rig.finish(write('a/b'))).toBe(type === VIX_VM_GUEST_VARIABLE ? VIX_E_INVALID_ARG : VIX_OK);
    rig.backend.capabilities.delete(writes);
    expect(await rig.finish(write('color'))).toBe(VIX_E_NOT_SUPPORTED);
    rig.backend.capabilities.delete(reads);
    expect((await read('color'))[0]).toBe(VIX_E_NOT_SUPPORTED);
  });

  it('of the guest environment need a login, the others none', async () => {
    const { rig, vm } = await open();
    const codes: number[] = [];
    for (const type of [VIX_VM_GUEST_VARIABLE, VIX_VM_CONFIG_RUNTIME_ONLY, VIX_GUEST_ENVIRONMENT_VARIABLE]) {
      codes.push(await rig.finish(rig.vix.VixVM_ReadVariable(vm, type, 'x', 0, null, null)));
      codes.push(await rig.finish(rig.vix.VixVM_WriteVariable(vm, type, 'x', '', 0, null, null)));
    }
    const refused = VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED;
    expect(codes).toEqual([VIX_OK, VIX_OK, VIX_OK, VIX_OK, refused, refused]);
  });

  it('of another type do not exist', async () => {
    const { rig, vm } = await open();
    for (const type of [0, 4, -1]) {
      expect(await rig.finish(rig.vix.VixVM_ReadVariable(vm, type, 'x', 0, null, null))).toBe(VIX_E_INVALID_ARG);
      expect(await rig.finish(rig.vix.VixVM_WriteVariable(vm, type, 'x', '', 0, null, null))).toBe(VIX_E_INVALID_ARG);
    }
  });
});

describe('shared folders', () => {
  it('are counted, read, changed and removed', async () => {
    const { rig, vm } = await open();
    const { vix } = rig;
    expect(await rig.finish(vix.VixVM_EnableSharedFolders(vm, 1, 0, null, null))).toBe(VIX_OK);
    expect(rig.lab.areFoldersEnabled).toBe(true);
    expect(await rig.finish(vix.VixVM_EnableSharedFolders(vm, 0, 0, null, null))).toBe(VIX_OK);
    expect(rig.lab.areFoldersEnabled).toBe(false);
    expect(await rig.finish(vix.VixVM_AddSharedFolder(vm, 'a', '/srv/a', 4, null, null))).toBe(VIX_OK);
    expect(await rig.finish(vix.VixVM_AddSharedFolder(vm, 'b', '/srv/b', 0, null, null))).toBe(VIX_OK);
    expect(await rig.finish(vix.VixVM_SetSharedFolderState(vm, 'b', '/srv/c', 0, null, null))).toBe(VIX_OK);
    const count = Vix_Out<number>();
    const counting = vix.VixVM_GetNumSharedFolders(vm, null, null);
    await vix.VixJob_Wait(counting, VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT, count, VIX_PROPERTY_NONE);
    expect(count.value).toBe(2);
    const state = async (index: number): Promise<unknown[]> => {
      const [name, path, flags] = [Vix_Out<string>(), Vix_Out<string>(), Vix_Out<number>()];
      const job = vix.VixVM_GetSharedFolderState(vm, index, null, null);
      const error = await vix.VixJob_Wait(
        job,
        VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
        name,
        VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST,
        path,
        VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_FLAGS,
        flags,
        VIX_PROPERTY_NONE,
      );
      return [error, name.value, path.value, flags.value];
    };
    expect(await state(0)).toEqual([VIX_OK, 'a', '/srv/a', 4]);
    expect(await state(1)).toEqual([VIX_OK, 'b', '/srv/c', 0]);
    for (const index of [2, -1]) expect((await state(index))[0]).toBe(VIX_E_NOT_FOUND);
    expect(await rig.finish(vix.VixVM_RemoveSharedFolder(vm, 'a', 0, null, null))).toBe(VIX_OK);
    expect(await rig.finish(vix.VixVM_RemoveSharedFolder(vm, 'a', 0, null, null))).toBe(VIX_E_NOT_FOUND);
    expect(rig.lab.folders).toEqual([{ name: 'b', hostPath: '/srv/c', isWritable: false }]);
  });
});

describe('VixVM_CaptureScreenImage', () => {
  it('knows PNG, compressed or not, and nothing else', async () => {
    const rig = new VixRig();
    const { vm } = await rig.login();
    const capture = (format: number): VixHandle => rig.vix.VixVM_CaptureScreenImage(vm, format, 0, null, null);
    expect(await rig.finish(capture(1))).toBe(VIX_OK);
    expect(rig.control.last('guest.captureScreen').args).toEqual([{ isCompressed: true }]);
    expect(await rig.finish(capture(VIX_CAPTURESCREENFORMAT_PNG_NOCOMPRESS))).toBe(VIX_OK);
    expect(rig.control.last('guest.captureScreen').args).toEqual([{ isCompressed: false }]);
    for (const format of [0, 3, -1]) expect(await rig.finish(capture(format))).toBe(VIX_E_SCREEN_CAPTURE_BAD_FORMAT);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createVix } from '../../../dist/index.js';
import { createMockBackend } from '../../../dist/backends/mock/index.js';
import * as blockingDoor from '../../../dist/doors/simple/sync.js';
import * as awaitedDoor from '../../../dist/doors/simple/index.js';
import { createVix as createBlockingVix } from '../../../dist/doors/sync/index.js';
import {
  VIX_API_VERSION,
  VIX_CAPTURESCREENFORMAT_PNG,
  VIX_CLONETYPE_LINKED,
  VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED,
  VIX_E_ARGUMENT_TOO_BIG,
  VIX_E_FILE_NOT_FOUND,
  VIX_E_INVALID_HANDLE,
  VIX_E_SNAPSHOT_NOTFOUND,
  VIX_E_TYPE_MISMATCH,
  VIX_E_UNRECOGNIZED_PROPERTY,
  VIX_FIND_REGISTERED_VMS,
  VIX_GUEST_ENVIRONMENT_VARIABLE,
  VIX_HANDLETYPE_HOST,
  VIX_HANDLETYPE_PROPERTY_LIST,
  VIX_HANDLETYPE_SNAPSHOT,
  VIX_INVALID_HANDLE,
  VIX_OK,
  VIX_POWERSTATE_POWERED_ON,
  VIX_PROPERTY_JOB_RESULT_HANDLE,
  VIX_PROPERTY_NONE,
  VIX_PROPERTY_VM_NAME,
  VIX_PROPERTY_VM_NUM_VCPUS,
  VIX_PROPERTY_VM_POWER_STATE,
  VIX_RUNPROGRAM_RETURN_IMMEDIATELY,
  VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
  VIX_SHAREDFOLDER_WRITE_ACCESS,
  VIX_VM_GUEST_VARIABLE,
  VIX_VMPOWEROP_NORMAL,
  type VixHandle,
} from '../../../dist/doors/simple/index.js';
import { simpleFunctions } from './simple-functions.js';

type Simple = awaitedDoor.Simple;

/** A set of functions of its own with its own mock host; `live` counts the handles that are left. */
interface Door {
  readonly simple: Simple;
  readonly live: () => number;
}

/** Awaiting what the blocking functions return at once changes nothing, so that one test serves both. */
const doors: readonly (readonly [string, () => Door])[] = [
  [
    'awaited',
    () => {
      const vix = createVix({ backends: [createMockBackend()] });
      onTestFinished(() => vix.Revix_Close());
      return { simple: awaitedDoor.createSimple(vix), live: () => vix.Revix_DumpHandles().length };
    },
  ],
  [
    'blocking',
    () => {
      const vix = createBlockingVix({ mock: {} });
      onTestFinished(() => vix.Revix_Close());
      const simple = blockingDoor.createSimple(vix) as unknown as Simple;
      return { simple, live: () => vix.Revix_DumpHandles().length };
    },
  ],
];

async function connect({ simple }: Door): Promise<VixHandle> {
  const [err, host] = await simple.HostConnect(
    VIX_API_VERSION,
    VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
    '',
    0,
    '',
    '',
    0,
    VIX_INVALID_HANDLE,
  );
  expect(err).toBe(VIX_OK);
  return host;
}

async function running(door: Door): Promise<{ readonly host: VixHandle; readonly vm: VixHandle }> {
  const host = await connect(door);
  const [err, vm] = await door.simple.VMOpen(host, '/vms/linux/linux.vmx');
  expect(err).toBe(VIX_OK);
  expect(await door.simple.VMPowerOn(vm, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE)).toBe(VIX_OK);
  expect(await door.simple.VMWaitForToolsInGuest(vm, 60)).toBe(VIX_OK);
  return { host, vm };
}

it.each(['awaited', 'blocking'] as const)('exports every function of the reference: %s', (kind) => {
  const door: Record<string, unknown> = kind === 'awaited' ? awaitedDoor : blockingDoor;
  expect(Object.keys(simpleFunctions).filter((name) => typeof door[name] !== 'function')).toEqual([]);
});

describe.each(doors)('%s', (_kind, create) => {
  it('finds, opens, works and releases, with the error first', async () => {
    const door = create();
    const { simple } = door;
    const host = await connect(door);
    expect(simple.GetHandleType(host)).toBe(VIX_HANDLETYPE_HOST);

    const [findErr, ...paths] = await simple.FindItems(host, VIX_FIND_REGISTERED_VMS, -1);
    expect([findErr, paths[0], paths.length]).toEqual([VIX_OK, '/vms/linux/linux.vmx', 14]);
    const before = await simple.FindRunningVMs(host, -1);
    expect(before).not.toContain('/vms/linux/linux.vmx');

    const [openErr, vm] = await simple.HostOpenVM(host, '/vms/linux/linux.vmx', 0, VIX_INVALID_HANDLE);
    expect(openErr).toBe(VIX_OK);
    expect(await simple.VMPowerOn(vm, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE)).toBe(VIX_OK);
    expect(await simple.FindRunningVMs(host, -1)).toEqual([VIX_OK, '/vms/linux/linux.vmx', ...before.slice(1)]);

    const [readErr, name, state] = await simple.GetProperties(vm, VIX_PROPERTY_VM_NAME, VIX_PROPERTY_VM_POWER_STATE);
    expect([readErr, name]).toEqual([VIX_OK, 'linux']);
    expect(state & VIX_POWERSTATE_POWERED_ON).not.toBe(0);
    expect(await simple.GetProperties(vm, VIX_PROPERTY_VM_NUM_VCPUS, VIX_PROPERTY_NONE)).toHaveLength(2);

    simple.ReleaseHandle(vm);
    simple.ReleaseHandle(0);
    simple.HostDisconnect(host);
    expect(door.live()).toBe(0);
  });

  it('gives the error alone when something fails, and its text', async () => {
    const door = create();
    const { simple } = door;
    const host = await connect(door);
    const answer = await simple.VMOpen(host, '/vms/none/none.vmx');
    expect(answer).toHaveLength(1);
    expect(simple.GetErrorText(answer[0])).not.toBe('');
    expect(await simple.VMPowerOn(0 as VixHandle, 0, VIX_INVALID_HANDLE)).toBe(VIX_E_INVALID_HANDLE);
    expect(await simple.GetProperties(host, VIX_PROPERTY_JOB_RESULT_HANDLE)).toEqual([VIX_E_UNRECOGNIZED_PROPERTY]);
  });

  it('makes property lists', async () => {
    const door = create();
    const { simple } = door;
    const host = await connect(door);
    const [err, list] = simple.AllocPropertyList(host, VIX_PROPERTY_VM_NAME, 'x', VIX_PROPERTY_NONE);
    expect([err, simple.GetHandleType(list)]).toEqual([VIX_OK, VIX_HANDLETYPE_PROPERTY_LIST]);
    expect(await simple.GetProperties(list, VIX_PROPERTY_VM_NAME)).toEqual([VIX_OK, 'x']);
    // @ts-expect-error a number for a text
    expect(simple.AllocPropertyList(host, VIX_PROPERTY_VM_NAME, 7, VIX_PROPERTY_NONE)).toEqual([VIX_E_TYPE_MISMATCH]);
  });

  it('runs programs and scripts, with and without their results', async () => {
    const door = create();
    const { simple } = door;
    const { vm } = await running(door);
    const noLogin = await simple.VMRunProgramInGuest(vm, '/bin/true', '', 0, VIX_INVALID_HANDLE);
    expect(noLogin).toBe(VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED);
    expect(await simple.VMLoginInGuest(vm, 'root', 'password', 0)).toBe(VIX_OK);

    expect(await simple.VMRunProgramInGuest(vm, '/bin/false', '', 0, VIX_INVALID_HANDLE)).toBe(VIX_OK);
    const [, ended] = await simple.VMRunProgramInGuestEx(vm, '/bin/false', '', 0, VIX_INVALID_HANDLE);
    expect(ended).toEqual({ PROCESS_ID: expect.any(Number), ELAPSED_TIME: expect.any(Number), EXIT_CODE: 1 });
    const [, started] = await simple.VMRunProgramInGuestEx(
      vm,
      '/bin/sleep',
      '100',
      VIX_RUNPROGRAM_RETURN_IMMEDIATELY,
      VIX_INVALID_HANDLE,
    );
    expect(started).toEqual({ PROCESS_ID: expect.any(Number), ELAPSED_TIME: undefined, EXIT_CODE: undefined });
    const [, script] = await simple.VMRunScriptInGuestEx(vm, '/bin/sh', 'exit 7', 0, VIX_INVALID_HANDLE);
    expect(script.EXIT_CODE).toBe(7);
    const long = 'x'.repeat(60537);
    const tooLong = await simple.VMRunScriptInGuest(vm, '/bin/sh', long, 0, VIX_INVALID_HANDLE);
    expect(tooLong).toBe(VIX_E_ARGUMENT_TOO_BIG);

    const [listErr, ...processes] = await simple.VMListProcessesInGuest(vm);
    const sleeping = processes.find(({ PROCESS_ID }) => PROCESS_ID === started.PROCESS_ID);
    expect([listErr, sleeping?.PROCESS_NAME, sleeping?.PROCESS_OWNER]).toEqual([VIX_OK, 'sleep', 'root']);
    expect(await simple.VMKillProcessInGuest(vm, started.PROCESS_ID ?? 0, 0)).toBe(VIX_OK);
    expect(await simple.VMLogoutFromGuest(vm)).toBe(VIX_OK);
  });

  it('works with files of the guest', async () => {
    const door = create();
    const { simple } = door;
    const { vm } = await running(door);
    await simple.VMLoginInGuest(vm, 'root', 'password', 0);
    const folder = mkdtempSync(join(tmpdir(), 'revix-simple-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'in'), 'words');

    expect(await simple.VMCreateDirectoryInGuest(vm, '/tmp/work', VIX_INVALID_HANDLE)).toBe(VIX_OK);
    expect(await simple.VMDirectoryExistsInGuest(vm, '/tmp/work')).toEqual([VIX_OK, true]);
    expect(await simple.VMFileExistsInGuest(vm, '/tmp/work')).toEqual([VIX_OK, false]);
    expect(await simple.VMListDirectoryInGuest(vm, '/tmp/work', 0)).toEqual([VIX_OK]);
    const copied = await simple.VMCopyFileFromHostToGuest(vm, join(folder, 'in'), '/tmp/work/a', 0, VIX_INVALID_HANDLE);
    expect(copied).toBe(VIX_OK);
    expect(await simple.VMRenameFileInGuest(vm, '/tmp/work/a', '/tmp/work/b', 0, VIX_INVALID_HANDLE)).toBe(VIX_OK);

    const [, ...entries] = await simple.VMListDirectoryInGuest(vm, '/tmp/work', 0);
    const time = expect.any(Number);
    expect(entries).toEqual([{ FILE_NAME: 'b', FILE_SIZE: 5, FILE_ATTRIBUTES: 0, FILE_MOD_TIME: time }]);
    const [, info] = await simple.VMGetFileInfoInGuest(vm, '/tmp/work/b');
    expect(info).toEqual({ FILE_SIZE: 5, FILE_FLAGS: 0, FILE_MOD_TIME: time, MOD_TIME: info.FILE_MOD_TIME });
    await simple.VMCopyFileFromGuestToHost(vm, '/tmp/work/b', join(folder, 'out'), 0, VIX_INVALID_HANDLE);
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe('words');

    const [, temporary] = await simple.VMCreateTempFileInGuest(vm, 0, VIX_INVALID_HANDLE);
    expect(await simple.VMFileExistsInGuest(vm, temporary)).toEqual([VIX_OK, true]);
    expect(await simple.VMDeleteFileInGuest(vm, temporary)).toBe(VIX_OK);
    expect(await simple.VMDeleteFileInGuest(vm, temporary)).toBe(VIX_E_FILE_NOT_FOUND);
    expect(await simple.VMDeleteDirectoryInGuest(vm, '/tmp/work', 0)).toBe(VIX_OK);
  });

  it('reads and writes variables', async () => {
    const door = create();
    const { simple } = door;
    const { vm } = await running(door);
    await simple.VMLoginInGuest(vm, 'root', 'password', 0);
    expect(await simple.VMWriteVariable(vm, VIX_VM_GUEST_VARIABLE, 'colour', 'red', 0)).toBe(VIX_OK);
    expect(await simple.VMReadVariable(vm, VIX_VM_GUEST_VARIABLE, 'colour', 0)).toEqual([VIX_OK, 'red']);
    expect(await simple.VMReadVariable(vm, VIX_GUEST_ENVIRONMENT_VARIABLE, 'HOME', 0)).toEqual([VIX_OK, '/root']);
  });

  it('walks snapshots, clones, and shows the screen', async () => {
    const door = create();
    const { simple } = door;
    const { host, vm } = await running(door);
    const [, root] = await simple.VMCreateSnapshot(vm, 'one', 'first', 0, VIX_INVALID_HANDLE);
    const [, child] = await simple.VMCreateSnapshot(vm, 'two', '', 0, VIX_INVALID_HANDLE);
    expect(await simple.VMGetNumRootSnapshots(vm)).toEqual([VIX_OK, 1]);
    expect(await simple.VMGetRootSnapshot(vm, 0)).toEqual([VIX_OK, root]);
    expect(await simple.VMGetRootSnapshot(vm, 1)).toEqual([VIX_E_SNAPSHOT_NOTFOUND]);
    expect(await simple.VMGetCurrentSnapshot(vm)).toEqual([VIX_OK, child]);
    expect(await simple.VMGetNamedSnapshot(vm, 'one/two')).toEqual([VIX_OK, child]);
    expect(await simple.SnapshotGetNumChildren(root)).toEqual([VIX_OK, 1]);
    expect(await simple.SnapshotGetChild(root, 0)).toEqual([VIX_OK, child]);
    expect(await simple.SnapshotGetParent(child)).toEqual([VIX_OK, root]);
    expect(simple.GetHandleType(root)).toBe(VIX_HANDLETYPE_SNAPSHOT);

    const noLogin = await simple.VMCaptureScreenImage(vm, VIX_CAPTURESCREENFORMAT_PNG, VIX_INVALID_HANDLE);
    expect(noLogin).toEqual([VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED]);
    expect(await simple.VMLoginInGuest(vm, 'root', 'password', 0)).toBe(VIX_OK);
    const [, size, bytes] = await simple.VMCaptureScreenImage(vm, VIX_CAPTURESCREENFORMAT_PNG, VIX_INVALID_HANDLE);
    expect(bytes.byteLength).toBe(size);

    expect(await simple.VMRevertToSnapshot(vm, root, 0, VIX_INVALID_HANDLE)).toBe(VIX_OK);
    expect(await simple.VMRemoveSnapshot(vm, child, 0)).toBe(VIX_OK);
    const [cloneErr, clone] = await simple.VMClone(
      vm,
      root,
      VIX_CLONETYPE_LINKED,
      '/vms/clone/clone.vmx',
      0,
      VIX_INVALID_HANDLE,
    );
    expect(cloneErr).toBe(VIX_OK);
    expect(await simple.GetProperties(clone, VIX_PROPERTY_VM_NAME)).toHaveLength(2);
    expect(await simple.VMDelete(clone, 0)).toBe(VIX_OK);
    simple.HostDisconnect(host);
  });

  it('keeps shared folders, flags first', async () => {
    const door = create();
    const { simple } = door;
    const { vm } = await running(door);
    await simple.VMLoginInGuest(vm, 'root', 'password', 0);
    expect(await simple.VMEnableSharedFolders(vm, true, 0)).toBe(VIX_OK);
    expect(await simple.VMAddSharedFolder(vm, 'docs', tmpdir(), VIX_SHAREDFOLDER_WRITE_ACCESS)).toBe(VIX_OK);
    expect(await simple.VMGetNumSharedFolders(vm)).toEqual([VIX_OK, 1]);
    expect(await simple.VMGetSharedFolderState(vm, 0)).toEqual([
      VIX_OK,
      VIX_SHAREDFOLDER_WRITE_ACCESS,
      'docs',
      tmpdir(),
    ]);
    expect(await simple.VMSetSharedFolderState(vm, 'docs', tmpdir(), 0)).toBe(VIX_OK);
    expect(await simple.VMRemoveSharedFolder(vm, 'docs', 0)).toBe(VIX_OK);
  });
});

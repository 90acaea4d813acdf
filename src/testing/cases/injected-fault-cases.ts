import assert from 'node:assert/strict';
import type { FaultKind } from '../../base/fault.js';
import { faultCodes } from '../../errors/fault-codes.js';
import type { VixFunctionName } from '../../vix/functions.js';
import { functions } from '../../vix/functions.js';
import type { FunctionRow } from '../../vix/functions/function-row.js';
import { errorCode, errorName } from '../../vix/lookup.js';
import { VIX_E_HOST_CONNECTION_LOST, VIX_FIND_RUNNING_VMS, VIX_GUEST_ENVIRONMENT_VARIABLE } from '../../vix/names.js';
import type { Bench } from '../bench.js';
import { type CaseDefinition, caseGroup } from '../conformance-case.js';
import { GuestBench } from '../guest-bench.js';
import { argumentsFor, functionCapabilities } from '../neutral-arguments.js';
import { create } from '../snapshot-tree.js';

/** The operation of the backend that each function comes down to. */
const operations: Readonly<Partial<Record<VixFunctionName, string>>> = {
  VixHost_Connect: 'connect',
  VixHost_RegisterVM: 'registerVm',
  VixHost_UnregisterVM: 'unregisterVm',
  VixHost_FindItems: 'findVms',
  VixHost_OpenVM: 'openVm',
  VixVM_Open: 'openVm',
  VixVM_PowerOn: 'power.on',
  VixVM_PowerOff: 'power.off',
  VixVM_Reset: 'power.reset',
  VixVM_Suspend: 'power.suspend',
  VixVM_Pause: 'power.pause',
  VixVM_Unpause: 'power.unpause',
  VixVM_WaitForToolsInGuest: 'tools.waitUntilRunning',
  VixVM_InstallTools: 'tools.install',
  VixVM_Delete: 'lifecycle.delete',
  VixVM_Clone: 'lifecycle.clone',
  VixVM_UpgradeVirtualHardware: 'lifecycle.upgradeHardware',
  VixVM_GetNumRootSnapshots: 'snapshots.tree',
  VixVM_GetRootSnapshot: 'snapshots.tree',
  VixVM_GetCurrentSnapshot: 'snapshots.tree',
  VixVM_GetNamedSnapshot: 'snapshots.tree',
  VixSnapshot_GetNumChildren: 'snapshots.tree',
  VixSnapshot_GetChild: 'snapshots.tree',
  VixSnapshot_GetParent: 'snapshots.tree',
  VixVM_CreateSnapshot: 'snapshots.create',
  VixVM_RemoveSnapshot: 'snapshots.remove',
  VixVM_RevertToSnapshot: 'snapshots.revert',
  VixVM_BeginRecording: 'recording.beginRecording',
  VixVM_EndRecording: 'recording.endRecording',
  VixVM_BeginReplay: 'recording.beginReplay',
  VixVM_EndReplay: 'recording.endReplay',
  VixVM_EnableSharedFolders: 'sharedFolders.setEnabled',
  VixVM_GetNumSharedFolders: 'sharedFolders.list',
  VixVM_GetSharedFolderState: 'sharedFolders.list',
  VixVM_SetSharedFolderState: 'sharedFolders.update',
  VixVM_AddSharedFolder: 'sharedFolders.add',
  VixVM_RemoveSharedFolder: 'sharedFolders.remove',
  VixVM_ReadVariable: 'guest.readEnvironment',
  VixVM_WriteVariable: 'guest.writeEnvironment',
  VixVM_LoginInGuest: 'guest.validate',
  VixVM_RunProgramInGuest: 'guest.start',
  VixVM_RunScriptInGuest: 'guest.start',
  VixVM_ListProcessesInGuest: 'guest.processes',
  VixVM_KillProcessInGuest: 'guest.kill',
  VixVM_OpenUrlInGuest: 'guest.openUrl',
  VixVM_CaptureScreenImage: 'guest.captureScreen',
  VixVM_CopyFileFromHostToGuest: 'guest.files.makeDirectory',
  VixVM_CopyFileFromGuestToHost: 'guest.files.stat',
  VixVM_DeleteFileInGuest: 'guest.files.deleteFile',
  VixVM_FileExistsInGuest: 'guest.files.stat',
  VixVM_DirectoryExistsInGuest: 'guest.files.stat',
  VixVM_GetFileInfoInGuest: 'guest.files.stat',
  VixVM_RenameFileInGuest: 'guest.files.move',
  VixVM_CreateTempFileInGuest: 'guest.files.createTempFile',
  VixVM_ListDirectoryInGuest: 'guest.files.list',
  VixVM_CreateDirectoryInGuest: 'guest.files.makeDirectory',
  VixVM_DeleteDirectoryInGuest: 'guest.files.deleteDirectory',
};

/** Kinds of fault by the name of the error that each becomes. */
const kindsByError = new Map<string, FaultKind>(
  Object.entries(faultCodes).map(([kind, name]) => [name, kind as FaultKind]),
);

/** Arguments with which a function gets as far as the backend. */
async function goodArguments(bench: Bench, call: VixFunctionName, snapshots: readonly number[]): Promise<unknown[]> {
  const { vm, guest } = await GuestBench.in(bench, 'posix');
  const { hostType, hostName, hostPort, userName, password } = bench.target.connection;
  const own: Readonly<Record<string, unknown>> =
    call === 'VixHost_Connect'
      ? { hostType, hostName, hostPort, userName, password }
      : call === 'VixVM_LoginInGuest'
        ? { userName: guest.user.name, password: guest.user.password }
        : {};
  const [snapshot] = snapshots;
  return argumentsFor(call, {
    ...own,
    hostHandle: bench.host,
    // A machine that runs is not cloned.
    vmHandle: call === 'VixVM_Clone' ? await bench.open('off') : vm,
    ...(snapshot === undefined ? {} : { [snapshotParameter(call)]: snapshot }),
    searchType: VIX_FIND_RUNNING_VMS,
    variableType: VIX_GUEST_ENVIRONMENT_VARIABLE,
    name: 'name',
    valueName: 'name',
    vmxFilePath: bench.vm('off').location,
    vmxFilePathName: bench.vm('off').location,
    hostPathName: bench.target.directory,
    destConfigPathName: bench.target.newLocation?.('injected') ?? 'injected',
  });
}

/** Name of the parameter that takes a snapshot; another function may have an out parameter of that name. */
function snapshotParameter(call: VixFunctionName): string {
  const row: FunctionRow = functions[call];
  return Object.entries(row.params).find(([, kind]) => kind === 'snapshot')?.[0] ?? '';
}

const cases: readonly CaseDefinition[] = Object.entries(operations).map(([name, operation]) => {
  const call = name as VixFunctionName;
  const row: FunctionRow = functions[call];
  const capability = functionCapabilities[call];
  const isOnSnapshot = Object.values(row.params).includes('snapshot') && call !== 'VixVM_Clone';
  return {
    title: `${call} passes on each error of its page that a backend can report`,
    needs: [...(capability === undefined ? [] : [capability]), ...(isOnSnapshot ? (['snapshots'] as const) : [])],
    async run(bench) {
      const snapshots = isOnSnapshot ? [await create(bench, await bench.open('posix'), 'snapshot')] : [];
      const args = await goodArguments(bench, call, snapshots);
      const wrong: string[] = [];
      for (const expected of row.errors) {
        const kind = kindsByError.get(expected);
        if (kind === undefined) continue;
        const restore = bench.target.inject?.({ operation, kind });
        const error = await bench.errorOf(call, args);
        restore?.();
        if (error !== errorCode(expected)) wrong.push(`${kind}: ${errorName(error)} in place of ${expected}`);
      }
      assert.deepEqual(wrong, []);
    },
  };
});

export const injectedFaultCases = caseGroup(
  'faults of the backend',
  { needs: ['guest'], roles: ['posix', 'off'], abilities: ['inject'] },
  [
    ...cases,
    {
      title: 'a fault that no page names gets its own code all the same',
      async run(bench) {
        const vm = await bench.open('off');
        const wrong: string[] = [];
        for (const [kind, name] of Object.entries(faultCodes)) {
          // A lost connection ends all that hangs on it; see the next case.
          if (kind === 'connection-lost') continue;
          const restore = bench.target.inject?.({ operation: 'power.on', kind: kind as FaultKind });
          const { error } = await bench.attempt('VixVM_PowerOn', [vm, 0, 0]);
          restore?.();
          if (errorName(error) !== errorName(errorCode(name))) wrong.push(`${kind}: ${errorName(error)}, not ${name}`);
        }
        assert.deepEqual(wrong, []);
      },
    },
    {
      title: 'a connection that is lost fails what runs over it, and a new one works',
      needs: ['power'],
      async run(bench) {
        const vm = await bench.open('off');
        const waiting = bench.begin('VixVM_WaitForToolsInGuest', [await bench.open('posix'), 0]);
        const restore = bench.target.inject?.({ operation: 'power.on', kind: 'connection-lost' });
        await bench.fails(VIX_E_HOST_CONNECTION_LOST, 'VixVM_PowerOn', vm, 0, 0);
        await waiting.end();
        await bench.fails(VIX_E_HOST_CONNECTION_LOST, 'VixVM_PowerOn', vm, 0, 0);
        restore?.();
        const again = await bench.open('off', await bench.connect());
        await bench.ok('VixVM_PowerOn', again, 0, 0);
      },
    },
  ],
);

import assert from 'node:assert/strict';
import {
  VIX_E_GUEST_USER_PERMISSIONS,
  VIX_E_INVALID_ARG,
  VIX_E_NO_SUCH_PROCESS,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_JOB_RESULT_PROCESS_BEING_DEBUGGED,
  VIX_PROPERTY_JOB_RESULT_PROCESS_COMMAND,
  VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
  VIX_PROPERTY_JOB_RESULT_PROCESS_OWNER,
  VIX_PROPERTY_JOB_RESULT_PROCESS_START_TIME,
  VIX_RUNPROGRAM_RETURN_IMMEDIATELY,
} from '../../vix/names.js';
import { type CaseDefinition, caseGroup } from '../conformance-case.js';
import { GuestBench } from '../guest-bench.js';

const processId = VIX_PROPERTY_JOB_RESULT_PROCESS_ID;

interface ListedProcess {
  readonly name: string;
  readonly owner: string;
  readonly command: string;
  readonly startTime: number;
  readonly isBeingDebugged: boolean;
}

/** The processes of the guest by id. */
async function processes({ bench, vm }: GuestBench): Promise<ReadonlyMap<number, ListedProcess>> {
  const outcome = await bench.ok('VixVM_ListProcessesInGuest', vm, 0);
  const listed = Array.from({ length: outcome.count(processId) }, (_, index) => {
    const process: ListedProcess = {
      name: outcome.text(VIX_PROPERTY_JOB_RESULT_ITEM_NAME, index),
      owner: outcome.text(VIX_PROPERTY_JOB_RESULT_PROCESS_OWNER, index),
      command: outcome.text(VIX_PROPERTY_JOB_RESULT_PROCESS_COMMAND, index),
      startTime: outcome.integer(VIX_PROPERTY_JOB_RESULT_PROCESS_START_TIME, index),
      isBeingDebugged: outcome.bool(VIX_PROPERTY_JOB_RESULT_PROCESS_BEING_DEBUGGED, index),
    };
    return [outcome.int64(processId, index), process] as const;
  });
  return new Map(listed);
}

/** Starts a program that goes on for long. @returns its process id. */
async function startLong({ bench, vm, words }: GuestBench): Promise<number> {
  const { path, args } = words.longWait;
  const options = VIX_RUNPROGRAM_RETURN_IMMEDIATELY;
  return (await bench.ok('VixVM_RunProgramInGuest', vm, path, args, options, 0)).int64(processId);
}

const familyCases: readonly CaseDefinition[] = (['posix', 'windows'] as const).flatMap((role) => [
  {
    title: `${role}: the list shows a program with its owner, command line and start`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const before = await processes(inGuest);
      assert.ok(before.size > 0, 'a guest has processes of its own');
      const pid = await startLong(inGuest);
      assert.ok(!before.has(pid), 'process ids are new');
      const found = (await processes(inGuest)).get(pid);
      const { longWait, longWaitName } = inGuest.words;
      assert.equal(found?.name, longWaitName);
      const owner = (found?.owner ?? '').split('\\').at(-1);
      assert.equal(owner, inGuest.guest.user.name);
      assert.ok(found?.command.includes(longWait.path), `command line ${found?.command}`);
      assert.equal(found.isBeingDebugged, false);
      assert.ok(found.startTime > 1_000_000_000, `seconds since 1970: ${found.startTime}`);
    },
  },
  {
    title: `${role}: a process that was killed is gone, and its waiter learns that it ended`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const { vm, words } = inGuest;
      const pid = await startLong(inGuest);
      await bench.ok('VixVM_KillProcessInGuest', vm, pid, 0);
      await bench.until('the process is off the list', async () => !(await processes(inGuest)).has(pid));
      await bench.fails(VIX_E_NO_SUCH_PROCESS, 'VixVM_KillProcessInGuest', vm, pid, 0);
      const known = new Set((await processes(inGuest)).keys());
      const { path, args } = words.longWait;
      const waiting = bench.begin('VixVM_RunProgramInGuest', [vm, path, args, 0, 0]);
      const started = await bench.until('the program is on the list', async () =>
        [...(await processes(inGuest))].find(([id, { name }]) => !known.has(id) && name === words.longWaitName),
      );
      await bench.ok('VixVM_KillProcessInGuest', vm, BigInt(started[0]), 0);
      const outcome = await waiting.end();
      assert.notEqual(outcome.integer(VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE), 0);
      assert.equal(outcome.int64(processId), started[0]);
    },
  },
  {
    title: `${role}: a process that is not there cannot be killed`,
    roles: [role],
    changesNothing: true,
    async run(bench) {
      const { vm } = await GuestBench.in(bench, role);
      await bench.fails(VIX_E_NO_SUCH_PROCESS, 'VixVM_KillProcessInGuest', vm, 987_654_321, 0);
      await bench.fails(VIX_E_NO_SUCH_PROCESS, 'VixVM_KillProcessInGuest', vm, 987_654_321n, 0);
      for (const pid of [-1, 1.5, Number.NaN, 2 ** 60, 'all', null]) {
        (await bench.attempt('VixVM_KillProcessInGuest', [vm, pid, 0])).is(VIX_E_INVALID_ARG);
      }
    },
  },
  {
    title: `${role}: a user may not kill the processes of others`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role, 'administrator');
      const pid = await startLong(inGuest);
      await inGuest.login('user');
      await bench.fails(VIX_E_GUEST_USER_PERMISSIONS, 'VixVM_KillProcessInGuest', inGuest.vm, pid, 0);
      await inGuest.login('administrator');
      await bench.ok('VixVM_KillProcessInGuest', inGuest.vm, pid, 0);
    },
  },
]);

export const processCases = caseGroup('processes', { needs: ['guest'] }, [
  ...familyCases,
  {
    title: 'programs end when the machine is powered off',
    needs: ['power'],
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix');
      const { vm } = inGuest;
      const pid = await startLong(inGuest);
      await bench.ok('VixVM_PowerOff', vm, 0);
      await bench.ok('VixVM_PowerOn', vm, 0, 0);
      await bench.ok('VixVM_WaitForToolsInGuest', vm, 600);
      const again = (await processes(inGuest)).get(pid);
      assert.notEqual(again?.name, inGuest.words.longWaitName);
    },
  },
]);

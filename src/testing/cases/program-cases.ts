import assert from 'node:assert/strict';
import {
  VIX_E_ARGUMENT_TOO_BIG,
  VIX_E_FILE_NOT_FOUND,
  VIX_E_GUEST_USER_PERMISSIONS,
  VIX_E_PROGRAM_NOT_STARTED,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_ELAPSED_TIME,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
  VIX_RUNPROGRAM_ACTIVATE_WINDOW,
  VIX_RUNPROGRAM_RETURN_IMMEDIATELY,
} from '../../vix/names.js';
import { type CaseDefinition, caseGroup } from '../conformance-case.js';
import { GuestBench } from '../guest-bench.js';
import type { GuestCommand } from '../guest-words.js';
import type { Outcome } from '../outcome.js';

const exitCode = VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE;
const elapsed = VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_ELAPSED_TIME;
const processId = VIX_PROPERTY_JOB_RESULT_PROCESS_ID;

function run(inGuest: GuestBench, { path, args }: GuestCommand, options = 0): Promise<Outcome> {
  return inGuest.bench.ok('VixVM_RunProgramInGuest', inGuest.vm, path, args, options, 0);
}

/** Cases that both families of guests must pass. */
const familyCases: readonly CaseDefinition[] = (['posix', 'windows'] as const).flatMap((role) => [
  {
    title: `${role}: a program that was waited for tells exit code, time and process id`,
    roles: [role],
    changesNothing: true,
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      for (const code of [0, 1, 7, 200]) {
        const outcome = await run(inGuest, inGuest.words.exit(code));
        assert.equal(outcome.integer(exitCode), code);
        assert.ok(outcome.int64(processId) > 0);
        assert.ok(outcome.integer(elapsed) >= 0);
      }
      const waited = (await run(inGuest, inGuest.words.shortWait)).integer(elapsed);
      assert.ok(waited >= 1 && waited <= 60, `about two seconds, not ${waited}`);
    },
  },
  {
    title: `${role}: a program that is not waited for goes on`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const outcome = await run(inGuest, inGuest.words.longWait, VIX_RUNPROGRAM_RETURN_IMMEDIATELY);
      assert.equal(outcome.integer(exitCode), 0);
      assert.equal(outcome.integer(elapsed), 0);
      await bench.ok('VixVM_KillProcessInGuest', inGuest.vm, outcome.int64(processId), 0);
    },
  },
  {
    title: `${role}: a program leaves what it wrote`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const path = await inGuest.path('out put.txt');
      await inGuest.shell(inGuest.guest.family === 'posix' ? `echo Revix > "${path}"` : `echo Revix> "${path}"`);
      assert.equal(await inGuest.readText(path), 'Revix');
    },
  },
  {
    title: `${role}: a path in quotes and a wish for a window are as good`,
    roles: [role],
    changesNothing: true,
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const { path, args } = inGuest.words.exit(3);
      const outcome = await run(inGuest, { path: `"${path}"`, args }, VIX_RUNPROGRAM_ACTIVATE_WINDOW);
      assert.equal(outcome.integer(exitCode), 3);
    },
  },
  {
    title: `${role}: a program that is not there is not found`,
    roles: [role],
    changesNothing: true,
    async run(bench) {
      const { vm, words } = await GuestBench.in(bench, role);
      await bench.fails(VIX_E_FILE_NOT_FOUND, 'VixVM_RunProgramInGuest', vm, words.absentProgram, '', 0, 0);
    },
  },
  {
    title: `${role}: a directory cannot run`,
    roles: [role],
    changesNothing: true,
    async run(bench) {
      const { vm, words } = await GuestBench.in(bench, role);
      const { knownDirectory } = words;
      await bench.fails(VIX_E_GUEST_USER_PERMISSIONS, 'VixVM_RunProgramInGuest', vm, knownDirectory, '', 0, 0);
    },
  },
  {
    title: `${role}: arguments have a limit`,
    roles: [role],
    changesNothing: true,
    async run(bench) {
      const { vm, words } = await GuestBench.in(bench, role);
      const { path } = words.exit(0);
      const long = 'x'.repeat(60_536 - path.length);
      await bench.fails(VIX_E_ARGUMENT_TOO_BIG, 'VixVM_RunProgramInGuest', vm, path, `${long}y`, 0, 0);
      const bytes = 'ö'.repeat(40_000);
      await bench.fails(VIX_E_ARGUMENT_TOO_BIG, 'VixVM_RunProgramInGuest', vm, path, bytes, 0, 0);
    },
  },
  {
    title: `${role}: no arguments are as good as empty ones`,
    roles: [role],
    changesNothing: true,
    async run(bench) {
      const { vm, words } = await GuestBench.in(bench, role);
      const path = role === 'posix' ? '/bin/true' : `${words.knownDirectory}\\System32\\hostname.exe`;
      for (const args of [null, '']) {
        const outcome = await bench.ok('VixVM_RunProgramInGuest', vm, path, args, 0, 0);
        assert.equal(outcome.integer(exitCode), 0);
      }
    },
  },
  {
    title: `${role}: programs of one machine run side by side`,
    roles: [role],
    changesNothing: true,
    async run(bench) {
      const { vm, words } = await GuestBench.in(bench, role);
      const begun = [5, 6, 7].map((code) => {
        const { path, args } = words.exit(code);
        return bench.begin('VixVM_RunProgramInGuest', [vm, path, args, 0, 0]);
      });
      const codes: number[] = [];
      for (const job of begun) codes.push((await job.end()).integer(exitCode));
      assert.deepEqual(codes, [5, 6, 7]);
    },
  },
]);

export const programCases = caseGroup('programs', { needs: ['guest'] }, [
  ...familyCases,
  {
    title: 'posix: a file without the right to be executed cannot run',
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix');
      const path = await inGuest.path('plain.txt');
      await inGuest.write(path, '#!/bin/sh\nexit 0\n');
      const call = 'VixVM_RunProgramInGuest';
      await bench.fails(VIX_E_GUEST_USER_PERMISSIONS, call, inGuest.vm, path, '', 0, 0);
      await inGuest.shell(`chmod +x "${path}"`);
      await bench.ok(call, inGuest.vm, path, '', 0, 0);
    },
  },
  {
    title: 'posix: a file whose interpreter is missing does not start',
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix');
      const path = await inGuest.path('orphan');
      await inGuest.write(path, '#!/no/such/interpreter\n');
      await inGuest.shell(`chmod +x "${path}"`);
      await bench.fails(VIX_E_PROGRAM_NOT_STARTED, 'VixVM_RunProgramInGuest', inGuest.vm, path, '', 0, 0);
    },
  },
  {
    title: 'windows: a file that is no program does not start',
    roles: ['windows'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'windows');
      const path = await inGuest.path('no program.exe');
      await inGuest.write(path, 'plain text');
      await bench.fails(VIX_E_PROGRAM_NOT_STARTED, 'VixVM_RunProgramInGuest', inGuest.vm, path, '', 0, 0);
    },
  },
  {
    title: 'posix: arguments reach the shell unparsed',
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix');
      const path = await inGuest.path('words.txt');
      await run(inGuest, { path: '/bin/echo', args: `one "two  three" > "${path}"` });
      assert.equal(await inGuest.readText(path), 'one two  three');
    },
  },
]);

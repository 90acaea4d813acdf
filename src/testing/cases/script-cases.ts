import assert from 'node:assert/strict';
import {
  VIX_E_ARGUMENT_TOO_BIG,
  VIX_E_FILE_NOT_FOUND,
  VIX_E_INVALID_ARG,
  VIX_E_PROGRAM_NOT_STARTED,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_ELAPSED_TIME,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
  VIX_RUNPROGRAM_RETURN_IMMEDIATELY,
} from '../../vix/names.js';
import { type CaseDefinition, caseGroup } from '../conformance-case.js';
import { GuestBench } from '../guest-bench.js';

const exitCode = VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE;

/** Names in the directory for temporary files, those of the suite's own apart. */
async function temporaryNames(inGuest: GuestBench): Promise<readonly string[]> {
  const own = await inGuest.directory();
  const end = own.lastIndexOf(inGuest.words.separator);
  const names = await inGuest.names(own.slice(0, end));
  return names.filter((name) => name !== own.slice(end + 1));
}

const familyCases: readonly CaseDefinition[] = (['posix', 'windows'] as const).flatMap((role) => [
  {
    title: `${role}: a script runs through the guest's own interpreter`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const path = await inGuest.path('by default.txt');
      for (const [interpreter, code] of [
        [null, 0],
        ['', 9],
      ] as const) {
        const script = inGuest.words.script('Revix', path, code);
        const outcome = await bench.ok('VixVM_RunScriptInGuest', inGuest.vm, interpreter, script, 0, 0);
        assert.equal(outcome.integer(exitCode), code);
        assert.ok(outcome.int64(VIX_PROPERTY_JOB_RESULT_PROCESS_ID) > 0);
        assert.equal(await inGuest.readText(path), 'Revix');
        await bench.ok('VixVM_DeleteFileInGuest', inGuest.vm, path);
      }
    },
  },
  {
    title: `${role}: a script runs through the interpreter that is named`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const { interpreter } = inGuest.words;
      for (const [name, code] of [
        [interpreter, 4],
        [`"${interpreter}"`, 0],
      ] as const) {
        const path = await inGuest.path(`named ${code}.txt`);
        const script = inGuest.words.interpreterScript('Revix', path, code);
        const outcome = await bench.ok('VixVM_RunScriptInGuest', inGuest.vm, name, script, 0, 0);
        assert.equal(outcome.integer(exitCode), code);
        assert.equal(await inGuest.readText(path), 'Revix');
      }
    },
  },
  {
    title: `${role}: an interpreter is found by its bare name`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const { bareInterpreter } = inGuest.words;
      const path = await inGuest.path('bare.txt');
      const script = inGuest.words.interpreterScript('Revix', path, 6);
      const outcome = await bench.ok('VixVM_RunScriptInGuest', inGuest.vm, bareInterpreter, script, 0, 0);
      assert.equal(outcome.integer(exitCode), 6);
      assert.equal(await inGuest.readText(path), 'Revix');
    },
  },
  {
    title: `${role}: a script leaves no temporary files behind`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const before = await temporaryNames(inGuest);
      const { vm, words } = inGuest;
      const script = words.script('Revix', await inGuest.path('left.txt'), 1);
      await bench.ok('VixVM_RunScriptInGuest', vm, null, script, 0, 0);
      await bench.fails(VIX_E_FILE_NOT_FOUND, 'VixVM_RunScriptInGuest', vm, words.absentProgram, script, 0, 0);
      assert.deepEqual(await temporaryNames(inGuest), before);
    },
  },
  {
    title: `${role}: a script need not be waited for`,
    roles: [role],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, role);
      const path = await inGuest.path('at once.txt');
      const script = inGuest.words.script('Revix', path, 5);
      const options = VIX_RUNPROGRAM_RETURN_IMMEDIATELY;
      const outcome = await bench.ok('VixVM_RunScriptInGuest', inGuest.vm, null, script, options, 0);
      assert.equal(outcome.integer(exitCode), 0);
      assert.equal(outcome.integer(VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_ELAPSED_TIME), 0);
      await bench.until('the script wrote its file', () => inGuest.fileExists(path));
    },
  },
  {
    title: `${role}: a script with its interpreter has a limit of 60536 bytes`,
    roles: [role],
    changesNothing: true,
    async run(bench) {
      const { vm, words } = await GuestBench.in(bench, role);
      const call = 'VixVM_RunScriptInGuest';
      await bench.fails(VIX_E_ARGUMENT_TOO_BIG, call, vm, null, 'x'.repeat(60_537), 0, 0);
      const rest = 60_537 - words.interpreter.length;
      await bench.fails(VIX_E_ARGUMENT_TOO_BIG, call, vm, words.interpreter, 'x'.repeat(rest), 0, 0);
      await bench.fails(VIX_E_ARGUMENT_TOO_BIG, call, vm, null, 'ö'.repeat(30_269), 0, 0);
    },
  },
  {
    title: `${role}: the largest script still runs`,
    roles: [role],
    changesNothing: true,
    async run(bench) {
      const { vm } = await GuestBench.in(bench, role);
      const comment = role === 'posix' ? '# ' : 'rem ';
      const line = `${comment}${'x'.repeat(93 - comment.length)}\n`;
      const end = role === 'posix' ? 'exit 6\n' : 'exit /b 6\n';
      // On Windows each line grows by a byte on its way, so there is room left for that.
      const script = line.repeat(Math.floor((60_000 - end.length) / line.length)) + end;
      const outcome = await bench.ok('VixVM_RunScriptInGuest', vm, null, script, 0, 0);
      assert.equal(outcome.integer(exitCode), 6);
    },
  },
  {
    title: `${role}: what is no interpreter and no script is refused`,
    roles: [role],
    changesNothing: true,
    async run(bench) {
      const { vm, words } = await GuestBench.in(bench, role);
      const call = 'VixVM_RunScriptInGuest';
      await bench.fails(VIX_E_FILE_NOT_FOUND, call, vm, words.absentProgram, 'exit 0', 0, 0);
      await bench.fails(VIX_E_FILE_NOT_FOUND, call, vm, 'revix-absent', 'exit 0', 0, 0);
      await bench.fails(VIX_E_INVALID_ARG, call, vm, words.relativeInterpreter, 'exit 0', 0, 0);
      (await bench.attempt(call, [vm, null, 7, 0, 0])).is(VIX_E_INVALID_ARG);
      (await bench.attempt(call, [vm, null, null, 0, 0])).is(VIX_E_INVALID_ARG);
    },
  },
]);

export const scriptCases = caseGroup('scripts', { needs: ['guest'] }, [
  ...familyCases,
  {
    title: 'posix: an interpreter that cannot start is told',
    roles: ['posix'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix');
      const path = await inGuest.path('interpreter');
      await inGuest.write(path, '#!/no/such/interpreter\n');
      await inGuest.shell(`chmod +x "${path}"`);
      await bench.fails(VIX_E_PROGRAM_NOT_STARTED, 'VixVM_RunScriptInGuest', inGuest.vm, path, 'exit 0', 0, 0);
    },
  },
  {
    title: 'windows: an interpreter that goes by the extension gets the one it needs',
    roles: ['windows'],
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'windows');
      const { interpreter } = inGuest.words;
      const outcome = await bench.ok('VixVM_RunScriptInGuest', inGuest.vm, interpreter, 'WScript.Quit 11', 0, 0);
      assert.equal(outcome.integer(exitCode), 11);
    },
  },
]);

import {
  VIX_INVALID_HANDLE,
  VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_JOB_RESULT_PROCESS_COMMAND,
  VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
  VIX_PROPERTY_JOB_RESULT_PROCESS_OWNER,
  VIX_RUNPROGRAM_ACTIVATE_WINDOW,
  VIX_RUNPROGRAM_RETURN_IMMEDIATELY,
} from '../../../vix/names.js';
import { Vix_Out } from '../../../api/vix-out.js';
import type { ProgramOutput } from '../../../guest/program-output.js';
import type { VixHandle } from '../../../vix/types.js';
import { UsageError } from '../../usage-error.js';
import { type Answer, type Command, command, listText, silent } from '../command.js';
import { commandLine } from '../command-line.js';
import { integer, type Parameter, type ProgramOptions, programOptions, rest, text, vm } from '../parameters.js';
import type { ResultOf } from '../result-shape.js';
import type { Session } from '../session.js';

function runOptions(options: ProgramOptions): number {
  return (
    (options.noWait ? VIX_RUNPROGRAM_RETURN_IMMEDIATELY : 0) |
    (options.activeWindow ? VIX_RUNPROGRAM_ACTIVATE_WINDOW : 0)
  );
}

/** What a program has printed, where that was asked for. */
function printedBy(session: Session, job: VixHandle, options: ProgramOptions): Pick<Answer, 'printed'> {
  if (!options.output) return {};
  const cell = Vix_Out<ProgramOutput>();
  session.expect(session.vix.Revix_GetProgramOutput(job, cell), job);
  return { printed: cell.value };
}

/** No exit code of a program that is not waited for; what it printed with `-output`. */
const programResult = { pid: 'number', 'exitCode?': 'number', 'stdout?': 'string', 'stderr?': 'string' } as const;

/** What is told of a program that has ended, or that was only started. */
function programAnswer(
  session: Session,
  job: VixHandle,
  options: ProgramOptions,
): Answer<ResultOf<typeof programResult>> {
  const pid = session.result(job, VIX_PROPERTY_JOB_RESULT_PROCESS_ID);
  if (options.noWait) return { result: { pid } };
  const exitCode = session.result(job, VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE);
  const printed = printedBy(session, job, options);
  if (exitCode === 0) return { result: { pid, exitCode }, ...printed };
  return {
    ...printed,
    result: { pid, exitCode },
    text: `Guest program exited with non-zero exit code: ${exitCode}\n`,
    status: exitCode,
  };
}

const login = ({ options }: { readonly options: ProgramOptions }) => ({ isInteractive: options.interactive });

/** A script with its interpreter, which some leave out. What follows is surplus. */
const script: Parameter<'script', { readonly interpreter: string; readonly text: string }> = {
  name: 'script',
  kind: 'text',
  usage: 'INTERPRETER SCRIPT-TEXT',
  read: (words) => {
    const [first, second] = words.rest();
    if (first === undefined) throw new UsageError('Missing argument: SCRIPT-TEXT');
    return second === undefined ? { interpreter: '', text: first } : { interpreter: first, text: second };
  },
};

/** The commands for programs and processes of the guest. */
export const guestProgramCommands: readonly Command[] = [
  command({
    name: 'runProgramInGuest',
    section: 'guest',
    parameters: [vm, programOptions(1), text('program', 'PROGRAM', 'guest-path'), rest('arguments', 'ARGUMENTS')],
    summary: 'run a program in the guest',
    result: programResult,
    limit: 'none',
    login,
    run: async (session, { options, program, arguments: words }) => {
      const { vix, vm: handle } = session;
      const line = commandLine(program, words);
      const flags = runOptions(options);
      const job = options.output
        ? vix.Revix_RunProgramInGuest(handle, program, line, flags, null, null)
        : vix.VixVM_RunProgramInGuest(handle, program, line, flags, VIX_INVALID_HANDLE, null, null);
      return programAnswer(session, await session.finish(job), options);
    },
  }),
  command({
    name: 'runScriptInGuest',
    section: 'guest',
    parameters: [vm, programOptions(2), script],
    summary: 'run a script in the guest',
    result: programResult,
    limit: 'none',
    login,
    run: async (session, { options, script: given }) => {
      const { vix, vm: handle } = session;
      const flags = runOptions(options);
      const { interpreter, text: scriptText } = given;
      const job = options.output
        ? vix.Revix_RunScriptInGuest(handle, interpreter, scriptText, flags, null, null)
        : vix.VixVM_RunScriptInGuest(handle, interpreter, scriptText, flags, VIX_INVALID_HANDLE, null, null);
      return programAnswer(session, await session.finish(job), options);
    },
  }),
  command({
    name: 'listProcessesInGuest',
    section: 'guest',
    parameters: [vm],
    summary: 'list the processes of the guest',
    result: { processes: [{ pid: 'number', owner: 'string', name: 'string', command: 'string' }] },
    login: 'always',
    run: async (session) => {
      const job = await session.finish(session.vix.VixVM_ListProcessesInGuest(session.vm, 0, null, null));
      const names = session.results(job, VIX_PROPERTY_JOB_RESULT_ITEM_NAME);
      const processes = names.map((name, index) => ({
        pid: session.result(job, VIX_PROPERTY_JOB_RESULT_PROCESS_ID, index),
        owner: session.result(job, VIX_PROPERTY_JOB_RESULT_PROCESS_OWNER, index),
        name,
        command: session.result(job, VIX_PROPERTY_JOB_RESULT_PROCESS_COMMAND, index),
      }));
      const lines = processes.map(({ pid, owner, command: cmd }) => `pid=${pid}, owner=${owner}, cmd=${cmd}`);
      return { result: { processes }, text: listText('Process list', lines) };
    },
  }),
  command({
    name: 'killProcessInGuest',
    section: 'guest',
    parameters: [vm, integer('pid', 'PID')],
    summary: 'end a process of the guest',
    login: 'always',
    run: async (session, { pid }) => {
      await session.finish(session.vix.VixVM_KillProcessInGuest(session.vm, pid, 0, null, null));
      return silent;
    },
  }),
];

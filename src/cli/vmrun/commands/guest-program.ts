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
import type { VixHandle } from '../../../vix/types.js';
import { type Answer, type Command, command, listText, silent } from '../command.js';
import { commandLine } from '../command-line.js';
import { integer, type ProgramOptions, programOptions, rest, text, vm } from '../parameters.js';
import type { Session } from '../session.js';

function runOptions(options: ProgramOptions): number {
  return (
    (options.noWait ? VIX_RUNPROGRAM_RETURN_IMMEDIATELY : 0) |
    (options.activeWindow ? VIX_RUNPROGRAM_ACTIVATE_WINDOW : 0)
  );
}

/** What is told of a program that has ended, or that was only started. */
function programAnswer(session: Session, job: VixHandle, options: ProgramOptions): Answer {
  const pid = session.result(job, VIX_PROPERTY_JOB_RESULT_PROCESS_ID);
  if (options.noWait) return { result: { pid } };
  const exitCode = session.result(job, VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE);
  if (exitCode === 0) return { result: { pid, exitCode } };
  return {
    result: { pid, exitCode },
    text: `Guest program exited with non-zero exit code: ${exitCode}\n`,
    status: exitCode,
  };
}

const login = ({ options }: { readonly options: ProgramOptions }) => ({ isInteractive: options.interactive });

/** The commands for programs and processes of the guest. */
export const guestProgramCommands: readonly Command[] = [
  command({
    name: 'runProgramInGuest',
    section: 'guest',
    parameters: [vm, programOptions(1), text('program', 'PROGRAM', 'guest-path'), rest('arguments', 'ARGUMENTS')],
    summary: 'run a program in the guest',
    limit: 'none',
    login,
    run: async (session, { options, program, arguments: words }) => {
      const line = commandLine(program, words);
      const job = session.vix.VixVM_RunProgramInGuest(
        session.vm,
        program,
        line,
        runOptions(options),
        VIX_INVALID_HANDLE,
        null,
        null,
      );
      return programAnswer(session, await session.finish(job), options);
    },
  }),
  command({
    name: 'runScriptInGuest',
    section: 'guest',
    parameters: [vm, programOptions(2), rest('script', 'INTERPRETER SCRIPT-TEXT')],
    summary: 'run a script in the guest',
    limit: 'none',
    login,
    run: async (session, { options, script }) => {
      // Some leave the interpreter out.
      const [interpreter = '', scriptText] = script.length === 1 ? ['', ...script] : script;
      const job = session.vix.VixVM_RunScriptInGuest(
        session.vm,
        interpreter,
        scriptText ?? '',
        runOptions(options),
        VIX_INVALID_HANDLE,
        null,
        null,
      );
      return programAnswer(session, await session.finish(job), options);
    },
  }),
  command({
    name: 'listProcessesInGuest',
    section: 'guest',
    parameters: [vm],
    summary: 'list the processes of the guest',
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

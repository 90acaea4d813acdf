import type { CallContext } from '../backends/call-context.js';
import { tidily } from '../guest/tidily.js';
import {
  endCaptured,
  readOutput,
  startCaptured,
  type CapturedProgram,
  type ProgramOutput,
} from '../guest/program-output.js';
import type { GuestSession } from '../guest/guest-session.js';
import type { JobContext } from '../jobs/job.js';
import { startScript, windowsLines } from '../guest/script-runner.js';
import { VixFailure } from '../errors/vix-failure.js';
import { errorText } from '../vix/lookup.js';
import { VIX_OK, VIX_RUNPROGRAM_ACTIVATE_WINDOW } from '../vix/names.js';
import type { VixError, VixHandle } from '../vix/types.js';
import { checkSize, guestPath, integer, optionalText, text } from './arguments.js';
import { callFailed, handleFailure } from './call-failure.js';
import { addProgramResults, tidiedAfter, unquoted } from './program-results.js';
import { isCell, noCell } from './property-cells.js';
import { startGuestJob, type VixCallback } from './start-job.js';
import type { VixOut } from './vix-out.js';
import type { VixRuntime, VmEntry } from './vix-runtime.js';

/** Guest programs whose output is kept, which VIX cannot do. */
export function revixProgramFunctions(runtime: VixRuntime) {
  const outputs = new WeakMap<object, ProgramOutput>();

  /**
   * Sees a captured program through from its start on; its directory goes in every outcome, and before a connection is
   * closed; a program that is not waited for to its end is ended.
   */
  async function finish(
    starting: Promise<CapturedProgram>,
    session: GuestSession,
    context: JobContext,
    vm: VmEntry,
    keep: (output: ProgramOutput) => void,
  ): Promise<void> {
    const report = (error: unknown): void => runtime.report(error);
    const run = async () => {
      const started = await starting;
      const { pid, directory } = started;
      let mayRun = true;
      const outcome = async () => {
        const exited = await session.waitForExit(pid, context);
        mayRun = false;
        return { pid, exited, output: await readOutput(session, directory, context) };
      };
      const discard = async (tidying: CallContext): Promise<void> => {
        if (mayRun) await endCaptured(session, started, tidying).catch(report);
        await started.cleanUp(tidying);
      };
      return await tidiedAfter(outcome(), () => tidily(context, discard).catch(report));
    };
    const { pid, exited, output } = await vm.payload.host.payload.tidy(run());
    addProgramResults(context.results, pid, exited);
    keep(output);
  }

  /** Starts a job and remembers what its program prints. */
  function startKeeping(start: (keep: (output: ProgramOutput) => void) => VixHandle): VixHandle {
    const handle: VixHandle = start((output) => {
      const job = runtime.table.lookup(handle, 'job');
      if (typeof job !== 'number') outputs.set(job.payload, output);
    });
    return handle;
  }

  return {
    /** As `VixVM_RunProgramInGuest`, waits for the program, and keeps what it prints for `Revix_GetProgramOutput`. */
    Revix_RunProgramInGuest(
      vmHandle: VixHandle,
      guestProgramName: string,
      commandLineArgs: string | null,
      options: number,
      callback: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'Revix_RunProgramInGuest', callback, clientData };
      return startKeeping((keep) =>
        startGuestJob(runtime, vmHandle, tail, async (session, context, vm) => {
          const path = guestPath('guestProgramName', unquoted(guestProgramName));
          const args = optionalText('commandLineArgs', commandLineArgs);
          const activateWindow = (integer('options', options) & VIX_RUNPROGRAM_ACTIVATE_WINDOW) !== 0;
          checkSize('guestProgramName with commandLineArgs', Buffer.byteLength(path) + Buffer.byteLength(args));
          const starting = startCaptured(session, { path, arguments: args, activateWindow }, context, runtime.report);
          await finish(starting, session, context, vm, keep);
        }),
      );
    },

    /**
     * As `VixVM_RunScriptInGuest`, waits for the script, and keeps what it prints for `Revix_GetProgramOutput`. A Windows
     * guest gets the text with its own line ends.
     */
    Revix_RunScriptInGuest(
      vmHandle: VixHandle,
      interpreter: string | null,
      scriptText: string,
      options: number,
      callback: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'Revix_RunScriptInGuest', callback, clientData };
      return startKeeping((keep) =>
        startGuestJob(runtime, vmHandle, tail, async (session, context, vm) => {
          const program = optionalText('interpreter', unquoted(interpreter));
          const script = text('scriptText', scriptText);
          const activateWindow = (integer('options', options) & VIX_RUNPROGRAM_ACTIVATE_WINDOW) !== 0;
          checkSize('interpreter with scriptText', Buffer.byteLength(program) + Buffer.byteLength(script));
          const lines = session.ops.family === 'windows' ? windowsLines(script) : script;
          const spec = { interpreter: program, text: lines, activateWindow, isCaptured: true };
          const starting = startScript(session, spec, context, runtime.report);
          await finish(starting, session, context, vm, keep);
        }),
      );
    },

    /** What the program of a finished job printed, as bytes. Both are empty for a job of another kind. */
    Revix_GetProgramOutput(jobHandle: VixHandle, result: VixOut<ProgramOutput>): VixError {
      const call = 'Revix_GetProgramOutput';
      const job = runtime.table.lookup(jobHandle, 'job');
      if (typeof job === 'number') {
        return callFailed(runtime, call, jobHandle, handleFailure(runtime, 'jobHandle', jobHandle, job));
      }
      if (!isCell(result)) return callFailed(runtime, call, jobHandle, noCell('for the answer'));
      if (job.payload.error !== VIX_OK)
        return callFailed(runtime, call, jobHandle, new VixFailure(job.payload.error, errorText(job.payload.error)));
      result.value = outputs.get(job.payload) ?? { stdout: new Uint8Array(), stderr: new Uint8Array() };
      return VIX_OK;
    },
  };
}

/** The functions of this file. */
export type RevixPrograms = ReturnType<typeof revixProgramFunctions>;

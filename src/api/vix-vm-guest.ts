import type { CallContext, GuestCredentials, GuestProcess } from '../backends/backend.js';
import { Secret } from '../base/secret.js';
import { VixFailure } from '../errors/vix-failure.js';
import { GuestSession } from '../guest/guest-session.js';
import { startScript, withoutSignal } from '../guest/script-runner.js';
import { tidily } from '../guest/tidily.js';
import { VmPrograms } from '../guest/vm-programs.js';
import type { PropertyList } from '../handles/property-list.js';
import { constants } from '../vix/constants.js';
import {
  VIX_E_LOGIN_TYPE_NOT_SUPPORTED,
  VIX_LOGIN_IN_GUEST_REQUIRE_INTERACTIVE_ENVIRONMENT,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_JOB_RESULT_PROCESS_BEING_DEBUGGED,
  VIX_PROPERTY_JOB_RESULT_PROCESS_COMMAND,
  VIX_PROPERTY_JOB_RESULT_PROCESS_ID,
  VIX_PROPERTY_JOB_RESULT_PROCESS_OWNER,
  VIX_PROPERTY_JOB_RESULT_PROCESS_START_TIME,
  VIX_RUNPROGRAM_ACTIVATE_WINDOW,
  VIX_RUNPROGRAM_RETURN_IMMEDIATELY,
} from '../vix/names.js';
import type { VixHandle } from '../vix/types.js';
import { checkSize, filledText, guestPath, integer, optionalText, text, unsigned64 } from './arguments.js';
import { addProgramResults, tidiedAfter, unquoted } from './program-results.js';
import {
  requireCapability,
  startGuestJob,
  startVmJob,
  takenList,
  type VixCallback,
  type VixListHandle,
} from './start-job.js';
import type { VixRuntime, VmEntry } from './vix-runtime.js';

/** User names that stood for somebody else in old releases; all of them were withdrawn. */
const pseudoUsers: ReadonlySet<string> = new Set(Object.values(constants.specialUserNames.values));

/** The functions for guest login, programs, scripts and processes. */
export function vixVmGuestFunctions(runtime: VixRuntime) {
  return {
    /** Validates guest credentials and keeps them with the handle until logout, another login, or its last release. */
    VixVM_LoginInGuest(
      vmHandle: VixHandle,
      userName: string,
      password: string | null,
      options: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_LoginInGuest', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'guest',
        work: async (vm, context) => {
          const user = filledText('userName', userName);
          const secret = new Secret(optionalText('password', password));
          const isInteractive =
            (integer('options', options) & VIX_LOGIN_IN_GUEST_REQUIRE_INTERACTIVE_ENVIRONMENT) !== 0;
          await loginInGuest(runtime, vm, { userName: user, password: secret, isInteractive }, context);
        },
      });
    },

    /** Forgets the guest credentials; no error when there are none. */
    VixVM_LogoutFromGuest(vmHandle: VixHandle, callbackProc: VixCallback, clientData: unknown): VixHandle {
      const tail = { call: 'VixVM_LogoutFromGuest', callback: callbackProc, clientData };
      return startVmJob(runtime, vmHandle, tail, {
        capability: 'guest',
        work: (vm) => {
          vm.payload.session = undefined;
        },
      });
    },

    /** Runs an executable; done when it ends, or when it has started with `VIX_RUNPROGRAM_RETURN_IMMEDIATELY`. */
    VixVM_RunProgramInGuest(
      vmHandle: VixHandle,
      guestProgramName: string,
      commandLineArgs: string | null,
      options: number,
      propertyListHandle: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_RunProgramInGuest', callback: callbackProc, clientData };
      const list = takenList(runtime, propertyListHandle);
      return startGuestJob(runtime, vmHandle, tail, async (session, context) => {
        const path = guestPath('guestProgramName', unquoted(guestProgramName));
        const args = optionalText('commandLineArgs', commandLineArgs);
        const flags = integer('options', options);
        list();
        checkSize('guestProgramName with commandLineArgs', Buffer.byteLength(path) + Buffer.byteLength(args));
        const activateWindow = (flags & VIX_RUNPROGRAM_ACTIVATE_WINDOW) !== 0;
        const pid = await session.start({ path, arguments: args, activateWindow }, context);
        const exited =
          (flags & VIX_RUNPROGRAM_RETURN_IMMEDIATELY) === 0 ? await session.waitForExit(pid, context) : undefined;
        addProgramResults(context.results, pid, exited);
      });
    },

    /** Runs a script through an interpreter; with none given, through the guest's own. */
    VixVM_RunScriptInGuest(
      vmHandle: VixHandle,
      interpreter: string | null,
      scriptText: string,
      options: number,
      propertyListHandle: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_RunScriptInGuest', callback: callbackProc, clientData };
      const list = takenList(runtime, propertyListHandle);
      return startGuestJob(runtime, vmHandle, tail, async (session, context, vm) => {
        const program = optionalText('interpreter', unquoted(interpreter));
        const script = text('scriptText', scriptText);
        const flags = integer('options', options);
        list();
        checkSize('interpreter with scriptText', Buffer.byteLength(program) + Buffer.byteLength(script));
        const activateWindow = (flags & VIX_RUNPROGRAM_ACTIVATE_WINDOW) !== 0;
        const host = vm.payload.host.payload;
        const spec = { interpreter: program, text: script, activateWindow };
        const started = await host.tidy(startScript(session, spec, context, runtime.report));
        const isWaitedFor = (flags & VIX_RUNPROGRAM_RETURN_IMMEDIATELY) === 0;
        const waiting = isWaitedFor ? context : { ...withoutSignal(context), signal: host.signal };
        const tidyUp = (): Promise<void> =>
          tidily(context, started.cleanUp).catch((error: unknown) => runtime.report(error));
        // The script's directory goes also when nobody waits for its program, and before a connection is closed.
        const exited = host.tidy(tidiedAfter(session.waitForExit(started.pid, waiting), tidyUp));
        addProgramResults(context.results, started.pid, isWaitedFor ? await exited : undefined);
      });
    },

    /** Lists the processes of the guest, one set of result properties each. */
    VixVM_ListProcessesInGuest(
      vmHandle: VixHandle,
      options: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_ListProcessesInGuest', callback: callbackProc, clientData };
      return startGuestJob(runtime, vmHandle, tail, async (session, context) => {
        integer('options', options);
        const processes = await session.request(context, () => session.ops.processes(context));
        for (const process of processes) addProcessResults(context.results, process);
      });
    },

    /** Ends a process of the guest. */
    VixVM_KillProcessInGuest(
      vmHandle: VixHandle,
      pid: number | bigint,
      options: number,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_KillProcessInGuest', callback: callbackProc, clientData };
      return startGuestJob(runtime, vmHandle, tail, async (session, context) => {
        const id = unsigned64('pid', pid);
        integer('options', options);
        await session.request(context, () => session.ops.kill(id, context));
      });
    },

    /** Opens a URL in the browser of the guest. */
    VixVM_OpenUrlInGuest(
      vmHandle: VixHandle,
      url: string,
      windowState: number,
      propertyListHandle: VixListHandle,
      callbackProc: VixCallback,
      clientData: unknown,
    ): VixHandle {
      const tail = { call: 'VixVM_OpenUrlInGuest', callback: callbackProc, clientData };
      const list = takenList(runtime, propertyListHandle);
      return startGuestJob(
        runtime,
        vmHandle,
        tail,
        async (session, context) => {
          const address = filledText('url', url);
          integer('windowState', windowState);
          list();
          await session.request(context, () => session.ops.openUrl(address, context));
        },
        'openUrl',
      );
    },
  };
}

/**
 * Validates guest credentials and keeps them with the handle.
 * @throws VixFailure `VIX_E_LOGIN_TYPE_NOT_SUPPORTED` for a user that VIX made up.
 */
export async function loginInGuest(
  runtime: VixRuntime,
  vm: VmEntry,
  credentials: GuestCredentials,
  call: CallContext,
): Promise<GuestSession> {
  const { userName, isInteractive } = credentials;
  if (pseudoUsers.has(userName)) {
    const message = `the pseudo-user ${userName} was withdrawn from VIX; log in with an account of the guest`;
    throw new VixFailure(VIX_E_LOGIN_TYPE_NOT_SUPPORTED, message);
  }
  if (isInteractive) requireCapability(vm.payload.host, 'interactiveGuest');
  const ops = vm.payload.link.guest(credentials);
  // What runs at the console is started by another Tools than the rest, which knows nothing of it.
  const programs = isInteractive ? undefined : (vm.payload.programs ??= new VmPrograms(runtime.clock));
  const session = new GuestSession(ops, vm.payload.turn, runtime.clock, programs);
  await session.knowing(call, () => session.request(call, () => ops.validate(call)));
  vm.payload.session = session;
  return session;
}

function addProcessResults(results: PropertyList, process: GuestProcess): void {
  const started = Math.floor(process.startTime.getTime() / 1000);
  results.add(VIX_PROPERTY_JOB_RESULT_ITEM_NAME, { type: 'string', value: process.name });
  results.add(VIX_PROPERTY_JOB_RESULT_PROCESS_ID, { type: 'int64', value: process.pid });
  results.add(VIX_PROPERTY_JOB_RESULT_PROCESS_OWNER, { type: 'string', value: process.owner });
  results.add(VIX_PROPERTY_JOB_RESULT_PROCESS_COMMAND, { type: 'string', value: process.commandLine });
  results.add(VIX_PROPERTY_JOB_RESULT_PROCESS_BEING_DEBUGGED, { type: 'bool', value: process.isBeingDebugged });
  results.add(VIX_PROPERTY_JOB_RESULT_PROCESS_START_TIME, { type: 'integer', value: started });
}

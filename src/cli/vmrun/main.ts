import { join } from 'node:path';
import type { Vix } from '../../api/vix.js';
import { RealClock } from '../../base/clock.js';
import type { AgentCall } from '../agent/agent-client.js';
import { findConfigFile } from '../../backends/find-config-file.js';
import { revixHome } from '../home.js';
import { ProcessTerminal } from '../process-terminal.js';
import { revixVersion } from '../version.js';
import { CommandFailure } from './command-failure.js';
import type { Answer } from './command.js';
import type { Connection, ConnectTarget } from './execute.js';
import { failureStatus, processStatus } from './exit-status.js';
import { ownConnection } from './own-connection.js';
import type { Request } from './parse-command-line.js';
import { runVmrun } from './run-vmrun.js';

/**
 * Runs vmrun in this process, and sets its exit status.
 *
 * @param args command line without the program's name.
 * @returns whether it went to a host, so that the code for that has been compiled.
 */
export async function vmrunMain(args: readonly string[]): Promise<{ readonly hasWorked: boolean }> {
  // Overwrites the command line in the process list, where a password may stand.
  process.title = 'vmrun';
  // Callers take anything on stderr for the error of the command; what Node has to remark is none.
  process.removeAllListeners('warning');
  const terminal = new ProcessTerminal();
  const clock = new RealClock();
  let hasWorked = false;
  const connect = async (target: ConnectTarget, signal: AbortSignal): Promise<Connection> => {
    const { createVix } = await import('../../compose/create-vix.js');
    hasWorked = true;
    const mock = { home: join(revixHome(terminal.env), 'mock'), isInPlace: true };
    return ownConnection(
      made(() => createVix({ clock, mock })),
      target,
      signal,
    );
  };
  const throughAgent = async (request: Request, call: AgentCall): Promise<Answer | undefined> => {
    const { env, directory } = terminal;
    // The mock host has no sessions to keep.
    const isRemote = (request.flags.hostName ?? '') !== '' || findConfigFile(env, directory) !== undefined;
    // A timeline of this command shows nothing of what another process does.
    const isTraced = (env['REVIX_TRACE'] ?? '') !== '';
    if (!isRemote || isTraced || env['REVIX_AGENT'] === '0') return undefined;
    hasWorked = true;
    const { viaAgent } = await import('../agent/via-agent.js');
    return await viaAgent(call, env, revixVersion());
  };
  const end = await runVmrun(args, terminal, { version: revixVersion, clock, connect, throughAgent });
  terminal.close();
  if (end.signal !== undefined && terminal.platform !== 'win32') {
    // Ends as the signal would have ended it, so that a shell stops its loop.
    process.kill(process.pid, end.signal);
    return { hasWorked: false };
  }
  process.exitCode = processStatus(statusWith(terminal, end.status), terminal.platform);
  // Nobody waits for what an interrupt has left under way.
  if (end.signal !== undefined) process.exit();
  return { hasWorked };
}

/** @throws CommandFailure where the environment asks for what cannot be. */
function made(make: () => Vix): Vix {
  try {
    return make();
  } catch (error) {
    throw CommandFailure.ofEnvironment(error);
  }
}

/** The status of a command whose output may have been lost. */
function statusWith(terminal: ProcessTerminal, status: number): number {
  const { lostOutput } = terminal;
  if (lostOutput === undefined) return status;
  // Whoever stopped reading (`| head`) knows; everybody else is told.
  if (lostOutput.code !== 'EPIPE') terminal.write('stderr', `vmrun: cannot write to stdout: ${lostOutput.message}\n`);
  return status === 0 ? failureStatus : status;
}

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { revixHome } from '../home.js';
import { packageRoot } from '../package-root.js';
import type { Answer } from '../vmrun/command.js';
import { type AgentCall, callAgent, connectAgent } from './agent-client.js';
import { type AgentPlace, agentPlace, makePrivateFolder } from './agent-place.js';

/** An agent that starts has so long to say that it is ready, in milliseconds. */
const startLimitMs = 10_000;

/**
 * Has an agent carry out a command, if one is at work; with `REVIX_AGENT=1` one is started.
 *
 * @returns undefined when there is none, none can be started, or it ended before it did anything: the command goes as
 * well without, and `revix doctor` tells why.
 * @throws CommandFailure as without an agent.
 */
export async function viaAgent(
  call: AgentCall,
  env: Readonly<Record<string, string | undefined>>,
  version: string,
): Promise<Answer | undefined> {
  const place = agentPlace(env, call.directory, version);
  let socket = await connectAgent(place);
  if (socket === undefined && env['REVIX_AGENT'] === '1') {
    await launchAgent(place, env);
    socket = await connectAgent(place);
  }
  return socket === undefined ? undefined : await callAgent(socket, call);
}

/** Starts an agent that outlives this process, where there is a folder for it, and waits until it is ready or has ended. */
async function launchAgent(place: AgentPlace, env: Readonly<Record<string, string | undefined>>): Promise<void> {
  if (!canMakeFolder(place.folder)) return;
  // By this a command of npx knows that it has to end with npx, which an agent does not.
  const { npm_command: _npx, ...inherited } = env;
  const child = spawn(process.execPath, [join(packageRoot(), 'dist', 'bin', 'revix.js'), 'agent'], {
    detached: true,
    windowsHide: true,
    // A folder that stays, and in which no configuration lies.
    cwd: place.folder,
    env: {
      ...inherited,
      REVIX_HOME: revixHome(env),
      ...(place.config !== undefined && { REVIX_CONFIG: place.config }),
    },
    // Whoever reads what this process prints must not wait for the agent.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, startLimitMs);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    child.once('error', done).once('exit', done);
    child.stdout.once('data', done);
  });
  child.stdout.destroy();
  child.unref();
}

function canMakeFolder(folder: string): boolean {
  try {
    makePrivateFolder(folder);
    return true;
  } catch {
    return false;
  }
}

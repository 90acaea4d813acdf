import { lstatSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { Clock, ClockTimer } from '../../base/clock.js';
import { VIX_E_HOST_CONNECTION_LOST } from '../../vix/names.js';
import { CommandFailure } from '../vmrun/command-failure.js';
import type { Answer } from '../vmrun/command.js';
import { type AgentPlace, isPrivate, looked } from './agent-place.js';
import { type AgentMessage, type AgentRequest, onMessages, send, type WireAnswer } from './messages.js';

/** How long a cancelled command waits for its agent, which tidies up by itself. */
const cancelMs = 10_000;

/** What a client needs of the process around it. */
export interface AgentCall extends AgentRequest {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  showProgress(what: string, fraction: number): void;
}

/** Connects with the agent of a place. @returns undefined where none listens that can be trusted. */
export async function connectAgent({ folder, path }: AgentPlace): Promise<Socket | undefined> {
  const address = isPrivate(folder) ? addressIn(path) : undefined;
  if (address === undefined) return undefined;
  const socket = connect(address);
  return await new Promise((resolve) => {
    socket.once('error', () => resolve(undefined)).once('connect', () => resolve(socket));
  });
}

function addressIn(path: string): string | undefined {
  const stat = looked(() => lstatSync(path));
  if (stat === undefined) return undefined;
  // Its agent may be on its way out, or not have written it yet.
  if (process.platform === 'win32') return looked(() => readFileSync(path, 'utf8')) || undefined;
  return stat.isSocket() && stat.uid === process.getuid?.() ? path : undefined;
}

/**
 * Has an agent carry out a command.
 * @returns undefined when the agent ended before it did anything: then the command can be carried out without it.
 * @throws CommandFailure as without an agent; also when the agent ends in the middle.
 */
export async function callAgent(socket: Socket, call: AgentCall): Promise<Answer | undefined> {
  const { signal, args, directory, secrets } = call;
  return await new Promise<Answer | undefined>((resolve, reject) => {
    let hasBegun = false;
    let patience: ClockTimer | undefined;
    const cancel = (): void => {
      const reason: unknown = signal.reason;
      send(socket, { cancel: reason instanceof Error ? reason.message : String(reason) });
      // An agent that is stuck would be waited for without end.
      patience = call.clock.after(cancelMs, () => socket.destroy());
    };
    onMessages(socket, (line) => {
      const message = line as AgentMessage;
      if ('begun' in message) hasBegun = true;
      else if ('progress' in message) call.showProgress(...message.progress);
      else if ('answer' in message) resolve(answerFrom(message.answer));
      else {
        const { stage, code, message: why, text } = message.failure;
        reject(new CommandFailure(stage, code, why, text));
      }
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      signal.removeEventListener('abort', cancel);
      patience?.cancel();
      if (!hasBegun && !signal.aborted) resolve(undefined);
      const message =
        'the agent ended in the middle of the command, so nobody knows how far it came; look, then repeat it';
      reject(new CommandFailure('command', VIX_E_HOST_CONNECTION_LOST, message));
    });
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    else send(socket, { request: { args, directory, secrets } });
  }).finally(() => socket.destroy());
}

function answerFrom({ printed, ...answer }: WireAnswer): Answer {
  if (printed === undefined) return answer;
  const bytes = (text: string): Uint8Array => Buffer.from(text, 'base64');
  return { ...answer, printed: { stdout: bytes(printed.stdout), stderr: bytes(printed.stderr) } };
}

import type { Socket } from 'node:net';
import type { VixError } from '../../vix/types.js';
import type { Stage } from '../vmrun/command-failure.js';

/** What a client asks for. */
export interface AgentRequest {
  /** Command line as it was given; a password that stands in it stands here too, so it goes into no log or error. */
  readonly args: readonly string[];
  readonly directory: string;
  /** All passwords, also those that the command line only names a place of; by the name of their flag. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** What a client says: first its request, then perhaps that it does not want it any more. */
export type ClientMessage = { readonly request: AgentRequest } | { readonly cancel: string };

/** What an agent says. The last message is an answer or a failure. */
export type AgentMessage =
  /** The host is reached: from now on the command may have done something. */
  | { readonly begun: true }
  | { readonly progress: readonly [what: string, fraction: number] }
  | { readonly answer: WireAnswer }
  | {
      readonly failure: {
        readonly stage: Stage;
        readonly code: VixError;
        readonly message: string;
        readonly text?: string;
      };
    };

/** An answer; what a program printed is in base 64. */
export interface WireAnswer {
  readonly result?: Readonly<Record<string, unknown>>;
  readonly text?: string;
  readonly printed?: { readonly stdout: string; readonly stderr: string };
  readonly status?: number;
}

/** Longest line that is taken, in characters: answers hold what programs print. */
const longestLine = 512 * 1024 * 1024;

/** Sends a message. */
export function send(socket: Socket, message: ClientMessage | AgentMessage): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
}

/** Calls the listener with each message; a line that is none ends the connection. Both sides are the same version. */
export function onMessages(socket: Socket, listener: (message: unknown) => void): void {
  let parts: string[] = [];
  let length = 0;
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = chunk.split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      const text = parts.join('') + line;
      parts = [];
      length = 0;
      let message: unknown;
      try {
        message = JSON.parse(text);
      } catch {
        socket.destroy();
        return;
      }
      listener(message);
    }
    parts.push(last);
    length += last.length;
    if (length > longestLine) socket.destroy();
  });
}

import { randomUUID } from 'node:crypto';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { basename } from 'node:path';
import type { Vix } from '../../api/vix.js';
import { type Clock, type ClockTimer, sleep } from '../../base/clock.js';
import { Secret } from '../../base/secret.js';
import { VIX_E_FAIL } from '../../vix/names.js';
import { ProcessLocks } from '../../world/store/process-lock.js';
import { CommandFailure } from '../vmrun/command-failure.js';
import type { Answer } from '../vmrun/command.js';
import { execute } from '../vmrun/execute.js';
import { parseCommandLine } from '../vmrun/parse-command-line.js';
import type { Secrets } from '../vmrun/secrets.js';
import { type AgentPlace, makePrivateFolder } from './agent-place.js';
import { connectAgent } from './agent-client.js';
import { KeptHosts } from './kept-hosts.js';
import { type AgentRequest, type ClientMessage, onMessages, send, type WireAnswer } from './messages.js';

const isWindows = process.platform === 'win32';

/** What an agent works with. */
export interface AgentParts {
  readonly place: AgentPlace;
  readonly vix: Vix;
  readonly clock: Clock;
  /** It ends when it has had no client for so long, in milliseconds. */
  readonly idleMs: number;
}

/** An agent that runs. */
export interface Agent {
  /** Fulfilled when it has ended, by itself or by `close`. */
  readonly ended: Promise<void>;
  /** Ends the commands that run and the sessions. */
  close(): Promise<void>;
}

/** How long an agent waits for another one that starts, in milliseconds. */
const startDeadlineMs = 10_000;

/** Starts an agent. @returns undefined where one is at work already. @throws Error where it cannot listen. */
export async function startAgent(parts: AgentParts): Promise<Agent | undefined> {
  const { place, clock } = parts;
  makePrivateFolder(place.folder);
  // Of two that start at once, the second would take the socket of the first for that of one that has died.
  const locks = new ProcessLocks(place.folder, clock, startDeadlineMs);
  return await locks.hold(basename(place.path), 'The start of an agent', async () => {
    const other = await connectAgent(place);
    if (other !== undefined) {
      other.destroy();
      return undefined;
    }
    const agent = new RunningAgent(parts);
    await agent.listen();
    return agent;
  });
}

class RunningAgent implements Agent {
  readonly ended: Promise<void>;
  readonly #parts: AgentParts;
  readonly #hosts: KeptHosts;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  #idle: ClockTimer | undefined;
  #tellEnd: () => void = () => undefined;

  constructor(parts: AgentParts) {
    this.#parts = parts;
    this.#hosts = new KeptHosts(parts.vix);
    this.#server = createServer((socket) => this.#serve(socket));
    this.ended = new Promise((resolve) => (this.#tellEnd = resolve));
  }

  async listen(): Promise<void> {
    const { path } = this.#parts.place;
    // The name of a pipe is open to all, so it is one that nobody can guess, in a file that only the user can read.
    const address = isWindows ? `\\\\.\\pipe\\revix-${randomUUID()}` : path;
    // What is there belongs to an agent that has died.
    rmSync(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(address, resolve);
    });
    if (isWindows) writeFileSync(path, address, { mode: 0o600 });
    else chmodSync(path, 0o600);
    this.#startIdling();
  }

  async close(): Promise<void> {
    this.#idle?.cancel();
    for (const client of this.#clients) client.destroy();
    // A socket goes with its server, and its name may be another agent's right after that.
    if (this.#server.listening && isWindows) rmSync(this.#parts.place.path, { force: true });
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#parts.vix.Revix_Close();
    this.#tellEnd();
  }

  #startIdling(): void {
    this.#idle = this.#parts.clock.after(this.#parts.idleMs, () => void this.close());
  }

  #serve(socket: Socket): void {
    this.#idle?.cancel();
    this.#clients.add(socket);
    const abort = new AbortController();
    socket.on('error', () => undefined);
    socket.once('close', () => {
      abort.abort(new Error('the client has gone'));
      this.#clients.delete(socket);
      if (this.#clients.size === 0 && this.#server.listening) this.#startIdling();
    });
    let isTaken = false;
    onMessages(socket, (line) => {
      const message = line as ClientMessage;
      if ('cancel' in message) abort.abort(new Error(message.cancel));
      else if (!isTaken) {
        isTaken = true;
        void this.#answer(socket, message.request, abort.signal);
      }
    });
  }

  async #answer(socket: Socket, request: AgentRequest, signal: AbortSignal): Promise<void> {
    try {
      send(socket, { answer: wireAnswer(await this.#carryOut(socket, request, signal)) });
    } catch (error) {
      send(socket, { failure: wireFailure(error) });
    }
    socket.end();
  }

  async #carryOut(socket: Socket, { args, directory, secrets }: AgentRequest, signal: AbortSignal): Promise<Answer> {
    const { request } = parseCommandLine(args);
    if (request === undefined) throw new Error('the client has sent a command line that is none');
    const { clock } = this.#parts;
    return await execute(request, secretsFrom(secrets), {
      directory,
      signal,
      connect: async (target, until) => {
        const connection = await this.#hosts.connect(target, until);
        send(socket, { begun: true });
        return connection;
      },
      sleep: (ms, until) => sleep(clock, ms, until),
      showProgress: (what, fraction) => send(socket, { progress: [what, fraction] }),
    });
  }
}

function secretsFrom(texts: Readonly<Record<string, string>>): Secrets {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, new Secret(text)]));
}

function wireAnswer({ printed, ...answer }: Answer): WireAnswer {
  if (printed === undefined) return answer;
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return { ...answer, printed: { stdout: text(printed.stdout), stderr: text(printed.stderr) } };
}

function wireFailure(error: unknown) {
  if (!(error instanceof CommandFailure)) {
    const message = `the agent failed: ${error instanceof Error ? error.message : String(error)}`;
    return { stage: 'command', code: VIX_E_FAIL, message } as const;
  }
  const { stage, code, message, text } = error;
  return { stage, code, message, ...(text === undefined ? {} : { text }) };
}

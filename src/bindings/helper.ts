import { Console } from 'node:console';
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { createRuntime } from '../compose/create-vix.js';
import { areLeaksWanted, printLeaks } from '../compose/leaks.js';
import { EngineSession } from './engine-session.js';

/** How long the sessions of a client that has gone may take to end. */
const closeLimitMs = 10_000;

/** How often the helper looks whether its client lives: a child of the client may hold the socket open. */
const watchEveryMs = 5_000;

/** Where the conversation goes: in by one file descriptor, out by the other; both are the same for a socket. */
interface Link {
  readonly input: Socket;
  readonly output: Socket;
}

/**
 * The helper process of one client: serves the engine until the client ends, however it ends. Talks over the socket
 * with the file descriptor that `--fd` names, else over standard input and output.
 *
 * @param args arguments of the command line; for those that it does not know, and where there is nothing to talk over,
 *   the process ends with the status 2 after a line on standard error.
 */
export function runHelper(args: readonly string[]): void {
  const link = linkOf(args);
  if (link === undefined) return;
  const { input, output } = link;
  let ending: Promise<void> | undefined;

  const session = new EngineSession({
    makeRuntime: (lastHandle) => createRuntime({}, lastHandle),
    name: `revix ${packageVersion()}`,
    send: (bytes) => void output.write(bytes),
    end: () => {
      setTimeout(() => process.exit(1), closeLimitMs).unref();
      output.end(() => process.exit(1));
    },
    watch: (pid) => watchClient(pid, () => end()),
    changeDirectory: (path) => {
      try {
        process.chdir(path);
      } catch (error) {
        process.emitWarning(`cannot follow the program to its directory: ${String(error)}`, 'RevixWarning');
      }
    },
  });

  function end(): void {
    setTimeout(() => process.exit(0), closeLimitMs).unref();
    // Before the end of its connections ends the handles that the client has left.
    if (ending === undefined && areLeaksWanted()) printLeaks(session.handles());
    ending ??= session.close().finally(() => process.exit(0));
  }

  input.on('data', (chunk: Buffer) => session.receive(chunk));
  for (const side of new Set([input, output])) {
    side.on('error', end);
    side.on('close', end);
  }
  input.on('end', end);

  // Ctrl-C reaches every process of a terminal. The client decides what becomes of it, and its end ends this process.
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => undefined);
  process.on('uncaughtException', (error) => {
    process.stderr.write(`${error.stack ?? String(error)}\n`);
    session.fail(`the helper failed: ${error.message}; report it with what stands on its standard error`);
  });
}

function linkOf(args: readonly string[]): Link | undefined {
  try {
    const { values } = parseArgs({ args: [...args], options: { fd: { type: 'string' } } });
    return openLink(values.fd);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    process.stderr.write(`revix helper: ${error.message}\n`);
    process.exitCode = 2;
    return undefined;
  }
}

function openLink(fd: string | undefined): Link {
  if (fd === undefined) {
    // What some module prints must not come between the frames.
    globalThis.console = new Console(process.stderr, process.stderr);
    // A pipe goes one way: reading from the end that is written to would look like the end of the conversation.
    return {
      input: openSocket(0, 'standard input', { readable: true, writable: false }),
      output: openSocket(1, 'standard output', { readable: false, writable: true }),
    };
  }
  const number = Number(fd);
  if (!Number.isInteger(number) || number < 0) throw new TypeError(`--fd is ${fd}; give the number of an open socket`);
  const socket = openSocket(number, `file descriptor ${fd}`, { readable: true, writable: true });
  return { input: socket, output: socket };
}

function openSocket(
  fd: number,
  name: string,
  ways: { readonly readable: boolean; readonly writable: boolean },
): Socket {
  try {
    return new Socket({ fd, ...ways });
  } catch (cause) {
    throw new TypeError(
      `${name} is no pipe and no socket: the native library starts the helper itself, and gives it one`,
      {
        cause,
      },
    );
  }
}

function watchClient(pid: number, onGone: () => void): void {
  if (pid === 0) return;
  const look = (): void => {
    if (!isAlive(pid)) onGone();
  };
  look();
  setInterval(look, watchEveryMs).unref();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function packageVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}

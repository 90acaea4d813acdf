import type { Socket } from 'node:net';

/** What of undici's parser of a connection counts here. */
interface Parser {
  paused: boolean;
  resume(): void;
}

/**
 * Lets a connection end while its answer waits for its reader. undici 7 asserts that this does not happen, which ends the
 * process (nodejs/undici#5360; mended in version 8, which needs Node 22). To be called before undici has the socket.
 */
export function mendPause(socket: Socket): void {
  const forget = (): void => {
    const parser = pausedParserOf(socket);
    if (parser !== undefined) parser.paused = false;
  };
  socket.on('error', forget).on('close', forget);
  socket.on('end', () => {
    // Finds the end of an answer whose bytes have all been handed on.
    pausedParserOf(socket)?.resume();
    forget();
  });
}

function pausedParserOf(socket: Socket): Parser | undefined {
  const key = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'parser');
  const parser = key && (Reflect.get(socket, key) as Parser | null);
  return parser?.paused === true ? parser : undefined;
}

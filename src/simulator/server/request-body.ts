import type { IncomingMessage } from 'node:http';
import { HttpProblem } from '../http-problem.js';

/**
 * Reads a body of text. When it throws, what is left of the body is still on its way, so the connection has to be closed
 * after the answer.
 * @param mostBytes how long it may be.
 * @param longestMs how long it may take to arrive, by the machine's own clock.
 * @throws HttpProblem 413, 408; 400 for a body that breaks off.
 */
export function readBody(request: IncomingMessage, mostBytes: number, longestMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onClose);
    };
    const fail = (status: number, message: string): void => {
      finish();
      request.pause();
      reject(new HttpProblem(status, message));
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > mostBytes) fail(413, `The body is longer than ${mostBytes} bytes.`);
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      finish();
      resolve(Buffer.concat(chunks).toString('utf8'));
    };
    const onClose = (): void => fail(400, 'The body broke off.');
    const timer = setTimeout(() => fail(408, `The body did not arrive within ${longestMs} ms.`), longestMs);
    // An error is followed by a close.
    request.on('error', () => undefined);
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  });
}

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterBytes } from '../../base/after-bytes.js';
import { Fault, type FaultKind } from '../../base/fault.js';
import { exactly, type SizedBytes } from '../../world/vm/guest-file-session.js';
import type { Admitted, GuestOperation } from '../../world/vm/guest-access.js';
import type { WorldCall } from '../../world/world-call.js';
import { answerProblem, HttpProblem } from '../http-problem.js';
import type { HttpExchange, HttpHandler } from '../http-routes.js';
import type { GuestServices } from './guest-services.js';
import type { Download, Transfer, Upload } from './guest-transfers.js';
import { writeTransferred } from './transferred-file.js';

const statusOfFault: Partial<Record<FaultKind, number>> = {
  'file-not-found': 404,
  'file-access': 403,
  'file-read-only': 403,
  'guest-permission': 403,
  'guest-login-refused': 403,
  'file-exists': 409,
  'vm-not-running': 410,
  'vm-not-found': 410,
};

/** Answers the URLs of file transfers: PUT sends a file into the guest, GET fetches one. The URL itself is the right. */
export function guestFileRoute({ endpoint, transfers }: GuestServices): HttpHandler {
  return async (exchange) => {
    const { request, response, url } = exchange;
    // ESXi closes the connection after each transfer, too.
    response.setHeader('connection', 'close');
    try {
      const id = url.searchParams.get('id') ?? '';
      const transfer = transfers.find(id, url.searchParams.get('token'));
      if (transfer === undefined || endpoint.machines.byRef(transfer.machine) === undefined) {
        throw new HttpProblem(404, 'There is no such transfer. Was it carried out, or announced long ago?');
      }
      const method = transfer.direction === 'to-guest' ? 'PUT' : 'GET';
      if (request.method !== method) {
        response.setHeader('allow', method);
        throw new HttpProblem(405, `This transfer takes ${method}.`);
      }
      const isDone = await transfers.carryOut(id, (over) =>
        transfer.direction === 'to-guest' ? receive(transfer, exchange) : send(transfer, exchange, over),
      );
      if (!isDone) throw new HttpProblem(409, 'This transfer is under way already.');
    } catch (error) {
      answerProblem(request, response, problemOf(error));
    }
  };
}

async function receive(transfer: Upload, { request, response, signal }: HttpExchange): Promise<void> {
  const { path, size, access } = transfer;
  const length = request.headers['content-length'];
  if (length === undefined) throw new HttpProblem(411, `Say the length of the file, which is ${size} bytes.`);
  if (Number(length) !== size) throw new HttpProblem(400, `${size} bytes were announced, but ${length} come.`);
  const call: WorldCall = { signal, progress: () => undefined };
  await access.read('guest.files.write', call, (admitted) => requireSameBoot(transfer, admitted));
  const content = await access.scope.services.spool.take(exactly(path, { size, chunks: request }, call));
  await access.changeFurther('guest.files.write', (admitted) => {
    requireSameBoot(transfer, admitted);
    writeTransferred(admitted, transfer, content);
  });
  response.writeHead(200, { 'content-length': 0 });
  response.end();
}

async function send(transfer: Download, exchange: HttpExchange, over: () => void): Promise<void> {
  const { request, response, signal } = exchange;
  const operation: GuestOperation = 'guest.files.read';
  const content = await transfer.access.read(operation, { signal, progress: () => undefined }, (admitted) => {
    requireSameBoot(transfer, admitted);
    return admitted.files.read(transfer.path);
  });
  const start = startOf(request.headers.range, content.size);
  const size = content.size - start;
  response.writeHead(start === 0 ? 200 : 206, {
    'content-type': 'application/octet-stream',
    'content-length': size,
    ...(start === 0 ? {} : { 'content-range': `bytes ${start}-${content.size - 1}/${content.size}` }),
  });
  const chunks = afterBytes(content.chunks(), start);
  // Without the signal: it tells of the end of the response, too, which is no failure.
  await pipeline(Readable.from(beforeTheLast({ size, chunks }, over), { objectMode: false }), response);
}

/** Where a client wants to begin (`bytes=1000-`); ranges of other forms are not served, and the whole file is sent. */
function startOf(range: string | undefined, size: number): number {
  const [, digits] = /^bytes=(\d+)-$/.exec(range ?? '') ?? [];
  const start = Number(digits ?? 0);
  return start < size ? start : 0;
}

/**
 * The bytes of a file. Says when only the last ones are left: whoever has them may ask again, and close the connection
 * in a way that looks like a failure, before this side knows that they have arrived.
 */
async function* beforeTheLast(content: SizedBytes, say: () => void): AsyncGenerator<Uint8Array> {
  let left = content.size;
  for await (const chunk of content.chunks) {
    left -= chunk.length;
    if (left === 0) say();
    yield chunk;
  }
  if (content.size === 0) say();
}

/** @throws HttpProblem when the machine went off since the transfer was announced. */
function requireSameBoot({ bootCount }: Transfer, { record }: Admitted): void {
  if (record.power.bootCount === bootCount) return;
  throw new HttpProblem(410, 'The virtual machine has booted since. Announce the transfer anew.');
}

function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (!(error instanceof Fault)) return new HttpProblem(500, 'The transfer broke off.', { cause: error });
  return new HttpProblem(statusOfFault[error.kind] ?? 500, error.message, { cause: error });
}

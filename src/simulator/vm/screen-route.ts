import type { Endpoint } from '../endpoint.js';
import { HttpProblem } from '../http-problem.js';
import type { HttpHandler } from '../http-routes.js';
import { httpSession, type HttpLogin } from '../server/http-session.js';
import type { VimFault } from '../vim-fault.js';
import { asVimFault } from '../world-faults.js';

/** Answers `/screen?id=vm-1` with a picture of a machine's console. Sizes that clients ask for are not looked at. */
export function screenRoute(endpoint: Endpoint, login: HttpLogin): HttpHandler {
  return async (exchange) => {
    const { request, response, url, signal } = exchange;
    if (request.method !== 'GET') {
      response.setHeader('Allow', 'GET');
      throw new HttpProblem(405, 'A picture of a screen takes GET.');
    }
    const session = httpSession(endpoint, login, exchange);
    const ref = { type: 'VirtualMachine', value: url.searchParams.get('id') ?? '' };
    try {
      session.requirePrivilege('VirtualMachine.Interact.ConsoleInteract', ref);
      const vm = await endpoint.machines.open(ref);
      const png = await vm.captureScreen({ isCompressed: true }, { signal, progress: () => undefined });
      response.writeHead(200, { 'Content-Type': 'image/png', 'Content-Length': png.length });
      response.end(png);
    } catch (error) {
      throw problemOf(asVimFault(error, { object: ref }));
    }
  };
}

function problemOf(error: VimFault): HttpProblem {
  const { $type } = error.fault;
  const status = $type === 'ManagedObjectNotFound' ? 404 : $type === 'NoPermission' ? 403 : 409;
  return new HttpProblem(status, error.message, { cause: error });
}

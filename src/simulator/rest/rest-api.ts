import type { IncomingMessage } from 'node:http';
import type { Endpoint } from '../endpoint.js';
import type { GuestServices } from '../guest/guest-services.js';
import { customizationRoutes } from './customization-resource.js';
import { environmentRoutes } from './environment-resource.js';
import { filesystemRoutes } from './filesystem-resource.js';
import { guestFactsRoutes } from './guest-facts-resource.js';
import { guestPowerRoutes } from './guest-power-resource.js';
import { powerRoutes } from './power-resource.js';
import { processRoutes } from './processes-resource.js';
import { restHandler } from './rest-handler.js';
import { sessionRoutes, type RestLogin } from './session-resource.js';
import { toolsRoutes } from './tools-resource.js';
import { vmRoutes } from './vm-resource.js';

export interface RestApiOptions {
  readonly services: GuestServices;
  readonly login: RestLogin;
  /** Reads the text of a body, within the limits of the server. */
  readonly readBody: (request: IncomingMessage) => Promise<string>;
}

/** Puts the Automation API into a vCenter, in its present form below `/api` and its older one below `/rest`. */
export function addRestApi(endpoint: Endpoint, { services, login, readBody }: RestApiOptions): void {
  const routes = [
    ...sessionRoutes(login),
    ...vmRoutes,
    ...powerRoutes,
    ...toolsRoutes,
    ...guestFactsRoutes,
    ...guestPowerRoutes,
    ...processRoutes,
    ...environmentRoutes,
    ...filesystemRoutes,
    ...customizationRoutes(),
  ];
  const options = { endpoint, services, routes, readBody };
  endpoint.routes.add('/api', restHandler('/api', options));
  endpoint.routes.add('/rest', restHandler('/rest', options));
}

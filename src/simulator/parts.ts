import type { IncomingMessage } from 'node:http';
import { datastoreRoute } from './datastores/datastore-route.js';
import type { Endpoint } from './endpoint.js';
import { addFileManager } from './datastores/file-manager.js';
import { addGuestOperations } from './guest/guest-operations.js';
import { addEventManager } from './history/event-manager.js';
import { addPowerEvents } from './history/power-events.js';
import { addTaskManager } from './history/task-manager.js';
import { addInventory } from './inventory/inventory-part.js';
import { addPropertyCollector } from './properties/property-collectors.js';
import { addRestApi } from './rest/rest-api.js';
import type { ServerLimits } from './server/listener.js';
import { readBody } from './server/request-body.js';
import { soapHandler } from './server/soap-handler.js';
import { addVersions } from './server/versions.js';
import { addWsdl } from './server/wsdl.js';
import type { WireFaults } from './server/wire-faults.js';
import { addAuthorizationManager } from './service/authorization-manager.js';
import { addSearchIndex } from './service/search-index.js';
import { addServiceInstance } from './service/service-instance.js';
import { addSessionManager, checkLogin } from './service/session-manager.js';
import { addSmallManagers } from './service/small-managers.js';
import { addViewManager } from './service/view-manager.js';
import { addExportLeases } from './vm/export-lease-kind.js';
import { exportPrefix, exportRoute } from './vm/export-route.js';
import { screenRoute } from './vm/screen-route.js';

export interface PartOptions {
  readonly faults: WireFaults;
  readonly limits: ServerLimits;
  readonly onDefect: (error: unknown, where: string) => void;
  /** What the first datacentre is called in a world without machines. */
  readonly datacenter: string | undefined;
}

/** Puts all parts of the simulator into an endpoint. */
export async function addParts(endpoint: Endpoint, options: PartOptions): Promise<void> {
  const { faults, limits, onDefect } = options;
  addServiceInstance(endpoint);
  addSessionManager(endpoint);
  addPropertyCollector(endpoint);
  addViewManager(endpoint);
  addSearchIndex(endpoint);
  addFileManager(endpoint);
  addAuthorizationManager(endpoint);
  addSmallManagers(endpoint);
  addTaskManager(endpoint);
  addEventManager(endpoint);
  addPowerEvents(endpoint);
  const services = addGuestOperations(endpoint);
  if (endpoint.kind === 'vcenter') {
    const readRestBody = (request: IncomingMessage) => readBody(request, limits.bodyBytes, limits.bodyMs);
    addRestApi(endpoint, { services, login: checkLogin, readBody: readRestBody });
  }
  endpoint.routes.add('/sdk', soapHandler({ endpoint, faults, limits, onDefect }));
  endpoint.routes.add('/folder', datastoreRoute(endpoint, checkLogin));
  addExportLeases(endpoint);
  endpoint.routes.add(exportPrefix, exportRoute(endpoint));
  endpoint.routes.add('/screen', screenRoute(endpoint, checkLogin));
  addVersions(endpoint);
  addWsdl(endpoint);
  await addInventory(endpoint, { datacenter: options.datacenter, onDefect });
}

import { apiVersion, priorApiVersions } from '../about-info.js';
import type { Endpoint } from '../endpoint.js';

const prior = priorApiVersions.map((version) => `   <version>${version}</version>\n`).join('');

/** What clients read first, to choose the newest version that both sides know. */
const versions = `<?xml version="1.0" encoding="UTF-8" ?>
<namespaces version="1.0">
 <namespace>
  <name>urn:vim25</name>
  <version>${apiVersion}</version>
  <priorVersions>
${prior}  </priorVersions>
 </namespace>
</namespaces>
`;

/** Serves the list of versions of the API. */
export function addVersions(endpoint: Endpoint): void {
  endpoint.routes.add('/sdk/vimServiceVersions.xml', ({ response }) => {
    response.writeHead(200, { 'Content-Type': 'text/xml', 'Content-Length': Buffer.byteLength(versions) });
    response.end(versions);
  });
}

import type { Endpoint } from '../endpoint.js';
import { HttpProblem } from '../http-problem.js';
import type { HttpHandler } from '../http-routes.js';
import { diskImage } from './disk-image.js';

/** Path below which the files of leases are fetched. */
export const exportPrefix = '/nfc';

/** Answers the URLs of leases, `/nfc/lease/disk-0.vmdk`, with the disks. The URL itself is the right. */
export function exportRoute({ leases }: Endpoint): HttpHandler {
  return ({ request, response, url }) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      throw new HttpProblem(405, 'The files of a lease take GET and HEAD.');
    }
    const [id = '', ...rest] = url.pathname.slice(exportPrefix.length + 1).split('/');
    const lease = leases.byId(id);
    const disk = lease?.disks.find(({ name }) => name === rest.join('/'));
    if (lease?.state !== 'ready' || disk === undefined) {
      throw new HttpProblem(404, 'There is no such lease, it is over, or it has no such file.');
    }
    const bytes = diskImage(disk);
    response.writeHead(200, {
      'Content-Type': 'application/x-vnd.vmware-streamVmdk',
      'Content-Length': bytes.length,
    });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    response.end(bytes);
    lease.fetched.add(disk.name);
  };
}

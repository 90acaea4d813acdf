import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Fault, type FaultKind } from '../../base/fault.js';
import { exactly } from '../../world/vm/guest-file-session.js';
import type { Endpoint } from '../endpoint.js';
import { answerProblem, HttpProblem } from '../http-problem.js';
import type { HttpExchange, HttpHandler } from '../http-routes.js';
import type { Datacenter, Datastore } from '../inventory/datacenter.js';
import { httpSession, type HttpLogin } from '../server/http-session.js';
import type { Session } from '../sessions.js';
import { VimFault } from '../vim-fault.js';
import type { DatastoreEntry, DatastoreTree } from './datastore-tree.js';
import { treeOf } from './datastore-trees.js';

/** Where the route begins. */
const prefix = '/folder';

const privileges = { read: 'Datastore.Browse', write: 'Datastore.FileManagement' } as const;

const statusOfFault: Partial<Record<FaultKind, number>> = {
  'file-not-found': 404,
  'not-a-directory': 404,
  'not-a-file': 403,
  'file-read-only': 403,
  'file-exists': 409,
  busy: 409,
  'disk-full': 507,
  'file-name-invalid': 400,
  'file-name-too-long': 400,
  'invalid-argument': 400,
  'file-error': 400,
};

/** What a request is about. */
interface Target {
  readonly datastore: Datastore;
  readonly tree: DatastoreTree;
  /** From the datastore's root on. */
  readonly path: string;
}

/**
 * Answers for the files of datastores: `/folder/path?dcPath=...&dsName=...`. GET and HEAD read a file or list a folder,
 * PUT writes a file, DELETE removes one.
 */
export function datastoreRoute(endpoint: Endpoint, login: HttpLogin): HttpHandler {
  return async (exchange) => {
    const { request, response } = exchange;
    try {
      await answer(endpoint, login, exchange);
    } catch (error) {
      const problem = problemOf(error);
      if (problem === undefined) throw error;
      if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="VMware HTTP server"');
      answerProblem(request, response, problem);
    }
  };
}

async function answer(endpoint: Endpoint, login: HttpLogin, exchange: HttpExchange): Promise<void> {
  const { request, response, url } = exchange;
  const isReading = request.method === 'GET' || request.method === 'HEAD';
  if (!isReading && request.method !== 'PUT' && request.method !== 'DELETE') {
    response.setHeader('Allow', 'GET, HEAD, PUT, DELETE');
    throw new HttpProblem(405, 'Files of datastores take GET, HEAD, PUT and DELETE.');
  }
  const path = pathOf(url.pathname.slice(prefix.length));
  const session = httpSession(endpoint, login, exchange);
  const dsName = url.searchParams.get('dsName');
  if (dsName === null && isReading && path === '') {
    showPlaces(endpoint, session, exchange);
    return;
  }
  const datacenter = datacenterOf(endpoint, url.searchParams.get('dcPath'));
  const datastore = datacenter.datastores.get(dsName ?? '');
  if (datastore === undefined) {
    throw new HttpProblem(404, `The datacentre '${datacenter.shownName}' has no datastore '${dsName ?? ''}'.`);
  }
  session.requirePrivilege(isReading ? privileges.read : privileges.write, datastore.ref);
  const target: Target = { datastore, tree: treeOf(endpoint, datastore), path };
  if (isReading) await read(target, exchange);
  else if (request.method === 'PUT') await write(target, exchange, endpoint);
  else await remove(target, exchange);
}

/** @throws HttpProblem 400 for escapes that are none, and for steps that could lead out of the datastore. */
function pathOf(text: string): string {
  const steps = text.split('/').map((step) => {
    try {
      return decodeURIComponent(step);
    } catch (cause) {
      throw new HttpProblem(400, 'The path has escapes that stand for no text.', { cause });
    }
  });
  const names = steps.join('/').split('/');
  if (names.some((name) => name === '..' || name === '.' || /[\u0000-\u001f]/u.test(name))) {
    throw new HttpProblem(400, 'The path has steps that are no names.');
  }
  return names.filter((name) => name !== '').join('/');
}

/** @throws HttpProblem 404; 400 where there are several and none is named. */
function datacenterOf({ inventory, kind }: Endpoint, dcPath: string | null): Datacenter {
  const { datacenters } = inventory;
  const [only, another] = datacenters;
  if (dcPath === null || kind === 'esx') {
    if (only !== undefined && another === undefined) return only;
    throw new HttpProblem(400, 'There are several datacentres; name one with dcPath.');
  }
  const name = dcPath.split('/').findLast((step) => step !== '') ?? '';
  const found = datacenters.find(({ shownName }) => shownName === name);
  if (found === undefined) throw new HttpProblem(404, `There is no datacentre '${dcPath}'.`);
  return found;
}

async function read({ tree, path, datastore }: Target, exchange: HttpExchange): Promise<void> {
  const { request, response, url } = exchange;
  const entry = await tree.stat(path);
  if (entry === undefined) throw new HttpProblem(404, `There is no '${path}' in the datastore '${datastore.name}'.`);
  if (entry.kind === 'directory') {
    const links = (await tree.list(path)).map((item) => linkTo(item, path, url));
    sendPage(exchange, `[${datastore.name}] ${path}`, links);
    return;
  }
  const content = await tree.read(path);
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': content.size,
    'Last-Modified': entry.modified.toUTCString(),
  });
  if (request.method === 'HEAD') response.end();
  // Without the signal: it tells of the end of the response, too, which is no failure.
  else await pipeline(Readable.from(content.chunks(), { objectMode: false }), response);
}

async function write({ tree, path }: Target, { request, response, signal }: HttpExchange, { world }: Endpoint) {
  const length = request.headers['content-length'];
  const size = length === undefined ? undefined : Number(length);
  await tree.checkWrite(path, size ?? 0);
  const call = { signal, progress: () => undefined };
  const content = await world.spool.take(size === undefined ? request : exactly(path, { size, chunks: request }, call));
  const isNew = await tree.write(path, content);
  response.writeHead(isNew ? 201 : 200, { 'Content-Length': 0 });
  response.end();
}

async function remove({ tree, path }: Target, { response }: HttpExchange): Promise<void> {
  await tree.remove(path);
  response.writeHead(204);
  response.end();
}

/** The datacentres, or the datastores of one: what a person with a browser begins with. */
function showPlaces(endpoint: Endpoint, session: Session, exchange: HttpExchange): void {
  const dcPath = exchange.url.searchParams.get('dcPath');
  if (dcPath === null && endpoint.kind === 'vcenter') {
    const places = endpoint.inventory.datacenters;
    for (const { refs } of places) session.requirePrivilege(privileges.read, refs.datacenter);
    const links = places.map(({ shownName }) => link(shownName, `${prefix}?${query({ dcPath: shownName })}`));
    sendPage(exchange, 'Datacenters', links);
    return;
  }
  const datacenter = datacenterOf(endpoint, dcPath);
  session.requirePrivilege(privileges.read, datacenter.refs.datacenter);
  const links = [...datacenter.datastores.keys()].map((dsName) =>
    link(dsName, `${prefix}?${query({ dcPath: datacenter.shownName, dsName })}`),
  );
  sendPage(exchange, datacenter.shownName, links);
}

function query(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(parameters).toString();
}

function linkTo({ name, kind }: DatastoreEntry, folder: string, { search }: URL): string {
  const path = [...(folder === '' ? [] : folder.split('/')), name].map(encodeURIComponent).join('/');
  return link(kind === 'directory' ? `${name}/` : name, `${prefix}/${path}${kind === 'directory' ? '/' : ''}${search}`);
}

function link(text: string, target: string): string {
  return `<li><a href="${escaped(target)}">${escaped(text)}</a></li>`;
}

function sendPage({ request, response }: HttpExchange, title: string, links: readonly string[]): void {
  const shown = escaped(`Index of ${title}`);
  const page = `<!DOCTYPE html>\n<title>${shown}</title>\n<h1>${shown}</h1>\n<ul>\n${links.join('\n')}\n</ul>\n`;
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': Buffer.byteLength(page) });
  response.end(request.method === 'HEAD' ? undefined : page);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function problemOf(error: unknown): HttpProblem | undefined {
  if (error instanceof HttpProblem) return error;
  if (error instanceof Fault) {
    return new HttpProblem(statusOfFault[error.kind] ?? 500, error.message, { cause: error });
  }
  if (!(error instanceof VimFault)) return undefined;
  const status = { InvalidLogin: 401, NotAuthenticated: 401, NoPermission: 403 }[error.fault.$type] ?? 500;
  return new HttpProblem(status, error.message, { cause: error });
}

import { describe, expect, it } from 'vitest';
import type { SimulatorOptions } from '../../../src/simulator/index.js';
import { required, startRig } from '../simulator-rig.js';

const inventory = {
  vms: [
    { name: 'web', location: '[ds1] web/web.vmx', datacenter: 'DC0' },
    { name: 'db', location: '[ds2] db & co/db.vmx', datacenter: 'DC0' },
    { name: 'far', location: '[ds1] far/far.vmx', datacenter: 'DC1' },
  ],
};

const users = [
  { name: 'user', password: 'pass' },
  { name: 'reader', password: 'pass', privileges: ['Datastore.Browse'] },
  { name: 'nobody', password: 'pass', privileges: [] },
];

const basic = (name: string, password = 'pass'): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});

async function start(options: SimulatorOptions = {}) {
  const rig = await startRig({ inventory, users, ...options });
  const origin = new URL(rig.simulator.url).origin;
  const ask = async (method: string, path: string, body?: string, headers = basic('user')) => {
    const response = await fetch(origin + path, { method, headers, ...(body === undefined ? {} : { body }) });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  return { ...rig, ask };
}

const ds1 = '?dcPath=DC0&dsName=ds1';

describe('files of datastores over HTTP', () => {
  it('are written, read, replaced and removed', async () => {
    const { ask, defects } = await start();
    expect((await ask('PUT', `/folder/web/a%20b.txt${ds1}`, 'first')).status).toBe(201);
    expect((await ask('PUT', `/folder/web/a%20b.txt${ds1}`, 'second')).status).toBe(200);
    const got = await ask('GET', `/folder/web/a%20b.txt${ds1}`);
    expect([got.status, got.text]).toEqual([200, 'second']);
    const head = await ask('HEAD', `/folder/web/a%20b.txt${ds1}`);
    expect([head.status, head.headers.get('content-length'), head.text]).toEqual([200, '6', '']);
    expect((await ask('DELETE', `/folder/web/a%20b.txt${ds1}`)).status).toBe(204);
    expect((await ask('GET', `/folder/web/a%20b.txt${ds1}`)).status).toBe(404);
    expect((await ask('GET', `/folder/web/web.vmx${ds1}`)).text).toContain('displayName = "web"');
    expect(defects).toEqual([]);
  });

  it('are listed for people, from the datacentres on', async () => {
    const { ask } = await start();
    expect((await ask('GET', '/folder')).text).toContain('<a href="/folder?dcPath=DC0">DC0</a>');
    expect((await ask('GET', '/folder?dcPath=DC0')).text).toContain('href="/folder?dcPath=DC0&amp;dsName=ds2"');
    const page = await ask('GET', '/folder/?dcPath=DC0&dsName=ds2');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.text).toContain('<a href="/folder/db%20%26%20co/?dcPath=DC0&amp;dsName=ds2">db &amp; co/</a>');
    expect((await ask('GET', '/folder/db%20%26%20co/?dcPath=DC0&dsName=ds2')).text).toContain('db.vmx');
    expect((await ask('GET', '/folder/far/far.vmx?dcPath=/DC1&dsName=ds1')).status).toBe(200);
  });

  it('are for those who may', async () => {
    const { ask, session } = await start();
    const path = `/folder/web/web.vmx${ds1}`;
    const anonymous = await ask('GET', path, undefined, {});
    expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([
      401,
      'Basic realm="VMware HTTP server"',
    ]);
    expect((await ask('GET', path, undefined, basic('user', 'wrong'))).status).toBe(401);
    expect((await ask('GET', path, undefined, basic('nobody'))).status).toBe(403);
    expect((await ask('GET', path, undefined, basic('reader'))).status).toBe(200);
    expect((await ask('PUT', `/folder/web/x${ds1}`, 'x', basic('reader'))).status).toBe(403);
    const { client, content } = await session();
    const cookie = required(client.cookie);
    expect((await ask('GET', path, undefined, { cookie })).status).toBe(200);
    const ticket = await client.call(required(content.sessionManager), 'AcquireGenericServiceTicket', {
      spec: { $type: 'SessionManagerHttpServiceRequestSpec', method: 'httpGet', url: `https://anything${path}` },
    });
    const id = typeof ticket.id === 'string' ? ticket.id : ticket.id.reveal();
    const byTicket = { cookie: `vmware_cgi_ticket=${id}` };
    expect((await ask('GET', `/folder/web/vmware.log${ds1}`, undefined, byTicket)).status).toBe(401);
    expect((await ask('GET', path, undefined, byTicket)).status).toBe(200);
    expect((await ask('GET', path, undefined, byTicket)).status).toBe(401);
  });

  it('are refused outside of a datastore, and where they cannot be', async () => {
    const { ask, defects } = await start();
    const status = async (method: string, path: string, body?: string) => (await ask(method, path, body)).status;
    for (const path of ['/folder/a%2f..%2fb', '/folder/%00', '/folder/%zz']) {
      expect(await status('GET', path + ds1)).toBe(400);
    }
    // URLs themselves know this step, so it has led out of the folder before anybody looks.
    expect(await status('GET', `/folder/%2e%2e/%2e%2e/etc/passwd${ds1}`)).toBe(404);
    expect(await status('GET', '/folder/web/web.vmx?dsName=ds1')).toBe(400);
    expect(await status('GET', '/folder/web/web.vmx?dcPath=DC9&dsName=ds1')).toBe(404);
    expect(await status('GET', '/folder/web/web.vmx?dcPath=DC0&dsName=none')).toBe(404);
    expect(await status('PUT', '/folder/x?dcPath=DC0', 'x')).toBe(404);
    expect(await status('PUT', `/folder/none/x${ds1}`, 'x')).toBe(404);
    expect(await status('PUT', `/folder/web${ds1}`, 'x')).toBe(403);
    expect(await status('PUT', `/folder/web/web.vmx${ds1}`, 'x')).toBe(409);
    expect(await status('DELETE', `/folder/web/web.vmx${ds1}`)).toBe(409);
    expect(await status('DELETE', `/folder/none${ds1}`)).toBe(404);
    expect(await status('POST', `/folder/web/x${ds1}`, 'x')).toBe(405);
    expect(defects).toEqual([]);
  });

  it('need no datacentre on an ESXi', async () => {
    const { ask } = await start({ kind: 'esx', datacenter: 'DC0' });
    expect((await ask('GET', '/folder/web/web.vmx?dsName=ds1')).status).toBe(200);
    expect((await ask('GET', '/folder?dcPath=ha-datacenter')).text).toContain('dsName=ds1');
    expect((await ask('GET', '/folder')).text).toContain('dsName=ds1');
  });
});

import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SoapCodec } from '../../../src/backends/vsphere/soap/soap-codec.js';
import { SoapFault } from '../../../src/backends/vsphere/soap/soap-fault.js';
import { parseXml } from '../../../src/backends/vsphere/soap/xml-tree.js';
import { vimSchema } from '../../../src/backends/vsphere/vim/vim-schema.js';
import { startRig, type TestClient } from '../simulator-rig.js';

const codec = new SoapCodec(vimSchema);
const start =
  '<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><e:Body>';
const end = '</e:Body></e:Envelope>';

function envelope(body: string): string {
  return `${start}${body}${end}`;
}

const self = '<_this type="VirtualMachine">vm-1</_this>';

/** Status and fault of an answer to a message that no codec would write. */
async function faultFor(client: TestClient, body: string) {
  const { status, text } = await client.send(body);
  try {
    codec.decodeResponse('CurrentTime', text);
    return { status, fault: undefined, message: '' };
  } catch (error) {
    if (!(error instanceof SoapFault)) throw error;
    return { status, fault: error.fault, message: error.message };
  }
}

const bomb =
  '<?xml version="1.0"?><!DOCTYPE e [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">' +
  `<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>${start.slice(start.indexOf('?>') + 2)}<CurrentTime xmlns="urn:vim25">&c;</CurrentTime>${end}`;

describe('what is no request', () => {
  it.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['a page', '<html><body>hello</body></html>'],
    ['a message that breaks off', envelope('<CurrentTime').slice(0, 120)],
    ['elements that do not fit', envelope('<CurrentTime xmlns="urn:vim25"></Current>')],
    ['an empty body', envelope('')],
    ['two calls', envelope('<CurrentTime xmlns="urn:vim25"/><CurrentTime xmlns="urn:vim25"/>')],
    ['no object', envelope('<CurrentTime xmlns="urn:vim25"/>')],
    ['a bomb of entities', bomb],
    ['an external entity', bomb.replace('<!ENTITY a "aaaaaaaaaa">', '<!ENTITY a SYSTEM "file:///etc/passwd">')],
    ['a missing argument', envelope(`<Rename_Task xmlns="urn:vim25">${self}</Rename_Task>`)],
    [
      'an argument of another type',
      envelope(
        `<RevertToCurrentSnapshot_Task xmlns="urn:vim25">${self}<suppressPowerOn>maybe</suppressPowerOn></RevertToCurrentSnapshot_Task>`,
      ),
    ],
    ['elements within elements', envelope('<a>'.repeat(5000) + '</a>'.repeat(5000))],
  ])('is answered with a fault, and the server goes on: %s', async (_what, body) => {
    const { session, defects } = await startRig();
    const { client } = await session();
    const answer = await faultFor(client, body);
    expect(answer).toMatchObject({ status: 500, fault: { $type: 'InvalidRequest' } });
    expect(answer.message).not.toContain('root:');
    expect((await client.properties({ type: 'VirtualMachine', value: 'vm-1' }, 'name'))['name']).toEqual(
      expect.any(String),
    );
    expect(defects).toEqual([]);
  });

  it('says which method or object there is not', async () => {
    const { session, defects } = await startRig();
    const { client } = await session();
    expect(await faultFor(client, envelope(`<MakeCoffee xmlns="urn:vim25">${self}</MakeCoffee>`))).toMatchObject({
      status: 500,
      fault: { $type: 'MethodNotFound', method: 'MakeCoffee', receiver: { type: 'VirtualMachine', value: 'vm-1' } },
    });
    const elsewhere = { type: 'Folder', value: 'group-v1' };
    await expect(client.call(elsewhere, 'PowerOnVM_Task', {})).rejects.toMatchObject({
      fault: { $type: 'MethodNotFound', method: 'PowerOnVM_Task' },
    });
    for (const obj of [
      { type: 'VirtualMachine', value: 'vm-4711' },
      { type: 'VirtualMachine', value: '__proto__' },
      { type: 'constructor', value: 'toString' },
      { type: 'VirtualMachineSnapshot', value: 'vm-1-snapshot-none' },
    ]) {
      await expect(client.call(obj, 'PowerOnVM_Task', {})).rejects.toMatchObject({
        fault: { $type: 'ManagedObjectNotFound', obj },
      });
    }
    expect(defects).toEqual([]);
  });
});

describe('HTTP around it', () => {
  it('refuses bodies that are too long', async () => {
    const { client: newClient } = await startRig({ limits: { bodyBytes: 1000 } });
    const client = newClient();
    const { status, text } = await client.send(envelope('x'.repeat(2000)));
    expect([status, text]).toEqual([413, 'The body is longer than 1000 bytes.\n']);
    expect((await client.content()).about.apiType).toBe('VirtualCenter');
  });

  it('refuses bodies that are too long without saying so', async () => {
    const { simulator } = await startRig({ limits: { bodyBytes: 1000 } });
    const answer = await raw(simulator.url, [
      'POST /sdk HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n',
      `7d0\r\n${'x'.repeat(2000)}\r\n`,
    ]);
    expect(answer).toContain('413');
  });

  it('does not wait for ever for a body', async () => {
    const { simulator, client } = await startRig({ limits: { bodyMs: 1 } });
    const body = await raw(simulator.url, ['POST /sdk HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc']);
    expect(body).toContain('408');
    expect((await client().content()).about.name).toContain('vCenter');
  });

  it('ends a file that stops in its middle', async () => {
    const { simulator } = await startRig({ limits: { stalledMs: 1 } });
    const basic = Buffer.from('user:pass').toString('base64');
    const head = `PUT /folder/a?dcPath=Lab&dsName=datastore1 HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${basic}\r\n`;
    await raw(simulator.url, [`${head}Content-Length: 10\r\n\r\nabc`]);
    const tree = simulator.world.datastores.of('Lab', 'datastore1');
    expect(tree.exists('/a')).toBe(false);
  });

  it('survives what is no HTTP', async () => {
    const { simulator, client } = await startRig();
    expect(await raw(simulator.url, ['\u0016\u0003\u0001 hello\r\n\r\n'])).toContain('400');
    expect((await client().content()).about.name).toContain('vCenter');
  });

  it('tells of its versions and methods, and of nothing else', async () => {
    const { simulator } = await startRig();
    const get = async (path: string, method = 'GET') => {
      const response = await fetch(new URL(path, simulator.url), { method });
      return { status: response.status, text: await response.text(), allow: response.headers.get('allow') };
    };
    expect((await get('/sdk/vimServiceVersions.xml')).text).toContain('<version>8.0.3.0</version>');
    const wsdl = parseXml((await get('/sdk/vimService.wsdl')).text);
    const operations = [...wsdl.children()].find(({ localName }) => localName === 'portType');
    expect([...(operations?.children() ?? [])].map((operation) => operation.attribute('name'))).toEqual(
      expect.arrayContaining(['RetrieveServiceContent', 'PowerOnVM_Task', 'StartProgramInGuest']),
    );
    expect(await get('/sdk')).toMatchObject({ status: 405, allow: 'POST' });
    expect((await get('/')).status).toBe(404);
    expect((await get('/..%2f..%2fetc/passwd')).status).toBe(404);
  });
});

describe('the cookie of a session', () => {
  it('comes with the login, may stand in quotes, and is worth nothing afterwards', async () => {
    const { session, client: newClient } = await startRig();
    const { client, content } = await session();
    expect(client.cookie).toMatch(/^vmware_soap_session="[0-9a-f]{40}"$/u);
    const copy = newClient();
    copy.cookie = `other=1; ${client.cookie?.replaceAll('"', '')}; more=2`;
    const manager = content.sessionManager ?? content.rootFolder;
    expect(await copy.properties(manager, 'currentSession.userName')).toEqual({ 'currentSession.userName': 'user' });
    await client.call(manager, 'Logout', {});
    expect(await copy.properties(manager, 'currentSession')).toEqual({});
    await expect(copy.call(manager, 'Logout', {})).rejects.toMatchObject({ fault: { $type: 'NotAuthenticated' } });
  });
});

/** Sends bytes as they are, and gives everything that comes until the connection ends. */
function raw(url: string, parts: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let text = '';
    const socket: Socket = connect(Number(port), hostname, () => {
      for (const part of parts) socket.write(part);
    });
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

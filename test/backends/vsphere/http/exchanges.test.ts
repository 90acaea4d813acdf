import { afterEach, describe, expect, it } from 'vitest';
import type { VsphereConnection } from '../../../../src/backends/vsphere/connection.js';
import { fetchFile } from '../../../../src/backends/vsphere/datastore/datastore-file.js';
import { Dispatchers, type HttpPeer } from '../../../../src/backends/vsphere/http/dispatchers.js';
import { verifiedBySystem } from '../../../../src/backends/vsphere/http/tls-policy.js';
import { MachineTools } from '../../../../src/backends/vsphere/rest/machine-tools.js';
import { RestSession } from '../../../../src/backends/vsphere/rest/rest-session.js';
import { SoapChannel } from '../../../../src/backends/vsphere/session/soap-channel.js';
import { SoapCodec } from '../../../../src/backends/vsphere/soap/soap-codec.js';
import { ref } from '../../../../src/backends/vsphere/soap/values.js';
import { get, put } from '../../../../src/backends/vsphere/transfer/http-transfer.js';
import { vimSchema } from '../../../../src/backends/vsphere/vim/vim-schema.js';
import { FakeClock } from '../../../../src/base/clock.js';
import { Secret } from '../../../../src/base/secret.js';
import { readAll, sizedBytes } from '../../../../src/guest/sized-content.js';
import { TestServer } from '../test-server.js';

/** One request as it has to come, and what is answered. */
interface Exchange {
  readonly request: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly status: number;
  readonly answerHeaders?: Readonly<Record<string, string>>;
  readonly answer?: string;
}

const call = { signal: new AbortController().signal, clock: new FakeClock(), progress: () => undefined };
const vm = ref('VirtualMachine', 'vm-101');
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** A server that plays the exchanges, each once and in this order, and what came to it in their terms. */
async function playing(exchanges: readonly Exchange[]) {
  const came: Exchange[] = [];
  const server = await TestServer.start((request, response, body) => {
    const expected = exchanges[came.length];
    const { status = 418, answerHeaders = {}, answer = '', headers = {} } = expected ?? {};
    came.push({
      request: `${request.method} ${request.url}`,
      ...(expected?.headers === undefined
        ? {}
        : { headers: Object.fromEntries(Object.keys(headers).map((name) => [name, String(request.headers[name])])) }),
      ...(expected?.body === undefined ? {} : { body }),
      status,
      ...(expected?.answerHeaders === undefined ? {} : { answerHeaders }),
      ...(expected?.answer === undefined ? {} : { answer }),
    });
    response.writeHead(status, answerHeaders).end(answer);
  }, null);
  const dispatchers = new Dispatchers();
  closers.push(
    () => server.close(),
    () => dispatchers.close(),
  );
  const peer = dispatchers.peer(server.url, verifiedBySystem);
  const at = (path: string): URL => new URL(path, server.url);
  return { came, peer, at };
}

describe('on the wire', () => {
  it('a guest file is sent by PUT with its length, on a connection of its own', async () => {
    const exchanges = [
      {
        request: 'PUT /guestFile?id=3&token=5f*443%2A',
        headers: { 'content-type': 'application/octet-stream', 'content-length': '9', connection: 'close' },
        body: 'the bytes',
        status: 200,
      },
      { request: 'PUT /guestFile?id=4&token=5', headers: { 'content-length': '0' }, body: '', status: 201 },
    ];
    const { came, peer, at } = await playing(exchanges);
    await put(peer, at('/guestFile?id=3&token=5f*443%2A'), sizedBytes(Buffer.from('the bytes')), call);
    await put(peer, at('/guestFile?id=4&token=5'), sizedBytes(Buffer.alloc(0)), call);
    expect(came).toEqual(exchanges);
  });

  it('a guest file is fetched by GET, without a cookie, on a connection of its own', async () => {
    const exchanges = [
      {
        request: 'GET /guestFile?id=5&token=7',
        headers: { connection: 'close', cookie: 'undefined' },
        status: 200,
        answerHeaders: { 'content-type': 'application/octet-stream', 'content-length': '9' },
        answer: 'the bytes',
      },
    ];
    const { came, peer, at } = await playing(exchanges);
    const { size, chunks } = await get(peer, at('/guestFile?id=5&token=7'), call);
    const bytes = await readAll({ size: size ?? 0, chunks });
    expect([came, size, Buffer.from(bytes).toString()]).toEqual([exchanges, 9, 'the bytes']);
  });

  it('a file of a datastore is fetched with the cookie of the session', async () => {
    const exchanges = [
      {
        request: 'GET /folder/lab%20one/screen-0.png?dcPath=Lab%2FNorth&dsName=store%201',
        headers: { cookie: 'vmware_soap_session="0a1b"' },
        status: 200,
        answer: 'PNG',
      },
    ];
    const { came, peer } = await playing(exchanges);
    const session = { cookie: 'vmware_soap_session="0a1b"' };
    const connection = { peer, session, settings: { callTimeoutMs: 1000 }, clock: call.clock };
    const datacenter = { path: 'Lab/North' };
    const file = { datacenter, datastore: 'store 1', path: 'lab one/screen-0.png' } as Parameters<typeof fetchFile>[1];
    const { status, body } = await fetchFile(connection as unknown as VsphereConnection, file, call);
    expect([came, status, body.toString()]).toEqual([exchanges, 200, 'PNG']);
  });

  it('a call has the version that both sides know and the cookie as it came, and its fault comes with status 500', async () => {
    const codec = new SoapCodec(vimSchema);
    const fault = { $type: 'GuestOperationsUnavailable' };
    const xml = { 'content-type': 'text/xml; charset=utf-8' };
    const own = { 'content-type': 'text/xml; charset="utf-8"', soapaction: 'urn:vim25/8.0.3.0' };
    const exchanges = [
      {
        request: 'GET /sdk/vimServiceVersions.xml',
        status: 200,
        answerHeaders: { 'content-type': 'text/xml' },
        answer: versions('9.0.0.0', '8.0.3.0', '8.0.0.1', '6.7'),
      },
      {
        request: 'POST /sdk',
        headers: { ...own, cookie: 'undefined' },
        status: 200,
        answerHeaders: { ...xml, 'set-cookie': 'vmware_soap_session="0a1b"; Path=/; HttpOnly; Secure;' },
        answer: codec.encodeResponse('CurrentTime', new Date(5)),
      },
      {
        request: 'POST /sdk',
        headers: { ...own, cookie: 'vmware_soap_session="0a1b"' },
        status: 500,
        answerHeaders: { ...xml, 'transfer-encoding': 'chunked' },
        answer: codec.encodeFault({ message: 'The guest cannot.', fault }),
      },
    ];
    const { came, peer } = await playing(exchanges);
    const channel = new SoapChannel(peer, '/sdk', call.clock);
    const options = { signal: call.signal, timeoutMs: 1000 };
    await channel.negotiate(options);
    const instance = ref('ServiceInstance', 'ServiceInstance');
    expect(await channel.call(instance, 'CurrentTime', {}, options)).toEqual(new Date(5));
    await expect(channel.call(instance, 'CurrentTime', {}, options)).rejects.toMatchObject({ fault });
    expect(came).toEqual(exchanges);
  });
});

function versions(newest: string, ...prior: readonly string[]): string {
  const rows = prior.map((version) => `<version>${version}</version>`).join('\n');
  const namespace = `<name>urn:vim25</name>\n<version>${newest}</version>\n<priorVersions>${rows}</priorVersions>`;
  return `<?xml version="1.0" encoding="UTF-8" ?>\n<namespaces version="1.0"><namespace>${namespace}</namespace></namespaces>`;
}

describe('over REST', () => {
  const json = { 'content-type': 'application/json' };
  const basic = { authorization: `Basic ${Buffer.from('u:p').toString('base64')}` };
  const token = { 'vmware-api-session-id': 'f00d' };
  const login = { request: 'POST /api/session', headers: basic, status: 201, answerHeaders: json, answer: '"f00d"' };
  const tools = '/api/vcenter/vm/vm-101/tools';
  const logout = { request: 'DELETE /api/session', headers: token, status: 204 };
  const info = { auto_update_supported: true, run_state: 'RUNNING', upgrade_policy: 'MANUAL', version_number: 12_352 };
  const reading = {
    request: `GET ${tools}`,
    headers: token,
    status: 200,
    answerHeaders: json,
    answer: JSON.stringify(info),
  };
  const known = {
    autoUpdateSupported: true,
    runState: 'RUNNING',
    upgradePolicy: 'MANUAL',
    versionNumber: 12_352,
  };
  const none = 'anonymous requests are refused';
  const refused = {
    ...reading,
    status: 401,
    answer: JSON.stringify({ error_type: 'UNAUTHENTICATED', messages: [{ args: [], default_message: none, id: 'x' }] }),
  };
  const old = {
    login: { request: 'POST /rest/com/vmware/cis/session', headers: basic, status: 200, answer: '{"value":"f00d"}' },
    reading: {
      request: 'GET /rest/vcenter/vm/vm-101/tools',
      headers: token,
      status: 200,
      answer: JSON.stringify({ value: info }),
    },
    logout: { request: 'DELETE /rest/com/vmware/cis/session', headers: token, status: 200 },
  };

  it.each<{
    what: string;
    exchanges: readonly Exchange[];
    work: (machine: MachineTools) => Promise<unknown>;
    gives?: unknown;
  }>([
    {
      what: 'what is known of Tools is read',
      exchanges: [login, reading, logout],
      work: (machine) => machine.info(call),
      gives: known,
    },
    {
      what: 'the same comes by the older form where the newer one is not there',
      exchanges: [{ ...login, status: 404, answer: '' }, old.login, old.reading, old.logout],
      work: (machine) => machine.info(call),
      gives: known,
    },
    {
      what: 'a session that has ended is made anew, once',
      exchanges: [login, refused, login, reading, logout],
      work: (machine) => machine.info(call),
      gives: known,
    },
    {
      what: 'the policy is set',
      exchanges: [
        login,
        {
          request: `PATCH ${tools}`,
          headers: { ...token, ...json },
          body: '{"upgrade_policy":"UPGRADE_AT_POWER_CYCLE"}',
          status: 204,
        },
        logout,
      ],
      work: (machine) => machine.setUpgradePolicy('UPGRADE_AT_POWER_CYCLE', call),
    },
    {
      what: 'Tools is upgraded, with options that need their quotes',
      exchanges: [
        login,
        {
          request: `POST ${tools}?action=upgrade`,
          headers: { ...token, ...json },
          body: String.raw`{"command_line_options":"/S /v\"/qn REBOOT=R\""}`,
          status: 204,
        },
        logout,
      ],
      work: (machine) => machine.upgrade('/S /v"/qn REBOOT=R"', call),
    },
    {
      what: 'the installer is connected, by a request without a body',
      exchanges: [
        login,
        {
          request: `POST ${tools}/installer?action=connect`,
          headers: { ...token, 'content-length': '0' },
          body: '',
          status: 204,
        },
        logout,
      ],
      work: (machine) => machine.connectInstaller(call),
    },
  ])('$what', async ({ exchanges, work, gives }) => {
    const { came, peer } = await playing(exchanges);
    const { machine, session } = toolsOver(peer);
    expect(await work(machine)).toEqual(gives);
    await session.close();
    expect(came).toEqual(exchanges);
  });
});

function toolsOver(peer: HttpPeer) {
  const login = { kind: 'password', userName: 'u', password: new Secret('p') } as const;
  const session = new RestSession(peer, login, call.clock, 1000);
  // Everything goes over REST here; whatever asks the connection fails.
  return { session, machine: new MachineTools({} as VsphereConnection, session, vm, 'web01') };
}

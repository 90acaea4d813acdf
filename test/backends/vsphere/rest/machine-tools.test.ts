import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { VsphereConnection } from '../../../../src/backends/vsphere/connection.js';
import { Dispatchers } from '../../../../src/backends/vsphere/http/dispatchers.js';
import { verifiedBySystem } from '../../../../src/backends/vsphere/http/tls-policy.js';
import { MachineTools } from '../../../../src/backends/vsphere/rest/machine-tools.js';
import { RestSession } from '../../../../src/backends/vsphere/rest/rest-session.js';
import { toolsVersion } from '../../../../src/backends/vsphere/rest/tools-info.js';
import type { Login } from '../../../../src/backends/vsphere/session/login.js';
import { ref } from '../../../../src/backends/vsphere/soap/values.js';
import { FakeClock } from '../../../../src/base/clock.js';
import { deferred } from '../../../../src/base/deferred.js';
import { Secret } from '../../../../src/base/secret.js';
import { TestServer } from '../test-server.js';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const vm = ref('VirtualMachine', 'vm-1');
const call = { signal: new AbortController().signal, clock: new FakeClock(), progress: () => undefined };
const password: Login = { kind: 'password', userName: 'u@vsphere.local', password: new Secret('p:w') };

interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/** A vCenter whose REST API is scripted, and whose SOAP API tells fixed properties and writes down calls. */
async function vcenter(
  rest: (request: string, headers: IncomingMessage['headers'], body: string) => Answer,
  properties: Readonly<Record<string, unknown>> = {},
  login = password,
) {
  const asked: string[] = [];
  const soap: unknown[] = [];
  const server = await TestServer.start((request, response, body) => {
    const line = `${request.method} ${request.url}`;
    asked.push(line);
    const answer = rest(line, request.headers, body);
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
  }, null);
  const dispatchers = new Dispatchers();
  closers.push(
    () => server.close(),
    () => dispatchers.close(),
  );
  const session = new RestSession(dispatchers.peer(server.url, verifiedBySystem), login, call.clock, 60_000);
  const note = async (_self: unknown, method: string, args: unknown) => void soap.push([method, args]);
  const connection = {
    properties: async () => new Map(Object.entries(properties)),
    call: note,
    tasks: { run: note, start: note },
  };
  const tools = new MachineTools(connection as unknown as VsphereConnection, session, vm, 'web01');
  return { tools, session, asked, soap };
}

/** Answers a login, and the rest by a table of request lines. */
function script(table: Readonly<Record<string, Answer>>) {
  return (line: string, headers: IncomingMessage['headers']): Answer => {
    if (line === 'POST /api/session') {
      const credentials = Buffer.from('u@vsphere.local:p:w').toString('base64');
      return headers.authorization === `Basic ${credentials}` ? { status: 201, body: 'token-1' } : { status: 401 };
    }
    if (headers['vmware-api-session-id'] !== 'token-1') return { status: 401 };
    return table[line] ?? { status: 404, body: { error_type: 'NOT_FOUND', messages: [] } };
  };
}

const nothing = () => ({ status: 404 });

const everything = {
  auto_update_supported: true,
  install_attempt_count: 2,
  error: 'it broke',
  version_number: 12_389,
  version: '12.3.5',
  upgrade_policy: 'UPGRADE_AT_POWER_CYCLE',
  version_status: 'SUPPORTED_OLD',
  install_type: 'OPEN_VM_TOOLS',
  run_state: 'EXECUTING_SCRIPTS',
};

const everythingRead = {
  autoUpdateSupported: true,
  installAttemptCount: 2,
  error: 'it broke',
  versionNumber: 12_389,
  version: '12.3.5',
  upgradePolicy: 'UPGRADE_AT_POWER_CYCLE',
  versionStatus: 'SUPPORTED_OLD',
  installType: 'OPEN_VM_TOOLS',
  runState: 'EXECUTING_SCRIPTS',
};

const smallest = { auto_update_supported: false, run_state: 'NOT_RUNNING', upgrade_policy: 'MANUAL' };

describe('what is known of Tools', () => {
  test('comes with all its fields over REST', async () => {
    const { tools, session, asked } = await vcenter(
      script({
        'GET /api/vcenter/vm/vm-1/tools': { status: 200, body: everything },
        'DELETE /api/session': { status: 204 },
      }),
    );
    expect(await tools.info(call)).toEqual(everythingRead);
    expect(await tools.info(call)).toEqual(everythingRead);
    await session.close();
    expect(asked).toEqual([
      'POST /api/session',
      'GET /api/vcenter/vm/vm-1/tools',
      'GET /api/vcenter/vm/vm-1/tools',
      'DELETE /api/session',
    ]);
    expect(toolsVersion(12_389)).toEqual({ major: 12, minor: 3, revision: 5 });
  });

  test('may be little', async () => {
    const body = { ...smallest, version_status: null, something_new: 1 };
    const { tools } = await vcenter(script({ 'GET /api/vcenter/vm/vm-1/tools': { status: 200, body } }));
    expect(await tools.info(call)).toEqual({
      autoUpdateSupported: false,
      runState: 'NOT_RUNNING',
      upgradePolicy: 'MANUAL',
    });
  });

  test('comes over the older form where that is all there is', async () => {
    const { tools } = await vcenter((line, headers) => {
      if (line === 'POST /rest/com/vmware/cis/session') return { status: 200, body: { value: 'token-2' } };
      if (line === 'GET /rest/vcenter/vm/vm-1/tools' && headers['vmware-api-session-id'] === 'token-2') {
        return { status: 200, body: { value: everything } };
      }
      return { status: 404 };
    });
    expect(await tools.info(call)).toEqual(everythingRead);
  });

  test.each([
    ['a host without REST', nothing, password],
    ['a login without a password', script({}), { kind: 'saml-token', token: new Secret('<a/>') } as const],
    ['an API that refuses the login', () => ({ status: 401 }), password],
    ['an API that does not run', () => ({ status: 503 }), password],
  ])('comes over SOAP from %s', async (_, rest, login) => {
    const soap = {
      'capability.toolsAutoUpdateSupported': true,
      'config.tools': {
        toolsUpgradePolicy: 'upgradeAtPowerCycle',
        lastInstallInfo: { counter: 2, fault: { fault: { $type: 'ToolsUnavailable' }, localizedMessage: 'it broke' } },
      },
      'guest.toolsInstallType': 'guestToolsTypeOpenVMTools',
      'guest.toolsRunningStatus': 'guestToolsExecutingScripts',
      'guest.toolsVersion': '12389',
      'guest.toolsVersionStatus2': 'guestToolsSupportedOld',
    };
    const { tools } = await vcenter(rest, soap, login);
    expect(await tools.info(call)).toEqual({ ...everythingRead, version: '12389' });
  });

  test('comes over SOAP even of a machine that has told nothing', async () => {
    const { tools } = await vcenter(nothing);
    expect(await tools.info(call)).toEqual({
      autoUpdateSupported: false,
      runState: 'NOT_RUNNING',
      upgradePolicy: 'MANUAL',
    });
  });
});

describe('a session that the server forgot', () => {
  test('is renewed once for all who ask', async () => {
    let logins = 0;
    const { tools, asked } = await vcenter((line, headers) => {
      if (line === 'POST /api/session') return { status: 201, body: `token-${(logins += 1)}` };
      return headers['vmware-api-session-id'] === 'token-2' ? { status: 200, body: smallest } : { status: 401 };
    });
    await Promise.all([tools.info(call), tools.info(call), tools.info(call)]);
    expect(asked.filter((line) => line === 'POST /api/session')).toHaveLength(2);
  });

  test('and that cannot be renewed is told', async () => {
    const { tools, asked } = await vcenter((line) =>
      line === 'POST /api/session' ? { status: 201, body: 't' } : { status: 401 },
    );
    await expect(tools.info(call)).rejects.toMatchObject({ kind: 'host-permission' });
    expect(asked).toHaveLength(4);
  });
});

describe('a session that is closed during its login', () => {
  test('waits five seconds for it at most, and logs out when it comes later', async () => {
    const clock = new FakeClock();
    const asked: string[] = [];
    const came = deferred<ServerResponse>();
    const out = deferred<void>();
    const server = await TestServer.start((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      if (request.method === 'POST') return came.resolve(response);
      response.writeHead(204).end();
      return out.resolve();
    }, null);
    const dispatchers = new Dispatchers();
    closers.push(
      () => server.close(),
      () => dispatchers.close(),
    );
    const session = new RestSession(dispatchers.peer(server.url, verifiedBySystem), password, clock, 60_000);
    const login = session.form(call.signal).catch(() => undefined);
    const answer = await came.promise;
    const closing = session.close();
    await clock.advance(5000);
    await closing;
    expect(asked).toEqual(['POST /api/session']);
    answer.writeHead(201).end(JSON.stringify('token-1'));
    await Promise.all([login, out.promise]);
    expect(asked).toEqual(['POST /api/session', 'DELETE /api/session']);
  });
});

describe('what goes wrong', () => {
  const lines = { 'GET /api/vcenter/vm/vm-1/tools': 'info' } as const;
  const message = (text: string) => ({ id: 'x', default_message: text, args: [] });

  test.each([
    [
      404,
      { error_type: 'NOT_FOUND', messages: [message('No machine.'), message('Really.')] },
      'vm-not-found',
      'No machine. Really. (NOT_FOUND)',
    ],
    [500, { error_type: 'RESOURCE_BUSY', messages: [] }, 'busy', 'RESOURCE_BUSY'],
    [
      403,
      { type: 'com.vmware.vapi.std.errors.unauthorized', value: { messages: [message('No.')] } },
      'host-permission',
      'No. (UNAUTHORIZED)',
    ],
    [503, { error_type: 'SERVICE_UNAVAILABLE', messages: [] }, 'tools-not-running', 'SERVICE_UNAVAILABLE'],
    [500, { error_type: 'BRAND_NEW', messages: [] }, 'internal', 'BRAND_NEW'],
  ])('is told in the words of the server: %s %s', async (status, body, kind, text) => {
    const [line = ''] = Object.keys(lines);
    const { tools } = await vcenter(script({ [line]: { status, body } }));
    await expect(tools.info(call)).rejects.toMatchObject({
      kind,
      message: `reading of VMware Tools of web01: the REST API of the vCenter answered: ${text}`,
    });
  });

  test('of what stands before the API says nothing about Tools', async () => {
    const [line = ''] = Object.keys(lines);
    const { tools } = await vcenter(script({ [line]: { status: 503, body: '<html>' } }));
    await expect(tools.info(call)).rejects.toMatchObject({
      kind: 'host-unavailable',
      message: expect.stringContaining('HTTP status 503'),
    });
  });
});

describe('changes', () => {
  const path = '/api/vcenter/vm/vm-1/tools';

  test('go over REST', async () => {
    const bodies: unknown[] = [];
    const done = { status: 204 };
    const rest = script({
      [`PATCH ${path}`]: done,
      [`POST ${path}?action=upgrade`]: done,
      [`POST ${path}/installer?action=connect`]: done,
      [`POST ${path}/installer?action=disconnect`]: done,
      [`GET ${path}/installer`]: { status: 200, body: { is_connected: true } },
    });
    const { tools, soap } = await vcenter((line, headers, body) => {
      if (body !== '') bodies.push(JSON.parse(body));
      return rest(line, headers);
    });
    await tools.setUpgradePolicy('UPGRADE_AT_POWER_CYCLE', call);
    await tools.upgrade('/S', call);
    await tools.connectInstaller(call);
    expect(await tools.isInstallerConnected(call)).toBe(true);
    await tools.disconnectInstaller(call);
    expect(bodies).toEqual([{ upgrade_policy: 'UPGRADE_AT_POWER_CYCLE' }, { command_line_options: '/S' }]);
    expect(soap).toEqual([]);
  });

  test('go over SOAP where there is no REST', async () => {
    const { tools, soap } = await vcenter(nothing, { 'runtime.toolsInstallerMounted': true });
    await tools.setUpgradePolicy('MANUAL', call);
    await tools.upgrade(undefined, call);
    await tools.connectInstaller(call);
    expect(await tools.isInstallerConnected(call)).toBe(true);
    await tools.disconnectInstaller(call);
    expect(soap).toEqual([
      ['ReconfigVM_Task', { spec: { tools: { toolsUpgradePolicy: 'manual' } } }],
      ['UpgradeTools_Task', { installerOptions: undefined }],
      ['MountToolsInstaller', {}],
      ['UnmountToolsInstaller', {}],
    ]);
  });

  test('that were made already are no failure', async () => {
    const already = { status: 400, body: { error_type: 'ALREADY_IN_DESIRED_STATE', messages: [] } };
    const { tools, soap } = await vcenter(
      script({ [`POST ${path}?action=upgrade`]: already, [`POST ${path}/installer?action=connect`]: already }),
    );
    await tools.upgrade(undefined, call);
    await tools.connectInstaller(call);
    expect(soap).toEqual([]);
  });
});

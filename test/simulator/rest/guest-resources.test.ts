import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { posixPrograms } from '../../../src/world/guest/posix/posix-programs.js';
import { TestGuest } from '../../world/guest/guest-fixture.js';
import { ask, closeServers } from '../route-server.js';
import { credentials, problem, RestClient } from './rest-client.js';

beforeAll(async () => {
  // Loading the library takes time of its own, in which the fake clock would run into the limits of programs.
  await new TestGuest(posixPrograms()).run('true');
});

afterEach(closeServers);

const nics = [{ addresses: ['192.0.2.7/28'], gateway: '192.0.2.1' }];
const guest = { hostName: 'web', domain: 'example.test', dnsServers: ['192.0.2.53'], nics };

describe('what Tools tells', () => {
  it('is the guest, its disk and its network', async () => {
    const client = await RestClient.of([{ guestOs: 'ubuntu-64', guest }, { guestOs: 'windows9srv-64' }]);
    const get = async (path: string, name?: string) => (await client.vm('GET', `/guest${path}`, undefined, name)).value;
    expect(await get('/identity')).toEqual({
      name: 'UBUNTU_64',
      family: 'LINUX',
      full_name: { id: expect.any(String), default_message: 'Ubuntu 22.04.4 LTS', args: [] },
      host_name: 'web',
      ip_address: '192.0.2.7',
    });
    expect(await get('/identity', 'vm1')).toMatchObject({ name: 'WINDOWS_9_SERVER_64', family: 'WINDOWS' });
    expect(await get('/local-filesystem')).toEqual({
      '/': {
        capacity: 20 * 1024 ** 3,
        free_space: expect.any(Number),
        filesystem: 'ext4',
        mappings: [{ disk: '2000' }],
      },
    });
    expect(await get('/networking')).toEqual({
      dns_values: { host_name: 'web', domain_name: 'example.test' },
      dns: { ip_addresses: ['192.0.2.53'], search_domains: ['example.test'] },
    });
    expect(await get('/networking/interfaces')).toMatchObject([
      {
        mac_address: expect.stringMatching(/^00:50:56:/u),
        ip: {
          ip_addresses: [{ ip_address: '192.0.2.7', prefix_length: 28, origin: 'MANUAL', state: 'PREFERRED' }],
          dhcp: { ipv4_enabled: false },
        },
      },
    ]);
    expect(await get('/networking/routes')).toEqual([
      { network: '0.0.0.0', prefix_length: 0, gateway_address: '192.0.2.1', interface_index: 0 },
      { network: '192.0.2.0', prefix_length: 28, interface_index: 0 },
    ]);
    expect(await get('/operations')).toEqual({
      guest_operations_ready: true,
      interactive_guest_operations_ready: false,
    });
    const legacy = await client.send('GET', `/rest/vcenter/vm/${client.guests.ref().value}/guest/local-filesystem`);
    expect(legacy.value).toMatchObject({ value: [{ key: '/', value: { filesystem: 'ext4' } }] });
  });

  it('is nothing where Tools does not run', async () => {
    const client = await RestClient.of([{ power: 'off' }, { tools: false }]);
    for (const path of ['identity', 'local-filesystem', 'networking', 'networking/interfaces', 'networking/routes']) {
      expect(await client.vm('GET', `/guest/${path}`)).toMatchObject(problem(503, 'SERVICE_UNAVAILABLE'));
    }
    expect((await client.vm('GET', '/guest/operations')).value).toMatchObject({ guest_operations_ready: false });
    expect((await client.vm('GET', '/guest/power')).value).toEqual({ state: 'NOT_RUNNING', operations_ready: false });
    expect((await client.vm('GET', '/guest/power', undefined, 'vm1')).value).toMatchObject({ state: 'UNAVAILABLE' });
  });
});

describe('power of the guest', () => {
  it('takes orders, and does not wait for what becomes of them', async () => {
    const client = await RestClient.of([{}, {}, {}, { tools: false }, { power: 'off' }]);
    expect((await client.vm('GET', '/guest/power')).value).toEqual({ state: 'RUNNING', operations_ready: true });
    const order = (action: string, name: string) => client.vm('POST', `/guest/power?action=${action}`, undefined, name);
    const state = async (name: string): Promise<unknown> =>
      Object((await client.vm('GET', '/power', undefined, name)).value).state;
    expect(await order('shutdown', 'vm0')).toMatchObject({ status: 204 });
    expect(await order('reboot', 'vm1')).toMatchObject({ status: 204 });
    expect(await order('standby', 'vm2')).toMatchObject({ status: 204 });
    await client.guests.clock.advance(60_000);
    expect([await state('vm0'), await state('vm1'), await state('vm2')]).toEqual([
      'POWERED_OFF',
      'POWERED_ON',
      'SUSPENDED',
    ]);
    expect(await order('shutdown', 'vm3')).toMatchObject(problem(503, 'SERVICE_UNAVAILABLE'));
    expect(await order('shutdown', 'vm4')).toMatchObject(problem(400, 'NOT_ALLOWED_IN_CURRENT_STATE'));
  });
});

describe('processes', () => {
  it('start, are listed, end and are ended', async () => {
    const client = await RestClient.of();
    const spec = { path: '/bin/echo', arguments: '"$A" > /tmp/out; exit 4', environment_variables: { A: 'x=y' } };
    const started = await client.guest('/processes?action=create', { spec });
    expect(started).toEqual({ status: 201, value: expect.any(Number) });
    const get = () => client.guest(`/processes/${String(started.value)}?action=get`);
    let line = Object((await get()).value);
    while (line.finished === undefined) {
      await client.guests.clock.advance(50);
      line = Object((await get()).value);
    }
    expect(line).toMatchObject({ name: 'echo', owner: 'user', exit_code: 4, started: expect.any(String) });
    const sleep = await client.guest('/processes?action=create', { spec: { path: '/bin/sleep', arguments: '999' } });
    const pid = Number(sleep.value);
    expect((await client.guest('/processes?action=list')).value).toEqual(
      expect.arrayContaining([
        { pid, name: 'sleep', owner: 'user', command: '/bin/sleep 999', started: expect.any(String) },
      ]),
    );
    expect(await client.guest(`/processes/${pid}?action=delete`)).toMatchObject({ status: 204 });
    expect(await client.guest(`/processes/${pid}?action=delete`)).toMatchObject(problem(404, 'NOT_FOUND', { pid }));
    expect(await client.guest('/processes/9999?action=get')).toMatchObject(problem(404, 'NOT_FOUND', { pid: 9999 }));
    expect(await client.guest('/processes/x?action=get')).toMatchObject(problem(400, 'INVALID_ARGUMENT'));
  });

  it('are refused', async () => {
    const client = await RestClient.of([{}, { power: 'off' }, { tools: false }]);
    const create = (spec: object, more: object = {}, name?: string) =>
      client.guest('/processes?action=create', { spec, ...more }, name);
    expect(await create({ path: '/bin/none' })).toMatchObject(
      problem(404, 'NOT_FOUND', { reason: 'FILE_NOT_FOUND', file_path: '/bin/none' }),
    );
    expect(await create({ path: '/bin/true', working_directory: '/none' })).toMatchObject(
      problem(404, 'NOT_FOUND', { reason: 'NOT_A_DIRECTORY', file_path: '/none' }),
    );
    expect(await create({ path: '/etc/passwd' })).toMatchObject(problem(403, 'UNAUTHORIZED'));
    expect(await create({ path: '/bin/true', start_minimized: true })).toMatchObject(problem(400, 'INVALID_ARGUMENT'));
    expect(await create({})).toMatchObject(problem(400, 'INVALID_ARGUMENT'));
    const wrong = { credentials: { ...credentials, password: 'no' } };
    expect(await create({ path: '/bin/true' }, wrong)).toMatchObject(problem(401, 'UNAUTHENTICATED'));
    const odd = { credentials: { ...credentials, type: 'CARD' } };
    expect(await create({ path: '/bin/true' }, odd)).toMatchObject(problem(400, 'INVALID_ARGUMENT'));
    expect(await create({ path: '/bin/true' }, {}, 'vm1')).toMatchObject(problem(400, 'NOT_ALLOWED_IN_CURRENT_STATE'));
    expect(await create({ path: '/bin/true' }, {}, 'vm2')).toMatchObject(problem(503, 'SERVICE_UNAVAILABLE'));
  });
});

describe('environment', () => {
  it('is read by name, or whole', async () => {
    const client = await RestClient.of();
    expect(await client.guest('/environment/HOME?action=get')).toEqual({ status: 200, value: '/home/user' });
    expect(await client.guest('/environment/NONE?action=get')).toMatchObject(problem(404, 'NOT_FOUND'));
    expect((await client.guest('/environment?action=list', { names: ['USER', 'NONE'] })).value).toEqual({
      USER: 'user',
    });
    expect((await client.guest('/environment?action=list', { names: [] })).value).toMatchObject({ HOME: '/home/user' });
    expect(await client.guest('/environment?action=list')).toMatchObject(problem(400, 'INVALID_ARGUMENT'));
  });
});

describe('the filesystem', () => {
  it('has directories', async () => {
    const client = await RestClient.of();
    const act = (action: string, body: object) => client.guest(`/filesystem/directories?action=${action}`, body);
    expect(await act('create', { path: '/tmp/a/b' })).toMatchObject(
      problem(404, 'NOT_FOUND', { reason: 'FILE_NOT_FOUND', file_path: '/tmp/a/b' }),
    );
    expect(await act('create', { path: '/tmp/a/b', create_parents: true })).toMatchObject({ status: 204 });
    expect(await act('create', { path: '/tmp/a' })).toMatchObject(problem(400, 'ALREADY_EXISTS'));
    expect(await act('delete', { path: '/tmp/a' })).toMatchObject(
      problem(404, 'NOT_FOUND', { reason: 'DIRECTORY_NOT_EMPTY', file_path: '/tmp/a' }),
    );
    expect(await act('move', { path: '/tmp/a/b', new_path: '/tmp/c' })).toMatchObject({ status: 204 });
    expect(await act('move', { path: '/tmp/c', new_path: '/tmp/a' })).toMatchObject(problem(400, 'ALREADY_EXISTS'));
    expect(await act('delete', { path: '/tmp/a', recursive: true })).toMatchObject({ status: 204 });
    const temporary = await act('createTemporary', { prefix: 'p', suffix: 's', parent_path: '/tmp/c' });
    expect(temporary).toEqual({ status: 200, value: expect.stringMatching(/^\/tmp\/c\/pvmware\d+s$/u) });
  });

  it('has files', async () => {
    const files = [
      { path: '/tmp/a.txt', text: 'hello', owner: 'user' },
      { path: '/tmp/link', linkTarget: 'a.txt' },
    ];
    const client = await RestClient.of([{ guest: { files } }]);
    const act = (action: string, body: object) => client.guest(`/filesystem/files?action=${action}`, body);
    const one = (path: string, action: string) =>
      client.guest(`/filesystem/files/${encodeURIComponent(path)}?action=${action}`);
    expect((await act('list', { path: '/tmp' })).value).toEqual({
      files: [
        { filename: '.', type: 'DIRECTORY', size: 0 },
        { filename: '..', type: 'DIRECTORY', size: 0 },
        { filename: 'a.txt', type: 'FILE', size: 5 },
        { filename: 'link', type: 'SYMLINK', size: 0 },
      ],
      total: 4,
      start_index: 0,
      end_index: 3,
      status: 'END_OF_DATA',
    });
    const page = { path: '/tmp', iteration: { index: 1, size: 2 }, filter: { match_pattern: '\\w' } };
    expect((await act('list', page)).value).toMatchObject({ files: [{ filename: 'link' }], total: 2, start_index: 1 });
    const update = { last_modified: '2020-01-02T03:04:05Z', posix: { permissions: '600' } };
    expect(await act('update', { path: '/tmp/link', file_attributes: update })).toMatchObject({ status: 204 });
    expect((await one('/tmp/a.txt', 'get')).value).toEqual({
      type: 'FILE',
      size: 5,
      attributes: {
        last_modified: '2020-01-02T03:04:05.000Z',
        last_accessed: expect.any(String),
        filesystem_family: 'POSIX',
        posix_attributes: { owner: 1000, group: 1000, permissions: '600' },
      },
    });
    expect((await one('/tmp/link', 'get')).value).toMatchObject({
      type: 'SYMLINK',
      attributes: { symlink_target: 'a.txt' },
    });
    for (const file_attributes of [
      { windows: { hidden: true } },
      { posix: { permissions: '999' } },
      { posix: {}, windows: {} },
      { last_modified: 'yesterday' },
    ]) {
      expect(await act('update', { path: '/tmp/a.txt', file_attributes })).toMatchObject(
        problem(400, 'INVALID_ARGUMENT'),
      );
    }
    expect(await act('move', { path: '/tmp/a.txt', new_path: '/tmp/b.txt' })).toMatchObject({ status: 204 });
    expect(await one('/tmp/a.txt', 'get')).toMatchObject(problem(404, 'NOT_FOUND', { reason: 'FILE_NOT_FOUND' }));
    expect(await one('/tmp/b.txt', 'delete')).toMatchObject({ status: 204 });
    expect(await one('/tmp', 'delete')).toMatchObject(problem(404, 'NOT_FOUND', { reason: 'NOT_A_FILE' }));
    expect(await act('createTemporary', { prefix: '', suffix: '' })).toMatchObject({ status: 200 });
  });

  it('shows the attributes of Windows', async () => {
    const client = await RestClient.of([
      { guestOs: 'windows9-64', guest: { files: [{ path: 'C:\\a', text: '', owner: 'user' }] } },
    ]);
    const update = { path: 'C:\\a', file_attributes: { windows: { hidden: true, read_only: true } } };
    expect(await client.guest('/filesystem/files?action=update', update)).toMatchObject({ status: 204 });
    expect((await client.guest(`/filesystem/files/${encodeURIComponent('C:\\a')}?action=get`)).value).toMatchObject({
      attributes: {
        filesystem_family: 'WINDOWS',
        win_attributes: { hidden: true, read_only: true, created: expect.any(String) },
      },
    });
  });

  it('moves files over a URL', async () => {
    const client = await RestClient.of();
    const target = async (spec: object): Promise<string> => {
      const { status, value } = await client.guest('/filesystem?action=create', { spec });
      expect(status).toBe(201);
      const { pathname, search } = new URL(String(value).replace('*', 'host'));
      return pathname + search;
    };
    const up = await target({ path: '/tmp/f', attributes: { size: 5, posix: { permissions: '640' } } });
    const put = await ask(client.port, up, { method: 'PUT', body: 'hello', headers: { 'content-length': '5' } });
    expect(put.status).toBe(200);
    const down = await ask(client.port, await target({ path: '/tmp/f' }));
    expect(down.body.toString()).toBe('hello');
    const again = { spec: { path: '/tmp/f', attributes: { size: 1 } } };
    expect(await client.guest('/filesystem?action=create', again)).toMatchObject(problem(400, 'ALREADY_EXISTS'));
    expect(await client.guest('/filesystem?action=create', { spec: { path: '/tmp' } })).toMatchObject(
      problem(404, 'NOT_FOUND', { reason: 'NOT_A_FILE', file_path: '/tmp' }),
    );
  });
});

describe('customization', () => {
  const spec = {
    configuration_spec: { linux_config: { hostname: { type: 'FIXED', fixed_name: 'new1' }, domain: 'x.test' } },
    global_DNS_settings: { dns_servers: ['192.0.2.54'] },
    interfaces: [
      { adapter: { ipv4: { type: 'STATIC', ip_address: '192.0.2.9', prefix: 24, gateways: ['192.0.2.1'] } } },
    ],
  };

  it('waits for the next boot', async () => {
    const client = await RestClient.of([{ power: 'off', guest }, {}]);
    const status = async (): Promise<unknown> => (await client.vm('GET', '/guest/customization')).value;
    expect(await status()).toEqual({ status: 'IDLE' });
    expect(await client.vm('PUT', '/guest/customization', { spec })).toMatchObject({ status: 204 });
    expect(await status()).toEqual({ status: 'PENDING' });
    expect(await client.vm('PUT', '/guest/customization', {})).toMatchObject({ status: 204 });
    expect(await status()).toEqual({ status: 'IDLE' });
    await client.vm('PUT', '/guest/customization', { spec });
    await client.vm('POST', '/power?action=start');
    await client.guests.clock.advance(60_000);
    expect(await status()).toMatchObject({ status: 'SUCCEEDED', start_time: expect.any(String) });
    expect((await client.vm('GET', '/guest/identity')).value).toMatchObject({
      host_name: 'new1',
      ip_address: '192.0.2.9',
    });
    expect(await client.vm('PUT', '/guest/customization', { spec }, 'vm1')).toMatchObject(
      problem(400, 'NOT_ALLOWED_IN_CURRENT_STATE'),
    );
  });

  it('knows specifications by name', async () => {
    const client = await RestClient.of([{ power: 'off', guest }]);
    const path = '/api/vcenter/guest/customization-specs';
    expect(await client.send('POST', path, { name: 'web', description: 'd', spec })).toEqual({
      status: 201,
      value: 'web',
    });
    expect(await client.send('POST', path, { name: 'web', description: 'd', spec })).toMatchObject(
      problem(400, 'ALREADY_EXISTS'),
    );
    expect((await client.send('GET', path)).value).toMatchObject([{ name: 'web', OS_type: 'LINUX' }]);
    expect((await client.send('GET', `${path}/web`)).value).toEqual({ spec });
    expect(await client.vm('PUT', '/guest/customization', { name: 'web' })).toMatchObject({ status: 204 });
    expect(await client.vm('PUT', '/guest/customization', { name: 'none' })).toMatchObject(problem(404, 'NOT_FOUND'));
    expect(await client.vm('PUT', '/guest/customization', { name: 'web', spec })).toMatchObject(
      problem(400, 'INVALID_ARGUMENT'),
    );
    expect(await client.send('PUT', `${path}/web`, { spec: { configuration_spec: {} } })).toMatchObject(
      problem(400, 'INVALID_ARGUMENT'),
    );
    expect(await client.send('DELETE', `${path}/web`)).toMatchObject({ status: 204 });
    expect(await client.send('GET', `${path}/web`)).toMatchObject(problem(404, 'NOT_FOUND'));
  });

  it('gives specifications out as texts, without passwords, and reads them', async () => {
    const client = await RestClient.of([{ power: 'off', guest }]);
    const path = '/api/vcenter/guest/customization-specs';
    const sysprep = (password: string) => ({
      user_data: { computer_name: { type: 'FIXED', fixed_name: 'pc' } },
      gui_unattended: { auto_logon: true, password },
      domain: { domain: 'example.test', domain_password: password },
    });
    const windows = (password: string) => ({ configuration_spec: { windows_config: { sysprep: sysprep(password) } } });
    await client.send('POST', path, { name: 'pc', description: 'd', spec: windows('secret') });
    const exported = await client.send('POST', `${path}/pc?action=export`, { format: 'JSON' });
    expect([exported.status, String(exported.value).includes('secret')]).toEqual([200, false]);
    const imported = await client.send('POST', `${path}?action=import`, { customization_spec: exported.value });
    expect(imported).toEqual({ status: 200, value: { name: 'pc', description: 'd', spec: windows('') } });
    expect((await client.send('POST', path, { ...Object(imported.value), name: 'other' })).status).toBe(201);
    expect((await client.send('GET', `${path}/other`)).value).toEqual({ spec: windows('') });
    const invalid = problem(400, 'INVALID_ARGUMENT');
    expect(await client.send('POST', `${path}/pc?action=export`, { format: 'YAML' })).toMatchObject(invalid);
    expect(await client.send('POST', `${path}/pc?action=export`, { format: 'XML' })).toMatchObject(
      problem(400, 'UNSUPPORTED'),
    );
    expect(await client.send('POST', `${path}/none?action=export`, { format: 'JSON' })).toMatchObject(
      problem(404, 'NOT_FOUND'),
    );
    for (const text of ['<xml/>', '[]', '{}', '{"name":"a","description":"","spec":{"configuration_spec":{}}}']) {
      expect(await client.send('POST', `${path}?action=import`, { customization_spec: text })).toMatchObject(invalid);
    }
  });
});

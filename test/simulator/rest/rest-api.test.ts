import { afterEach, describe, expect, it } from 'vitest';
import { closeServers } from '../route-server.js';
import { problem, RestClient } from './rest-client.js';

afterEach(closeServers);

const basic = (text: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(text).toString('base64')}`,
});

describe('a session', () => {
  it('opens with a name and password, and closes', async () => {
    const client = await RestClient.of();
    const opened = await client.send('POST', '/api/session', undefined, basic('ann:password'));
    expect(opened).toEqual({ status: 201, value: expect.any(String) });
    client.token = String(opened.value);
    expect(await client.send('GET', '/api/session')).toMatchObject({ status: 200, value: { user: 'ann' } });
    expect(await client.send('DELETE', '/api/session')).toEqual({ status: 204, value: undefined });
    expect(await client.send('GET', '/api/session')).toMatchObject(problem(401, 'UNAUTHENTICATED'));
    for (const headers of [basic('ann:wrong'), {}, { authorization: 'Bearer x' }]) {
      expect(await client.send('POST', '/api/session', undefined, headers)).toMatchObject(
        problem(401, 'UNAUTHENTICATED'),
      );
    }
  });

  it('has its older form', async () => {
    const client = await RestClient.of();
    const path = '/rest/com/vmware/cis/session';
    const opened = await client.send('POST', path, undefined, basic('ann:password'));
    expect(opened).toEqual({ status: 200, value: { value: expect.any(String) } });
    client.token = String(Object(opened.value).value);
    expect(await client.send('POST', `${path}?~action=get`)).toMatchObject({ value: { value: { user: 'ann' } } });
    expect(await client.send('DELETE', path)).toEqual({ status: 200, value: undefined });
    expect(await client.send('POST', `${path}?~action=get`)).toMatchObject({
      status: 401,
      value: { type: 'com.vmware.vapi.std.errors.unauthenticated', value: { messages: [{ args: [] }] } },
    });
  });

  it('is needed for everything else, and has to have the privileges', async () => {
    const client = await RestClient.of();
    const path = '/api/vcenter/vm';
    expect(await client.send('GET', path, undefined, {})).toMatchObject(problem(401, 'UNAUTHENTICATED'));
    expect(await client.send('GET', path, undefined, { 'vmware-api-session-id': 'x' })).toMatchObject({ status: 401 });
    const origin = { address: '', userAgent: '' };
    const weak = client.guests.endpoint.sessions.open({ name: 'weak', privileges: [] }, origin);
    client.token = weak.token.reveal();
    expect(await client.vm('POST', '/power?action=reset')).toMatchObject(problem(403, 'UNAUTHORIZED'));
    expect(await client.guest('/processes?action=list')).toMatchObject(problem(403, 'UNAUTHORIZED'));
  });
});

describe('requests', () => {
  it('that mean nothing are refused', async () => {
    const client = await RestClient.of();
    expect(await client.send('GET', '/api/vcenter/nothing')).toMatchObject(problem(404, 'OPERATION_NOT_FOUND'));
    expect(await client.vm('POST', '/power?action=explode')).toMatchObject(problem(404, 'OPERATION_NOT_FOUND'));
    expect(await client.vm('PATCH', '/power')).toMatchObject(problem(404, 'OPERATION_NOT_FOUND'));
    expect(await client.send('GET', '/api/vcenter/vm/vm-99/power')).toMatchObject(problem(404, 'NOT_FOUND'));
    expect(await client.send('GET', '/api/vcenter/vm/%zz/power')).toMatchObject(problem(400, 'INVALID_ARGUMENT'));
    for (const body of ['{', '[]', '7']) {
      expect(await client.vm('PATCH', '/tools', body)).toMatchObject(problem(400, 'INVALID_ARGUMENT'));
    }
    expect(await client.vm('POST', '/guest/processes?action=list', {})).toMatchObject(problem(400, 'INVALID_ARGUMENT'));
    const legacy = `/rest/vcenter/vm/${client.guests.ref().value}/guest/processes?action=list`;
    expect(await client.send('POST', legacy, {})).toMatchObject({ status: 404 });
  });
});

describe('the list of machines', () => {
  it('tells what runs, and can be filtered', async () => {
    const client = await RestClient.of([{ cpuCount: 2, memoryMb: 4096 }, { power: 'off' }, { power: 'suspended' }]);
    const list = async (query = ''): Promise<readonly unknown[]> => {
      const { value } = await client.send('GET', `/api/vcenter/vm${query}`);
      return Array.isArray(value) ? value.map(({ name }) => name) : [];
    };
    expect((await client.send('GET', '/api/vcenter/vm?names=vm0')).value).toEqual([
      { vm: client.guests.ref().value, name: 'vm0', power_state: 'POWERED_ON', cpu_count: 2, memory_size_MiB: 4096 },
    ]);
    expect(await list()).toEqual(['vm0', 'vm1', 'vm2']);
    expect(await list('?names=vm1&names=vm2&names=none')).toEqual(['vm1', 'vm2']);
    expect(await list('?power_states=POWERED_OFF')).toEqual(['vm1']);
    expect(await list(`?vms=${client.guests.ref('vm2').value}`)).toEqual(['vm2']);
    const legacy = await client.send('GET', '/rest/vcenter/vm?filter.names.1=vm1&filter.names.2=vm0');
    expect(legacy.value).toMatchObject({ value: [{ name: 'vm0' }, { name: 'vm1' }] });
  });
});

describe('power', () => {
  it('goes on and off', async () => {
    const client = await RestClient.of([{ power: 'off' }]);
    const state = async (): Promise<unknown> => (await client.vm('GET', '/power')).value;
    const act = (action: string) => client.vm('POST', `/power?action=${action}`);
    expect(await state()).toEqual({ state: 'POWERED_OFF', clean_power_off: true });
    expect(await act('start')).toMatchObject({ status: 204 });
    expect(await state()).toEqual({ state: 'POWERED_ON' });
    expect(await act('start')).toMatchObject(problem(400, 'ALREADY_IN_DESIRED_STATE'));
    expect(await act('reset')).toMatchObject({ status: 204 });
    expect(await act('suspend')).toMatchObject({ status: 204 });
    expect(await state()).toEqual({ state: 'SUSPENDED' });
    expect(await act('stop')).toMatchObject({ status: 204 });
    expect(await act('stop')).toMatchObject(problem(400, 'ALREADY_IN_DESIRED_STATE'));
    expect(await act('suspend')).toMatchObject(problem(400, 'NOT_ALLOWED_IN_CURRENT_STATE'));
    const legacy = `/rest/vcenter/vm/${client.guests.ref().value}/power`;
    expect(await client.send('POST', `${legacy}/start`)).toMatchObject({ status: 200 });
    expect((await client.send('GET', legacy)).value).toEqual({ value: { state: 'POWERED_ON' } });
  });

  it('is refused for templates', async () => {
    const client = await RestClient.of([{ power: 'off', isTemplate: true }]);
    expect(await client.vm('POST', '/power?action=start')).toMatchObject(problem(400, 'UNSUPPORTED'));
  });
});

describe('Tools', () => {
  it('tells about itself', async () => {
    const client = await RestClient.of([{}, { power: 'off' }, { tools: false }, { guestOs: 'windows9-64' }]);
    expect((await client.vm('GET', '/tools')).value).toEqual({
      auto_update_supported: true,
      run_state: 'RUNNING',
      upgrade_policy: 'MANUAL',
      version_status: 'CURRENT',
      install_type: 'OPEN_VM_TOOLS',
      version: '12.2.0',
      version_number: 12_352,
    });
    expect((await client.vm('GET', '/tools', undefined, 'vm1')).value).toMatchObject({ run_state: 'NOT_RUNNING' });
    expect((await client.vm('GET', '/tools', undefined, 'vm2')).value).toEqual({
      auto_update_supported: false,
      run_state: 'NOT_RUNNING',
      upgrade_policy: 'MANUAL',
      version_status: 'NOT_INSTALLED',
    });
    expect((await client.vm('GET', '/tools', undefined, 'vm3')).value).toMatchObject({ install_type: 'MSI' });
    const legacy = await client.send('GET', `/rest/vcenter/vm/${client.guests.ref().value}/tools`);
    expect(legacy.value).toMatchObject({ value: { run_state: 'RUNNING' } });
  });

  it('takes a policy', async () => {
    const client = await RestClient.of();
    const policy = async (): Promise<unknown> => Object((await client.vm('GET', '/tools')).value).upgrade_policy;
    const patch = (value: unknown) => client.vm('PATCH', '/tools', { upgrade_policy: value });
    expect(await patch('UPGRADE_AT_POWER_CYCLE')).toMatchObject({ status: 204 });
    expect(await policy()).toBe('UPGRADE_AT_POWER_CYCLE');
    expect(await patch('SOMETIMES')).toMatchObject(problem(400, 'INVALID_ARGUMENT'));
    expect(await patch(7)).toMatchObject(problem(400, 'INVALID_ARGUMENT'));
    expect(await client.vm('PATCH', '/tools', {})).toMatchObject({ status: 204 });
    const legacy = `/rest/vcenter/vm/${client.guests.ref().value}/tools`;
    expect(await client.send('PATCH', legacy, { spec: { upgrade_policy: 'MANUAL' } })).toMatchObject({ status: 200 });
    expect(await policy()).toBe('MANUAL');
  });

  it('is upgraded and installed', async () => {
    const client = await RestClient.of([{ tools: { version: 11_000 } }, { tools: false }, { power: 'off' }]);
    expect(await client.vm('POST', '/tools?action=upgrade')).toMatchObject({ status: 204 });
    expect(await client.vm('POST', '/tools?action=upgrade', {})).toMatchObject(
      problem(400, 'ALREADY_IN_DESIRED_STATE'),
    );
    await client.guests.clock.advance(60_000);
    expect((await client.vm('GET', '/tools')).value).toMatchObject({ version_status: 'CURRENT' });
    const installer = (action: string, name = 'vm1') =>
      client.vm('POST', `/tools/installer?action=${action}`, undefined, name);
    const isConnected = async (): Promise<unknown> =>
      (await client.vm('GET', '/tools/installer', undefined, 'vm1')).value;
    expect(await isConnected()).toEqual({ is_connected: false });
    expect(await installer('connect')).toMatchObject({ status: 204 });
    expect(await isConnected()).toEqual({ is_connected: true });
    expect(await installer('connect')).toMatchObject(problem(400, 'ALREADY_IN_DESIRED_STATE'));
    expect(await installer('disconnect')).toMatchObject({ status: 204 });
    expect(await isConnected()).toEqual({ is_connected: false });
    expect((await client.vm('GET', '/tools', undefined, 'vm1')).value).toMatchObject({
      install_attempt_count: 1,
      error: expect.stringContaining('taken out'),
    });
    expect(await installer('connect')).toMatchObject({ status: 204 });
    await client.guests.clock.advance(60_000);
    const installed = (await client.vm('GET', '/tools', undefined, 'vm1')).value;
    expect(installed).toMatchObject({ install_attempt_count: 2, version_status: 'CURRENT' });
    expect(installed).not.toHaveProperty('error');
    expect(await installer('disconnect', 'vm2')).toMatchObject(problem(400, 'NOT_ALLOWED_IN_CURRENT_STATE'));
    expect(await client.vm('POST', '/tools?action=upgrade', undefined, 'vm2')).toMatchObject({ status: 400 });
  });
});

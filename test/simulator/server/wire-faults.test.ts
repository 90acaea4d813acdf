import { describe, expect, it } from 'vitest';
import type { Ref } from '../../../src/backends/vsphere/soap/values.js';
import { Fault } from '../../../src/base/fault.js';
import { WireFaults, type WireFaultRule } from '../../../src/simulator/server/wire-faults.js';
import { required, startRig, taskResult, until } from '../simulator-rig.js';

const inventory = {
  vms: [
    { name: 'web', location: '[store] web/web.vmx' },
    { name: 'db', location: '[store] db/db.vmx' },
  ],
};
const [web, db] = ['vm-1', 'vm-2'].map((value): Ref<'VirtualMachine'> => ({ type: 'VirtualMachine', value }));
if (web === undefined || db === undefined) throw new Error('there are two');

async function rigWith(...faults: WireFaultRule[]) {
  const rig = await startRig({ inventory });
  const { client, content } = await rig.session();
  for (const rule of faults) rig.simulator.faults.add(rule);
  return { ...rig, client, content };
}

describe('a rule of the wire', () => {
  it('answers with a fault for one machine, by name or id, and so often', async () => {
    const fault = { $type: 'TaskInProgress', task: { type: 'Task', value: 'task-0' } };
    const { client, simulator } = await rigWith({
      on: 'PowerOnVM_Task',
      object: 'web',
      count: 1,
      effect: { fault, message: 'busy' },
    });
    await taskResult(client, await client.call(db, 'PowerOnVM_Task', {}));
    await expect(client.call(web, 'PowerOnVM_Task', {})).rejects.toMatchObject({ message: 'busy', fault });
    await taskResult(client, await client.call(web, 'PowerOnVM_Task', {}));
    expect(simulator.faults.list()).toMatchObject([{ id: 'wire-fault-1', hits: 1 }]);
    simulator.faults.add({ on: '*VM_Task', object: 'vm-2', effect: { fault: { $type: 'ResourceInUse' } } });
    await expect(client.call(db, 'ResetVM_Task', {})).rejects.toMatchObject({ fault: { $type: 'ResourceInUse' } });
    simulator.faults.clear();
    await taskResult(client, await client.call(db, 'ResetVM_Task', {}));
  });

  it('says so when its fault cannot be sent', async () => {
    const { client, defects } = await rigWith({ on: 'CurrentTime', effect: { fault: { $type: 'NoSuchFault' } } });
    await expect(
      client.call({ type: 'ServiceInstance', value: 'ServiceInstance' }, 'CurrentTime', {}),
    ).rejects.toMatchObject({
      fault: { $type: 'SystemError', reason: expect.stringContaining('NoSuchFault') },
    });
    expect(defects).toHaveLength(1);
  });

  it('answers with a status of HTTP, also for paths and verbs', async () => {
    const { client, simulator } = await rigWith(
      { on: 'RetrieveServiceContent', count: 1, effect: { status: 503 } },
      { on: 'GET /sdk/vimServiceVersions.xml', effect: { status: 502 } },
    );
    const { status } = await client.send(
      '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><RetrieveServiceContent xmlns="urn:vim25">' +
        '<_this type="ServiceInstance">ServiceInstance</_this></RetrieveServiceContent></e:Body></e:Envelope>',
    );
    expect(status).toBe(503);
    await client.content();
    const versions = new URL('/sdk/vimServiceVersions.xml', simulator.url);
    expect((await fetch(versions)).status).toBe(502);
    expect((await fetch(versions, { method: 'HEAD' })).status).toBe(200);
  });

  it('resets the connection, or cuts the answer off in its middle', async () => {
    const { client, simulator } = await rigWith({ on: 'CurrentTime', count: 1, effect: { reset: true } });
    const time = () => client.call({ type: 'ServiceInstance', value: 'ServiceInstance' }, 'CurrentTime', {});
    await expect(time()).rejects.toMatchObject({ message: 'fetch failed' });
    simulator.faults.add({ on: 'CurrentTime', count: 1, effect: { cutAfterBytes: 100 } });
    await expect(time()).rejects.toMatchObject({ message: 'terminated' });
    expect(await time()).toBeInstanceOf(Date);
  });

  it('lets an answer wait on the clock of the endpoint', async () => {
    const { client, clock } = await rigWith({ on: 'CurrentTime', effect: { delayMs: 5000 } });
    const pending = clock.pending;
    const answer = client.call({ type: 'ServiceInstance', value: 'ServiceInstance' }, 'CurrentTime', {});
    await until(() => clock.pending > pending);
    await clock.advance(5000);
    expect((await answer).getTime()).toBe(clock.now());
  });

  it('never answers, until the client gives up', async () => {
    const { client } = await rigWith({ on: 'CurrentTime', count: 1, effect: { never: true } });
    const giveUp = new AbortController();
    const answer = client.call({ type: 'ServiceInstance', value: 'ServiceInstance' }, 'CurrentTime', {}, giveUp.signal);
    setImmediate(() => giveUp.abort());
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    await client.content();
  });

  it('ends the session of a request before it is looked at', async () => {
    const { client, content } = await rigWith({ on: 'PowerOnVM_Task', count: 1, effect: { expireSession: true } });
    await expect(client.call(web, 'PowerOnVM_Task', {})).rejects.toMatchObject({
      fault: { $type: 'NotAuthenticated' },
    });
    client.cookie = undefined;
    await client.login();
    await taskResult(client, await client.call(web, 'PowerOnVM_Task', {}));
    expect(required(content.sessionManager).value).toBe('SessionManager');
  });

  it('ends the session of a request to a path, by its header or cookie', async () => {
    const { client, simulator } = await rigWith();
    const status = async (path: string, headers: Record<string, string>, method = 'GET') =>
      (await fetch(new URL(path, simulator.url), { method, headers })).status;
    const authorization = `Basic ${Buffer.from('user:pass').toString('base64')}`;
    const opened = await fetch(new URL('/api/session', simulator.url), { method: 'POST', headers: { authorization } });
    const header = { 'vmware-api-session-id': String(await opened.json()) };
    const cookie = { cookie: required(client.cookie) };
    const folder = '/folder/web/web.vmx?dsName=store';
    expect(await status('/api/vcenter/vm', header)).toBe(200);
    expect(await status(folder, cookie, 'HEAD')).toBe(200);
    simulator.faults.add({ on: '/api', count: 1, effect: { expireSession: true } });
    simulator.faults.add({ on: '/folder', count: 1, effect: { expireSession: true } });
    for (let time = 0; time < 2; time += 1) {
      expect(await status('/api/vcenter/vm', header)).toBe(401);
      expect(await status(folder, cookie, 'HEAD')).toBe(401);
    }
  });

  it('refuses connections as soon as they come', async () => {
    const { simulator } = await rigWith({ on: 'connect', count: 1, effect: { reset: true } });
    const once = () =>
      fetch(new URL('/sdk/vimServiceVersions.xml', simulator.url), { headers: { connection: 'close' } });
    // The first may still go over a connection that is open already.
    const outcomes = [
      await once().catch(() => 'reset'),
      await once().catch(() => 'reset'),
      await once().catch(() => 'reset'),
    ];
    expect(outcomes.filter((outcome) => outcome === 'reset')).toHaveLength(1);
  });

  it('strikes by likelihood, the same calls each time', async () => {
    const strikes = async (seed: number) => {
      const faults = new WireFaults([{ on: 'Login', probability: 0.5, seed, effect: { status: 500 } }]);
      const outcomes: number[] = [];
      for (let call = 0; call < 40; call += 1) {
        const target = { kind: 'method', method: 'Login', objects: async () => new Set<string>() } as const;
        outcomes.push((await faults.strike(target)).length);
      }
      return outcomes.join('');
    };
    expect(await strikes(1)).toBe(await strikes(1));
    expect(await strikes(1)).not.toBe(await strikes(2));
    expect(await strikes(3)).toMatch(/^(?=.*0)(?=.*1)/u);
  });

  it.each([
    [{ on: 'Power On', effect: { reset: true } }, 'on: expected a method'],
    [{ on: 'PowerOnVM_Task', effect: {} }, 'effect: expected an object with one of'],
    [{ on: 'PowerOnVM_Task', effect: { status: 200 } }, 'effect.status: must be at least 400'],
    [{ on: 'PowerOnVM_Task', effect: { reset: true }, count: 0 }, 'count: must be at least 1'],
    [{ on: 'PowerOnVM_Task', effect: { wrongCertificate: true } }, "wrongCertificate needs on: 'connect'"],
    [{ on: 'connect', effect: { delayMs: 1 } }, 'a connection can be reset'],
    [{ on: '/folder', effect: { fault: { $type: 'NotFound' } } }, 'a fault needs a method'],
    [{ on: '/folder', object: 'web', effect: { reset: true } }, 'an object needs a method'],
    [{ on: '*', effect: { reset: true }, propability: 0.5 }, "unknown key; did you mean 'probability'?"],
    ['always', 'expected an object with on'],
  ])('is refused when it is not in order: %j', (rule, message) => {
    const add = () => new WireFaults().add(rule as WireFaultRule);
    expect(add).toThrow(Fault);
    expect(add).toThrow(message);
  });
});

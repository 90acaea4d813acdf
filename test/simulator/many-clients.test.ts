import { Agent, request } from 'node:https';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Ref } from '../../src/backends/vsphere/soap/values.js';
import type { UpdateSet } from '../../src/backends/vsphere/vim/generated/types.js';
import { startSimulator } from '../../src/simulator/index.js';
import { required, TestClient } from './simulator-rig.js';

const isWhole = process.env['REVIX_WHOLE_PROOF'] !== undefined;
const clientCount = isWhole ? 200 : 12;
const machineCount = isWhole ? 10_000 : 300;

/** A client with a connection of its own, which verifies the certificate. */
class TlsClient extends TestClient {
  readonly #agent: Agent;

  constructor(url: string, certificate: string) {
    super(url);
    // A poll that is open and a call beside it are two connections.
    this.#agent = new Agent({ ca: certificate, keepAlive: true, maxSockets: 2 });
  }

  override send(body: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'text/xml', ...(this.cookie === undefined ? {} : { cookie: this.cookie }) };
      const sent = request(this.url, { method: 'POST', agent: this.#agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        const [cookie] = response.headers['set-cookie'] ?? [];
        if (cookie !== undefined) this.cookie = cookie.split(';')[0];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
        response.on('error', reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  end(): void {
    this.#agent.destroy();
  }
}

const machine = (number: number): Ref<'VirtualMachine'> => ({ type: 'VirtualMachine', value: `vm-${number}` });
const datacenter: Ref<'Datacenter'> = { type: 'Datacenter', value: 'datacenter-1' };
const polled = { maxWaitSeconds: 3600 };

/** Objects of an update with the new values of their properties. */
function changesIn(update: UpdateSet | undefined) {
  const objects = (update?.filterSet ?? []).flatMap(({ objectSet }) => objectSet ?? []);
  return objects.map(({ obj, changeSet }) => [obj.value, ...(changeSet ?? []).map(({ val }) => val)]);
}

it(
  `serves ${clientCount} clients at once with their polls open, among ${machineCount} machines, over TLS`,
  { timeout: isWhole ? 600_000 : 60_000 },
  async () => {
    const defects: unknown[] = [];
    const simulator = await startSimulator({
      inventory: { vms: [{ name: 'vm{n}', location: '[ds] vm{n}/vm{n}.vmx', count: machineCount }] },
      powerDurationMs: 0,
      onDefect: (error, where) => defects.push({ where, error }),
    });
    onTestFinished(() => simulator.close());
    const newClient = (): TlsClient => {
      const client = new TlsClient(simulator.url, required(simulator.certificatePem));
      onTestFinished(() => client.end());
      return client;
    };
    const clients = await Promise.all(
      Array.from({ length: clientCount }, async (_value, index) => {
        const client = newClient();
        const { propertyCollector } = await client.login(`user${index}`);
        const spec = {
          objectSet: [{ obj: machine(index + 1) }],
          propSet: [{ type: 'VirtualMachine', pathSet: ['runtime.powerState'] }],
        };
        await client.call(propertyCollector, 'CreateFilter', { spec, partialUpdates: false });
        const first = await client.call(propertyCollector, 'WaitForUpdatesEx', { version: '', options: polled });
        return { client, propertyCollector, first: required(first) };
      }),
    );
    expect(clients.map(({ first }) => changesIn(first))).toEqual(
      clients.map((_client, index) => [[machine(index + 1).value, 'poweredOff']]),
    );
    const polls = clients.map(({ client, propertyCollector, first }) =>
      client.call(propertyCollector, 'WaitForUpdatesEx', { version: first.version, options: polled }),
    );

    // Somebody else finds everything meanwhile, and no search looks through the machines.
    const other = newClient();
    const content = await other.login();
    const view = await other.call(required(content.viewManager), 'CreateContainerView', {
      container: content.rootFolder,
      type: ['VirtualMachine'],
      recursive: true,
    });
    const { view: found } = await other.properties(view, 'view');
    expect(new Set((found as Ref[]).map(({ value }) => value)).size).toBe(machineCount);
    const reads = vi.spyOn(simulator.world.store, 'read');
    const numbers = [1, 2, 57, machineCount - 1, machineCount];
    for (const number of numbers) {
      const path = `[ds] vm${number}/vm${number}.vmx`;
      const search = { datacenter, path };
      expect(await other.call(required(content.searchIndex), 'FindByDatastorePath', search)).toEqual(machine(number));
    }
    expect(reads.mock.calls.length).toBeLessThanOrEqual(numbers.length);
    reads.mockRestore();

    // Each change reaches the one client that waits for it.
    await Promise.all(clients.map(({ client }, index) => client.call(machine(index + 1), 'PowerOnVM_Task', {})));
    const updates = await Promise.all(polls);
    expect(updates.map((update) => changesIn(update ?? undefined))).toEqual(
      clients.map((_client, index) => [[machine(index + 1).value, 'poweredOn']]),
    );

    // The end of the simulator ends all polls that are open.
    const last = clients.map(({ client, propertyCollector }, index) =>
      client.call(propertyCollector, 'WaitForUpdatesEx', {
        version: required(updates[index]).version,
        options: polled,
      }),
    );
    const ends = Promise.allSettled(last);
    await simulator.close();
    expect((await ends).map(({ status }) => status)).toEqual(clients.map(() => 'rejected'));
    expect(defects).toEqual([]);
  },
);

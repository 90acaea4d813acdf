import { startSimulator, World, type Simulator } from 'revix/simulator';
import type { Figure } from './figure.js';
import { heapBytes } from './heap-bytes.js';
import { ratios } from './ratio.js';

const manyMachines = 10_000;
const fewMachines = 100;
const clients = 200;

/** What a simulator costs that serves many machines to many clients at once. */
export async function measureSimulator(): Promise<Figure[]> {
  const { simulator, world, startMs, bytesPerVm } = await startMany();
  const few = await startSimulator({ inventory: machines(fewMachines), tls: false });
  const [session, fewSession] = [await login(simulator), await login(few)];
  const [byPath = 0] = await ratios(
    {
      many: (times) => findByPath(session, manyMachines, times),
      few: (times) => findByPath(fewSession, fewMachines, times),
    },
    [['many', 'few']],
    100,
    20,
  );
  const [missed, updateMs] = await longPolls(simulator);
  await simulator.close();
  await few.close();
  await world.close();
  return [
    { what: `start with ${manyMachines} machines`, value: startMs / 1000, unit: 's', goal: 5 },
    { what: 'heap of the simulator per idle machine', value: bytesPerVm, unit: 'bytes', goal: 1024 },
    {
      what: `FindByDatastorePath among ${manyMachines} machines / among ${fewMachines}`,
      value: byPath,
      unit: '',
      goal: 1.5,
    },
    { what: `long polls of ${clients} clients at once that miss their update`, value: missed, unit: '', goal: 0 },
    { what: `a change and its update, with ${clients} long polls open`, value: updateMs, unit: 'ms', goal: null },
  ];
}

function machines(count: number) {
  return { vms: [{ name: 'vm{n}', location: '[ds] vm{n}/vm{n}.vmx', count }] };
}

async function startMany() {
  const startedMs = performance.now();
  const world = await World.create({ inventory: machines(manyMachines) });
  const worldMs = performance.now() - startedMs;
  const before = heapBytes();
  const againMs = performance.now();
  const simulator = await startSimulator({ world, tls: false });
  const startMs = worldMs + performance.now() - againMs;
  return { simulator, world, startMs, bytesPerVm: (heapBytes() - before) / manyMachines };
}

/** Sends the body of a message, and gives the answer. */
type Session = (body: string) => Promise<string>;

async function login(simulator: Simulator): Promise<Session> {
  let cookie = '';
  const session: Session = async (body) => {
    const response = await fetch(simulator.url, { method: 'POST', body: envelope(body), headers: { cookie } });
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text;
  };
  await session(
    call('Login', 'SessionManager', 'SessionManager', '<userName>bench</userName><password>bench</password>'),
  );
  return session;
}

async function findByPath(session: Session, count: number, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const number = ((time * 37) % count) + 1;
    const place = `<datacenter type="Datacenter">datacenter-1</datacenter><path>[ds] vm${number}/vm${number}.vmx</path>`;
    const answer = await session(call('FindByDatastorePath', 'SearchIndex', 'SearchIndex', place));
    if (!answer.includes('<returnval')) throw new Error(`There is no vm${number}.`);
  }
}

const collector = ['PropertyCollector', 'propertyCollector'] as const;

/** Clients that each wait for a change of a machine of their own. @returns how many missed it, and ms per change. */
async function longPolls(simulator: Simulator): Promise<readonly [missed: number, updateMs: number]> {
  const waiting: Promise<string>[] = [];
  const sessions: Session[] = [];
  for (let number = 1; number <= clients; number += 1) {
    const session = await login(simulator);
    sessions.push(session);
    const wanted = '<propSet><type>VirtualMachine</type><pathSet>runtime.powerState</pathSet></propSet>';
    const object = `<objectSet><obj type="VirtualMachine">vm-${number}</obj></objectSet>`;
    const spec = `<spec>${wanted}${object}</spec><partialUpdates>false</partialUpdates>`;
    await session(call('CreateFilter', ...collector, spec));
    const first = await session(call('WaitForUpdatesEx', ...collector, '<version></version>'));
    const [, version = ''] = /<version>(\d+)</u.exec(first) ?? [];
    const options = '<options><maxWaitSeconds>60</maxWaitSeconds></options>';
    waiting.push(session(call('WaitForUpdatesEx', ...collector, `<version>${version}</version>${options}`)));
  }
  const startedMs = performance.now();
  for (const [index, session] of sessions.entries()) {
    await session(call('PowerOnVM_Task', 'VirtualMachine', `vm-${index + 1}`, ''));
  }
  const updates = await Promise.all(waiting);
  const updateMs = (performance.now() - startedMs) / clients;
  return [updates.filter((update) => !update.includes('>poweredOn<')).length, updateMs];
}

function call(method: string, type: string, value: string, inner: string): string {
  return `<${method} xmlns="urn:vim25"><_this type="${type}">${value}</_this>${inner}</${method}>`;
}

function envelope(body: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">' +
    `<e:Body>${body}</e:Body></e:Envelope>`
  );
}

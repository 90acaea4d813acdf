import { startSimulator, type Simulator } from 'revix/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../support/counterpart.js';
import { govcFor, type Govc } from '../support/govc.js';
import { giveGuest, startVcsim, type Vcsim } from '../support/vcsim.js';
import { acceptedDifferences } from './accepted-differences.js';

const [one, two] = ['DC0_C0_RP0_VM0', 'DC0_C0_RP0_VM1'];

/** Commands that both servers are asked, in this order. What one changes, the later ones see. */
const commands: readonly (readonly string[])[] = [
  ['about', '-json'],
  ['ls', '/'],
  ['ls', '/DC0'],
  ['ls', '/DC0/vm'],
  ['find', '/DC0', '-type', 'm'],
  ['find', '/DC0/vm', '-type', 'm', '-runtime.powerState', 'poweredOn'],
  ['vm.info', '-json', one],
  ['vm.info', '-json', 'none'],
  ['host.info', '-json'],
  ['datastore.info', '-json'],
  ['pool.info', '-json', '/DC0/host/*/Resources'],
  ['datacenter.info', '-json'],
  [
    'object.collect',
    '-json',
    `/DC0/vm/${one}`,
    'runtime.powerState',
    'summary.config.name',
    'config.hardware.memoryMB',
  ],
  ['object.collect', '-json', `/DC0/vm/${one}`, 'nonsense'],
  ['vm.power', '-off', one],
  ['vm.power', '-off', one],
  ['vm.power', '-on', one],
  ['vm.power', '-on', one],
  ['vm.power', '-suspend', one],
  ['vm.power', '-on', one],
  ['vm.power', '-reset', one],
  ['snapshot.tree', '-vm', one],
  ['snapshot.create', '-vm', one, '-m=false', 'first'],
  ['snapshot.create', '-vm', one, '-m=false', 'second'],
  ['snapshot.tree', '-vm', one, '-json'],
  ['snapshot.revert', '-vm', one, 'first'],
  ['snapshot.revert', '-vm', one, 'none'],
  ['snapshot.remove', '-vm', one, 'second'],
  ['snapshot.remove', '-vm', one, '*'],
  ['vm.change', '-vm', two, '-e', 'guestinfo.a=1', '-annotation', 'note'],
  ['vm.info', '-json', '-e', two],
  ['vm.power', '-off', two],
  ['vm.change', '-vm', two, '-m', '64', '-c', '2'],
  ['vm.clone', '-vm', two, '-on=false', 'copy'],
  ['vm.clone', '-vm', two, '-on=false', 'copy'],
  ['vm.unregister', 'copy'],
  ['vm.register', 'copy/copy.vmx'],
  ['vm.register', 'copy/copy.vmx'],
  ['vm.markastemplate', 'copy'],
  ['vm.markasvm', '-pool', '/DC0/host/*/Resources', 'copy'],
  ['object.rename', '/DC0/vm/copy', 'renamed'],
  ['vm.destroy', 'renamed'],
  ['vm.destroy', 'renamed'],
  ['datastore.mkdir', 'folder'],
  ['datastore.mkdir', 'folder'],
  ['datastore.ls', '-json'],
  ['datastore.ls', '-json', 'none'],
  ['datastore.rm', 'folder'],
  ['datastore.rm', 'folder'],
  ['datastore.mkdir', '-p', 'files/old'],
  ['datastore.upload', '-', 'files/a.txt'],
  ['datastore.upload', '-', 'none/a.txt'],
  ['datastore.download', 'files/a.txt', '-'],
  ['datastore.download', 'files/none.txt', '-'],
  ['datastore.cp', 'files/a.txt', 'files/b.txt'],
  ['datastore.cp', 'files/none.txt', 'files/x.txt'],
  ['datastore.cp', 'files/a.txt', 'files/b.txt'],
  ['datastore.mv', 'files/b.txt', 'files/old/c.txt'],
  ['datastore.mv', 'files/none.txt', 'files/d.txt'],
  ['datastore.ls', '-json', 'files/old'],
  ['datastore.tail', 'files/a.txt'],
  ['datastore.rm', 'files/none.txt'],
  ['datastore.disk.create', '-size', '1M', 'files/d.vmdk'],
  ['datastore.disk.create', '-size', '1M', 'files/d.vmdk'],
  ['datastore.disk.info', '-json', 'files/d.vmdk'],
  ['datastore.disk.info', '-uuid', 'files/d.vmdk'],
  ['datastore.disk.extend', '-size', '2M', 'files/d.vmdk'],
  ['datastore.disk.extend', '-size', '1M', 'files/d.vmdk'],
  ['datastore.disk.extend', '-size', '1M', 'files/none.vmdk'],
  ['datastore.cluster.info'],
  ['folder.create', '-pod', '/DC0/datastore/pod'],
  ['folder.create', '-pod', '/DC0/datastore/pod'],
  ['datastore.cluster.change', '-drs-enabled', 'pod'],
  ['datastore.cluster.info', '-json'],
  ['tasks', '-json'],
  ['events', '-json', '-type', 'VmPoweredOnEvent'],
];

/** Commands about a guest that runs. */
const guestCommands: readonly (readonly string[])[] = [
  ['vm.ip', one],
  ['vm.ip', '-a', one],
  ['guest.run', '-vm', one, '/bin/true'],
  ['guest.run', '-vm', one, '/bin/echo', 'hi there'],
  ['guest.run', '-vm', one, 'echo', 'hi there'],
  ['guest.start', '-vm', one, '/bin/true'],
  ['guest.start', '-vm', one, '/bin/nope'],
  ['guest.ps', '-vm', one, '-e'],
  ['guest.kill', '-vm', one, '-p', '999999'],
  ['guest.df', '-vm', one],
  ['guest.getenv', '-vm', one, 'NOT_SET'],
  ['guest.mkdir', '-vm', one, '-p', '/tmp/d/e'],
  ['guest.mkdir', '-vm', one, '/tmp/d'],
  ['guest.mkdir', '-vm', one, '/tmp/none/e'],
  ['guest.upload', '-vm', one, '-', '/tmp/d/f'],
  ['guest.upload', '-vm', one, '-', '/tmp/d/f'],
  ['guest.upload', '-vm', one, '-f', '-', '/tmp/d/f'],
  ['guest.download', '-vm', one, '/tmp/d/f', '-'],
  ['guest.download', '-vm', one, '/tmp/none', '-'],
  ['guest.ls', '-vm', one, '-s', '/tmp/d'],
  ['guest.ls', '-vm', one, '/tmp/none'],
  ['guest.chmod', '-vm', one, '0600', '/tmp/d/f'],
  ['guest.chmod', '-vm', one, '0600', '/tmp/none'],
  ['guest.chown', '-vm', one, '0', '/tmp/none'],
  ['guest.touch', '-vm', one, '-d', 'Thu Jan  2 03:04:05 UTC 2020', '/tmp/d/f'],
  ['guest.touch', '-vm', one, '-c', '/tmp/none'],
  ['guest.mv', '-vm', one, '/tmp/d/f', '/tmp/d/g'],
  ['guest.mv', '-vm', one, '/tmp/none', '/tmp/d/h'],
  ['guest.rm', '-vm', one, '/tmp/d/g'],
  ['guest.rm', '-vm', one, '/tmp/d/g'],
  ['guest.rm', '-vm', one, '/tmp/d'],
  ['guest.rmdir', '-vm', one, '/tmp/d'],
  ['guest.rmdir', '-vm', one, '-r', '/tmp/d'],
  ['guest.rmdir', '-vm', one, '/tmp/d'],
  ['guest.mktemp', '-vm', one, '-p', '/tmp'],
  ['guest.mktemp', '-vm', one, '-d', '-p', '/tmp'],
  ['guest.mktemp', '-vm', one, '-p', '/none'],
  ['guest.ps', '-vm', two],
];

/** What commands with `-` as a file get to read. */
const input = 'some bytes';
/** Commands whose output is the same to the last letter. */
const verbatim = /^(?:guest\.run|guest\.download|guest\.getenv|datastore\.(?:download|tail)) /u;

/** What kind of value stands at each path; the elements of a list stand at one path. */
function shapeOf(value: unknown, path = '', shape: Map<string, string> = new Map()): ReadonlyMap<string, string> {
  if (Array.isArray(value)) {
    for (const element of value) shapeOf(element, `${path}[]`, shape);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, field] of Object.entries(value)) shapeOf(field, path === '' ? key : `${path}.${key}`, shape);
  } else {
    shape.set(path, value === null ? 'null' : typeof value);
  }
  return shape;
}

/** What a command has printed: documents, each of which begins at the start of a line. */
function documentsOf(text: string): readonly unknown[] {
  const documents = text.split(/^(?=[[{])/mu).filter((part) => part.trim() !== '');
  return documents.map((document) => JSON.parse(document));
}

interface Answer {
  readonly hasSucceeded: boolean;
  /** Type of the fault that it failed with; `none` for one that govc has found out itself. */
  readonly fault: string;
  readonly shape: ReadonlyMap<string, string>;
}

/** The last fault in a trace of messages, which is what a command failed with. */
const faultType = /<(?:fault|\w+Fault) [^>]*?type="(?:\w+:)?(\w+)"/gu;

async function ask(govc: Govc, [command = '', ...rest]: readonly string[]): Promise<Answer> {
  const { code, out, err } = await govc.run([command, '-trace', ...rest], rest.includes('-') ? input : undefined);
  const isJson = rest.includes('-json') && code === 0 && out.trim() !== '';
  const text = verbatim.test([command, ...rest].join(' ')) ? JSON.stringify(out) : 'a text';
  const shape = isJson ? shapeOf(documentsOf(out)) : new Map(out.trim() === '' ? [] : [['text', text]]);
  const fault = code === 0 ? 'none' : ([...err.matchAll(faultType)].at(-1)?.[1] ?? 'none');
  return { hasSucceeded: code === 0, fault, shape };
}

/** How two answers differ, one text for each. */
function differences(vcsim: Answer, ours: Answer): readonly string[] {
  if (vcsim.hasSucceeded !== ours.hasSucceeded) {
    return [ours.hasSucceeded ? 'only the simulator succeeds' : `only vcsim succeeds; ours: ${ours.fault}`];
  }
  if (vcsim.fault !== ours.fault) return [`fails with ${vcsim.fault} in vcsim, ${ours.fault} in ours`];
  const paths = new Set([...vcsim.shape.keys(), ...ours.shape.keys()]);
  return [...paths].flatMap((path) => {
    const [theirs, own] = [vcsim.shape.get(path), ours.shape.get(path)];
    if (theirs === own) return [];
    if (own === undefined) return [`only vcsim has ${path}`];
    return [theirs === undefined ? `only the simulator has ${path}` : `${path} is ${theirs} in vcsim, ${own} in ours`];
  });
}

describe.skipIf(lacks('govc', 'vcsim', 'busybox'))('the same command against vcsim and the simulator', () => {
  let vcsim: Vcsim;
  let simulator: Simulator;
  const found: { readonly command: string; readonly difference: string }[] = [];

  beforeAll(async () => {
    vcsim = await startVcsim({
      flags: ['-dc', '1', '-cluster', '1', '-host', '1', '-standalone-host', '0', '-vm', '2'],
      hasGuests: true,
    });
    simulator = await startSimulator({
      inventory: {
        vms: [one, two].map((name) => ({
          name: String(name),
          datacenter: 'DC0',
          location: `[LocalDS_0] ${name}/${name}.vmx`,
          power: 'on' as const,
        })),
      },
    });
    const env = {
      GOVC_USERNAME: 'user',
      GOVC_PASSWORD: 'pass',
      GOVC_DATACENTER: 'DC0',
      GOVC_DATASTORE: 'LocalDS_0',
      GOVC_GUEST_LOGIN: 'user:password',
    };
    const [theirs, ours] = [govcFor(vcsim.url, env), govcFor(simulator.url, env)];
    const compare = async (words: readonly string[]): Promise<void> => {
      const command = words.join(' ');
      const answers = await Promise.all([ask(theirs, words), ask(ours, words)]);
      for (const difference of differences(...answers)) found.push({ command, difference });
    };
    for (const words of commands) await compare(words);
    await giveGuest(vcsim, String(one));
    // It went off with the snapshots.
    await ours.printed(['vm.power', '-on', String(one)]);
    await ours.printed(['vm.ip', '-wait', '1m', String(one)]);
    for (const words of guestCommands) await compare(words);
  });

  afterAll(async () => {
    await vcsim.stop();
    await simulator.close();
  });

  it('gives the same kind of answer, but for differences that are accepted', () => {
    const unexplained = found.filter(
      ({ command, difference }) =>
        !acceptedDifferences.some((row) => row.command.test(command) && row.difference.test(difference)),
    );
    expect(unexplained).toEqual([]);
  });

  it('differs wherever it is said to', () => {
    const unused = acceptedDifferences.filter(
      (row) => !found.some(({ command, difference }) => row.command.test(command) && row.difference.test(difference)),
    );
    expect(unused).toEqual([]);
  });
});

import { startSimulator, type Simulator } from 'revix/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../support/counterpart.js';
import { govcFor, type Govc } from '../support/govc.js';
import { startVcsim, type Vcsim } from '../support/vcsim.js';
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
  ['tasks', '-json'],
  ['events', '-json', '-type', 'VmPoweredOnEvent'],
];

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
  readonly shape: ReadonlyMap<string, string>;
}

async function ask(govc: Govc, words: readonly string[]): Promise<Answer> {
  const { code, out } = await govc.run(words);
  const isJson = words.includes('-json') && code === 0 && out.trim() !== '';
  const shape = isJson ? shapeOf(documentsOf(out)) : new Map(out.trim() === '' ? [] : [['text', 'string']]);
  return { hasSucceeded: code === 0, shape };
}

/** How two answers differ, one text for each. */
function differences(vcsim: Answer, ours: Answer): readonly string[] {
  if (vcsim.hasSucceeded !== ours.hasSucceeded) {
    return [ours.hasSucceeded ? 'only the simulator succeeds' : 'only vcsim succeeds'];
  }
  const paths = new Set([...vcsim.shape.keys(), ...ours.shape.keys()]);
  return [...paths].flatMap((path) => {
    const [theirs, own] = [vcsim.shape.get(path), ours.shape.get(path)];
    if (theirs === own) return [];
    if (own === undefined) return [`only vcsim has ${path}`];
    return [theirs === undefined ? `only the simulator has ${path}` : `${path} is ${theirs} in vcsim, ${own} in ours`];
  });
}

describe.skipIf(lacks('govc', 'vcsim'))('the same command against vcsim and the simulator', () => {
  let vcsim: Vcsim;
  let simulator: Simulator;
  const found: { readonly command: string; readonly difference: string }[] = [];

  beforeAll(async () => {
    vcsim = await startVcsim({
      flags: ['-dc', '1', '-cluster', '1', '-host', '1', '-standalone-host', '0', '-vm', '2'],
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
    const env = { GOVC_USERNAME: 'user', GOVC_PASSWORD: 'pass', GOVC_DATACENTER: 'DC0', GOVC_DATASTORE: 'LocalDS_0' };
    const [theirs, ours] = [govcFor(vcsim.url, env), govcFor(simulator.url, env)];
    for (const words of commands) {
      const command = words.join(' ');
      const answers = await Promise.all([ask(theirs, words), ask(ours, words)]);
      for (const difference of differences(...answers)) found.push({ command, difference });
    }
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

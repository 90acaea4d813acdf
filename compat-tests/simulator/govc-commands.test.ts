import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startSimulator, type Simulator } from 'revix/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../support/counterpart.js';
import { govcFor, linesOf, type Govc } from '../support/govc.js';

/** The families of commands that work against the simulator: every command of govc in them is in a table here. */
const families = /^(?:about|ls|find|events|snapshot\..*|datastore\..*|guest\..*)$/u;

const inventoryTest = 'inventory-govc.test.ts';
const datastoreTest = 'datastore-govc.test.ts';
const guestTest = 'guest-govc.test.ts';

/** The test that checks each command by its result. */
const tested: Readonly<Record<string, string>> = {
  about: inventoryTest,
  'datastore.cluster.change': datastoreTest,
  'datastore.cluster.info': datastoreTest,
  'datastore.cp': inventoryTest,
  'datastore.create': datastoreTest,
  'datastore.disk.create': datastoreTest,
  'datastore.disk.extend': datastoreTest,
  'datastore.disk.inflate': datastoreTest,
  'datastore.disk.info': datastoreTest,
  'datastore.disk.shrink': datastoreTest,
  'datastore.download': inventoryTest,
  'datastore.info': datastoreTest,
  'datastore.ls': inventoryTest,
  'datastore.maintenance.enter': datastoreTest,
  'datastore.maintenance.exit': datastoreTest,
  'datastore.mkdir': inventoryTest,
  'datastore.mv': inventoryTest,
  'datastore.remove': datastoreTest,
  'datastore.rm': inventoryTest,
  'datastore.tail': inventoryTest,
  'datastore.upload': inventoryTest,
  events: inventoryTest,
  find: inventoryTest,
  'guest.chmod': guestTest,
  'guest.chown': guestTest,
  'guest.df': guestTest,
  'guest.download': guestTest,
  'guest.getenv': guestTest,
  'guest.kill': guestTest,
  'guest.ls': guestTest,
  'guest.mkdir': guestTest,
  'guest.mktemp': guestTest,
  'guest.mv': guestTest,
  'guest.ps': guestTest,
  'guest.rm': guestTest,
  'guest.rmdir': guestTest,
  'guest.run': guestTest,
  'guest.start': guestTest,
  'guest.touch': guestTest,
  'guest.upload': guestTest,
  ls: inventoryTest,
  'snapshot.create': inventoryTest,
  'snapshot.export': datastoreTest,
  'snapshot.remove': inventoryTest,
  'snapshot.revert': inventoryTest,
  'snapshot.tree': inventoryTest,
};

/** What the simulator does not have, with what govc then says; docs/simulator.md lists the commands. */
const notThere: Readonly<Record<string, { readonly words: readonly string[]; readonly says: RegExp }>> = {
  'datastore.vsan.dom.ls': { words: [], says: /^Usage: /mu },
  'datastore.vsan.dom.rm': { words: ['d85aa758'], says: /not supported by target/u },
};

const textOf = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');

describe.skipIf(lacks('govc'))('every command of govc in its families', () => {
  let simulator: Simulator;
  let govc: Govc;

  beforeAll(async () => {
    simulator = await startSimulator({ inventory: { vms: [] } });
    govc = govcFor(simulator.url, { GOVC_USERNAME: 'user', GOVC_PASSWORD: 'pass' });
  });

  afterAll(() => simulator.close());

  it('is tested, or is said not to be there', async () => {
    const { out, err } = await govc.run(['-h']);
    const commands = linesOf(out + err)
      .map((line) => line.trim())
      .filter((line) => families.test(line));
    expect(commands.sort()).toEqual([...Object.keys(tested), ...Object.keys(notThere)].sort());
  });

  it.each(Object.entries(tested))('%s is called by %s', (command, file) => {
    expect(textOf(file)).toContain(`'${command}'`);
  });

  it.each(Object.entries(notThere))('%s ends with an answer, and is documented', async (command, { words, says }) => {
    const { code, out, err } = await govc.run([command, ...words]);
    expect([code, out + err]).toEqual([1, expect.stringMatching(says)]);
    expect(textOf('../../docs/simulator.md')).toContain(`\`${command}\``);
  });
});

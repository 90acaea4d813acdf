import { describe, expect, it, onTestFinished } from 'vitest';
import { createMockBackend } from '../../src/backends/mock/index.js';
import { createVix } from '../../src/compose/create-vix.js';
import { ComDoor, type InterfaceName } from '../../src/doors/com/com-door.js';
import { comPrototype } from '../../src/doors/com/com-prototype.js';
import { runAwaited } from '../../src/doors/flow.js';
import * as simple from '../../src/doors/simple/index.js';
import * as virtualServer from '../../src/doors/virtual-server/index.js';
import {
  comReference,
  comResults,
  comSignatures,
  hresultReference,
  networkReference,
  virtualServerReference,
} from './reference-members.js';
import {
  comPage,
  comResultsPage,
  hasReferencePages,
  hresultPage,
  simpleAnswersPage,
  simpleKeysPage,
  simplePage,
  virtualServerPage,
} from './reference-pages.js';
import { simpleAnswers, simpleFunctions, simpleKeys } from './simple/simple-functions.js';

function sorted(members: readonly string[]): readonly string[] {
  return [...new Set(members)].toSorted();
}

/** What the reference mentions elsewhere than in its lists. */
const mentioned: Readonly<Record<string, readonly string[]>> = {
  IVMVirtualServer: ['CreateHostDriveVirtualHardDisk'],
  IVMVirtualMachine: [
    'RemoveConfigurationValue',
    'RemoveDVDROMDrive',
    'RemoveHardDiskConnection',
    'RemoveNetworkAdapter',
    'RemoveSCSIController',
    'SetConfigurationValue',
  ],
};

/** What of a machine is get and put by the reference. */
const settableOfMachine = [
  'Name',
  'Notes',
  'Memory',
  'Undoable',
  'UndoAction',
  'AutoStartAtLaunch',
  'AutoStartAtLaunchDelay',
  'ShutdownActionOnQuit',
  'RunAsDefinedAccount',
];

/** What `for ... in` finds in an object: all that a program can call or read. */
function membersOf(object: object): readonly string[] {
  const names: string[] = [];
  for (const name in object) names.push(name);
  return sorted(names);
}

it.each(Object.keys(comReference))('an %s has the members of the reference, and no others', (name) => {
  const door = new ComDoor(createVix({ backends: [] }), runAwaited, comPrototype);
  const inherited = name === 'IVixLib' ? [] : (comReference['IVixHandle'] ?? []);
  const object = comPrototype(door, name as InterfaceName);
  expect(membersOf(object)).toEqual(sorted([...(comReference[name] ?? []), ...inherited]));
});

it('the objects of revix/virtual-server have the members of the reference, and no others', async () => {
  const vix = createVix({
    backends: [
      createMockBackend({ inventory: { vms: [{ name: 'a', guestOs: 'ubuntu-64', location: '[store] a/a.vmx' }] } }),
    ],
  });
  onTestFinished(() => vix.Revix_Close());
  const server = new (virtualServer.createVirtualServer(vix).VMVirtualServer)();
  const machine = await server.FindVirtualMachine('a');
  if (machine === null) throw new Error('there is no a');
  const objects = {
    IVMVirtualServer: server,
    IVMVirtualMachine: machine,
    IVMGuestOS: machine.GuestOS,
    IVMTask: await machine.Startup(),
    IVMNetworkAdapter: (await machine.NetworkAdapters).Item(1),
    IVMVirtualNetwork: (await server.VirtualNetworks).Item(1),
  };
  for (const [name, object] of Object.entries(objects)) {
    const members = membersOf(object).filter((member) => !/^(?:get|put)_/.test(member));
    const reference = [virtualServerReference, networkReference, mentioned].flatMap((lists) => lists[name] ?? []);
    expect([name, members]).toEqual([name, sorted(reference)]);
  }
  expect(membersOf(machine)).toEqual(expect.arrayContaining(settableOfMachine.map((property) => `put_${property}`)));
});

it('revix/simple has the functions of the reference, and no others', () => {
  expect(sorted(Object.keys(simple.createSimple(createVix({ backends: [] }))))).toEqual(
    sorted(Object.keys(simpleFunctions)),
  );
});

const why = hasReferencePages ? '' : ' (skipped: the pages are not beside this checkout)';

describe.skipIf(!hasReferencePages)(`the lists agree with the pages that they were taken from${why}`, () => {
  it.each(Object.keys(comReference))('%s of VixCOM, with its parameters', (name) => {
    expect(comPage(name)).toEqual(comSignatures[name]);
  });

  it('the results of jobs of VixCOM, with their types', () => {
    expect(comResultsPage()).toEqual(comResults);
  });

  it.each(Object.keys(virtualServerReference))('%s of Virtual Server', (name) => {
    expect(virtualServerPage(name)).toEqual(virtualServerReference[name]);
  });

  it('the HRESULTs of Virtual Server', () => {
    const page = hresultPage();
    expect(Object.keys(page)).toHaveLength(34);
    expect(hresultReference).toMatchObject(page);
  });

  it('VMware::Vix::Simple, with its parameters', () => {
    expect(simplePage()).toEqual(simpleFunctions);
  });

  it('what VMware::Vix::Simple returns, with the keys of its hashes', () => {
    expect(simpleAnswersPage()).toEqual(simpleAnswers);
    expect(simpleKeysPage()).toEqual(simpleKeys);
  });
});

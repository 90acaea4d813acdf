import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SizedContent } from '../../../../src/backends/backend.js';
import {
  connectVsphere,
  createVsphereBackend,
  type GuestClient,
  type VsphereClient,
} from '../../../../src/backends/vsphere/index.js';
import type { TraceEvent } from '../../../../src/base/timeline.js';
import { createVix } from '../../../../src/compose/create-vix.js';
import { readAll } from '../../../../src/guest/sized-content.js';
import { startSimulator, type Simulator } from '../../../../src/simulator/index.js';
import { VIX_SERVICEPROVIDER_VMWARE_VI_SERVER } from '../../../../src/vix/names.js';
import { gate } from '../../../fixtures/gate.js';
import { finish, spansOf } from '../../../trace/trace-rig.js';

const largeBytes = 1024 * 1024 + 1;
const failure = new Error('the source has failed');

/** Bytes that are all the same, of which the last come when the gate opens, or never when it fails. */
function slowly(size: number, mark: number) {
  const last = gate();
  const begun = gate();
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(1).fill(mark);
    begun.open();
    await last.opened;
    yield new Uint8Array(size - 1).fill(mark);
  }
  const content: SizedContent = { size, chunks: chunks() };
  return { content, begun: begun.opened, ...last };
}

describe.each([
  { what: 'a small new file', size: 100 },
  { what: 'a large new file', size: largeBytes },
])('$what that several write at once', ({ size }) => {
  const directoryPath = '/several';
  const filePath = `${directoryPath}/one`;
  let simulator: Simulator;
  let client: VsphereClient;
  let writers: readonly GuestClient[];

  beforeAll(async () => {
    simulator = await startSimulator();
    const thumbprint = simulator.thumbprint?.sha256 ?? '';
    client = await connectVsphere({ url: simulator.url, userName: 'user', password: 'pw', tls: { thumbprint } });
    const machine = await client.findMachine('[datastore1] web/web.vmx');
    await machine.waitForGuestOperations();
    const login = { userName: 'root', password: 'password' };
    writers = [await machine.guest(login), await machine.guest(login)];
  });

  beforeEach(() => inGuest().call('MakeDirectoryInGuest', { directoryPath, createParentDirectories: false }));

  afterEach(async () => {
    simulator.faults.clear();
    await inGuest().call('DeleteDirectoryInGuest', { directoryPath, recursive: true });
  });

  afterAll(async () => {
    await client.close();
    await simulator.close();
  });

  function inGuest(number = 0): GuestClient {
    const guest = writers[number % writers.length];
    if (guest === undefined) throw new Error('nobody has logged in');
    return guest;
  }

  /** What is in the directory: the size of each file and the mark that all its bytes bear. */
  async function left(): Promise<Record<string, unknown>> {
    const { files = [] } = await inGuest().call('ListFilesInGuest', { filePath: directoryPath });
    const names = files.map(({ path }) => path).slice(2);
    const read = async (name: string): Promise<[string, unknown]> => {
      const bytes = await readAll(await inGuest().readFile(`${directoryPath}/${name}`));
      return [name, { size: bytes.byteLength, marks: [...new Set(bytes)] }];
    };
    return Object.fromEntries(await Promise.all(names.map(read)));
  }

  it('stays as another has written it when one of them fails', async () => {
    const broken = slowly(size, 1);
    const failed = inGuest(0).writeFile(filePath, broken.content);
    await Promise.race([broken.begun, failed]);
    await inGuest(1).writeFile(filePath, new Uint8Array(size).fill(2));
    broken.fail(failure);
    await expect(failed).rejects.toBe(failure);
    expect(await left()).toEqual({ one: { size, marks: [2] } });
  });

  it('is not to be seen before it is whole', async () => {
    const slow = slowly(size, 1);
    const writing = inGuest(0).writeFile(filePath, slow.content);
    await Promise.race([slow.begun, writing]);
    expect(Object.keys(await left())).not.toContain('one');
    slow.open();
    await writing;
    expect(await left()).toEqual({ one: { size, marks: [1] } });
  });

  it('is in the end what one of those has written that were told that all is well', async () => {
    const contents = Array.from({ length: 6 }, (_, number) => slowly(size, number));
    const writing = contents.map(({ content }, number) => inGuest(number).writeFile(filePath, content));
    const outcomes = Promise.allSettled(writing);
    await Promise.all(contents.map(({ begun }, number) => Promise.race([begun, writing[number]])));
    for (const [number, { open, fail }] of contents.entries()) {
      if (number % 2 === 0) open();
      else fail(failure);
    }
    const told = (await outcomes).flatMap(({ status }, number) => (status === 'fulfilled' ? [number] : []));
    expect(told).toEqual([0, 2, 4]);
    expect(told.map((number) => ({ one: { size, marks: [number] } }))).toContainEqual(await left());
  });

  it('takes five requests', async () => {
    const methods: string[] = [];
    const note = (event: unknown): void => {
      methods.push((event as { readonly request: { readonly method: string } }).request.method);
    };
    subscribe('undici:request:create', note);
    await inGuest().writeFile(filePath, new Uint8Array(size));
    unsubscribe('undici:request:create', note);
    expect(methods).toEqual(['POST', 'POST', 'POST', 'PUT', 'POST']);
  });
});

describe('the file of a script, in a directory of its own', () => {
  it('takes two requests', async () => {
    const simulator = await startSimulator();
    const backend = createVsphereBackend({ tls: { thumbprint: simulator.thumbprint?.sha256 ?? '' } });
    const events: TraceEvent[] = [];
    const vix = createVix({ backends: [backend], config: {}, trace: (event) => void events.push(event) });
    const provider = VIX_SERVICEPROVIDER_VMWARE_VI_SERVER;
    const connecting = vix.VixHost_Connect(-1, provider, simulator.url, 0, 'user', 'pw', 0, 0, null, null);
    const { handle: host } = await finish(vix, connecting);
    const { handle: vm } = await finish(vix, vix.VixVM_Open(host, '[datastore1] web/web.vmx', null, null));
    await finish(vix, vix.VixVM_WaitForToolsInGuest(vm, 60, null, null));
    await finish(vix, vix.VixVM_LoginInGuest(vm, 'root', 'password', 0, null, null));
    await finish(vix, vix.VixVM_RunScriptInGuest(vm, '/bin/sh', 'exit 3', 0, 0, null, null));
    await vix.Revix_Close();
    await simulator.close();
    const names = spansOf(events).map(({ name }) => name);
    expect(names.filter((name) => /^GuestFileManager|^PUT/.test(name))).toEqual([
      'GuestFileManager.CreateTemporaryDirectoryInGuest',
      'GuestFileManager.InitiateFileTransferToGuest',
      'PUT /guestFile',
      'GuestFileManager.DeleteDirectoryInGuest',
    ]);
  });
});

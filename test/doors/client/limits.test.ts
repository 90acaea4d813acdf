import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMockBackend } from '../../../src/backends/mock/index.js';
import { FakeClock } from '../../../src/base/clock.js';
import { createVix } from '../../../src/compose/create-vix.js';
import { clientMembers } from '../../../src/doors/client/client-members.js';
import {
  connect,
  type CallOptions,
  type Guest,
  type Host,
  type RunningProgram,
  type Snapshot,
  type Vm,
} from '../../../src/doors/client/index.js';
import { whileMoving } from '../../backends/vsphere/fake-connection.js';
import { muteBackend } from './mute-backend.js';

const location = '[store] posix/posix.vmx';
const clock = new FakeClock();
const mute = muteBackend(
  createMockBackend({
    clock,
    inventory: {
      vms: [
        { name: 'posix', guestOs: 'ubuntu-64', power: 'on', location, snapshots: [{ name: 'base' }] },
        { name: 'windows', guestOs: 'windows9-64', power: 'on', location: '[store] windows/windows.vmx' },
      ],
    },
  }),
);
const vix = createVix({ backends: [mute.backend], config: {}, clock });
/** What no caller could be told. */
const diagnostics: string[] = [];
vix.Revix_OnDiagnostic(({ error }) => diagnostics.push(String(error)));

/** What the calls are made on. */
interface Objects {
  readonly host: Host;
  readonly vm: Vm;
  readonly guest: Guest;
  readonly windows: Guest;
  readonly snapshot: Snapshot;
  readonly program: RunningProgram;
}

type Call = (objects: Objects, options: CallOptions) => Promise<unknown>;

const question = { id: '1', text: 'Which?', choices: ['a', 'b'], defaultChoice: 0 };
const alias = { userName: 'root', certificate: 'AAAA' };
const folder = { name: 'share', hostPath: '/tmp' };

/** Each member that asks a host or a guest something, called. */
const calls: Readonly<Record<string, Call>> = {
  connect: (_, options) => connect({ vix, ...options }),
  'Host.vms': ({ host }, options) => host.vms(options).next(),
  'Host.openVm': ({ host }, options) => host.openVm(location, options),
  'Host.registerVm': ({ host }, options) => host.registerVm(location, options),
  'Host.unregisterVm': ({ host }, options) => host.unregisterVm(location, options),
  'Vm.properties': ({ vm }, options) => vm.properties(options),
  'Vm.watch': ({ vm }, options) => vm.watch(options).next(),
  'Vm.powerOn': ({ vm }, options) => vm.powerOn(options),
  'Vm.question': ({ vm }, options) => vm.question(options),
  'Vm.answer': ({ vm }, options) => vm.answer(question, 'a', options),
  'Vm.nics': ({ vm }, options) => vm.nics(options).next(),
  'Vm.powerOff': ({ vm }, options) => vm.powerOff(options),
  'Vm.reset': ({ vm }, options) => vm.reset(options),
  'Vm.suspend': ({ vm }, options) => vm.suspend(options),
  'Vm.pause': ({ vm }, options) => vm.pause(options),
  'Vm.unpause': ({ vm }, options) => vm.unpause(options),
  'Vm.waitForTools': ({ vm }, options) => vm.waitForTools(options),
  'Vm.installTools': ({ vm }, options) => vm.installTools(options),
  'Vm.upgradeHardware': ({ vm }, options) => vm.upgradeHardware(options),
  'Vm.clone': ({ vm }, options) => vm.clone('[store] b/b.vmx', options),
  'Vm.delete': ({ vm }, options) => vm.delete(options),
  'Vm.login': ({ vm }, options) => vm.login({ userName: 'root', password: 'password', ...options }),
  'Vm.readGuestVariable': ({ vm }, options) => vm.readGuestVariable('a', options),
  'Vm.writeGuestVariable': ({ vm }, options) => vm.writeGuestVariable('a', 'b', options),
  'Vm.readConfig': ({ vm }, options) => vm.readConfig('a', options),
  'Vm.writeConfig': ({ vm }, options) => vm.writeConfig('a', 'b', options),
  'Snapshots.all': ({ vm }, options) => vm.snapshots.all(options),
  'Snapshots.current': ({ vm }, options) => vm.snapshots.current(options),
  'Snapshots.named': ({ vm }, options) => vm.snapshots.named('base', options),
  'Snapshots.byId': ({ vm }, options) => vm.snapshots.byId('1', options),
  'Snapshots.ofHandle': ({ vm, snapshot }, options) => vm.snapshots.ofHandle(snapshot.handle, options),
  'Snapshots.create': ({ vm }, options) => vm.snapshots.create({ name: 'new', ...options }),
  'Snapshots.revert': ({ vm }, options) => vm.snapshots.revert('1', options),
  'Snapshots.remove': ({ vm }, options) => vm.snapshots.remove('1', options),
  'SharedFolders.setEnabled': ({ vm }, options) => vm.sharedFolders.setEnabled(true, options),
  'SharedFolders.list': ({ vm }, options) => vm.sharedFolders.list(options).next(),
  'SharedFolders.add': ({ vm }, options) => vm.sharedFolders.add({ ...folder, ...options }),
  'SharedFolders.update': ({ vm }, options) => vm.sharedFolders.update({ ...folder, ...options }),
  'SharedFolders.remove': ({ vm }, options) => vm.sharedFolders.remove('share', options),
  'Recording.begin': ({ vm }, options) => vm.recording.begin(options),
  'Recording.end': ({ vm }, options) => vm.recording.end(options),
  'Recording.beginReplay': ({ vm }, options) => vm.recording.beginReplay('1', options),
  'Recording.endReplay': ({ vm }, options) => vm.recording.endReplay(options),
  'Guest.run': ({ guest }, options) => guest.run('/bin/a', [], options),
  'Guest.script': ({ guest }, options) => guest.script('echo a', options),
  'Guest.start': ({ guest }, options) => guest.start('/bin/a', [], options),
  'Guest.processes': ({ guest }, options) => guest.processes(options).next(),
  'Guest.kill': ({ guest }, options) => guest.kill(1, options),
  'Guest.readEnvironment': ({ guest }, options) => guest.readEnvironment('a', options),
  'Guest.writeEnvironment': ({ guest }, options) => guest.writeEnvironment('a', 'b', options),
  'Guest.captureScreen': ({ guest }, options) => guest.captureScreen(options),
  'Guest.openUrl': ({ guest }, options) => guest.openUrl('https://a.example', options),
  'Guest.customize': ({ guest }, options) => guest.customize({ hostName: 'a' }, options),
  'RunningProgram.kill': ({ program }, options) => program.kill(options),
  'GuestFiles.list': ({ guest }, options) => guest.files.list('/', options).next(),
  'GuestFiles.stat': ({ guest }, options) => guest.files.stat('/a', options),
  'GuestFiles.exists': ({ guest }, options) => guest.files.exists('/a', options),
  'GuestFiles.makeDirectory': ({ guest }, options) => guest.files.makeDirectory('/a', options),
  'GuestFiles.deleteFile': ({ guest }, options) => guest.files.deleteFile('/a', options),
  'GuestFiles.deleteDirectory': ({ guest }, options) => guest.files.deleteDirectory('/a', options),
  'GuestFiles.move': ({ guest }, options) => guest.files.move('/a', '/b', options),
  'GuestFiles.createTemporaryFile': ({ guest }, options) => guest.files.createTemporaryFile(options),
  'GuestFiles.createTemporaryDirectory': ({ guest }, options) => guest.files.createTemporaryDirectory(options),
  'GuestFiles.read': ({ guest }, options) => guest.files.read('/a', options),
  'GuestFiles.write': ({ guest }, options) => guest.files.write('/a', 'b', options),
  'GuestFiles.sha256': ({ guest }, options) => guest.files.sha256('/a', options),
  'GuestFiles.upload': ({ guest }, options) => guest.files.upload(import.meta.filename, '/a', options),
  'GuestFiles.download': ({ guest }, options) => guest.files.download('/a', '/nowhere', options),
  'GuestRegistry.keys': ({ windows }, options) => windows.registry.keys('HKLM', options).next(),
  'GuestRegistry.values': ({ windows }, options) => windows.registry.values('HKLM', options).next(),
  'GuestRegistry.createKey': ({ windows }, options) => windows.registry.createKey('HKLM\\a', options),
  'GuestRegistry.deleteKey': ({ windows }, options) => windows.registry.deleteKey('HKLM\\a', options),
  'GuestRegistry.setValue': ({ windows }, options) =>
    windows.registry.setValue('HKLM\\a', { name: 'a', type: 'REG_SZ', data: 'b' }, options),
  'GuestRegistry.deleteValue': ({ windows }, options) => windows.registry.deleteValue('HKLM\\a', 'a', options),
  'GuestAliases.list': ({ guest }, options) => guest.aliases.list('root', options).next(),
  'GuestAliases.add': ({ guest }, options) => guest.aliases.add({ ...alias, ...options }),
  'GuestAliases.remove': ({ guest }, options) => guest.aliases.remove({ ...alias, ...options }),
  // Last, for it ends all the others.
  'Host.disconnect': ({ host }, options) => host.disconnect(options),
};

/** Members that ask nobody, and those that a language calls, without arguments. */
const asksNobody: ReadonlySet<string> = new Set([
  'hostOf',
  'vmOf',
  'Host.about',
  'Vm.loggedInGuest',
  'Snapshot.handle',
  'Guest.family',
  'RunningProgram.pid',
  // Under the limits of `Guest.start`.
  'RunningProgram.result',
]);

/** What a promise rejects with. */
function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    (result) => new Error(`it answered ${JSON.stringify(result)}`),
    (error: unknown) => error,
  );
}

describe('every call of the client on a host that never answers', () => {
  let objects: Objects;
  const moving = <T>(work: Promise<T>): Promise<T> => whileMoving(clock, 100, work);

  beforeAll(async () => {
    const host = await moving(connect({ vix }));
    const login = async (name: string, userName: string): Promise<readonly [Vm, Guest]> => {
      const vm = await moving(host.openVm(`[store] ${name}/${name}.vmx`));
      return [vm, await moving(vm.login({ userName, password: 'password' }))];
    };
    const [vm, guest] = await login('posix', 'root');
    const [, windows] = await login('windows', 'Administrator');
    const snapshot = await moving(vm.snapshots.named('base'));
    const program = await moving(guest.start('/bin/sleep', ['100000']));
    objects = { host, vm, guest, windows, snapshot, program };
    // Made now, while the machine can be asked.
    void snapshot.handle;
    mute.begin();
  });

  afterAll(async () => {
    mute.end();
    await moving(vix.Revix_Close());
  });

  it('is in the table', () => {
    const members = Object.entries(clientMembers).flatMap(([name, table]) =>
      Object.keys(table).map((member) => (name === '' ? member : `${name}.${member}`)),
    );
    const asking = members.filter((member) => !asksNobody.has(member) && !member.includes('[Symbol.'));
    expect(Object.keys(calls).toSorted()).toEqual(asking.toSorted());
  });

  it('ends with many others at one signal, which is no leak to warn of', async () => {
    const warnings: string[] = [];
    const note = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', note);
    const stop = new AbortController();
    const all = Array.from({ length: 12 }, () => errorOf(objects.vm.properties({ signal: stop.signal })));
    stop.abort(new Error('enough'));
    const errors = await moving(Promise.all(all));
    expect(errors).toEqual(Array(12).fill(expect.objectContaining({ message: expect.stringContaining('aborted') })));
    process.off('warning', note);
    expect(warnings.filter((name) => name === 'MaxListenersExceededWarning')).toEqual([]);
  });

  it.each(Object.entries(calls))('%s ends at its time limit and at its signal', async (name, call) => {
    const operation = expect.stringMatching(new RegExp(`${name.split('.').at(-1) ?? name}$`)) as string;
    const cancelled = { name: 'VIX_E_CANCELLED', operation };
    expect(await moving(errorOf(call(objects, { timeoutMs: 40 })))).toMatchObject(cancelled);

    const reason = new Error('not needed any more');
    const abort = new AbortController();
    const aborted = errorOf(call(objects, { signal: abort.signal }));
    await clock.advance(40);
    abort.abort(reason);
    // A loop that is told to end does so without an error.
    const ended = name === 'Vm.watch' ? new Error('it answered {"done":true}') : { ...cancelled, cause: reason };
    expect(await moving(aborted)).toMatchObject(ended);
    expect(await moving(errorOf(call(objects, { timeoutMs: 0 })))).toMatchObject({ name: 'VIX_E_INVALID_ARG' });
  });

  it('tells what it could not tidy up', async () => {
    await clock.advance(60_000);
    const isTold = (text: string): boolean => text.includes('tidying up in the guest took more than 30 seconds');
    expect(diagnostics.filter((text) => !isTold(text))).toEqual([]);
    expect(diagnostics.length).toBeGreaterThan(0);
  });
});

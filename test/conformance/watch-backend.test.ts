import { describe, expect, it } from 'vitest';
import type { CallContext } from '../../src/backends/backend.js';
import { FakeClock, settle } from '../../src/base/clock.js';
import { Secret } from '../../src/base/secret.js';
import { watchBackend } from '../../src/testing/index.js';
import { FakeBackend } from '../fixtures/fake-backend.js';

const path = '/vms/a.vmx';
const call: CallContext = {
  signal: new AbortController().signal,
  clock: new FakeClock(),
  progress: () => undefined,
};

async function open() {
  const backend = new FakeBackend();
  backend.add(path);
  const watched = watchBackend(backend);
  const link = await watched.module.connect(
    {
      provider: 'default',
      hostName: null,
      hostPort: 0,
      userName: null,
      password: null,
      verifyTls: false,
      settings: {},
    },
    call,
  );
  return { backend, watched, link, vm: await link.openVm(path, null, call) };
}

describe('a watched backend', () => {
  it('tells each operation that has begun and not ended, also of machines and their guests', async () => {
    const { backend, watched, vm } = await open();
    const guest = vm.guest({ userName: 'user', password: new Secret('x'), isInteractive: false });
    expect(watched.underWay()).toEqual([]);
    for (const operation of ['power.off', 'files.list', 'properties']) backend.control.once(operation, 'pending');
    const pending = Promise.allSettled([vm.power.off('hard', call), guest.files.list('/', call), vm.properties(call)]);
    await settle();
    expect(watched.underWay()).toEqual(['power.off', 'guest.files.list', 'properties']);
    backend.control.last('power.off').release();
    backend.control.last('files.list').fail(new Error('no'));
    await settle();
    expect(watched.underWay()).toEqual(['properties']);
    backend.control.last('properties').release();
    expect((await pending).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(watched.underWay()).toEqual([]);
  });

  it('counts a list as long as somebody reads it', async () => {
    const { watched, link } = await open();
    const items = link.findVms('registered', call)[Symbol.asyncIterator]();
    expect(watched.underWay()).toEqual([]);
    await items.next();
    expect(watched.underWay()).toEqual(['findVms']);
    await items.return?.();
    expect(watched.underWay()).toEqual([]);
  });

  it('does all else as the backend does', async () => {
    const { backend, watched, link, vm } = await open();
    expect([watched.module.name, watched.module.capabilities]).toEqual([backend.name, backend.capabilities]);
    expect([link.capabilities.has('power'), link.about.product, vm.key.length > 0]).toEqual([true, 'Fake host', true]);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConnectTarget } from '../../../src/backends/backend.js';
import { createVsphereBackend } from '../../../src/backends/vsphere/index.js';
import { FakeClock, settle } from '../../../src/base/clock.js';
import { Secret } from '../../../src/base/secret.js';
import { callOn, target } from './fake-connection.js';
import { FakeVsphere } from './fake-vsphere.js';

let fake: FakeVsphere;

beforeEach(async () => {
  fake = await FakeVsphere.start();
});

afterEach(() => fake.close());

describe('the vSphere backend', () => {
  it.each<[ConnectTarget['provider'], string | null, string]>([
    ['vi-server', 'vcenter.example', 'accept'],
    ['vi-server', null, 'accept'],
    ['workstation-shared', 'https://vcenter.example/sdk', 'accept'],
    ['workstation-shared', 'localhost', 'decline'],
    ['workstation-shared', null, 'decline'],
    ['workstation', 'https://vcenter.example/sdk', 'decline'],
    ['default', null, 'decline'],
  ])('for %s and %s says %s…', (provider, hostName, answer) => {
    expect(createVsphereBackend().claims(target({ provider, hostName }))).toBe(answer);
  });

  it('warns once for each server whose certificate nobody looks at', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const clock = new FakeClock();
    const backend = createVsphereBackend({ tls: 'insecure', clock });
    try {
      const to = target({ hostName: fake.url.href });
      for (let round = 0; round < 2; round += 1) await (await backend.connect(to, callOn(clock))).close();
      await (await backend.client({ url: fake.url.href, userName: 'u', password: 'p' })).close();
      const [[message, name] = []] = warn.mock.calls;
      expect([warn.mock.calls.length, name]).toEqual([1, 'RevixWarning']);
      expect(message).toContain(`the certificate of ${fake.url.host} is not verified`);
    } finally {
      warn.mockRestore();
      await backend.close?.();
    }
  });

  it('refuses options that are wrong when it is made', () => {
    expect(() => createVsphereBackend({ busySeconds: -1 })).toThrow('busySeconds must be above 0');
  });

  it('connects, says who is there, and logs out when it is closed', async () => {
    const clock = new FakeClock();
    const backend = createVsphereBackend({ tls: 'insecure', clock });
    const host = await backend.connect(target({ hostName: fake.url.href }), callOn(clock));
    expect(host.about).toEqual({ product: 'Fake vCenter 8.0.3', version: '8.0.3' });
    expect(host.capabilities.has('clone')).toBe(true);
    await backend.close?.();
    expect(fake.sessionCount).toBe(0);
    await host.close();
  });

  it('logs out at the end of the process, with one listener for however many backends', async () => {
    const clock = new FakeClock();
    // By its name: a backend that another file of tests has left open may have it set up already.
    const ours = () => process.listeners('beforeExit').filter(({ name }) => name === 'workAtProcessEnd');
    const backends = Array.from({ length: 12 }, () => createVsphereBackend({ tls: 'insecure', clock }));
    for (const backend of backends) await backend.connect(target({ hostName: fake.url.href }), callOn(clock));
    const [first, last] = [backends[0], backends.at(-1)];
    expect(ours()).toHaveLength(1);
    await first?.close?.();
    expect([ours().length, fake.sessionCount]).toEqual([1, 11]);
    ours()[0]?.(0);
    while (fake.sessionCount > 0) await settle();
    await last?.close?.();
    expect(ours()).toHaveLength(0);
  });

  it('tells what is wrong with a certificate, and how to trust it', async () => {
    const clock = new FakeClock();
    const connecting = createVsphereBackend({ clock }).connect(target({ hostName: fake.url.href }), callOn(clock));
    await expect(connecting).rejects.toMatchObject({ kind: 'host-certificate' });
    await expect(connecting).rejects.toThrow(
      /thumbprint is ([0-9A-F]{2}:){31}[0-9A-F]{2}\. .*tls\.ca.*tls\.thumbprint/s,
    );
  });

  it('verifies when the program asks for it, whatever the configuration says', async () => {
    const clock = new FakeClock();
    const to = target({ hostName: fake.url.href, verifyTls: true, settings: { tls: 'insecure' } });
    await expect(createVsphereBackend({ clock }).connect(to, callOn(clock))).rejects.toMatchObject({
      kind: 'host-certificate',
    });
  });

  it('keeps the password out of every error', async () => {
    const clock = new FakeClock();
    const to = target({ hostName: 'https://127.0.0.1:1/sdk', password: new Secret('swordfish') });
    await expect(createVsphereBackend({ clock }).connect(to, callOn(clock))).rejects.toThrow(/^(?!.*swordfish)/s);
  });
});

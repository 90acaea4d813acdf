import { describe, expect, it } from 'vitest';
import { connectHost } from '../../../../src/backends/vsphere/connect-host.js';
import type { ConnectionPool } from '../../../../src/backends/vsphere/connection-pool.js';
import type { VsphereSettings } from '../../../../src/backends/vsphere/settings.js';
import { type RewriteTransferUrl, rewritten } from '../../../../src/backends/vsphere/transfer/transfer-rewrite.js';
import { FakeClock } from '../../../../src/base/clock.js';
import { callOn, target } from '../fake-connection.js';

const hook: RewriteTransferUrl = (url) => ({ url, tls: 'insecure' });

/** The settings that a program connects with. */
async function settingsFor(verifyTls: boolean, rewriteTransferUrl?: RewriteTransferUrl): Promise<VsphereSettings[]> {
  const seen: VsphereSettings[] = [];
  const lease = (_url: URL, _login: unknown, settings: VsphereSettings): Promise<never> => {
    seen.push(settings);
    return Promise.reject(new Error('enough'));
  };
  const pool = { lease, warnIfInsecure: () => undefined } as unknown as ConnectionPool;
  const to = target({ hostName: 'vcenter.example', verifyTls });
  await expect(connectHost(pool, { rewriteTransferUrl }, to, callOn(new FakeClock()))).rejects.toThrow('enough');
  return seen;
}

describe('a hook that accepts any certificate', () => {
  it.each([
    [true, 'authorities'],
    [false, 'insecure'],
  ] as const)('is heeded unless the program asks for verification: %s', async (verifyTls, kind) => {
    const [settings] = await settingsFor(verifyTls, hook);
    const url = new URL('https://esx.example/guestFile?token=1');
    const { policy } = rewritten(hook, url, { kind: 'pinned', thumbprints: [] }, settings?.mustVerify === true);
    expect(policy.kind).toBe(kind);
  });

  it('is all that keeps programs from a session: without one, those that verify share it with others', async () => {
    expect((await settingsFor(true))[0]?.mustVerify).toBe(false);
  });
});

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Ref } from '../../../src/backends/vsphere/soap/values.js';
import type { HttpNfcLeaseInfo } from '../../../src/backends/vsphere/vim/generated/types.js';
import { required, startRig } from '../simulator-rig.js';

const vm: Ref<'VirtualMachine'> = { type: 'VirtualMachine', value: 'vm-1' };
const leaseMs = 300_000;

async function oneLease() {
  const rig = await startRig({ inventory: { vms: [{ name: 'web', location: '[ds1] web/web.vmx' }] } });
  const { client } = await rig.session();
  const lease = await client.call(vm, 'ExportVm', {});
  const { info } = (await client.properties(lease, 'info')) as { info: HttpNfcLeaseInfo };
  const [device] = required(info.deviceUrl);
  const { pathname } = new URL(required(device).url.replace('*', 'host'));
  const url = new URL(pathname, rig.simulator.url);
  return {
    ...rig,
    client,
    lease,
    info,
    device: required(device),
    url,
    state: async () => (await client.properties(lease, 'state'))['state'],
    status: async (address: URL | string = url, method = 'GET') => (await fetch(address, { method })).status,
  };
}

describe('a lease', () => {
  it('gives out the disks of a machine, and their checksums once they were fetched', async () => {
    const { client, lease, info, device, url, state, status, defects } = await oneLease();
    expect(info).toMatchObject({ entity: vm, leaseTimeout: 300, totalDiskCapacityInKB: 20 * 1024 ** 2 });
    expect(await client.call(lease, 'HttpNfcLeaseGetManifest', {})).toEqual([]);
    expect((await fetch(url, { method: 'HEAD' })).headers.get('content-length')).toBe(String(device.fileSize));
    const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
    expect(bytes.length).toBe(device.fileSize);
    const sha1 = createHash('sha1').update(bytes).digest('hex');
    expect(await client.call(lease, 'HttpNfcLeaseGetManifest', {})).toMatchObject([
      { key: device.key, sha1, size: bytes.length, disk: true, capacity: 20 * 1024 ** 3 },
    ]);
    await client.call(lease, 'HttpNfcLeaseComplete', {});
    expect([await state(), await status()]).toEqual(['done', 404]);
    await expect(client.call(lease, 'HttpNfcLeaseComplete', {})).rejects.toMatchObject({
      fault: { $type: 'InvalidState' },
    });
    expect(defects).toEqual([]);
  });

  it('is a file that says what it is at its beginning and at its end', async () => {
    const { url, info } = await oneLease();
    const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
    const footer = bytes.subarray(-1024, -512);
    for (const header of [bytes.subarray(0, 512), footer]) {
      expect(header.toString('latin1', 0, 4)).toBe('KDMV');
      expect(Number(header.readBigUInt64LE(12)) / 2).toBe(info.totalDiskCapacityInKB);
    }
    expect(bytes.readBigUInt64LE(56)).toBe(0xffff_ffff_ffff_ffffn);
    const description = bytes.toString('latin1', 512, 2048);
    expect(description).toContain('createType="streamOptimized"');
    expect(description).toContain('RW 41943040 SPARSE "disk-0.vmdk"');
    // The directory has an entry for each 32 MiB, and none of them leads anywhere.
    const directory = Number(footer.readBigUInt64LE(56)) * 512;
    const marker = bytes.subarray(directory - 512, directory);
    expect([Number(marker.readBigUInt64LE(0)) * 512, marker.readUInt32LE(12)]).toEqual([(20 * 1024 * 4) / 32, 2]);
    expect(bytes.subarray(directory, -1536).every((byte) => byte === 0)).toBe(true);
    expect(bytes.subarray(-512).every((byte) => byte === 0)).toBe(true);
  });

  it('ends when nobody tells of it for five minutes, and not before', async () => {
    const { client, clock, lease, state, status } = await oneLease();
    await clock.advance(leaseMs - 1);
    await client.call(lease, 'HttpNfcLeaseProgress', { percent: 40 });
    await clock.advance(leaseMs - 1);
    expect(await client.properties(lease, 'state', 'transferProgress')).toEqual({
      state: 'ready',
      transferProgress: 40,
    });
    await clock.advance(1);
    expect([await state(), await status()]).toEqual(['error', 404]);
    expect(await client.properties(lease, 'error')).toMatchObject({ error: { fault: { $type: 'Timedout' } } });
    await expect(client.call(lease, 'HttpNfcLeaseProgress', { percent: 50 })).rejects.toMatchObject({
      fault: { $type: 'Timedout' },
    });
  });

  it('ends with the error that the client gives up with', async () => {
    const { client, lease, state, status } = await oneLease();
    const fault = { fault: { $type: 'FileFault', file: 'x' }, localizedMessage: 'The disk is full.' } as const;
    await client.call(lease, 'HttpNfcLeaseAbort', { fault });
    expect([await state(), await status()]).toEqual(['error', 404]);
    expect(await client.properties(lease, 'error')).toMatchObject({ error: fault });
  });

  it('is for machines that are off, and gives out nothing else', async () => {
    const { client, simulator, url, status } = await oneLease();
    expect(await status(url, 'PUT')).toBe(405);
    for (const other of [
      '/nfc',
      '/nfc/none/disk-0.vmdk',
      `${url.pathname}/x`,
      url.pathname.replace('0.vmdk', '9.vmdk'),
    ]) {
      expect(await status(new URL(other, url))).toBe(404);
    }
    await (
      await simulator.world.find('[ds1] web/web.vmx')
    ).power.on(
      { paused: false, showConsole: false },
      { signal: new AbortController().signal, progress: () => undefined },
    );
    await expect(client.call(vm, 'ExportVm', {})).rejects.toMatchObject({
      fault: { $type: 'InvalidPowerState', existingState: 'poweredOn' },
    });
  });
});

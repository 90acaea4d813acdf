import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';
import { Vix_Out } from '../../api/vix-out.js';
import {
  VIX_CAPTURESCREENFORMAT_BITMAP,
  VIX_CAPTURESCREENFORMAT_PNG,
  VIX_CAPTURESCREENFORMAT_PNG_NOCOMPRESS,
  VIX_E_INTERACTIVE_SESSION_USER_MISMATCH,
  VIX_E_INVALID_ARG,
  VIX_E_SCREEN_CAPTURE_BAD_FORMAT,
  VIX_LOGIN_IN_GUEST_REQUIRE_INTERACTIVE_ENVIRONMENT,
  VIX_OK,
  VIX_PROPERTY_JOB_RESULT_ITEM_NAME,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA,
  VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_SIZE,
  VIX_PROPERTY_NONE,
} from '../../vix/names.js';
import { caseGroup } from '../conformance-case.js';
import { GuestBench } from '../guest-bench.js';

const interactive = VIX_LOGIN_IN_GUEST_REQUIRE_INTERACTIVE_ENVIRONMENT;
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The chunks of a PNG by type; those of the pixels joined. */
function chunksOf(png: Buffer): ReadonlyMap<string, Buffer> {
  assert.ok(png.subarray(0, 8).equals(signature), 'a PNG begins with its signature');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    chunks.set(type, Buffer.concat([chunks.get(type) ?? Buffer.alloc(0), data]));
    at += length + 12;
  }
  assert.equal([...chunks.keys()].at(-1), 'IEND', 'a PNG is complete');
  return chunks;
}

export const screenCases = caseGroup('screen', { needs: ['guest', 'screenshot'] }, [
  {
    title: 'a captured screen is a PNG with a picture',
    roles: ['posix', 'windows'],
    changesNothing: true,
    async run(bench) {
      for (const role of ['posix', 'windows'] as const) {
        const { vm } = await GuestBench.in(bench, role);
        for (const format of [VIX_CAPTURESCREENFORMAT_PNG, VIX_CAPTURESCREENFORMAT_PNG_NOCOMPRESS]) {
          const outcome = await bench.ok('VixVM_CaptureScreenImage', vm, format, 0);
          const size = Vix_Out<number>();
          const data = Vix_Out<Uint8Array>();
          const id = VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA;
          bench.equal(await bench.vix.VixJob_Wait(outcome.job, id, size, data, VIX_PROPERTY_NONE), VIX_OK);
          assert.equal(size.value, data.value.byteLength, 'the size cell of the blob');
          assert.equal(outcome.integer(VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_SIZE), size.value);
          const chunks = chunksOf(Buffer.from(data.value));
          const header = chunks.get('IHDR') ?? Buffer.alloc(8);
          const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
          assert.ok(width >= 100 && height >= 100, `${width} x ${height} pixels`);
          const pixels = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0));
          assert.equal(pixels.length % height, 0, 'whole rows');
          assert.ok(new Set(pixels).size > 2, 'there is something to see');
        }
      }
    },
  },
  {
    title: 'other formats are refused',
    roles: ['posix'],
    changesNothing: true,
    async run(bench) {
      const { vm } = await GuestBench.in(bench, 'posix');
      for (const format of [VIX_CAPTURESCREENFORMAT_BITMAP, 3, 99]) {
        await bench.fails(VIX_E_SCREEN_CAPTURE_BAD_FORMAT, 'VixVM_CaptureScreenImage', vm, format, 0);
      }
      (await bench.attempt('VixVM_CaptureScreenImage', [vm, 'png', 0])).is(VIX_E_INVALID_ARG);
    },
  },
]);

export const openUrlCases = caseGroup('open a URL', { needs: ['guest', 'openUrl', 'interactiveGuest'] }, [
  {
    title: 'a URL opens in a browser at the console',
    roles: ['posix', 'windows'],
    async run(bench) {
      for (const role of ['posix', 'windows'] as const) {
        const inGuest = await GuestBench.in(bench, role);
        await inGuest.login('user', interactive);
        const { vm } = inGuest;
        const names = async (): Promise<readonly string[]> =>
          (await bench.ok('VixVM_ListProcessesInGuest', vm, 0)).texts(VIX_PROPERTY_JOB_RESULT_ITEM_NAME);
        const before = await names();
        await bench.ok('VixVM_OpenUrlInGuest', vm, 'https://example.com/?q=1&r=2', 0, 0);
        assert.ok((await names()).length > before.length, `${role}: there is a new process`);
      }
    },
  },
  {
    title: 'what is no URL is refused, and so is somebody who is not at the console',
    roles: ['posix'],
    changesNothing: true,
    async run(bench) {
      const inGuest = await GuestBench.in(bench, 'posix');
      const { vm } = inGuest;
      for (const url of ['', 'no url', '://', 7]) {
        (await bench.attempt('VixVM_OpenUrlInGuest', [vm, url, 0, 0])).is(VIX_E_INVALID_ARG);
      }
      await inGuest.login('administrator');
      const refused = VIX_E_INTERACTIVE_SESSION_USER_MISMATCH;
      await bench.fails(refused, 'VixVM_OpenUrlInGuest', vm, 'https://example.com/', 0, 0);
    },
  },
]);

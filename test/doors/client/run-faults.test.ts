import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Guest, Host, OutputChunk, RunResult, VixError } from '../../../src/doors/client/index.js';
import type { WireEffect } from '../../../src/simulator/index.js';
import { backendNames, ClientRig } from './client-rig.js';

const everyByte = Uint8Array.from({ length: 1024 }, (_, index) => index % 256);

/** What a promise rejects with. */
function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
}

/** What a run comes to, in short. */
function outcomeOf(run: Promise<RunResult>): Promise<unknown> {
  return run.then(
    ({ exitCode, stdout }) => ({ exitCode, stdout }),
    (error: unknown) => (error as VixError).name,
  );
}

/** Programs that start others, which start others; none of them ends by itself soon. */
const trees = [
  {
    guest: 'posix',
    program: '/bin/sh',
    words: ['-c', 'sleep 50001 & sh -c "sleep 50002 & sleep 50003" & sleep 50004'],
    count: 2,
    isOwn: /^\/\S*sleep 5000\d$/,
  },
  {
    guest: 'windows',
    program: 'C:\\Windows\\System32\\cmd.exe',
    words: {
      raw: '/c "start notepad.exe & start cmd /c "start notepad.exe & ping -n 9999 127.0.0.1" & ping -n 9999 127.0.0.1"',
    },
    count: 2,
    isOwn: /notepad\.exe$/,
  },
] as const;

/** vSphere says whether Tools is to come back, so a run waits for it; a fault of the mock host is one for good. */
const withoutTools = { mock: 'VIX_E_TOOLS_NOT_RUNNING', vsphere: { exitCode: 3, stdout: 'out\n' } } as const;

describe.each(backendNames)('guest.run under faults, over %s', (backend) => {
  let rig: ClientRig;
  let host: Host;
  let guest: Guest;

  beforeAll(async () => {
    rig = await ClientRig.create(backend);
    host = await rig.connect();
    guest = await rig.login(host, 'posix');
  });

  afterEach(() => {
    rig.world.faults.clear();
    rig.simulator?.faults.clear();
  });

  afterAll(() => rig.close());

  async function nothingLeft(name: string = 'posix'): Promise<void> {
    expect(await rig.running(name)).toEqual([]);
    expect(await rig.leftIn(name)).toEqual([]);
  }

  it('has the exit code of a program that the guest has forgotten', async () => {
    rig.world.faults.add({ operation: 'guest.poll', count: 1, effect: { delayMs: 400_000 } });
    const program = await rig.moving(guest.start('/bin/sh', ['-c', 'echo done; exit 7']));
    for (let looks = 0; looks < 500 && (await rig.running('posix')).length > 0; looks += 1) {
      await rig.moving(rig.clock.advance(1), 1);
    }
    const ended = await rig.moving(program.result, 10_000);
    expect(ended).toMatchObject({ exitCode: 7, stdout: 'done\n' });
    expect(ended.endTime.getTime()).toBeGreaterThanOrEqual(ended.startTime.getTime());
    await nothingLeft();
  });

  it.each(['guest.start', 'guest.poll', 'guest.files.list', 'guest.files.read'] as const)(
    'gives the right answer when Tools does not answer at %s, and leaves nothing',
    async (operation) => {
      rig.world.faults.add({ operation, count: 1, effect: { error: 'tools-not-running' } });
      const outcome = await rig.moving(outcomeOf(guest.run('/bin/sh', ['-c', 'echo out; exit 3'])), 250);
      expect(outcome).toEqual(withoutTools[backend]);
      await nothingLeft();
    },
  );

  it('never pretends when the machine has gone back meanwhile', async () => {
    const vm = await rig.open(host, 'posix');
    const program = await rig.moving(guest.start('/bin/sleep', ['500']));
    const failed = errorOf(program.result);
    const expected = { operation: 'guest.start' };
    await rig.moving(vm.reset());
    expect(await rig.moving(failed)).toMatchObject(expected);
    await rig.moving(vm.waitForTools());
    await nothingLeft();
  });

  it('keeps output without a line end and every byte as it is', async () => {
    await rig.moving(guest.files.write('/tmp/bytes', everyByte));
    const ended = await rig.moving(guest.run('/bin/cat', ['/tmp/bytes', '/tmp/bytes']));
    expect(ended.exitCode).toBe(0);
    expect(Buffer.from(ended.stdoutBytes).equals(Buffer.concat([everyByte, everyByte]))).toBe(true);
    await nothingLeft();
  });

  it('passes on more than it keeps, piece by piece', async () => {
    const size = 3 * 1024 * 1024;
    const chunks: number[] = [];
    const onOutput = ({ bytes }: OutputChunk): void => void chunks.push(bytes.byteLength);
    await rig.moving(guest.files.write('/tmp/large', Buffer.alloc(size, 'x')));
    const ended = await rig.moving(guest.run('/bin/cat', ['/tmp/large'], { onOutput, maxKeptBytes: 10 }));
    expect(ended).toMatchObject({ stdout: 'xxxxxxxxxx', isTruncated: true });
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.reduce((sum, bytes) => sum + bytes, 0)).toBe(size);
    await nothingLeft();
  });

  it('gives output while the program runs, and kills the program when it is told to', async () => {
    const program = await rig.moving(guest.start('/bin/sleep', ['500']));
    const iterator = program[Symbol.asyncIterator]();
    const first = iterator.next();
    // The shell of a mock guest writes redirected output only at the end, so somebody else in the guest does it here.
    const { files } = await rig.inside('posix');
    const [directory = ''] = await rig.leftIn('posix');
    const hasBegun = async (): Promise<boolean> =>
      (await files.list(directory, rig.call)).some(({ name }) => name === 'stdout');
    for (let looks = 0; looks < 100 && !(await hasBegun()); looks += 1) await rig.moving(rig.clock.advance(10));
    const bytes = Buffer.from('first\n');
    await files.write(`${directory}/stdout`, { size: bytes.length, chunks: Readable.from([bytes]) }, rig.call);
    expect(Buffer.from((await rig.moving(first)).value?.bytes ?? []).toString()).toBe('first\n');
    const failed = errorOf(program.result);
    const expected = { name: 'VIX_E_CANCELLED' };
    await rig.moving(program.kill());
    expect(await failed).toMatchObject(expected);
    await nothingLeft();
  });

  it('is aborted by its signal, with the reason as cause', async () => {
    const abort = new AbortController();
    const running = guest.run('/bin/sleep', ['100000'], { signal: abort.signal });
    const reason = new Error('not needed any more');
    const failed = errorOf(running);
    const expected = { name: 'VIX_E_CANCELLED', cause: reason };
    await rig.moving(rig.clock.advance(1000));
    abort.abort(reason);
    expect(await rig.moving(failed)).toMatchObject(expected);
    await nothingLeft();
  });

  it.each(trees)(
    'ends all that a $guest program has started, too',
    async ({ guest: name, program, words, count, isOwn }) => {
      const user = await rig.login(host, name);
      const inside = await rig.inside(name);
      const own = async (): Promise<string[]> => {
        const lines = (await inside.processes(rig.call)).map(({ commandLine }) => commandLine);
        return lines.filter((line) => isOwn.test(line));
      };
      const running = await rig.moving(user.start(program, words));
      for (let looks = 0; looks < 5000 && (await own()).length < count; looks += 1)
        await rig.moving(rig.clock.advance(1), 1);
      expect(await own()).toHaveLength(count);
      await rig.moving(running.kill());
      expect(await own()).toEqual([]);
      await nothingLeft(name);
    },
  );

  it.each(['posix', 'windows'] as const)('tells when the output of a %s program fills the disk', async (family) => {
    const name = family === 'posix' ? 'small' : 'smallWindows';
    const small = await rig.login(host, name);
    const path = family === 'posix' ? '/root/part' : 'C:\\part';
    await rig.moving(small.files.write(path, Buffer.alloc(3 * 1024 * 1024, 'x')));
    const script = family === 'posix' ? `cat ${path} ${path}; exit 0` : `@type ${path} ${path}\nexit /b 0`;
    const output: number[] = [];
    const onOutput = ({ bytes }: OutputChunk): void => void output.push(bytes.byteLength);
    const failed = errorOf(small.script(script, { onOutput }));
    expect(await rig.moving(failed, 1000)).toMatchObject({
      name: 'VIX_E_DISK_FULL',
      message: expect.stringContaining('the end of its output is missing') as string,
    });
    // What there was room for has been passed on all the same.
    expect(output.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThan(3 * 1024 * 1024);
    await nothingLeft(name);
    expect((await rig.moving(small.script('exit 5'), 1000)).exitCode).toBe(5);
  });

  it('tells of a full disk, and leaves nothing', async () => {
    const small = await rig.login(host, 'small');
    const inside = await rig.inside('small');
    const fill = async (): Promise<void> => {
      for (let size = 4 * 1024 * 1024; size >= 1; size = Math.floor(size / 2)) {
        const content = {
          size,
          chunks: (async function* () {
            yield Buffer.alloc(size);
          })(),
        };
        await inside.files.write(`/root/fill-${size}`, content, rig.call).catch(() => undefined);
      }
    };
    await fill();
    await expect(rig.moving(small.run('/bin/echo', ['text']), 1000)).rejects.toMatchObject({ name: 'VIX_E_DISK_FULL' });
    await nothingLeft('small');
  });
});

/** What may befall one request of a run, after which the run goes on. */
const mishaps: Readonly<Record<string, WireEffect>> = {
  'an expired session': { expireSession: true },
  'half an answer': { cutAfterBytes: 120 },
  'a reset connection': { reset: true },
  'Tools that restart': { fault: { $type: 'GuestOperationsUnavailable' } },
};

/** What may befall the bytes of a file on their way. */
const brokenTransfers: readonly (readonly [on: string, what: string, effect: WireEffect])[] = [
  ['PUT /guestFile', 'breaks off', { cutAfterBytes: 0 }],
  ['GET /guestFile', 'breaks off', { cutAfterBytes: 2 }],
];

describe('guest.run over a network with mishaps', () => {
  let rig: ClientRig;
  let guest: Guest;

  beforeAll(async () => {
    rig = await ClientRig.create('vsphere');
    guest = await rig.login(await rig.connect(), 'posix');
  });

  afterEach(() => rig.simulator?.faults.clear());

  afterAll(() => rig.close());

  const steps = [
    'CreateTemporaryDirectoryInGuest',
    'InitiateFileTransferToGuest',
    'StartProgramInGuest',
    'ListProcessesInGuest',
    'ListFilesInGuest',
    'InitiateFileTransferFromGuest',
    'DeleteDirectoryInGuest',
  ];

  it.each(steps.flatMap((step) => Object.keys(mishaps).map((mishap) => ({ step, mishap }))))(
    'gives the right answer and leaves nothing: $mishap at $step',
    async ({ step, mishap }) => {
      const effect = mishaps[mishap];
      if (effect === undefined) throw new Error(mishap);
      rig.simulator?.faults.add({ on: step, effect, count: 1 });
      const ended = await rig.moving(guest.run('/bin/sh', ['-c', 'echo ran >>/root/ran; echo out; exit 3']), 250);
      expect(ended).toMatchObject({ exitCode: 3, stdout: 'out\n' });
      expect(await rig.leftIn('posix')).toEqual([]);
      const { files } = await rig.inside('posix');
      expect((await files.stat('/root/ran', rig.call)).size).toBe('ran\n'.length);
      await files.deleteFile('/root/ran', rig.call);
    },
  );

  it.each(['PUT /guestFile', 'GET /guestFile'])('says that the host refuses %s, and leaves nothing', async (on) => {
    rig.simulator?.faults.add({ on, effect: { status: 503 } });
    expect(await rig.moving(outcomeOf(guest.run('/bin/echo', ['out'])), 250)).toBe('VIX_E_FILE_ERROR');
    expect(await rig.leftIn('posix')).toEqual([]);
  });

  it.each(brokenTransfers)('gives the right answer and leaves nothing: %s %s', async (on, _what, effect) => {
    rig.simulator?.faults.add({ on, effect, count: 1 });
    const ended = await rig.moving(guest.run('/bin/sh', ['-c', 'echo out; exit 3']), 250);
    expect(ended).toMatchObject({ exitCode: 3, stdout: 'out\n' });
    expect(await rig.leftIn('posix')).toEqual([]);
  });
});

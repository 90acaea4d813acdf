import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createMockBackend } from '../../../src/backends/mock/index.js';
import { FakeClock } from '../../../src/base/clock.js';
import type { BackendModule } from '../../../src/backends/backend.js';
import { doctorCommand } from '../../../src/cli/doctor/doctor-command.js';
import { runRevix } from '../../../src/cli/revix/run-revix.js';
import { startSimulator, type Simulator } from '../../../src/simulator/index.js';
import { goodCertificate } from '../../fixtures/tls/certificates.js';
import { FakeTerminal } from '../fake-terminal.js';
import { type DoctorRun, startDoctor, temporaryDirectory, trusting } from './doctor-rig.js';

let simulator: Simulator;

beforeAll(async () => {
  // Anybody may log in to the host, with any password; nobody to a guest with a wrong one.
  simulator = await startSimulator({ tls: goodCertificate });
});

afterAll(() => simulator.close());

describe('the text', () => {
  const refused = { hostType: 'vc', host: 'ftp://x', user: 'u', json: false } as const;

  it('is plain where no person reads it', async () => {
    const { terminal, ending } = startDoctor({ values: refused });
    expect(await ending).toBe(1);
    const { stdout } = terminal.written;
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toMatch(/^ {2}red {5}Address {11}"ftp:\/\/x" begins with ftp:/m);
    expect(stdout).toMatch(/^ {10}host\.address\n {10}Next: Give a name, /m);
    expect(stdout).toMatch(/^ {2}skipped Proxy, Name, Port, .*: rests on "Address" \(host\.address\), which is red$/m);
    expect(stdout).toContain('Begin with "Address" (host.address)');
    expect(stdout).toMatch(/^\d+ green, 1 red, \d+ skipped\.$/m);
  });

  it('has signs and colours beside its words for a person, and lines that fit', async () => {
    const { terminal, ending } = startDoctor({ values: refused, around: { people: ['stdout'] } });
    await ending;
    const { stdout } = terminal.written;
    expect(stdout).toMatch(/\u001b\[31m\u2718\u001b\[39m \u001b\[31mred +\u001b\[39mAddress/);
    expect(stdout).toMatch(/\u001b\[32m\u2714\u001b\[39m \u001b\[32mgreen +\u001b\[39mBackend/);
    // The text of the checks, without what is shown as it is.
    const plain = stdout.replaceAll(/\u001b\[\d+m/g, '');
    const words = plain.split('\n').filter((line) => !line.includes(terminal.directory));
    expect(words.filter((line) => line.length > 100)).toEqual([]);
  });

  it('has signs and no colours with NO_COLOR', async () => {
    const around = { people: ['stdout'], env: { NO_COLOR: '1' } } as const;
    const { terminal, ending } = startDoctor({ values: refused, around });
    await ending;
    expect(terminal.written.stdout).not.toContain('\u001b');
    expect(terminal.written.stdout).toMatch(/^ {2}\u2718 red {5}Address/m);
  });
});

describe('secrets', () => {
  const word = fc.string({ minLength: 8, maxLength: 20 }).map((text) => `S3${text}`);

  /** A run in which the guest refuses its user, after all that comes before. */
  async function outputWith(run: DoctorRun, secrets: readonly string[], json: boolean): Promise<string> {
    const [password = '', vmPassword = '', guestPassword = ''] = secrets;
    const { terminal, ending } = startDoctor({
      ...run,
      around: { env: { HOST_PW: password, VM_PW: vmPassword, GUEST_PW: guestPassword } },
      values: {
        user: 'user',
        password: 'env:HOST_PW',
        vmPassword: 'env:VM_PW',
        guestUser: 'root',
        guestPassword: 'env:GUEST_PW',
        vm: '[datastore1] web/web.vmx',
        json,
        ...run.values,
      },
    });
    expect(await ending).toBe(1);
    expect(terminal.written.stdout).toMatch(/(?:guest|mock)\.login/);
    return terminal.written.stdout + terminal.written.stderr;
  }

  /** The secrets that a text holds, as they are or as JSON has them. */
  function held(text: string, secrets: readonly string[]): readonly string[] {
    return secrets.filter((secret) => text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)));
  }

  it('are in no output, whatever they are', async () => {
    const backends = [createMockBackend({ clock: new FakeClock() })];
    await fc.assert(
      fc.asyncProperty(fc.tuple(word, word, word), fc.boolean(), async (secrets, json) => {
        expect(held(await outputWith({ parts: { backends } }, secrets, json), secrets)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it('are in no output, however far they go', async () => {
    const values = { hostType: 'vc', host: simulator.url } as const;
    await fc.assert(
      fc.asyncProperty(fc.tuple(word, word, word), async (secrets) => {
        expect(held(await outputWith({ config: trusting, values }, secrets, true), secrets)).toEqual([]);
      }),
      { numRuns: 2 },
    );
  });
});

describe('Ctrl-C', () => {
  it('ends it at once, with what was found until then', async () => {
    const clock = new FakeClock();
    const state = { isAsked: false };
    const hanging: BackendModule = {
      name: 'mock',
      capabilities: new Set(),
      claims: () => 'accept',
      connect: () => {
        state.isAsked = true;
        return new Promise(() => undefined);
      },
    };
    const { terminal, ending } = startDoctor({
      values: { hostType: 'ws', json: false },
      parts: { backends: [hanging], clock },
    });
    while (!state.isAsked) await clock.advance(1);
    terminal.interrupt('SIGINT');
    await clock.advance(1);
    expect(await ending).toBe(130);
    expect(terminal.written.stdout).toContain('Backend');
    expect(terminal.written.stderr).toContain('interrupted');
    expect(terminal.isListening).toBe(false);
  });
});

describe('the command line', () => {
  async function run(...words: readonly string[]) {
    const terminal = new FakeTerminal(temporaryDirectory(), { env: { REVIX_HOME: temporaryDirectory() } });
    const status = await runRevix(['doctor', ...words], terminal, [doctorCommand]);
    return { status, ...terminal.written };
  }

  it('takes the words of vmrun and long ones', async () => {
    const lines = [
      ['-T', 'ws-shared', '-h', 'x', '-u', 'me', '--json'],
      ['--host-type', 'ws-shared', '--host=x', '--user', 'me', '--json'],
    ];
    for (const words of lines) {
      const { status, stdout } = await run(...words);
      expect(status).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ status: 'red', counts: { red: 1 } });
      expect(stdout).toContain('no backend answers for the provider workstation-shared on x'.slice(3));
    }
  });

  it.each([
    [['--what'], /Unknown option '--what'/],
    [['-T', 'x'], /takes one of ws, ws-shared/],
    [['--timeout', '0'], /whole number from 1/],
    [['a', 'b'], /'b' is one argument too many/],
    [['-u', 'x', '-p', 'env:REVIX_TEST_NOT_SET'], /-p takes the environment variable/],
  ])('%j makes no sense', async (words, message) => {
    const { status, stderr, stdout } = await run(...words);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
  });

  it('explains itself, where -h is the host', async () => {
    const { status, stdout } = await run('--help');
    expect(status).toBe(0);
    expect(stdout).toContain('-h, --host HOST');
    expect(stdout).not.toContain('--help, -h');
  });
});

it('logs out also when it is interrupted', async () => {
  const own = await startSimulator({
    tls: goodCertificate,
    faults: [{ on: 'CurrentTime', effect: { never: true } }],
  });
  onTestFinished(() => own.close());
  const { terminal, ending } = startDoctor({
    config: trusting,
    values: { hostType: 'vc', host: own.url, user: 'user', password: 'pw', json: false },
  });
  await expect.poll(() => own.faults.list()[0]?.hits).toBe(1);
  terminal.interrupt('SIGTERM');
  expect(await ending).toBe(143);
  const seen = startDoctor({
    config: trusting,
    values: { hostType: 'vc', host: own.url, user: 'user', password: 'pw' },
  });
  own.faults.clear();
  await seen.ending;
  expect(seen.terminal.written.stdout).toContain('"sessions": 1');
});

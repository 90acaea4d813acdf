import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { settle } from '../../../../src/base/clock.js';
import { posixPrograms, type PosixProgramsOptions } from '../../../../src/world/guest/posix/posix-programs.js';
import { TestGuest } from '../guest-fixture.js';

const shells: readonly (readonly [name: string, options: PosixProgramsOptions])[] = [
  ['full shell', {}],
  ['small shell', { shell: 'small' }],
];

beforeAll(async () => {
  // Loading the library takes time of its own, which no fake clock waits for.
  await new TestGuest(posixPrograms()).run('true');
});

/** Lets time pass until a script and all that came of it have ended. */
async function throughout(guest: TestGuest, script: string, user = 'ann'): Promise<string> {
  guest.lines.length = 0;
  guest.begin(script, user);
  for (let round = 0; round < 500 && guest.runner.running.length > 0; round += 1) {
    await settle(10);
    await guest.clock.advance(100);
  }
  expect(guest.runner.running).toEqual([]);
  return guest.lines.join('\n');
}

describe.each(shells)('commands in the background: %s', (_name, options) => {
  const make = (): TestGuest => new TestGuest(posixPrograms(options));

  it.each<readonly [script: string, name: string, commandLine: string]>([
    ['sleep 100 &', 'sleep', '/usr/bin/sleep 100'],
    ['nohup sleep 100 > log 2>&1 &', 'sleep', '/usr/bin/sleep 100'],
    ['setsid nice -n 5 /bin/sleep 100 >> log &', 'sleep', '/bin/sleep 100'],
  ])('%s leaves a process behind that needs no shell', async (script, name, commandLine) => {
    const guest = make();
    const { exitCode, output } = await guest.run(`${script} echo started $!`);
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: 'started 1001' });
    expect(guest.table.list()).toMatchObject([{ pid: 1001, name, owner: 'ann', commandLine }]);
    expect(guest.as('ann').exists('/home/ann/log')).toBe(script.includes('log'));
    guest.kill(1001, guest.user('ann'));
    expect(guest.table.list()).toEqual([]);
  });

  it('lets the script end while a program of the guest goes on, with its redirections', async () => {
    const guest = make();
    guest.programs.add('/opt/server', async (context) => {
      context.writeStdout(
        `${context.arguments} ${context.environment.get('MODE') ?? ''} in ${context.workingDirectory}\n`,
      );
      context.writeStderr('warned\n');
      return new Promise<number>(() => undefined);
    });
    const script = 'cd /tmp; export MODE=fast; nohup /opt/server -p "a b" > /tmp/server.log 2>&1 & echo $!';
    expect(await guest.run(script)).toEqual({ exitCode: 0, output: '1001' });
    await settle(20);
    expect(guest.table.list()).toMatchObject([{ pid: 1001, name: 'server', commandLine: '/opt/server -p a b' }]);
    guest.kill(1001, guest.user('ann'));
    await settle(20);
    expect(guest.runner.running).toEqual([]);
  });

  it('prints where the shell around it prints', async () => {
    const guest = make();
    guest.as('ann').write('/home/ann/jobs.sh', 'echo one &\nwait\necho two\necho three >&2 &\nwait $!\n');
    await throughout(guest, 'sh jobs.sh > log 2>&1');
    expect(new TextDecoder().decode(guest.as('ann').read('/home/ann/log').bytes())).toBe('one\ntwo\nthree\n');
    expect(guest.lines).toEqual([]);
  });

  it('prints at the console', async () => {
    expect(await throughout(make(), 'echo from behind &')).toBe('from behind');
  });

  it('waits for one or all, and knows how they ended', async () => {
    const guest = make();
    const startMs = guest.clock.now();
    const output = await throughout(
      guest,
      'sleep 3 & sh -c "sleep 1; exit 4" & wait $!; echo $?; wait; echo all; wait 99',
    );
    expect(output).toBe('4\nall\nwait: pid 99 is not a child of this shell');
    expect(guest.clock.now() - startMs).toBeGreaterThanOrEqual(3000);
  });

  it('reports a command that is not there from its process', async () => {
    const output = await throughout(make(), 'nosuch & wait $!; echo $?');
    expect(output).toMatch(/nosuch: (?:command )?not found\n127$/u);
  });

  it('ends with a kill from the script', async () => {
    const guest = make();
    expect(await throughout(guest, 'sleep 1000 & kill $!; wait $!; echo $?')).toBe('137');
  });
});

describe('commands in the background of the full shell', () => {
  const make = (): TestGuest => new TestGuest(posixPrograms());

  it.each<readonly [script: string, output: string]>([
    ['x=3; (sleep 1; echo $x > f) & wait; cat f', '3'],
    ['for i in 1 2 3; do { sleep $i; echo $i >> f; } & done; wait; cat f', '1\n2\n3'],
    ['f() { sleep 1; echo in $1 > f; return 4; }; f a & wait $!; echo $?; cat f', '4\nin a'],
    ['sleep 1 && echo yes > g & wait %1; cat g', 'yes'],
    ['if true; then sleep 1 & fi; echo first; wait; echo last', 'first\nlast'],
    ['a=$(sleep 1 & echo captured); echo $a', 'captured'],
    ['f="a b"; cat /etc/hostname > "$f" & wait; cat "$f"', 'guest-1'],
    ['set -u; set -e; sleep 1 & p=$!; wait $p; echo ${p:+known}', 'known'],
    ['sh -c "sleep 1 & echo inner; wait; echo over"', 'inner\nover'],
    ['set -x; sleep 1 & wait', '+ sleep 1'],
    ['sleep 1 & disown; echo $?', '0'],
    ['echo a & wait; echo b | cat', 'a\nb'],
  ])('%s', async (script, output) => {
    const result = await throughout(make(), script);
    expect(script.startsWith('set -x') ? result.replace(/^\+ .*$/gmu, '').trim() : result).toBe(
      script.startsWith('set -x') ? '' : output,
    );
  });

  it('a script that starts itself without end is stopped', async () => {
    const guest = new TestGuest(posixPrograms(), { descendants: 40 });
    guest.as('ann').write('/home/ann/again.sh', '#!/bin/sh\n./again.sh &\n', { mode: 0o755 });
    const output = await throughout(guest, './again.sh &');
    expect(output).toContain('Resource temporarily unavailable');
    expect(guest.record.nextPid).toBe(1041);
  });
});

describe('a busy script of the full shell', () => {
  afterEach(() => vi.restoreAllMocks());

  /** However quick the machine is, each look at the time is so many milliseconds after the last one. */
  function slowly(stepMs: number): void {
    let nowMs = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += stepMs));
  }

  /** Turns of the event loop while the work goes on. */
  async function turnsDuring(work: Promise<unknown>): Promise<number> {
    let turns = 0;
    const state = { isOver: false };
    void work.finally(() => (state.isOver = true));
    while (!state.isOver) {
      await settle(1);
      turns += 1;
    }
    return turns;
  }

  it.each([
    'while :; do :; done',
    'until false; do [ 1 = 2 ]; done',
    'for ((;;)); do :; done',
    'for a in $(seq 1 1000); do for b in $(seq 1 1000); do :; done; done',
    'x=$(while :; do :; done)',
  ])('lets others have their turn: %s', async (script) => {
    const guest = new TestGuest(posixPrograms({ stepLimit: 8000 }));
    slowly(1);
    const run = guest.run(script);
    expect(await turnsDuring(run)).toBeGreaterThan(5);
    expect((await run).exitCode).toBe(137);
  });

  it('can be killed, and is stopped by its limit', async () => {
    const guest = new TestGuest(posixPrograms());
    const started = guest.begin('while :; do :; done');
    await settle();
    guest.kill(started.pid, guest.user('ann'));
    expect(await started.done).toBe(137);
  });

  it('may take ten thousand rounds', async () => {
    const guest = new TestGuest(posixPrograms());
    const script =
      'i=0; false; while [ $i -lt 10000 ]; do i=$((i+1)); done; echo $i; set -e; until [ $i = 0 ]; do i=0; done; echo $?';
    expect(await guest.run(script)).toEqual({ exitCode: 0, output: '10000\n0' });
  });
});

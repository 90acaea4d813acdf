import { describe, expect, it } from 'vitest';
import { capabilityNames } from '../../src/backends/capabilities.js';
import { conformanceCases, runConformance, vmRoles, type TestRunner } from '../../src/testing/index.js';
import { mockTarget } from './mock-target.js';

const cases = conformanceCases();

/** A runner that only collects the tests, to be run by name. */
class CollectingRunner implements TestRunner {
  readonly tests = new Map<string, (context?: { skip(reason: string): void }) => Promise<void>>();
  #group = '';
  #end: () => Promise<void> = async () => undefined;

  describe(name: string, define: () => void): void {
    this.#group = name;
    define();
  }

  it(name: string, run: (context?: { skip(reason: string): void }) => Promise<void>): void {
    this.tests.set(`${this.#group}: ${name}`, run);
  }

  afterAll(run: () => Promise<void>): void {
    this.#end = run;
  }

  /** Runs one test. @returns why it was skipped, if it was. */
  async run(name: string): Promise<string | undefined> {
    let reason: string | undefined;
    const skip = (given: string): void => {
      reason = given;
    };
    await this.tests.get(name)?.({ skip });
    return reason;
  }

  end(): Promise<void> {
    return this.#end();
  }
}

const passing = 'power: power on, reset, power off';
const withPause = 'pause: a paused machine stands still until it goes on';

describe('the suite', () => {
  it('has cases with names of their own', () => {
    expect(cases.length).toBeGreaterThan(300);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  it('has a case for every capability', () => {
    const needed = new Set(cases.flatMap(({ needs }) => needs));
    expect(capabilityNames.filter((name) => !needed.has(name))).toEqual([]);
  });

  it('has a case for every role', () => {
    const used = new Set<string>(cases.flatMap(({ roles }) => roles));
    expect(Object.keys(vmRoles).filter((name) => !used.has(name))).toEqual([]);
  });

  it('declares a test for each case', () => {
    const runner = new CollectingRunner();
    runConformance(runner, (roles) => mockTarget(roles));
    expect([...runner.tests.keys()]).toEqual(cases.map(({ name }) => name));
  });

  it('skips what a target cannot do, and says why', async () => {
    const runner = new CollectingRunner();
    const told: string[] = [];
    const capabilities = new Set(capabilityNames.filter((name) => name !== 'pause'));
    runConformance(runner, (roles) => mockTarget(roles, { capabilities }), {
      onSkipped: ({ name }, reason) => told.push(`${name}: ${reason}`),
    });
    expect(await runner.run(withPause)).toBe('the target does not have the capability pause');
    expect(told).toEqual([`${withPause}: the target does not have the capability pause`]);
    expect(await runner.run(passing)).toBeUndefined();
  });

  it('skips a case whose machine a target lacks', async () => {
    const runner = new CollectingRunner();
    runConformance(runner, () => mockTarget(['posix']));
    expect(await runner.run(passing)).toMatch(/^the target has no virtual machine for the role off /);
  });

  it('lets a known gap fail', async () => {
    const runner = new CollectingRunner();
    const broken = { connect: () => Promise.reject(new Error('no connection')) };
    runConformance(runner, (roles) => mockTarget(roles, { wrap: (mock) => ({ ...mock, ...broken }) }), {
      knownGaps: [{ case: passing, reason: 'for the test' }],
    });
    expect(await runner.run(passing)).toBeUndefined();
    await expect(runner.run(withPause)).rejects.toThrow('no connection');
  });

  it('fails when a known gap is closed', async () => {
    const runner = new CollectingRunner();
    runConformance(runner, (roles) => mockTarget(roles), { knownGaps: [{ case: passing, reason: 'for the test' }] });
    await expect(runner.run(passing)).rejects.toThrow('its known gap is closed; take it off the list (for the test)');
  });

  it('knows the names of its cases', () => {
    const knownGaps = [{ case: 'no such case', reason: 'for the test' }];
    expect(() => runConformance(new CollectingRunner(), (roles) => mockTarget(roles), { knownGaps })).toThrow(
      'the known gap "no such case" names no case',
    );
  });

  it('closes the target that cases share', async () => {
    let closed = 0;
    const runner = new CollectingRunner();
    runConformance(runner, async (roles) => {
      const target = await mockTarget(roles);
      return {
        ...target,
        async close() {
          closed += 1;
          await target.close();
        },
      };
    });
    await runner.run('open: an encrypted machine needs its password');
    await runner.run('open: the case of a path counts');
    expect(closed).toBe(0);
    await runner.end();
    expect(closed).toBe(1);
  });
});

import type { CallRecord } from './call-record.js';
import { type ConformanceCase, skipReason } from './conformance-case.js';
import { conformanceCases } from './conformance-cases.js';
import { type ConformanceTarget, type VmRole, vmRoles } from './target.js';

/** What a test runner may hand to a test; vitest, node:test and others offer `skip`. */
interface TestContext {
  skip?(reason: string): void;
}

/** The functions of a test runner that the suite uses: those of vitest and jest, or of node:test with `afterAll: after`. */
export interface TestRunner {
  describe(name: string, define: () => void): unknown;
  it(name: string, run: (...context: [TestContext?]) => Promise<void>): unknown;
  afterAll(run: () => Promise<void>): unknown;
}

/** A case that a backend does not pass yet. */
export interface KnownGap {
  /** Name of the case. */
  readonly case: string;
  /** Why, and what has to happen. */
  readonly reason: string;
}

export interface ConformanceOptions {
  /** Cases that fail on this target for a reason that is known. One that passes fails the run: the gap is closed. */
  readonly knownGaps?: readonly KnownGap[];
  /** Notes what was called and which errors came of it. */
  readonly record?: CallRecord;
  /** Told about each case that the target cannot run, for runners that show no reason. */
  readonly onSkipped?: (testCase: ConformanceCase, reason: string) => void;
}

/** Makes a target in its first state, with machines for these roles at least, as far as it can have them. */
export type TargetFactory = (roles: readonly VmRole[]) => Promise<ConformanceTarget>;

const everyRole = Object.keys(vmRoles) as VmRole[];

/**
 * Declares a test for each case of the suite.
 *
 * @param makeTarget called once for each case, except that all cases which change nothing share one target.
 * @throws Error when a known gap names no case.
 */
export function runConformance(runner: TestRunner, makeTarget: TargetFactory, options: ConformanceOptions = {}): void {
  const cases = conformanceCases();
  const gaps = new Map((options.knownGaps ?? []).map((gap) => [gap.case, gap.reason]));
  for (const name of gaps.keys()) {
    if (!cases.some((testCase) => testCase.name === name)) {
      throw new Error(`the known gap "${name}" names no case; see conformanceCases() for the names`);
    }
  }
  let shared: Promise<ConformanceTarget> | undefined;
  runner.afterAll(async () => (await shared)?.close());
  for (const group of new Set(cases.map((testCase) => testCase.group))) {
    runner.describe(group, () => {
      for (const testCase of cases.filter((candidate) => candidate.group === group)) {
        // A rest parameter keeps the length at 0, by which some runners decide whether a test wants a callback.
        runner.it(testCase.title, async (...[context]) => {
          const gap = gaps.get(testCase.name);
          const isShared = testCase.changesNothing && gap === undefined;
          const target = await (isShared ? (shared ??= makeTarget(everyRole)) : makeTarget(testCase.roles));
          let mayBeUsedAgain = false;
          try {
            const reason = skipReason(testCase, target);
            if (reason === undefined) await runOne(testCase, target, gap, options.record);
            mayBeUsedAgain = isShared;
            if (reason === undefined) return;
            options.onSkipped?.(testCase, reason);
            context?.skip?.(reason);
          } finally {
            // A case that failed may have left its traces, so the others get a new target.
            if (!mayBeUsedAgain) {
              if (isShared) shared = undefined;
              await target.close();
            }
          }
        });
      }
    });
  }
}

async function runOne(
  testCase: ConformanceCase,
  target: ConformanceTarget,
  gap: string | undefined,
  record: CallRecord | undefined,
): Promise<void> {
  if (gap === undefined) {
    await testCase.run(target, record);
    return;
  }
  const failure = await testCase.run(target, record).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (failure !== undefined) return;
  throw new Error(`"${testCase.name}" passes, so its known gap is closed; take it off the list (${gap})`);
}

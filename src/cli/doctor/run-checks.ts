import { LinkedAbort } from '../../base/linked-abort.js';
import { untilAborted } from '../../base/until-aborted.js';
import type { AnyCheck, Finding, Problem } from './check.js';
import { commonProblems } from './common-problems.js';
import type { DoctorContext } from './doctor-context.js';
import { filled } from './filled.js';
import type { CheckReport, SectionName } from './report.js';

/** Checks that are to be run, in the order of the report. */
export interface PlannedSection {
  readonly section: SectionName;
  readonly checks: readonly AnyCheck[];
}

/** What a check came to, with what the ones that rest on it work with. */
interface Done {
  readonly report: CheckReport;
  readonly value: unknown;
  /** Why those that rest on it cannot go on; absent: they can. */
  readonly hindrance?: string;
}

/** Aborts a check that has taken its time. */
class TimeIsOver extends Error {}

/**
 * Runs checks, each as soon as those that it rests on are done, the others side by side.
 *
 * @param onReport told of each in the order of the plan, as soon as it and all before it are done.
 * @throws the reason of the context's signal when that is aborted.
 */
export async function runChecks(
  plan: readonly PlannedSection[],
  context: DoctorContext,
  onReport: (report: CheckReport) => void = () => undefined,
): Promise<readonly CheckReport[]> {
  const sectionOf = new Map(plan.flatMap(({ section, checks }) => checks.map((each) => [each, section] as const)));
  const begun = new Map<AnyCheck, Promise<Done>>();
  const done = (check: AnyCheck): Promise<Done> => {
    let running = begun.get(check);
    if (running === undefined) {
      running = runWhenReady(check, sectionOf.get(check) ?? 'here', done, context);
      begun.set(check, running);
    }
    return running;
  };
  const all = [...sectionOf.keys()].map((check) => done(check));
  const reports: CheckReport[] = [];
  for (const running of all) {
    const { report } = await untilAborted(() => running, context.signal);
    reports.push(report);
    onReport(report);
  }
  return reports;
}

async function runWhenReady(
  check: AnyCheck,
  section: SectionName,
  done: (check: AnyCheck) => Promise<Done>,
  context: DoctorContext,
): Promise<Done> {
  const base = { id: check.id, section, title: check.title, problem: null, next: null, details: [], facts: {} };
  const names = Object.entries(check.needs);
  const needed = await Promise.all(names.map(async ([name, need]) => [name, await done(need)] as const));
  const hindrance = needed.map(([, { hindrance: found }]) => found).find((found) => found !== undefined);
  if (hindrance !== undefined) {
    return { report: { ...base, status: 'skipped', text: hindrance, elapsedMs: 0 }, value: undefined, hindrance };
  }
  const values = Object.fromEntries(needed.map(([name, { value }]) => [name, value]));
  const beganMs = context.clock.now();
  const finding = await findingOf(check, values, context);
  const elapsedMs = Math.max(0, context.clock.now() - beganMs);
  const { details = [], facts = {} } = finding;
  const common = { ...base, details, facts, elapsedMs };
  switch (finding.kind) {
    case 'green':
      return { report: { ...common, status: 'green', text: finding.found }, value: finding.value };
    case 'passed-over':
      return {
        report: { ...common, status: 'skipped', text: finding.why },
        value: undefined,
        hindrance: finding.why,
      };
    case 'trouble': {
      const { status, cause, next } = problemOf(check, finding.problem);
      const report = {
        ...common,
        status,
        problem: finding.problem,
        text: filled(cause, facts),
        next: filled(next, facts),
      };
      const canGoOn = status === 'yellow' && 'value' in finding;
      const why = `rests on "${check.title}" (${check.id}), which is ${status}`;
      return { report, value: finding.value, ...(canGoOn ? {} : { hindrance: why }) };
    }
  }
}

function problemOf(check: AnyCheck, name: string): Problem {
  const common: Readonly<Record<string, Problem>> = commonProblems;
  const problem = check.problems[name] ?? common[name];
  if (problem === undefined) throw new Error(`${check.id} has no problem named '${name}'`);
  return problem;
}

async function findingOf(
  check: AnyCheck,
  needed: Readonly<Record<string, unknown>>,
  context: DoctorContext,
): Promise<Finding<unknown, string>> {
  const stop = new LinkedAbort(context.signal);
  const deadline = context.clock.after(context.timeoutMs, () => stop.abort(new TimeIsOver()));
  const { signal } = stop;
  try {
    return await untilAborted(() => check.run(needed, { ...context, signal }), signal);
  } catch (error) {
    if (signal.aborted && signal.reason instanceof TimeIsOver) {
      return { kind: 'trouble', problem: 'timed-out', facts: { seconds: context.timeoutMs / 1000 } };
    }
    return { kind: 'trouble', problem: 'failed', facts: { reason: context.said(error) } };
  } finally {
    deadline.cancel();
    stop.release();
  }
}

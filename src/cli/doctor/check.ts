import type { DoctorContext } from './doctor-context.js';

/**
 * What a check came to. `yellow` works and will surprise somebody; `red` does not work; `skipped` was not looked at,
 * because something that it rests on is red or was not given.
 */
export type CheckStatus = 'green' | 'yellow' | 'red' | 'skipped';

/** What was measured, by stable names, for programs that read the report. */
export type Facts = Readonly<Record<string, FactValue>>;

export type FactValue = string | number | boolean | null | readonly string[];

/** One thing that a check can find wrong. `{name}` in its texts stands for the fact of that name. */
export interface Problem {
  readonly status: 'yellow' | 'red';
  /** What is wrong: a sentence. */
  readonly cause: string;
  /** What to do about it: a sentence or two. */
  readonly next: string;
}

/** The parts of a finding that every kind of it may have. */
interface Observations {
  /** For people: further lines, as they are. */
  readonly details?: readonly string[];
  readonly facts?: Facts;
}

/** All is well. */
export interface Green<Value> extends Observations {
  readonly kind: 'green';
  /** What was found: a phrase that stands beside the title. */
  readonly found: string;
  /** For the checks that rest on this one. */
  readonly value: Value;
}

/** Something is wrong that the check knows by name. */
export interface Trouble<Value, Name extends string> extends Observations {
  readonly kind: 'trouble';
  readonly problem: Name;
  /** For the checks that rest on this one; they go on after a yellow problem only, and only with a value. */
  readonly value?: Value;
}

/** There was nothing to look at; what rests on this is skipped as well. */
export interface PassedOver extends Observations {
  readonly kind: 'passed-over';
  /** What was missing: a phrase. */
  readonly why: string;
}

/** What a check found. */
export type Finding<Value, Name extends string> = Green<Value> | Trouble<Value, Name> | PassedOver;

/** Checks by the names under which another check uses what they found. */
export type Needs = Readonly<Record<string, AnyCheck>>;

/** What the needed checks found. */
export type NeededValues<Wanted extends Needs> = {
  readonly [Name in keyof Wanted]: Wanted[Name] extends Check<infer Value> ? Value : never;
};

/** One check: a row of the table. */
export interface Check<Value = unknown> {
  /** Stable: `host.certificate`. */
  readonly id: string;
  /** Two or three words for people. */
  readonly title: string;
  /** What it looks at, for the documentation: a phrase or some sentences. */
  readonly looksAt: string;
  /** Everything that it can find wrong, by stable names. */
  readonly problems: Readonly<Record<string, Problem>>;
  /** The checks that must not be red before this one. */
  readonly needs: Needs;
  /** @throws anything; that makes the check red with the message as cause. */
  run(needed: Readonly<Record<string, unknown>>, context: DoctorContext): Promise<Finding<Value, string>>;
}

/** A check, whatever it finds. */
export type AnyCheck = Check;

/** How a check is written down. */
interface CheckRow<Value, Name extends string, Wanted extends Needs> {
  readonly id: string;
  readonly title: string;
  readonly looksAt: string;
  readonly needs?: Wanted;
  readonly problems?: Readonly<Record<Name, Problem>>;
  run(needed: NeededValues<Wanted>, context: DoctorContext): Promise<Finding<Value, Name>> | Finding<Value, Name>;
}

/** Makes a check of its row: the names of its problems and the types of what it needs follow from there. */
export function check<Value, const Name extends string = never, Wanted extends Needs = Needs>(
  row: CheckRow<Value, Name, Wanted>,
): Check<Value> {
  return {
    id: row.id,
    title: row.title,
    looksAt: row.looksAt,
    problems: row.problems ?? {},
    needs: row.needs ?? {},
    run: async (needed, context) => row.run(needed as NeededValues<Wanted>, context),
  };
}

/** All is well. @param found what was found: a phrase. */
export function green<Value>(found: string, value: Value, more: Observations = {}): Green<Value> {
  return { kind: 'green', found, value, ...more };
}

/** Something is wrong. Without a value nothing that rests on the check can go on. */
export function trouble<const Name extends string>(problem: Name, more?: Observations): Trouble<never, Name>;
export function trouble<Value, const Name extends string>(
  problem: Name,
  more: Observations & { readonly value: Value },
): Trouble<Value, Name>;
export function trouble(problem: string, more: Observations = {}): Trouble<unknown, string> {
  return { kind: 'trouble', problem, ...more };
}

/** There was nothing to look at. @param why what was missing: a phrase. */
export function passedOver(why: string): PassedOver {
  return { kind: 'passed-over', why };
}

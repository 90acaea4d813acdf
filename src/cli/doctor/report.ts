import type { CheckStatus, Facts } from './check.js';

/** One line of a report. */
export interface CheckReport {
  /** Stable: `host.certificate`. */
  readonly id: string;
  /** What was looked at: this machine, a host, a virtual machine, its guest. */
  readonly section: SectionName;
  /** For people. */
  readonly title: string;
  readonly status: CheckStatus;
  /** Stable name of what is wrong; null unless yellow or red. */
  readonly problem: string | null;
  /** For people: what was found, what is wrong, or why it was skipped. */
  readonly text: string;
  /** For people: what to do; null unless yellow or red. */
  readonly next: string | null;
  /** For people: further lines. */
  readonly details: readonly string[];
  /** What was measured, by the names that docs/doctor.md lists. */
  readonly facts: Facts;
  /** How long it took, in milliseconds. */
  readonly elapsedMs: number;
}

/** Sections of a report, in their order, with their titles. */
export const sections = {
  here: 'This machine',
  host: 'Host',
  vm: 'Virtual machine',
  guest: 'Guest',
} as const;

export type SectionName = keyof typeof sections;

/** What `revix doctor --json` prints. */
export interface DoctorReport {
  /** Of this shape; a higher one may take fields away, the same one only adds some. */
  readonly format: 1;
  /** Version of Revix. */
  readonly version: string;
  /** The worst status of a check: `green`, `yellow` or `red`. */
  readonly status: Exclude<CheckStatus, 'skipped'>;
  readonly counts: Readonly<Record<CheckStatus, number>>;
  readonly checks: readonly CheckReport[];
}

/** Sums up what checks found. */
export function reportOf(version: string, checks: readonly CheckReport[]): DoctorReport {
  const count = (status: CheckStatus): number => checks.filter((check) => check.status === status).length;
  const counts = { green: count('green'), yellow: count('yellow'), red: count('red'), skipped: count('skipped') };
  const status = counts.red > 0 ? 'red' : counts.yellow > 0 ? 'yellow' : 'green';
  return { format: 1, version, status, counts, checks };
}

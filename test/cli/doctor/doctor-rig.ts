import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { CheckReport, DoctorReport } from '../../../src/cli/doctor/report.js';
import { type DoctorParts, type DoctorValues, runDoctor } from '../../../src/cli/doctor/run-doctor.js';
import { testAuthority } from '../../fixtures/tls/certificates.js';
import { FakeTerminal, type AroundTerminal } from '../fake-terminal.js';

/** A run of the doctor in an empty directory. */
export interface DoctorRun {
  /** Options as on the command line; those that are left out are not there. */
  readonly values?: Partial<DoctorValues>;
  /** Content of `revix.config.json`. */
  readonly config?: unknown;
  readonly around?: AroundTerminal;
  readonly parts?: DoctorParts;
}

const nothing: DoctorValues = {
  vm: undefined,
  hostType: undefined,
  host: undefined,
  user: undefined,
  password: undefined,
  vmPassword: undefined,
  guestUser: undefined,
  guestPassword: undefined,
  interactive: false,
  roundTrip: false,
  // No test waits for a deadline of the real clock.
  timeout: 3600,
  json: true,
};

/** A new directory that goes after the test; its path has no links in it. */
export function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'revix-doctor-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The process of a run, and how it ends. */
export function startDoctor({ values = {}, config, around = {}, parts = {} }: DoctorRun) {
  const directory = temporaryDirectory();
  if (config !== undefined) {
    const text = typeof config === 'string' ? config : JSON.stringify(config, undefined, 2);
    writeFileSync(join(directory, 'revix.config.json'), text);
  }
  writeFileSync(join(directory, 'authority.pem'), testAuthority);
  const terminal = new FakeTerminal(directory, around);
  const ending = runDoctor({ ...nothing, ...values }, terminal, { version: '0.0.0', mockHome: null, ...parts });
  return { terminal, directory, ending };
}

/** What a run reported. */
export interface Examined {
  readonly status: number;
  readonly report: DoctorReport;
  readonly directory: string;
  /** The report of one check. */
  readonly check: (id: string) => CheckReport;
  /** Ids of the checks of a status. */
  readonly ids: (status: CheckReport['status']) => readonly string[];
}

/** Runs the doctor to its end. */
export async function examine(run: DoctorRun): Promise<Examined> {
  const { terminal, directory, ending } = startDoctor(run);
  const status = await ending;
  const report = JSON.parse(terminal.written.stdout) as DoctorReport;
  for (const { text, next } of report.checks) {
    // Every fact that a text of the table names has to be there.
    expect(`${text} ${next ?? ''}`).not.toMatch(/\{\w+\}/);
  }
  return {
    status,
    report,
    directory,
    check: (id) => {
      const found = report.checks.find((each) => each.id === id);
      if (found === undefined) throw new Error(`no ${id} among ${report.checks.map((each) => each.id).join(', ')}`);
      return found;
    },
    ids: (wanted) => report.checks.filter((each) => each.status === wanted).map(({ id }) => id),
  };
}

/** A configuration that trusts the authority of the fixtures. */
export const trusting = {
  providers: { 'vi-server': { backend: 'vsphere', options: { tls: { ca: 'authority.pem' } } } },
};

import { sleep } from '../../base/clock.js';
import type { Secret } from '../../base/secret.js';
import type { DoctorContext, DoctorRequest, DoctorSurroundings } from './doctor-context.js';
import { planFor } from './plan.js';
import { type CheckReport, type DoctorReport, reportOf } from './report.js';
import { runChecks } from './run-checks.js';

/** Time for logging out when nobody waits for the report any more, in milliseconds. */
const hurriedLogoutMs = 1000;

/**
 * Looks at everything that a program needs to get through to its machine. Changes nothing on the host; what was opened
 * is closed at the end.
 *
 * @param onReport told of each check in the order of the report.
 * @throws the signal's reason when that is aborted.
 */
export async function diagnose(
  request: DoctorRequest,
  surroundings: DoctorSurroundings,
  signal: AbortSignal,
  onReport?: (report: CheckReport) => void,
): Promise<DoctorReport> {
  const closers: (() => Promise<void>)[] = [];
  const secrets = [request.password, request.vmPassword, request.guestPassword].filter((secret) => secret !== null);
  const context: DoctorContext = {
    ...surroundings,
    request,
    signal,
    atEnd: (close) => void closers.push(close),
    said: (error) => withoutSecrets(error instanceof Error ? error.message : String(error), secrets),
  };
  try {
    const checks = await runChecks(planFor(request, surroundings), context, onReport);
    return reportOf(surroundings.version, checks);
  } finally {
    const closing = Promise.allSettled(closers.map((close) => close()));
    const limit = new AbortController();
    if (signal.aborted) await Promise.race([closing, pause(hurriedLogoutMs, surroundings, limit.signal)]);
    else await closing;
    limit.abort();
  }
}

async function pause(ms: number, { clock }: DoctorSurroundings, signal: AbortSignal): Promise<void> {
  await sleep(clock, ms, signal).catch(() => undefined);
}

/** Shorter ones stand in too many words that are none of them. */
const shortestSecret = 4;

function withoutSecrets(text: string, secrets: readonly Secret[]): string {
  return secrets
    .filter((secret) => secret.reveal().length >= shortestSecret)
    .reduce((shown, secret) => shown.replaceAll(secret.reveal(), String(secret)), text);
}

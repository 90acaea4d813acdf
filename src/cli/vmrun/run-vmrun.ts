import type { Clock } from '../../base/clock.js';
import { sleep } from '../../base/clock.js';
import type { AgentCall } from '../agent/agent-client.js';
import type { Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { CommandFailure } from './command-failure.js';
import type { Answer } from './command.js';
import { cancelled, execute, type Executor, vmPathOf } from './execute.js';
import { parseCommandLine, type Request } from './parse-command-line.js';
import { ProgressLine } from './progress-line.js';
import { answerOutcome, failureOutcome, type Outcome, refusalOutcome } from './render.js';
import { readSecrets, type Secrets } from './secrets.js';

/** What vmrun works with beside the process. */
export interface VmrunParts {
  /** Version of Revix. */
  readonly version: () => string;
  readonly clock: Clock;
  readonly connect: Executor['connect'];
  /**
   * Lets another process carry the command out, which keeps connections open.
   * @returns undefined where there is none. @throws CommandFailure.
   */
  throughAgent?(request: Request, call: AgentCall): Promise<Answer | undefined>;
}

/** How vmrun ended: the status, or the signal that it was asked to end by. */
export interface VmrunEnd {
  readonly status: number;
  readonly signal?: NodeJS.Signals;
}

/** Runs one vmrun command line, and prints what it has to say. */
export async function runVmrun(args: readonly string[], terminal: Terminal, parts: VmrunParts): Promise<VmrunEnd> {
  const parsed = parseCommandLine(args);
  if (parsed.request === undefined) return finish(refusalOutcome(parsed.refusal, parts.version()), terminal);
  const { request } = parsed;
  let secrets: Secrets;
  try {
    secrets = await readSecrets(request.flags, terminal);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const refusal = { lines: [`Error: ${error.message}`], showsUsage: false, isJson: request.isJson };
    return finish(refusalOutcome(refusal, parts.version()), terminal);
  }
  const abort = new AbortController();
  let interrupted: NodeJS.Signals | undefined;
  const stopListening = terminal.onInterrupt((signal) => {
    interrupted ??= signal;
    abort.abort(new Error(`interrupted by ${signal}`));
  });
  const deadline = startDeadline(request, parts.clock, abort);
  try {
    const outcome = await outcomeOf(args, request, secrets, terminal, parts, abort.signal);
    const end = finish(outcome, terminal);
    return interrupted === undefined ? end : { ...end, signal: interrupted };
  } finally {
    deadline?.cancel();
    stopListening();
  }
}

function startDeadline({ timeoutMs }: Request, clock: Clock, abort: AbortController) {
  if (timeoutMs === 0) return undefined;
  const message = `gave up after ${timeoutMs / 1000} s; --timeout SECONDS allows more, --timeout 0 any time`;
  return clock.after(timeoutMs, () => abort.abort(new Error(message)));
}

async function outcomeOf(
  args: readonly string[],
  request: Request,
  secrets: Secrets,
  terminal: Terminal,
  parts: VmrunParts,
  signal: AbortSignal,
): Promise<Outcome> {
  const progress = new ProgressLine(terminal, () => parts.clock.now());
  try {
    const { directory } = terminal;
    const showProgress = (what: string, fraction: number): void => progress.show(what, fraction);
    const call = { args, directory, secrets: revealed(secrets), signal, showProgress };
    const answer = await parts.throughAgent?.(request, call);
    if (answer !== undefined) return answerOutcome(request, answer);
    const { connect, clock } = parts;
    const nap = (ms: number, until: AbortSignal): Promise<void> => sleep(clock, ms, until);
    return answerOutcome(
      request,
      await execute(request, secrets, { directory, signal, connect, sleep: nap, showProgress }),
    );
  } catch (error) {
    const failure = signal.aborted ? cancelled(signal) : error;
    if (!(failure instanceof CommandFailure)) throw error;
    return failureOutcome(request, failure, vmPathOf(request, terminal.directory) ?? '');
  }
}

function revealed(secrets: Secrets): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, secret.reveal()]));
}

function finish(outcome: Outcome, terminal: Terminal): VmrunEnd {
  // Hosts of Windows get the line ends of Windows, as from VMware.
  const ended = (data: string | Uint8Array): string | Uint8Array =>
    typeof data === 'string' && terminal.platform === 'win32' ? data.replaceAll('\n', '\r\n') : data;
  for (const data of outcome.stdout) if (data.length > 0) terminal.write('stdout', ended(data));
  for (const data of outcome.stderr) if (data.length > 0) terminal.write('stderr', ended(data));
  if (outcome.hint !== undefined && terminal.isPerson('stderr')) terminal.write('stderr', `  ${outcome.hint}\n`);
  return { status: outcome.status };
}

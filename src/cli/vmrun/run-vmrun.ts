import type { Clock, ClockTimer } from '../../base/clock.js';
import { sleep } from '../../base/clock.js';
import { untilAborted } from '../../base/until-aborted.js';
import type { AgentCall } from '../agent/agent-client.js';
import type { Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { CommandFailure } from './command-failure.js';
import type { Answer } from './command.js';
import { cancelled, execute, type Executor, vmPathOf } from './execute.js';
import { failureStatus } from './exit-status.js';
import { parseCommandLine, type Request } from './parse-command-line.js';
import { ProgressLine } from './progress-line.js';
import { answerOutcome, failureOutcome, type Outcome, refusalOutcome } from './render.js';
import { readSecrets, type Secrets } from './secrets.js';

/** Signals within this time are one wish to end: npx passes on what the terminal has sent already. */
const oneInterruptMs = 500;

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
  const abort = new AbortController();
  const impatience = new AbortController();
  let interrupted: { readonly signal: NodeJS.Signals; readonly atMs: number } | undefined;
  const stopListening = terminal.onInterrupt((signal) => {
    const atMs = parts.clock.monotonic();
    interrupted ??= { signal, atMs };
    abort.abort(new Error(`interrupted by ${signal}`));
    if (atMs - interrupted.atMs >= oneInterruptMs) impatience.abort(new Error('interrupted again'));
  });
  let deadline: ClockTimer | undefined;
  try {
    const secrets = await untilAborted(() => readSecrets(request.flags, terminal), abort.signal);
    deadline = startDeadline(request, parts.clock, abort);
    const signals = { abort: abort.signal, impatience: impatience.signal };
    const end = finish(await outcomeOf(args, request, secrets, terminal, parts, signals), terminal);
    return interrupted === undefined ? end : { ...end, signal: interrupted.signal };
  } catch (error) {
    // At the prompt for a password nothing has been done, and nothing is to be said.
    if (interrupted !== undefined) return { status: failureStatus, signal: interrupted.signal };
    if (!(error instanceof UsageError)) throw error;
    const refusal = { lines: [`Error: ${error.message}`], showsUsage: false, isJson: request.isJson };
    return finish(refusalOutcome(refusal, parts.version()), terminal);
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
  signals: { readonly abort: AbortSignal; readonly impatience: AbortSignal },
): Promise<Outcome> {
  const progress = new ProgressLine(terminal, () => parts.clock.now());
  const { abort: signal, impatience } = signals;
  const { connect, clock } = parts;
  const { directory } = terminal;
  const showProgress = (what: string, fraction: number): void => progress.show(what, fraction);
  const nap = (ms: number, until: AbortSignal): Promise<void> => sleep(clock, ms, until);
  const answered = async (): Promise<Answer> => {
    const call = { args, directory, secrets: revealed(secrets), signal, clock, showProgress };
    const answer = await parts.throughAgent?.(request, call);
    return answer ?? execute(request, secrets, { directory, signal, connect, sleep: nap, showProgress });
  };
  try {
    // Who interrupts again does not wait for what is being tidied up.
    return answerOutcome(request, await untilAborted(answered, impatience));
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

import { VIX_ERROR_CODE } from '../../vix/macros.js';
import { errorName } from '../../vix/lookup.js';
import type { CommandFailure } from './command-failure.js';
import type { Answer } from './command.js';
import { failureText } from './error-lines.js';
import { failureStatus } from './exit-status.js';
import type { Refusal, Request } from './parse-command-line.js';
import { usageText } from './usage.js';

/** What a command leaves behind. */
export interface Outcome {
  readonly stdout: readonly (string | Uint8Array)[];
  readonly stderr: readonly (string | Uint8Array)[];
  /** More on a failure, for a person at a terminal only: programs take anything on stderr for the error itself. */
  readonly hint?: string;
  readonly status: number;
}

function jsonLine(content: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(content)}\n`;
}

/** The outcome of a command that went well. */
export function answerOutcome({ command, isJson }: Request, answer: Answer): Outcome {
  const status = answer.status ?? 0;
  const { printed } = answer;
  if (isJson) {
    // A mark of byte order is part of what the program printed.
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const result = {
      ...answer.result,
      ...(printed === undefined
        ? {}
        : { stdout: decoder.decode(printed.stdout), stderr: decoder.decode(printed.stderr) }),
    };
    return { stdout: [jsonLine({ command: command.name, ok: true, status, result })], stderr: [], status };
  }
  const text = answer.text ?? '';
  if (printed === undefined) return { stdout: [text], stderr: [], status };
  // Stdout is the program's own, so that it can be piped on.
  return { stdout: [printed.stdout], stderr: [printed.stderr, text], status };
}

/** The outcome of a command that failed on its host. @param vmx path of its machine as the caller knows it. */
export function failureOutcome({ command, isJson }: Request, failure: CommandFailure, vmx: string): Outcome {
  const text = failureText(failure, vmx);
  const status = failureStatus;
  if (!isJson) return { stdout: [text], stderr: [], hint: failure.message, status };
  const error = {
    stage: failure.stage,
    code: VIX_ERROR_CODE(failure.code),
    name: errorName(failure.code),
    text: text.trimEnd(),
    message: failure.message,
  };
  return { stdout: [jsonLine({ command: command.name, ok: false, status, error })], stderr: [], status };
}

/** The outcome of a command line that cannot be carried out. @param version of Revix. */
export function refusalOutcome({ lines, showsUsage, isJson }: Refusal, version: string): Outcome {
  const status = failureStatus;
  if (isJson) {
    const message = lines.join(' ').replace(/^Error: /, '') || 'No command was given';
    const error = { stage: 'usage', code: 0, name: 'usage', text: lines.join('\n'), message };
    return { stdout: [jsonLine({ command: null, ok: false, status, error })], stderr: [], status };
  }
  const text = lines.map((line) => `${line}\n`).join('');
  return { stdout: [text, ...(showsUsage ? [usageText(version)] : [])], stderr: [], status };
}

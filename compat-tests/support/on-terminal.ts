import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pathOf } from './counterpart.js';

/**
 * Keys that are typed, a signal that is sent, or the end of the terminal, when it shows a text after that of the step
 * before.
 */
export type Step = readonly [
  awaits: string,
  action: string | { readonly signal: NodeJS.Signals } | { readonly close: true },
];

/** What came of a program on a terminal. */
export interface TerminalEnd {
  /** All that the terminal showed, with line ends of Unix. */
  readonly output: string;
  readonly status: number | null;
  /** Number of the signal that ended it. */
  readonly signal: number | null;
  /** Whether the terminal shows again what is typed; null when it is gone. */
  readonly hasEcho: boolean | null;
}

const driver = fileURLToPath(new URL('on_terminal.py', import.meta.url));

/** Runs a program on a terminal of its own. @throws Error when it does not end, with what the terminal shows. */
export function onTerminal(
  argv: readonly string[],
  steps: readonly Step[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): TerminalEnd {
  const { status, stdout, stderr } = spawnSync(pathOf('python'), [driver], {
    cwd,
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', ...env },
    input: JSON.stringify({ argv, steps }),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as TerminalEnd;
}

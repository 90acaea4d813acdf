import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { revixCommands } from '../../../src/cli/revix/command-table.js';
import { runRevix } from '../../../src/cli/revix/run-revix.js';
import { type AroundTerminal, FakeTerminal } from '../fake-terminal.js';

/** A new directory with files, which goes after the test. */
export function folderOf(files: Readonly<Record<string, string>> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'revix-simulate-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** A `revix simulate` that is ready. */
interface Simulation {
  readonly stdout: string;
  /** What else it has written. */
  readonly stderr: () => string;
  /** URLs of the endpoints in their order. */
  readonly urls: readonly string[];
  readonly control: string;
  /** Asks it to end, and waits. @returns the exit status. */
  end(signal?: NodeJS.Signals): Promise<number>;
}

class ListeningTerminal extends FakeTerminal {
  announced: () => void = () => undefined;

  override write(stream: 'stdout' | 'stderr', data: string | Uint8Array): void {
    super.write(stream, data);
    if (stream === 'stdout') this.announced();
  }
}

/** Starts `revix simulate` in this process, and waits until it is ready. */
export async function startSimulation(
  words: readonly string[],
  { folder = folderOf(), ...around }: AroundTerminal & { readonly folder?: string } = {},
): Promise<Simulation> {
  const terminal = new ListeningTerminal(folder, around);
  const ready = new Promise<void>((resolve) => {
    terminal.announced = resolve;
  });
  const ending = runRevix(['simulate', ...words], terminal, revixCommands);
  const end = (signal: NodeJS.Signals = 'SIGTERM'): Promise<number> => {
    terminal.interrupt(signal);
    return ending;
  };
  onTestFinished(async () => void (await end()));
  await Promise.race([ready, ending]);
  const { stdout } = terminal.written;
  if (stdout === '') throw new Error(`it is not ready: ${terminal.written.stderr}`);
  return {
    stdout,
    stderr: () => terminal.written.stderr,
    urls: [...stdout.matchAll(/^ready \S+ (\S+)/gm)].map(([, url = '']) => url),
    control: /^control (\S+)$/m.exec(stdout)?.[1] ?? '',
    end,
  };
}

/** What a `revix simulate` that cannot start says. */
export async function refusalOf(
  words: readonly string[],
  { folder = folderOf(), ...around }: AroundTerminal & { readonly folder?: string } = {},
): Promise<{ readonly status: number; readonly stderr: string }> {
  const terminal = new FakeTerminal(folder, around);
  const status = await runRevix(['simulate', ...words], terminal, revixCommands);
  return { status, stderr: terminal.written.stderr };
}

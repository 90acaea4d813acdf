import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How often the crash tests kill. */
export const kills = Number(process.env['REVIX_KILLS'] ?? 200);

/** Acknowledgements that a process gets done on average before its end, as far as can be told beforehand. */
const acknowledgedOnAverage = 8;
const longestHorizonMs = 5000;

/** What became of a process. */
export interface KilledProcess {
  /** Whether the kill came while it was at work: it was ready, and not at its end. */
  readonly wasAtWork: boolean;
  /** Lines that it printed after `ready`. */
  readonly acknowledged: number;
  readonly errors: string;
}

/**
 * Kills processes at moments that have nothing to do with what they tell: some time after they are ready, drawn anew for
 * each. It learns from each how fast they are, so that the moments spread over their work on any machine.
 */
export class RandomKill {
  #horizonMs = 100;

  /**
   * Kills a process that prints `ready` when it begins, and a line for each acknowledgement.
   *
   * @param child its standard output and error are pipes.
   */
  async strike(child: ChildProcess): Promise<KilledProcess> {
    let acknowledged = -1;
    let errors = '';
    let readyAtMs = 0;
    let timer: NodeJS.Timeout | undefined;
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    if (child.stdout === null) throw new Error('the output of the process is no pipe');
    createInterface(child.stdout).on('line', () => {
      acknowledged += 1;
      if (acknowledged > 0) return;
      readyAtMs = performance.now();
      timer = setTimeout(() => child.kill('SIGKILL'), Math.random() * this.#horizonMs);
    });
    const signal = await new Promise<NodeJS.Signals | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (_code, name) => resolve(name));
    });
    clearTimeout(timer);
    this.#learn(acknowledged, performance.now() - readyAtMs);
    return { wasAtWork: acknowledged >= 0 && signal === 'SIGKILL', acknowledged: Math.max(0, acknowledged), errors };
  }

  #learn(acknowledged: number, tookMs: number): void {
    const wanted = acknowledged > 0 ? (2 * acknowledgedOnAverage * tookMs) / acknowledged : 2 * this.#horizonMs;
    this.#horizonMs = Math.min(longestHorizonMs, (this.#horizonMs + wanted) / 2);
  }
}

/** Shares the kills out among chains that run side by side. */
export function share(chains: number): number {
  return Math.ceil(kills / chains);
}

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

/**
 * Another client of vSphere, in a process that stays: it does one operation after the other and tells how long each
 * took. See bench/peers.
 */
export class Peer {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #lines: Interface;

  /** @param account URL and account of the server, for its environment. */
  constructor(command: string, args: readonly string[], account: Readonly<Record<string, string>>) {
    const child = spawn(command, [...args], {
      env: { ...process.env, ...account },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  /** Does an operation. @returns milliseconds that it took. @throws Error when the peer has ended. */
  async run(operation: string, ...args: readonly string[]): Promise<number> {
    this.#child.stdin?.write(`${[operation, ...args].join('\t')}\n`);
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error(`the peer ended during ${operation}; see its message above`);
    return Number(answer.value);
  }

  close(): void {
    this.#child.stdin?.end();
    this.#lines.close();
  }
}

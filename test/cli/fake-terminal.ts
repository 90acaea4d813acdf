import type { StreamName, Terminal } from '../../src/cli/terminal.js';

/** What a test says about the process around a command. */
export interface AroundTerminal {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: readonly string[];
  /** Streams at which a person sits. */
  readonly people?: readonly StreamName[];
  readonly platform?: NodeJS.Platform;
}

/** A process that is none: what it writes is kept. */
export class FakeTerminal implements Terminal {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly columns = 100;
  readonly written = { stdout: '', stderr: '' };
  readonly #lines: string[];
  readonly #people: readonly StreamName[];
  readonly #listeners = new Set<(signal: NodeJS.Signals) => void>();

  constructor(directory: string, { env = {}, stdin = [], people = [], platform = 'linux' }: AroundTerminal) {
    this.directory = directory;
    this.env = env;
    this.platform = platform;
    this.#lines = [...stdin];
    this.#people = people;
  }

  write(stream: 'stdout' | 'stderr', data: string | Uint8Array): void {
    this.written[stream] += typeof data === 'string' ? data : Buffer.from(data).toString();
  }

  isPerson(stream: StreamName): boolean {
    return this.#people.includes(stream);
  }

  readSecretLine(): Promise<string | undefined> {
    return Promise.resolve(this.#lines.shift());
  }

  onInterrupt(listener: (signal: NodeJS.Signals) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  get isListening(): boolean {
    return this.#listeners.size > 0;
  }

  interrupt(signal: NodeJS.Signals): void {
    for (const listener of this.#listeners) listener(signal);
  }
}

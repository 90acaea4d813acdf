/** Which of the three standard streams. */
export type StreamName = 'stdin' | 'stdout' | 'stderr';

/** The process around a command: everything that it may see and touch of it. */
export interface Terminal {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Current directory. */
  readonly directory: string;
  /** Writes as it is; what nobody reads any more is lost. */
  write(stream: 'stdout' | 'stderr', data: string | Uint8Array): void;
  /** Whether a person sits at the stream. */
  isPerson(stream: StreamName): boolean;
  /** Width of stderr in columns. */
  readonly columns: number;
  /** The next line of stdin without its end, not shown while it is typed; undefined at the end of stdin. */
  readSecretLine(prompt: string): Promise<string | undefined>;
  /** Calls the listener when the process is asked to end (Ctrl-C, SIGTERM, SIGHUP). Returns how to stop listening. */
  onInterrupt(listener: (signal: NodeJS.Signals) => void): () => void;
}

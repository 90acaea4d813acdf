import type { ProgramContext, ProgramStreams } from '../program.js';

/** What a command of a shell sees otherwise than the shell itself. */
export interface ContextChange extends Required<Omit<ProgramStreams, 'environment'>> {
  readonly path: string;
  readonly arguments: string;
  readonly environment: Map<string, string>;
  readonly signal?: AbortSignal | undefined;
}

/** The context of a command that a shell runs: what it starts in turn gets the same streams. */
export function innerContext(outer: ProgramContext, change: ContextChange): ProgramContext {
  const context: ProgramContext = {
    ...outer,
    ...change,
    signal: change.signal ?? outer.signal,
    start: (path, args, options) =>
      outer.start(path, args, {
        workingDirectory: context.workingDirectory,
        environment: context.environment,
        ...options,
      }),
    run: (path, args, streams) =>
      outer.run(path, args, {
        stdin: context.stdin,
        writeStdout: context.writeStdout,
        writeStderr: context.writeStderr,
        workingDirectory: context.workingDirectory,
        environment: context.environment,
        ...streams,
      }),
  };
  return context;
}

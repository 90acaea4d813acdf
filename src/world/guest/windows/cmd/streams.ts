import type { UserFiles } from '../../guest-files.js';
import { isDirectory } from '../file-patterns.js';
import { parentPath, resolvePath, unquote } from '../paths.js';
import { SystemFailure, systemMessages } from '../system-messages.js';
import { InputReader, outputBytes } from '../text.js';
import type { Redirection } from './command.js';

export type Writer = (output: Uint8Array | string) => void;

/** Standard streams of a command. */
export interface CommandStreams {
  readonly stdin: InputReader;
  readonly stdout: Writer;
  readonly stderr: Writer;
}

/** Bytes that a redirected stream gathers before it writes them to its file. */
const flushSize = 64 * 1024;

/** A file that output goes to. Who reads it meanwhile, or after the program was killed, finds what was printed. */
class FileOutput {
  readonly #files: UserFiles;
  readonly #path: string;
  #pieces: Uint8Array[] = [];
  #size = 0;
  #isFlushDue = false;
  /** Why a flush between two commands failed. */
  #failure: { readonly reason: unknown } | undefined;

  constructor(files: UserFiles, path: string, isAppend: boolean) {
    this.#files = files;
    this.#path = path;
    if (!isDirectory(files, parentPath(path))) throw new SystemFailure(systemMessages.pathNotFound);
    if (isAppend) files.append(path, '');
    else files.write(path, '');
  }

  readonly write: Writer = (output) => {
    const bytes = outputBytes(output);
    this.#pieces.push(bytes);
    this.#size += bytes.length;
    if (this.#size >= flushSize) this.flush();
    else this.#flushLater();
  };

  flush(): void {
    if (this.#failure !== undefined) throw this.#failure.reason;
    if (this.#size === 0) return;
    const bytes = new Uint8Array(Buffer.concat(this.#pieces));
    this.#pieces = [];
    this.#size = 0;
    this.#files.append(this.#path, bytes);
  }

  /** One write for all that is printed before the program waits. */
  #flushLater(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    setImmediate(() => {
      this.#isFlushDue = false;
      try {
        this.flush();
      } catch (reason) {
        this.#failure ??= { reason };
      }
    });
  }
}

/** Where redirections take effect. */
export interface RedirectionContext {
  readonly files: UserFiles;
  readonly workingDirectory: string;
  /** Streams of the console, which the device CON names. */
  readonly console: CommandStreams;
  /** Replaces variables in the name of a target. */
  expand(target: string): string;
}

const nothing: Writer = () => undefined;

/** Streams with redirections applied; `close` writes what is still on its way to files. */
export interface RedirectedStreams {
  readonly streams: CommandStreams;
  readonly close: () => void;
}

/**
 * Opens the targets of redirections in their order.
 * @throws Fault of a file kind, or SystemFailure, when a target cannot be opened.
 */
export function redirect(
  streams: CommandStreams,
  redirections: readonly Redirection[],
  context: RedirectionContext,
): RedirectedStreams {
  if (redirections.length === 0) return { streams, close: nothing.bind(undefined, '') };
  const outputs: FileOutput[] = [];
  let stdin = streams.stdin;
  const writers: Writer[] = [nothing, streams.stdout, streams.stderr];
  for (const redirection of redirections) {
    if (redirection.kind === 'duplicate') {
      writers[redirection.stream] = writers[redirection.from] ?? nothing;
      continue;
    }
    const target = unquote(context.expand(redirection.target)).trim();
    const device = target.toLowerCase().replace(/:$/, '');
    const path = resolvePath(context.workingDirectory, target);
    if (redirection.kind === 'read') {
      if (device === 'con') stdin = context.console.stdin;
      else stdin = new InputReader(device === 'nul' ? new Uint8Array(0) : context.files.read(path).bytes());
    } else if (device === 'nul') {
      writers[redirection.stream] = nothing;
    } else if (device === 'con') {
      writers[redirection.stream] = context.console.stdout;
    } else {
      const output = new FileOutput(context.files, path, redirection.kind === 'append');
      outputs.push(output);
      writers[redirection.stream] = output.write;
    }
  }
  return {
    streams: { stdin, stdout: writers[1] ?? nothing, stderr: writers[2] ?? nothing },
    close: () => {
      for (const output of outputs) output.flush();
    },
  };
}

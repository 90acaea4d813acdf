import { spawn } from 'node:child_process';
import { expect } from 'vitest';
import { pathOf } from './counterpart.js';

/** What a run of govc left. */
export interface GovcOutcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** govc against one server. */
export interface Govc {
  /** Runs a command with its words. */
  run(words: readonly string[], input?: string): Promise<GovcOutcome>;
  /** What a command that must succeed prints. */
  printed(words: readonly string[], input?: string): Promise<string>;
  /** What a command that must succeed prints with `-json`. */
  json(words: readonly string[]): Promise<unknown>;
  /** What a command that must fail says. */
  refusal(words: readonly string[]): Promise<string>;
}

/** @param env variables like `GOVC_USERNAME` and `GOVC_DATACENTER` beside the server's URL. */
export function govcFor(url: string, env: Readonly<Record<string, string>>): Govc {
  const run = (words: readonly string[], input?: string): Promise<GovcOutcome> =>
    new Promise((resolve, reject) => {
      const child = spawn(pathOf('govc'), [...words], {
        env: { ...process.env, GOVC_URL: url, GOVC_INSECURE: '1', GOVC_PERSIST_SESSION: 'false', ...env },
      });
      const [out, err]: [string[], string[]] = [[], []];
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk.toString()));
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, out: out.join(''), err: err.join('') }));
      // Who fails before it has read its input closes the pipe; what it says then is what counts.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input);
    });
  const printed = async (words: readonly string[], input?: string): Promise<string> => {
    const { code, out, err } = await run(words, input);
    expect([words, code, err]).toEqual([words, 0, '']);
    return out;
  };
  return {
    run,
    printed,
    json: async ([command = '', ...rest]) => JSON.parse(await printed([command, '-json', ...rest])),
    refusal: async (words) => {
      const { code, err } = await run(words);
      expect([words, code]).toEqual([words, 1]);
      return err;
    },
  };
}

/** The lines of a text, without empty ones. */
export function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

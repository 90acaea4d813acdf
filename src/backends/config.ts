import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import * as v from 'valibot';
import { Fault } from '../base/fault.js';
import { Secret } from '../base/secret.js';

/** An object with these keys and no others. */
function keys<const Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries).join(', ');
  return v.strictObject(entries, (issue) =>
    issue.expected === 'never'
      ? `unknown key; known are ${known}`
      : issue.received === 'undefined'
        ? 'is missing'
        : `must be an object with ${known}`,
  );
}

/** A JSON object: an array is none, though JavaScript takes it for one. */
const object = v.custom<object>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
);

// The message is fixed: the usual one would show the value, which may be a password that stands in the wrong place.
const passwordSource = v.union(
  [keys({ env: v.pipe(v.string(), v.nonEmpty()) }), keys({ file: v.pipe(v.string(), v.nonEmpty()) })],
  'must be {"env": "NAME"} or {"file": "PATH"}',
);

const providerEntry = keys({
  /** Name of the backend that answers for the provider. */
  backend: v.pipe(v.string(), v.nonEmpty()),
  /** Host to use in place of the one that the program names. */
  url: v.optional(v.string()),
  user: v.optional(v.string()),
  /** Where the password comes from; the file itself never holds one. */
  password: v.optional(passwordSource),
  /** Paths that the program knows -> locations on the host, by prefix. */
  paths: v.optional(v.pipe(object, v.record(v.string(), v.string()))),
  /** Handed to the backend as they are. */
  options: v.optional(v.pipe(object, v.record(v.string(), v.unknown()))),
});

const content = keys({
  providers: v.optional(
    v.pipe(
      object,
      keys({
        default: v.optional(providerEntry),
        server: v.optional(providerEntry),
        workstation: v.optional(providerEntry),
        player: v.optional(providerEntry),
        'vi-server': v.optional(providerEntry),
        'workstation-shared': v.optional(providerEntry),
      }),
    ),
  ),
});

const configSchema = v.pipe(object, content);

/** The configuration file, as read: which backend answers for which provider. */
export type RevixConfig = v.InferOutput<typeof configSchema>;

/** One entry of the configuration. */
export type ProviderEntry = v.InferOutput<typeof providerEntry>;

/**
 * Checks a configuration.
 *
 * @param source where it comes from, for the error text.
 * @throws Fault `invalid-argument` that names the source and the first wrong entry.
 */
export function parseConfig(value: unknown, source: string): RevixConfig {
  const outcome = v.safeParse(configSchema, value);
  if (outcome.success) return outcome.output;
  const { path, message } = problemOf(outcome.issues[0]);
  const place = path.length === 0 ? '(top level)' : path.join('.');
  throw new Fault('invalid-argument', `${source}: ${place}: ${message}. Correct the entry or remove it.`);
}

/** Something that is wrong with a configuration. */
export interface ConfigProblem {
  /** Keys from the top down to the entry. */
  readonly path: readonly string[];
  /** What is wrong: a phrase that quotes no value. */
  readonly message: string;
}

/** Everything that is wrong with a configuration, in its own order. */
export function configProblems(value: unknown): readonly ConfigProblem[] {
  const outcome = v.safeParse(configSchema, value);
  return outcome.success ? [] : outcome.issues.map(problemOf);
}

function problemOf({ path, message }: v.BaseIssue<unknown>): ConfigProblem {
  return { path: path?.map(({ key }) => String(key)) ?? [], message };
}

/** A configuration with where it comes from, and the directory that its relative paths start from. */
export interface LoadedConfig {
  readonly config: RevixConfig;
  /** Where it comes from, for error texts: the path of a file, mostly. */
  readonly source: string;
  readonly directory: string;
}

/** The configuration where there is no file. */
export function noConfig(directory: string): LoadedConfig {
  return { config: {}, source: 'no configuration', directory };
}

/**
 * Reads a configuration file. Relative paths in it start from its own directory.
 *
 * @throws Fault `invalid-argument` or `file-not-found`, naming the file.
 */
export function readConfig(path: string): LoadedConfig {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Fault('file-not-found', `cannot read the configuration file ${path}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return { config: parseConfig(value, path), source: path, directory: dirname(resolve(path)) };
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('invalid-argument', `${path} is not valid JSON: ${withoutQuote(reasonOf(error))}`);
  }
}

/**
 * Fetches the password that an entry names.
 *
 * @param directory where the path of a file starts from.
 * @param place put before the text of an error.
 * @throws Fault `invalid-argument` naming the variable or file.
 */
export function readPassword(source: NonNullable<ProviderEntry['password']>, directory: string, place = ''): Secret {
  if ('env' in source) {
    const text = process.env[source.env];
    if (text === undefined) {
      throw new Fault(
        'invalid-argument',
        `${place}takes the password from the environment variable ${source.env}, which is not set`,
      );
    }
    return new Secret(text);
  }
  try {
    return new Secret(readFileSync(resolve(directory, source.file), 'utf8').replace(/\r?\n$/, ''));
  } catch (error) {
    const message = `${place}takes the password from the file ${source.file}, which cannot be read: ` + reasonOf(error);
    throw new Fault('invalid-argument', message, { cause: error });
  }
}

/** The reason of a JSON error without the piece of the file that it quotes, which may be a secret. */
function withoutQuote(reason: string): string {
  return reason.replace(/, (?:\.\.\.)?".*/s, '');
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { configProblems, parseConfig } from '../../backends/config.js';
import { mockPlace } from '../../backends/mock/worlds.js';
import { readSettings } from '../../backends/vsphere/settings.js';
import { Fault } from '../../base/fault.js';
import { entriesOf } from './config-entries.js';
import { type LineFinder, lineFinder } from './line-finder.js';

/** Something that is wrong in a configuration file. */
export interface ConfigFault {
  /** From 1. */
  readonly line: number;
  /** `providers.vi-server.options`; `(top level)`. */
  readonly place: string;
  /** A phrase or some sentences that quote no value. */
  readonly message: string;
}

/** Reads a configuration file for its mistakes, all of them, where the engine stops at the first. */
export function configFaults(path: string): {
  readonly unreadable?: string;
  readonly faults: readonly ConfigFault[];
} {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    return { unreadable: error instanceof Error && 'code' in error ? String(error.code) : String(error), faults: [] };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { faults: [syntaxFault(text, error)] };
  }
  const lineOf = lineFinder(text);
  const inFile = configProblems(value).map(({ path: keys, message }) => faultAt(keys, message, lineOf));
  return { faults: inFile.length > 0 ? inFile : optionFaults(value, path, lineOf) };
}

function faultAt(keys: readonly string[], message: string, lineOf: LineFinder): ConfigFault {
  return { line: lineOf(keys), place: keys.length === 0 ? '(top level)' : keys.join('.'), message };
}

/** What is wrong with JSON, without the piece of the text that V8 quotes, which may be a secret. */
function syntaxFault(text: string, error: unknown): ConfigFault {
  const reason = error instanceof Error ? error.message : String(error);
  const position = Number(/at position (\d+)/.exec(reason)?.[1] ?? text.length);
  const line = text.slice(0, position).split('\n').length;
  return { line, place: '(syntax)', message: 'this is no valid JSON: look for a missing comma, quote or bracket' };
}

/** The options of backends are judged by the backends. */
function optionFaults(value: unknown, path: string, lineOf: LineFinder): readonly ConfigFault[] {
  const directory = dirname(resolve(path));
  return entriesOf(parseConfig(value, path)).flatMap(([provider, entry]) => {
    const judge = judges[entry.backend];
    if (judge === undefined) {
      const message = `there is no backend "${entry.backend}"; there are ${Object.keys(judges).join(', ')}`;
      return [faultAt(['providers', provider, 'backend'], message, lineOf)];
    }
    try {
      judge(entry.options ?? {}, directory);
      return [];
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return [faultAt(['providers', provider, 'options'], error.message, lineOf)];
    }
  });
}

type Judge = (options: Readonly<Record<string, unknown>>, directory: string) => unknown;

/** By the name of the backend: throws a Fault for options that are not in order. */
const judges: Readonly<Record<string, Judge>> = {
  vsphere: (options, directory) => readSettings({}, options, directory),
  mock: (options, directory) => mockPlace(undefined, options, directory),
};

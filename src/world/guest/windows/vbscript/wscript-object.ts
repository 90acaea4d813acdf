import { sleep } from '../../../../base/clock.js';
import { baseName } from '../paths.js';
import { decodeText } from '../text.js';
import { QuitScript } from './interpreter.js';
import { collectionOf, objectOf } from './members.js';
import type { ScriptContext } from './script-context.js';
import { TextReader, textStream } from './text-stream.js';
import { toNumber, toText, toWhole, vbError, type VbObject, type VbValue } from './values.js';

/** Version of the Windows Script Host. */
export const scriptHostVersion = '5.812';

function argumentsObject(words: readonly string[]): VbObject {
  const named = new Map<string, string>();
  for (const word of words) {
    const match = /^\/([^:]+)(?::(.*))?$/s.exec(word);
    if (match !== null) named.set((match[1] ?? '').toLowerCase(), match[2] ?? '');
  }
  const indexed =
    (all: readonly string[]) =>
    ([index]: readonly VbValue[]): VbValue => {
      const found = all[toWhole(index)];
      if (found === undefined) throw vbError(9);
      return found;
    };
  const unnamed = words.filter((word) => !word.startsWith('/'));
  const unnamedObject = collectionOf('WshUnnamed', () => unnamed, indexed(unnamed));
  const namedItem = ([name]: readonly VbValue[]): VbValue => named.get(toText(name).toLowerCase());
  const namedObject = objectOf('WshNamed', {
    members: {
      '': namedItem,
      count: () => named.size,
      exists: ([name]) => named.has(toText(name).toLowerCase()),
      item: namedItem,
      length: () => named.size,
    },
    items: () => [...named.keys()],
  });
  const item = indexed(words);
  return objectOf('WshArguments', {
    members: {
      '': item,
      count: () => words.length,
      item,
      length: () => words.length,
      named: ([name]) => (name === undefined ? namedObject : namedItem([name])),
      unnamed: ([index]) => (index === undefined ? unnamedObject : indexed(unnamed)([index])),
    },
    items: () => words,
  });
}

export interface WScriptOptions {
  /** Does the host print to the console? The other one shows boxes, which count as closed at once. */
  readonly isConsole: boolean;
  readonly createObject: (className: string) => VbObject | undefined;
}

/** The `WScript` object of a running script. */
export function wscriptObject(context: ScriptContext, { isConsole, createObject }: WScriptOptions): VbObject {
  const { program, scriptPath } = context;
  const args = argumentsObject(context.words);
  const stdout = textStream({ write: (text) => program.writeStdout(text) });
  const stderr = textStream({ write: (text) => program.writeStderr(text) });
  const stdin = textStream({ reader: new TextReader(decodeText(program.stdin)) });
  return objectOf('WScript', {
    members: {
      '': () => 'Windows Script Host',
      arguments: ([index]) => (index === undefined ? args : args.call('', [index])),
      createobject: ([name]) => {
        const object = createObject(toText(name));
        if (object === undefined) throw vbError(429, toText(name));
        return object;
      },
      echo: (values) => {
        if (isConsole) program.writeStdout(`${values.map((value) => toText(value)).join(' ')}\r\n`);
        return undefined;
      },
      fullname: () => program.path,
      interactive: () => true,
      name: () => 'Windows Script Host',
      path: () => 'C:\\Windows\\System32',
      quit: ([code]) => {
        throw new QuitScript(code === undefined ? 0 : toWhole(code) | 0);
      },
      scriptfullname: () => scriptPath,
      scriptname: () => baseName(scriptPath),
      sleep: async ([ms]) => {
        await sleep(program.clock, toNumber(ms), program.signal);
        return undefined;
      },
      stderr: () => stderr,
      stdin: () => stdin,
      stdout: () => stdout,
      version: () => scriptHostVersion,
    },
  });
}
